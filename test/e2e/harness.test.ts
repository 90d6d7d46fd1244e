import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  ctrl,
  freeSocketPath,
  isAlive,
  KEY,
  PROMPT,
  paste,
  processesWithEnv,
  processInfo,
  realBash,
  runCli,
  spawnTui,
  tempHome,
  waitUntil,
} from '../support/index.ts';

/** A shell script in place of the program under test. */
const sh = (script: string) => ({ command: ['/bin/sh', '-c', script] });

describe('spawnTui', () => {
  test('shows what bash prints and sends it what is typed', async () => {
    await using tui = await realBash();
    tui.send('printf "%s-%s\\n" one two\r');
    await tui.waitFor((t) => t.row(1) === 'one-two' && t.row(2) === PROMPT.trimEnd() && t.cursor.x === PROMPT.length);
    expect(tui.cursor).toEqual({ x: PROMPT.length, y: 2, visible: true });
    expect(tui.find('one-two')).toEqual({ x: 0, y: 1 });
    tui.send('exit 3\r');
    expect(await tui.exited).toEqual({ code: 3, signal: undefined });
  });

  test('gives vim a screen, its colours, and the shell its screen back', async () => {
    await using tui = await realBash({ cols: 60, rows: 12 });
    tui.home.write('a.txt', 'first line\nsecond line\n');
    tui.send('vim a.txt\r');
    await tui.waitFor((t) => t.emulator.alternateScreen && t.row(1) === 'second line' && t.row(2) === '~');
    // vim asks the terminal a dozen things, some once it has read an answer; leaving before it has read all would show them in the shell.
    for (let answers = -1, round = 0; answers !== tui.replies.length; round += 1) {
      answers = tui.replies.length;
      tui.send(`:echo "round" ${round}${KEY.enter}`);
      await tui.waitFor(`round ${round}`);
    }
    tui.send(`ggcwFIRST${KEY.escape}:wq\r`);
    await tui.waitFor((t) => !t.emulator.alternateScreen && t.row(t.cursor.y) === PROMPT.trimEnd());
    expect(tui.text()).toContain('vim a.txt');
    expect(readFileSync(join(tui.home.path, 'a.txt'), 'utf8')).toBe('FIRST line\nsecond line\n');
  });

  test('pages through less, also after a resize', async () => {
    await using tui = await realBash({ cols: 40, rows: 10 });
    tui.send('seq 1 100 | less\r');
    await tui.waitFor((t) => t.row(8) === '9');
    tui.resize(50, 20);
    await tui.waitFor((t) => t.row(18) === '19', { what: 'less fills 19 rows after the resize' });
    tui.send(' ');
    await tui.waitFor((t) => t.row(0) === '20');
    tui.send('q');
    await tui.waitFor((t) => t.row(t.cursor.y) === PROMPT.trimEnd());
  });

  test('tells cells apart by colour, attributes and width', async () => {
    const text = '\\033[1;38;5;196mR\\033[0;3;48;2;1;2;3mI\\033[0m漢👩‍💻e\u0301.';
    await using tui = spawnTui(sh(`printf '${text}'; read x`));
    await tui.waitFor('.');
    expect(tui.cell(0, 0)).toMatchObject({ chars: 'R', fg: 196, fgKind: 'palette', bold: true, bgKind: 'default' });
    expect(tui.cell(1, 0)).toMatchObject({ chars: 'I', bg: 0x010203, bgKind: 'rgb', italic: true, bold: false });
    expect(tui.cell(2, 0)).toMatchObject({ chars: '漢', width: 2 });
    expect(tui.cell(3, 0)).toMatchObject({ chars: '', width: 0 });
    expect(tui.cell(4, 0)).toMatchObject({ chars: '👩‍💻', width: 2 });
    expect(tui.cell(6, 0)).toMatchObject({ chars: 'e\u0301', width: 1 });
    expect(tui.find('.')).toEqual({ x: 7, y: 0 });
    expect(() => tui.cell(0, 24)).toThrow(RangeError);
  });

  test('answers queries like a terminal, or stays mute when asked to', async () => {
    const ask = String.raw`stty raw -echo; printf '\033[c\033[6n\033[?u\033[>q\033]11;?\007\033[?2026$p'; dd bs=1 count=80 2>/dev/null | od -An -c; stty sane; read x`;
    await using tui = spawnTui(sh(ask));
    await waitUntil(() => tui.replies.length === 6, 'six replies');
    expect(tui.replies).toEqual([
      '\x1b[?1;2c',
      '\x1b[1;1R',
      '\x1b[?0u',
      '\x1bP>|harness(1.0)\x1b\\',
      '\x1b]11;rgb:1111/1111/1111\x1b\\',
      '\x1b[?2026;2$y',
    ]);
    tui.send('x'.repeat(80));
    // od prints in the terminal what arrived there: the first reply.
    await tui.waitFor('033   [   ?   1   ;   2   c');
    await using mute = spawnTui({ ...sh(`printf '\\033[c\\033[6nasked'; read x`), answer: false });
    await mute.waitFor('asked');
    expect(mute.replies).toEqual([]);
  });

  test('does not look in the middle of a synchronized update', async () => {
    await using tui = spawnTui(sh(`printf '\\033[?2026hhalf'; read x; printf ' whole\\033[?2026l'; read x`));
    let seen = '';
    const wait = tui.waitFor((t) => {
      seen = t.text().trim();
      return seen !== '';
    });
    await waitUntil(() => tui.row(0) === 'half' && seen === '', 'the first half is in the emulator');
    tui.send('\r');
    await wait;
    expect(seen).toContain('whole');
  });

  test('shows the whole screen when it waited in vain', async () => {
    await using tui = spawnTui({ ...sh(`printf 'only this'; read x`), cols: 30, rows: 3 });
    await tui.waitFor('only this');
    const failure = await tui.waitFor('something else', { timeoutMs: 50 }).catch((e: Error) => e.message);
    expect(failure).toContain('waited 50 ms in vain: the screen shows "something else"');
    expect(failure).toContain('│only this   ◀ cursor at column 9');
  });

  test('fails at once when the program ends before the condition holds', async () => {
    await using tui = spawnTui(sh('echo last words; exit 4'));
    const failure = await tui.waitFor('never', { timeoutMs: 60_000 }).catch((e: Error) => e.message);
    expect(failure).toContain('the program ended (code 4');
    expect(failure).toContain('last words');
  });

  test('counts every byte and loses none of a flood', async () => {
    await using tui = spawnTui({ ...sh('stty -opost; seq 1 200000; printf done'), rows: 5 });
    await tui.exited;
    // Digits and line feeds of 1 to 200,000, and the last word.
    expect(tui.bytesWritten).toBe(1_288_895 + 4);
    expect(tui.text()).toContain('done');
    expect(tui.output().subarray(-11).toString()).toBe('200000\ndone');
  });

  test('holds the program back while the terminal is stalled', async () => {
    await using tui = spawnTui(sh('sleep 0.05; seq 1 100000; printf done; read x'));
    tui.stall();
    await tui.settle(150);
    const stalled = tui.bytesWritten;
    tui.unstall();
    await tui.waitFor('done');
    expect(stalled).toBeLessThan(100_000);
  });

  test('delivers a large bracketed paste whole', async () => {
    const text = 'line of text 0123456789\n'.repeat(4_000);
    const bytes = Buffer.byteLength(paste(text));
    await using tui = spawnTui(sh(`stty raw -echo; printf ready; head -c ${bytes} | sha256sum; printf end`));
    await tui.waitFor('ready');
    tui.send(paste(text));
    await tui.waitFor('end');
    const { createHash } = await import('node:crypto');
    expect(tui.text()).toContain(createHash('sha256').update(paste(text)).digest('hex'));
  });

  test('sees clipboard, title, bell and the kitty keyboard', async () => {
    const say = String.raw`printf '\033]52;c;aGVsbG8=\007\033]2;a title\007\007\033[>5u'; printf 'said'; read x`;
    await using tui = spawnTui(sh(say));
    await tui.waitFor('said');
    expect(tui.emulator.outer).toMatchObject({ clipboard: ['hello'], bells: 1, titles: ['a title'] });
    expect(tui.emulator.outer.kitty.main).toEqual([5]);
    expect(tui.title).toBe('a title');
  });
});

