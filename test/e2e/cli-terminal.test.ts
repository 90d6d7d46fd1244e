import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { SessionInfo } from '../../src/core/index.ts';
import {
  disposeHomes,
  disposeTuis,
  IRIS,
  runCli,
  spawnTui,
  type TempHome,
  tempHome,
  waitUntil,
} from '../support/index.ts';

afterEach(async () => {
  await disposeTuis();
  await disposeHomes();
});

const PREFIX = '\u0002';

describe('opening the screen', () => {
  it('happens without arguments, and gives the shell its screen back with a word of what happened', async () => {
    const tui = spawnTui();
    await tui.waitFor('$ ');
    tui.send(`${PREFIX}d`);
    expect(await tui.exited).toMatchObject({ code: 0 });
    expect(tui.text().trim()).toBe('[detached]');
    const sessions = JSON.parse((await runCli(['ls', '--json'], { home: tui.home })).stdout) as SessionInfo[];
    expect(sessions).toHaveLength(1);
  });

  it('says when the last session has ended', async () => {
    const tui = spawnTui();
    await tui.waitFor('$ ');
    tui.send(`${PREFIX}x`);
    await tui.waitFor('kill pane bash? (y/n)');
    tui.send('y');
    expect(await tui.exited).toMatchObject({ code: 0 });
    expect(tui.text().trim()).toBe('[no sessions left]');
  });

  it('shows the session that attach names, by its name or the beginning of it', async () => {
    const home = tempHome();
    for (const name of ['first', 'second', 'third']) {
      await runCli(['new', '-d', '-n', name, '--', 'sh', '-c', `echo this is ${name}; exec sleep 600`], { home });
    }
    for (const args of [
      ['attach', 'sec'],
      ['attach', '-t', 'second'],
      ['attach-session', '-t', '=second:0.0'],
      ['a', 'second'],
    ]) {
      const tui = spawnTui({ home, args });
      await tui.waitFor('this is second');
      expect(tui.text(), args.join(' ')).not.toContain('this is third');
      tui.send(`${PREFIX}d`);
      expect(await tui.exited).toMatchObject({ code: 0 });
      await tui.dispose();
    }
    const missing = spawnTui({ home, args: ['attach', 'fourth'] });
    expect(await missing.exited).toMatchObject({ code: 3 });
    expect(missing.text()).toMatch(/iris-tui: .*fourth/);
  });

  it('lets nobody type with --read-only', async () => {
    const home = tempHome();
    const owner = spawnTui({ home, args: ['new', '-n', 'cat', '--', 'sh', '-c', 'echo ready; exec cat'] });
    await owner.waitFor('ready');
    const tui = spawnTui({ home, args: ['attach', 'cat', '--read-only'] });
    await tui.waitFor('ready');
    tui.send('not for you\r');
    await tui.waitFor('this viewer is read-only');
    await runCli(['send', 'cat', 'typed by a script'], { home });
    await tui.waitFor('typed by a script');
    expect(tui.text()).not.toContain('not for you');
  });

  it('follows iris-tui new, on the session it started', async () => {
    const home = tempHome();
    await runCli(['new', '-d', '-n', 'other', '--', 'sh', '-c', 'echo other; exec sleep 600'], { home });
    const tui = spawnTui({ home, args: ['new', '-n', 'fresh', '--', 'sh', '-c', 'echo I am fresh; exec sleep 600'] });
    await tui.waitFor('I am fresh');
    expect(tui.text()).toContain('fresh');
    tui.send(`${PREFIX}d`);
    expect(await tui.exited).toMatchObject({ code: 0 });
  });

  it('goes on with defaults over a broken config, and says what is wrong in one line', async () => {
    const home = tempHome();
    home.config('settings:\n  prefx: C-a\n  mouse: 3\n');
    const tui = spawnTui({ home, cols: 120 });
    await tui.waitFor('prefx');
    expect(tui.text()).toMatch(/config\.yaml:2:3: .*prefx/);
    tui.send(`${PREFIX}d`);
    expect(await tui.exited).toMatchObject({ code: 0 });
  });

  it('takes the prefix and the default command of the config', async () => {
    const home = tempHome();
    home.config(
      'settings:\n  prefix: C-a\n  defaultCommand: sh -c "echo my own; exec sleep 600"\nkeys:\n  Q: detach\n',
    );
    const tui = spawnTui({ home });
    await tui.waitFor('my own');
    tui.send('\u0001Q');
    expect(await tui.exited).toMatchObject({ code: 0 });
  });

  it('gives the terminal back on SIGTERM, with the exit code of that signal', async () => {
    const tui = spawnTui();
    await tui.waitFor('$ ');
    tui.kill('SIGTERM');
    expect(await tui.exited).toMatchObject({ code: 143 });
    expect(tui.emulator.term.buffer.active.type).toBe('normal');
  });
});

