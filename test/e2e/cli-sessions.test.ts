import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SessionInfo } from '../../src/core/index.ts';
import { type CliResult, IRIS, runCli, type TempHome, tempHome, waitUntil } from '../support/index.ts';

let home: TempHome;
beforeAll(() => {
  home = tempHome();
});
afterAll(() => home.dispose());

const iris = (...args: string[]): Promise<CliResult> => runCli(args, { home });

/** Runs it and expects success without a word on standard error. */
async function ok(...args: string[]): Promise<string> {
  const result = await iris(...args);
  expect({ args, code: result.code, stderr: result.stderr }).toEqual({ args, code: 0, stderr: '' });
  return result.stdout;
}

async function list(): Promise<SessionInfo[]> {
  return JSON.parse(await ok('ls', '--json')) as SessionInfo[];
}

/** A shell that says what is typed into it: `cat` with a prompt of its own. */
async function startCat(name: string): Promise<string> {
  const id = (await ok('new', '-d', '-n', name, '--', 'sh', '-c', 'echo ready; exec cat')).trim();
  await ok('wait', name, '--text', 'ready');
  return id;
}

describe('iris-tui new and ls', () => {
  it('start a session without a terminal and print its id, and the hub with it', async () => {
    const result = await iris('new', '-d', '-n', 'first', '--', 'sleep', '600');
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toMatch(/^[a-z0-9]{12}\n$/);
    const [session] = await list();
    expect(session).toMatchObject({
      id: result.stdout.trim(),
      name: 'first',
      hub: 'local',
      transport: 'local',
      agent: { kind: 'command', since: expect.any(Number) },
      connection: { state: 'online', since: expect.any(Number), attempt: 0, maxAttempts: 0, transport: 'ready' },
      process: { pid: expect.any(Number), status: 'running' },
      epoch: expect.stringMatching(/^[0-9a-f-]{36}$/),
      seq: expect.any(Number),
      cols: 80,
      rows: 24,
      title: '',
      cwd: home.path,
      viewers: 0,
      createdAt: expect.any(Number),
    });
    expect(Math.abs(Date.now() - session!.createdAt)).toBeLessThan(60_000);
    await ok('kill', 'first');
  });

  it('print the whole session with --json', async () => {
    const session = JSON.parse(
      await ok('new', '--json', '-n', 'sized', '--size', '120x40', '-c', '/', '--', 'sleep', '600'),
    ) as SessionInfo;
    expect(session).toMatchObject({ name: 'sized', cols: 120, rows: 40, cwd: '/', command: ['sleep', '600'] });
    await ok('kill', session.id);
    expect(await list()).toEqual([]);
  });

  it('give the session the environment and the folder of the caller', async () => {
    const env = { HELLO: 'from here' };
    const made = await runCli(
      ['new', '-d', '-n', 'env', '--', 'sh', '-c', 'echo "$HELLO|$PWD|$IRIS_TUI|$IRIS_SESSION_NAME|"; sleep 600'],
      {
        home,
        env,
        cwd: '/usr',
      },
    );
    expect(made.code).toBe(0);
    await ok('wait', 'env', '--text', 'from here\\|/usr\\|1\\|env\\|');
    await ok('kill', 'env');
  });

  it('run a shell when nothing is named', async () => {
    await ok('new', '-d', '-n', 'shell');
    // Blanks at the ends of lines are not looked at.
    await ok('wait', 'shell', '--text', '\\$$');
    const [session] = await list();
    expect(session).toMatchObject({ agent: { kind: 'shell' }, command: ['/bin/bash'] });
    await ok('kill', 'shell');
  });

  it('run a command in place of an agent, and say how to get an agent that is missing', async () => {
    const session = JSON.parse(await ok('new', '--json', '-a', 'claude', '--', 'sleep', '600')) as SessionInfo;
    expect(session.agent.kind).toBe('claude');
    await ok('kill', session.id);
    const missing = await iris('new', '-d', '-a', 'claude', '--json');
    expect(missing.code).toBe(1);
    expect(JSON.parse(missing.stderr)).toMatchObject({
      code: 'program-missing',
      remedy: expect.stringContaining('npm install'),
    });
  });

  it('keep output and errors apart with --pipes', async () => {
    await ok('new', '-d', '-n', 'pipes', '--pipes', '--', 'sh', '-c', 'echo out; echo err >&2; sleep 600');
    await ok('wait', 'pipes', '--text', 'err');
    const entries = (await ok('logs', 'pipes', '--json'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const text = (kind: string) =>
      entries
        .filter((e) => e.kind === kind)
        .map((e) => Buffer.from(e.data, 'base64').toString())
        .join('');
    expect(text('output')).toBe('out\n');
    expect(text('error')).toBe('err\n');
    await ok('kill', 'pipes');
  });

  it('list for people as a table without control characters, for completion as names', async () => {
    await ok('new', '-d', '-n', 'evil\u001b[31mname', '--', 'sleep', '600');
    await ok('new', '-d', '-n', 'zwei', '--', 'sleep', '600');
    const table = await ok('ls');
    expect(table).not.toContain('\u001b');
    expect(table.trim().split('\n')).toHaveLength(2);
    expect(table).toMatch(/^zwei +command +\w+ +local +80x24 +\d+s +\//m);
    expect((await ok('ls', '--names')).trim().split('\n')[1]).toBe('zwei');
    for (const { id } of await list()) await ok('kill', id);
  });

  it('refuse what cannot be started, with the reason', async () => {
    for (const [args, code, message] of [
      [['-c', '/does/not/exist'], 1, /cannot start in \/does\/not\/exist \(no such file or folder\)/],
      [['-c', '/etc/passwd'], 1, /\/etc\/passwd \(it is not a folder\)/],
      [['--', 'no-such-program-here'], 1, /no-such-program-here/],
      [['-a', 'clod'], 2, /clod/],
      [['-t', 'backend'], 3, /team backend/],
      [['--size', 'big'], 2, /--size/],
    ] as const) {
      const result = await iris('new', '-d', ...args);
      expect(result.stderr, args.join(' ')).toMatch(message);
      expect(result.stderr.trim().split('\n')).toHaveLength(1);
      expect({ args, code: result.code, stdout: result.stdout }).toEqual({ args, code, stdout: '' });
    }
    expect(await list()).toEqual([]);
  });

  it('refuse a name that is taken', async () => {
    await ok('new', '-d', '-n', 'one', '--', 'sleep', '600');
    const second = await iris('new', '-d', '-n', 'one', '--', 'sleep', '600');
    expect(second).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('one') });
    await ok('kill', 'one');
  });
});

describe('iris-tui send, keys and capture', () => {
  let id: string;
  beforeAll(async () => {
    id = await startCat('cat');
  });
  afterAll(() => ok('kill', 'cat'));

  it('type a line and press Enter', async () => {
    await ok('send', 'cat', 'hello', 'there');
    await ok('wait', 'cat', '--text', '^hello there\nhello there$');
    expect(await ok('capture', 'cat')).toMatch(/^ready\nhello there\nhello there\n/);
  });

  it('are told of by keyboard, though whoever typed is not there any more', async () => {
    await startCat('typed');
    expect(await ok('keyboard', 'typed')).toBe('');
    await ok('send', 'typed', 'hello');
    expect(await ok('keyboard', 'typed')).toMatch(
      /^nobody watches typed\nlocal typed \d+s ago, and does not watch it now\n$/,
    );
    await ok('kill', 'typed');
  });

  it('leave the line open with --no-enter, and answer with the id', async () => {
    expect(JSON.parse(await ok('send', 'cat', 'half', '--no-enter', '--json'))).toEqual({ id });
    await ok('wait', 'cat', '--text', '^half$');
    await ok('keys', 'cat', 'BSpace', 'BSpace', 'BSpace', 'BSpace', 'w', 'h', 'o', 'le', 'Enter');
    await ok('wait', 'cat', '--text', '^whole\nwhole$');
  });

  it('type what comes on standard input, without its last line feed', async () => {
    const piped = await runCli(['send', 'cat', '--stdin'], { home, input: 'été 日本 👍\n' });
    expect(piped).toMatchObject({ code: 0, stdout: '', stderr: '' });
    await ok('wait', 'cat', '--text', '^été 日本 👍\nété 日本 👍$');
  });

  it('take text that looks like an option after --', async () => {
    await ok('send', 'cat', '--', '--flag', '-x');
    await ok('wait', 'cat', '--text', '^--flag -x\n--flag -x$');
    const without = await iris('send', 'cat', '--flag');
    expect(without).toMatchObject({ code: 2, stderr: expect.stringContaining("unknown option '--flag'") });
  });

  it('type key names as text with --literal', async () => {
    await ok('keys', '-l', 'cat', 'Enter');
    await ok('keys', 'cat', 'Enter');
    await ok('wait', 'cat', '--text', '^Enter\nEnter$');
  });

  it('send a megabyte whole', async () => {
    await ok(
      'new',
      '-d',
      '-n',
      'counter',
      '--',
      'sh',
      '-c',
      'stty raw -echo; echo go; head -c 1000000 | sha256sum; sleep 600',
    );
    await ok('wait', 'counter', '--text', 'go');
    const input = Array.from({ length: 100_000 }, (_, i) => String(i).padStart(9, 'x'))
      .join(' ')
      .slice(0, 1_000_000);
    const sent = await runCli(['send', 'counter', '--stdin', '--no-enter'], { home, input });
    expect(sent).toMatchObject({ code: 0, stderr: '' });
    const digest = createHash('sha256').update(input.padEnd(1_000_000)).digest('hex');
    expect(input).toHaveLength(999_999);
    await ok('send', 'counter', ' ', '--no-enter');
    await ok('wait', 'counter', '--text', digest);
    await ok('kill', 'counter');
  });

  it('print the screen as JSON with its size and cursor', async () => {
    const screen = JSON.parse(await ok('capture', 'cat', '--json'));
    expect(screen).toMatchObject({ cols: 80, rows: 24, cursor: { x: 0, y: expect.any(Number) } });
    expect(screen.text).toContain('ready');
  });

  it('print history and colours when asked', async () => {
    const name = 'colours';
    await ok('new', '-d', '-n', name, '--', 'sh', '-c', "seq 1 100; printf '\\033[31mred\\033[m\\n'; sleep 600");
    await ok('wait', name, '--text', 'red');
    expect(await ok('capture', name)).not.toContain('\u001b');
    expect(await ok('capture', name, '--ansi')).toMatch(/\u001b\[[0-9;]*31[0-9;]*mred/);
    expect((await ok('capture', name)).split('\n')).not.toContain('1');
    expect((await ok('capture', name, '--history', '1000')).split('\n').slice(0, 3)).toEqual(['1', '2', '3']);
    expect(await iris('capture', name, '--history', 'all')).toMatchObject({ code: 2 });
    await ok('kill', name);
  });
});

describe('iris-tui logs', () => {
  it('prints what was written, whole, without escape sequences, or as it came', async () => {
    await ok(
      'new',
      '-d',
      '-n',
      'log',
      '--',
      'sh',
      '-c',
      "for i in $(seq 1 3000); do printf '\\033[3%dmline %d\\033[m\\n' $((i%8)) $i; done",
    );
    await ok('wait', 'log', '--until', 'exited');
    const lines = (await ok('logs', 'log')).trimEnd().split('\n');
    expect(lines).toHaveLength(3000);
    expect(lines[0]).toBe('line 1');
    expect(lines[2999]).toBe('line 3000');
    expect(await ok('logs', 'log', '--raw')).toContain('\u001b[31mline 1\u001b[m\r\n');
  });

  it('begins after an entry with --since', async () => {
    const entries = (await ok('logs', 'log', '--json'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(entries.map((e) => e.seq)).toEqual(entries.map((_, i) => entries[0].seq + i));
    const { seq } = entries.at(-1);
    expect(await ok('logs', 'log', '--since', String(seq))).toBe('');
    const last = (await ok('logs', 'log', '--json', '--since', String(seq - 1))).trim().split('\n');
    expect(last.map((line) => JSON.parse(line).seq)).toEqual([seq]);
    await ok('kill', 'log');
  });

  it('follows until the session ends', async () => {
    await startCat('follow');
    const follower = runCli(['logs', 'follow', '--follow'], { home });
    await ok('send', 'follow', 'one');
    await ok('send', 'follow', 'two');
    await ok('wait', 'follow', '--text', '^two\ntwo$');
    await ok('keys', 'follow', 'C-d');
    const { stdout, code, stderr } = await follower;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe('ready\none\none\ntwo\ntwo\n');
    await ok('kill', 'follow');
  });

  it('prints all that is kept, and says what is not: no picture stands in its place', async () => {
    await ok('new', '-d', '-n', 'long', '--', 'sh', '-c', 'seq -f "line %07.0f" 400000; exec sleep 1000');
    await ok('wait', 'long', '--text', 'line 0400000', '--timeout', '60');
    const { code, stdout, stderr } = await iris('logs', 'long');
    expect(code).toBe(0);
    expect(stderr).toMatch(/^iris-tui: entries 1 to \d+ are no longer kept\n$/);
    const numbers = [...stdout.matchAll(/^line (\d{7})$/gm)].map((match) => Number(match[1]));
    // 2 MiB are kept.
    expect(numbers.length).toBeGreaterThan(100_000);
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, i) => 400_000 - numbers.length + 1 + i));
    await ok('kill', 'long');
  });

  it('ends quietly when the reader leaves: | head', async () => {
    await ok('new', '-d', '-n', 'endless', '--', 'yes');
    const child = spawn(IRIS[0], [IRIS[1], 'logs', 'endless', '--follow'], {
      env: home.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const [code] = await once(child, 'close');
    // A flood may have pushed out its beginning before anybody read it: that is said.
    expect({ code, stderr: stderr.replace(/^iris-tui: entries \d+ to \d+ are no longer kept.*\n$/, '') }).toEqual({
      code: 0,
      stderr: '',
    });
    await ok('kill', 'endless');
  });
});

describe('iris-tui wait', () => {
  it('ends with 0 when a text is there, and says which', async () => {
    await startCat('waiter');
    const waiting = iris('wait', 'waiter', '--text', 'num(ber) \\d+', '--json');
    await ok('send', 'waiter', 'number 42');
    const { code, stdout } = await waiting;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ matched: 'number 42', session: { name: 'waiter' } });
  });

  it('ends with 4 when the time is over', async () => {
    const result = await iris('wait', 'waiter', '--text', 'never', '--timeout', '0.2', '--json');
    expect(result).toMatchObject({ code: 4, stdout: '' });
    expect(JSON.parse(result.stderr)).toMatchObject({ code: 'timed-out' });
  });

  it('sees the end of the process, with its exit code', async () => {
    await ok('new', '-d', '-n', 'failing', '--', 'sh', '-c', 'exit 7');
    const ended = JSON.parse(await ok('wait', 'failing', '--until', 'exited', '--json'));
    expect(ended.session.process).toMatchObject({ status: 'exited', exitCode: 7 });
    const waiting = iris('wait', 'waiter', '--until', 'exited');
    await ok('keys', 'waiter', 'C-d');
    expect((await waiting).code).toBe(0);
    await ok('kill', 'failing');
    await ok('kill', 'waiter');
  });

  it('wants a state or a text, and a pattern that is one', async () => {
    for (const args of [
      [],
      ['--until', 'idle', '--text', 'x'],
      ['--until', 'idel'],
      ['--text', '('],
      ['--text', 'x', '--timeout', 'soon'],
    ]) {
      const result = await iris('wait', 'any', ...args);
      expect({ args, code: result.code, stdout: result.stdout }).toEqual({ args, code: 2, stdout: '' });
    }
  });
});

describe('iris-tui kill, restart, rename and cancel', () => {
  it('interrupt, start again, name and end a session', async () => {
    const id = (
      await ok(
        'new',
        '-d',
        '-n',
        'life',
        '--',
        'sh',
        '-c',
        'trap "echo caught" INT; echo up; while :; do sleep 0.05; done',
      )
    ).trim();
    await ok('wait', 'life', '--text', 'up');
    expect(JSON.parse(await ok('cancel', 'life', '--json'))).toEqual({ id });
    await ok('wait', 'life', '--text', 'caught');
    const [before] = await list();
    expect(await ok('rename', 'life', 'leben')).toBe('');
    const again = JSON.parse(await ok('restart', 'leben', '--json')) as SessionInfo;
    expect(again).toMatchObject({ id, name: 'leben' });
    expect(again.epoch).not.toBe(before!.epoch);
    await ok('wait', 'leben', '--text', 'up');
    const { pid } = (await list())[0]!.process;
    expect(JSON.parse(await ok('kill', id.slice(0, 5), '--json'))).toEqual({ id });
    expect(await list()).toEqual([]);
    await waitUntil(() => !home.processes().some((p) => p.pid === pid), 'its process is gone');
  });
});

describe('a session that is not there', () => {
  it('ends every verb with 3, on one line that says what there is', async () => {
    await ok('new', '-d', '-n', 'alpha', '--', 'sleep', '600');
    await ok('new', '-d', '-n', 'alpine', '--', 'sleep', '600');
    for (const args of [
      ['send', 'nope', 'x'],
      ['keys', 'nope', 'x'],
      ['capture', 'nope'],
      ['logs', 'nope'],
      ['wait', 'nope', '--text', 'x'],
      ['kill', 'nope'],
      ['restart', 'nope'],
      ['rename', 'nope', 'x'],
      ['cancel', 'nope'],
      ['retry', 'nope'],
      ['connection', 'nope'],
      ['kill', 'alp'],
      ['has-session', '-t', 'nope'],
      ['kill-session', '-t', 'nope'],
    ]) {
      const json = await iris(...args, '--json');
      expect({ args, code: json.code, stdout: json.stdout }).toEqual({ args, code: 3, stdout: '' });
      expect(JSON.parse(json.stderr)).toEqual({
        code: args[1] === 'alp' ? 'ambiguous' : 'not-found',
        message: expect.any(String),
        remedy: expect.any(String),
      });
    }
    expect(await iris('kill', 'alp')).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringMatching(/^iris-tui: .*alpha.*alpine.*\n$/),
    });
    await ok('kill', 'alpha');
    await ok('kill', 'alp');
  });
});