describe('a temporary home', () => {
  test('has nothing of the environment of the tests', async () => {
    await using home = tempHome({ EXTRA: 'yes', LANG: undefined });
    const { stdout } = await runCli([], { home, command: ['/usr/bin/env'], env: { MORE: '1' } });
    const names = stdout.split('\n').map((line) => line.split('=')[0]);
    expect(new Set(names)).toEqual(
      new Set([
        '',
        'COLORTERM',
        'EXTRA',
        'HOME',
        'IRIS_HOME',
        'LC_ALL',
        'LOGNAME',
        'MORE',
        'PATH',
        'SHELL',
        'TERM',
        'TZ',
        'USER',
      ]),
    );
    expect(stdout).toContain(`HOME=${home.path}\n`);
  });

  test('finds, names and ends a process that left its parents behind', async () => {
    const home = tempHome();
    const tui = await realBash({ home });
    // In the background, in a session of its own, deaf to HUP and TERM: as bad as a leaked hub can be.
    tui.send(`setsid sh -c 'trap "" HUP TERM; echo $$ >pid; exec sleep 1000' </dev/null >/dev/null 2>&1 &\r`);
    const pid = Number(
      await waitUntil(
        () => existsSync(join(home.path, 'pid')) && readFileSync(join(home.path, 'pid'), 'utf8'),
        'a pid',
      ),
    );
    const orphan = processInfo(pid)!;
    tui.send(ctrl('d'));
    await tui.exited;
    await tui.dispose();
    expect(isAlive(orphan)).toBe(true);
    await expect(home.assertNoProcesses(50)).rejects.toThrow(`pid ${pid}`);
    await home.dispose();
    expect(isAlive(orphan)).toBe(false);
    expect(processesWithEnv('IRIS_HOME', home.irisHome)).toEqual([]);
    expect(existsSync(home.path)).toBe(false);
    await home.assertNoProcesses(0);
  });
});