describe('a hub that goes away under the screen', () => {
  const hubPid = async (home: TempHome): Promise<number | undefined> => {
    const { code, stdout } = await runCli(['hub', 'status', '--json'], { home });
    return code === 0 ? (JSON.parse(stdout) as { pid: number }).pid : undefined;
  };

  it('is started again when it was killed', async () => {
    const tui = spawnTui();
    await tui.waitFor('$ ');
    const before = await hubPid(tui.home);
    process.kill(before!, 'SIGKILL');
    const after = await waitUntil(async () => {
      const pid = await hubPid(tui.home);
      return pid !== before && pid;
    }, 'another hub runs');
    await tui.waitFor(/died|hub was killed/i);
    tui.send(`${PREFIX}d`);
    expect(await tui.exited).toMatchObject({ code: 0 });
    expect(await hubPid(tui.home)).toBe(after);
  });

  it('stays stopped when it was stopped', async () => {
    const tui = spawnTui({ cols: 120 });
    await tui.waitFor('$ ');
    expect(await runCli(['hub', 'stop', '--force'], { home: tui.home })).toMatchObject({ code: 0 });
    // By then it has tried to connect twice.
    await tui.waitFor(/offline.*try ([3-9]|\d\d)/);
    expect(await hubPid(tui.home)).toBeUndefined();
  });
});

describe('where there is no terminal', () => {
  it('says so, and points to what works', async () => {
    const home = tempHome();
    for (const args of [[], ['attach'], ['attach', 'x'], ['new'], ['new', '--', 'vim']]) {
      const { code, stdout, stderr } = await runCli(args, { home });
      expect({ args, code, stdout }).toEqual({ args, code: 1, stdout: '' });
      expect(stderr).toMatch(/^iris-tui: there is no terminal.*iris-tui ls .*iris-tui new -d.*\n$/);
    }
    expect(home.processes()).toEqual([]);
  });
});

describe('inside a pane', () => {
  it('refuses to nest, and does everything else, on the hub of the pane', async () => {
    const tui = spawnTui({ cols: 120, env: { IRIS: IRIS.join(' ') } });
    await tui.waitFor('$ ');
    tui.send('clear; $IRIS; echo "code $?"\r');
    await tui.waitFor('code 1');
    expect(tui.text()).toMatch(/iris-tui: this is a pane of iris-tui already \(bash\)/);
    tui.send('clear; $IRIS new -d -n inner -- sleep 600 && $IRIS ls --names && echo "code $?"\r');
    await tui.waitFor('code 0');
    expect(tui.text()).toMatch(/^.*bash\s*│?$/m);
    expect(tui.text()).toMatch(/^.*inner\s*│?$/m);
    tui.send('clear; $IRIS kill-session && echo never\r');
    // tmux's kill-session without -t ends the session it is in.
    const names = async () => (await runCli(['ls', '--names'], { home: tui.home })).stdout;
    await waitUntil(async () => (await names()) === 'inner\n', 'the pane is gone');
  });
});