test('runCli tells output, error output, exit code and signal apart', async () => {
  await using home = tempHome();
  const run = (script: string, input = '') => runCli([script], { home, command: ['/bin/sh', '-c'], input });
  expect(await run('cat; echo bad >&2; exit 7', 'in')).toMatchObject({ code: 7, stdout: 'in', stderr: 'bad\n' });
  expect(await run('kill -9 $$')).toMatchObject({ code: 128, signal: 'SIGKILL' });
  const slow = runCli(['exec sleep 100'], { home, command: ['/bin/sh', '-c'], timeoutMs: 50 });
  await expect(slow).rejects.toThrow('did not end within 50 ms');
});

test('waitUntil names what it waited for', async () => {
  expect(await waitUntil(() => 5, 'a number')).toBe(5);
  const vain = waitUntil(() => false, 'pigs fly', { timeoutMs: 20, detail: () => 'they walk' });
  await expect(vain).rejects.toThrow('waited 20 ms in vain: pigs fly\nthey walk');
});

test('a free socket path is short, its folder private, and gone afterwards', () => {
  let path: string;
  {
    using free = freeSocketPath();
    path = free.path;
    expect(Buffer.byteLength(path)).toBeLessThan(107);
    expect(existsSync(path)).toBe(false);
  }
  expect(existsSync(join(path, '..'))).toBe(false);
});