describe('odd surroundings', () => {
  it('work: blanks and umlauts in paths, LANG=C, a folder that is gone', async () => {
    const plain = tempHome();
    const home = join(plain.path, 'Größe und  Blanks ♥');
    const work = join(plain.path, 'Arbeit hier');
    mkdirSync(work, { recursive: true });
    const env = { IRIS_HOME: home, LANG: 'C', LC_ALL: 'C' };
    try {
      const made = await runCli(
        ['new', '-d', '-n', 'Übung 1', '-c', 'Arbeit hier', '--', 'sh', '-c', 'pwd; exec sleep 600'],
        { home: plain, env },
      );
      expect(made).toMatchObject({ code: 0, stderr: '' });
      const waited = await runCli(['wait', 'Übung 1', '--text', 'Arbeit hier$'], {
        home: plain,
        env,
      });
      expect(waited).toMatchObject({ code: 0, stderr: '' });
      const [session] = JSON.parse((await runCli(['ls', '--json'], { home: plain, env })).stdout) as SessionInfo[];
      expect(session).toMatchObject({ name: 'Übung 1', cwd: work });
      // A shell whose folder was removed under it.
      const child = spawn(
        'sh',
        ['-c', `mkdir gone && cd gone && rmdir ../gone && exec "$0" "$1" ls --names`, ...IRIS],
        {
          cwd: plain.path,
          env: { ...plain.env, ...env },
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      );
      let out = '';
      child.stdout.on('data', (chunk) => {
        out += chunk;
      });
      child.stderr.on('data', (chunk) => {
        out += chunk;
      });
      const [code] = await once(child, 'close');
      expect({ code, out }).toEqual({ code: 0, out: 'Übung 1\n' });
    } finally {
      await runCli(['hub', 'stop', '--force'], { home: plain, env });
    }
  });

  it('work: an IRIS_HOME whose path is too long for a socket', async () => {
    const plain = tempHome();
    const env = { IRIS_HOME: join(plain.path, 'x'.repeat(100)) };
    try {
      expect(await runCli(['new', '-d', '-n', 'long', '--', 'sleep', '600'], { home: plain, env })).toMatchObject({
        code: 0,
        stderr: '',
      });
      const status = JSON.parse((await runCli(['hub', 'status', '--json'], { home: plain, env })).stdout);
      expect(status.socket).toMatch(/^\/tmp\/iris-tui-\d+\/[0-9a-f]{16}\.sock$/);
      expect((await runCli(['ls', '--names'], { home: plain, env })).stdout).toBe('long\n');
    } finally {
      await runCli(['hub', 'stop', '--force'], { home: plain, env });
    }
  });

  it('never end in a stack: a defect is one line, and its stack is in a file', async () => {
    const home = tempHome();
    // An environment no real hub has: its answer to hello is no WebSocket.
    const { code, stderr } = await runCli(['ls', '--hub', '/dev/null'], { home });
    expect(code).toBe(6);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    const broken = await runCli(['config', 'show'], { home, env: { IRIS_CONFIG_PATH: '/proc/self/mem' } });
    expect(broken.stderr + broken.stdout).not.toMatch(/\n\s+at /);
  });

  it('quietly stop when the reader of the output leaves', async () => {
    const home = tempHome();
    const child = spawn('sh', ['-c', '"$0" "$1" --help | head -n 1', ...IRIS], {
      env: home.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    await once(child, 'close');
    expect({ out, err }).toEqual({ out: 'NAME\n', err: '' });
  });
});

describe('the version', () => {
  it('is that of the package', async () => {
    const home = tempHome();
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    for (const flag of ['--version', '-V']) {
      expect(await runCli([flag], { home })).toMatchObject({ code: 0, stdout: `iris-tui ${version}\n`, stderr: '' });
    }
  });
});
