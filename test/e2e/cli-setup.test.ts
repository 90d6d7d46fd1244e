import { spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SessionInfo } from '../../src/core/index.ts';
import { disposeHomes, runCli, spawnTui, type TempHome, tempHome, waitUntil } from '../support/index.ts';

afterEach(disposeHomes);

describe('iris-tui config', () => {
  it('prints where the file is, checks it and shows what is in force', async () => {
    const home = tempHome();
    const path = join(home.irisHome, 'config.yaml');
    expect(await runCli(['config', 'path'], { home })).toMatchObject({ code: 0, stdout: `${path}\n` });
    expect(JSON.parse((await runCli(['config', 'path', '--json'], { home })).stdout)).toEqual({
      path,
      from: 'IRIS_HOME',
      exists: false,
    });
    expect(await runCli(['config', 'check'], { home })).toMatchObject({ code: 0, stderr: '' });

    home.config('settings:\n  prefix: C-a\n  bordres: single\nhubs: {}\n');
    const check = await runCli(['config', 'check'], { home });
    expect(check).toMatchObject({ code: 1, stderr: '' });
    expect(check.stdout).toBe(
      `${path}:3:3: settings has no key "bordres" (did you mean borders?)\n${path}:4:1: hubs: has no effect yet\n`,
    );
    const asJson = JSON.parse((await runCli(['config', 'check', '--json'], { home })).stdout);
    expect(asJson).toMatchObject({ file: path, exists: true, ok: false });
    expect(asJson.problems[0]).toEqual({
      file: path,
      line: 3,
      column: 3,
      severity: 'error',
      section: 'settings',
      path: '',
      message: 'settings has no key "bordres"',
      remedy: 'did you mean borders?',
    });
    const shown = await runCli(['config', 'show'], { home });
    expect(shown.stdout).toContain('prefix: C-a\n');
    expect(shown.stdout).toContain('borders: rounded\n');
    expect(JSON.parse((await runCli(['config', 'show', '--json'], { home })).stdout).settings.prefix).toBe('C-a');

    home.config('settings:\n  prefix: C-a\nteams: {}\n');
    expect((await runCli(['config', 'check'], { home })).code).toBe(0);
  });

  it('takes IRIS_CONFIG_PATH, which then has to exist', async () => {
    const home = tempHome();
    const env = { IRIS_CONFIG_PATH: 'mine.yaml' };
    const missing = await runCli(['config', 'check'], { home, env });
    expect(missing).toMatchObject({ code: 1, stdout: expect.stringContaining('no such file') });
    home.write('mine.yaml', 'theme:\n  accent: magenta\n');
    expect((await runCli(['config', 'show'], { home, env })).stdout).toContain('accent: magenta');
  });

  it('shows no secrets, and says what to do when others may read them', async () => {
    const home = tempHome({ TOKEN: 's3cret' });
    const path = home.config(`
teams:
  api:
    remote: ssh -p \${PORT:-22} gpu
    remoteOptions: { passphrase: hunter2 }
    env: { API_KEY: k-123, X: "\${TOKEN}" }
`);
    chmodSync(path, 0o644);
    const check = await runCli(['config', 'check'], { home });
    expect(check).toMatchObject({
      code: 0,
      stdout: `${path}: others may read it, and it may hold secrets (chmod 600 ${path})\n`,
    });
    expect(JSON.parse((await runCli(['config', 'check', '--json'], { home })).stdout)).toMatchObject({
      ok: true,
      problems: [{ severity: 'warning', remedy: `chmod 600 ${path}` }],
    });
    for (const form of [[], ['--json']]) {
      const { stdout } = await runCli(['config', 'show', ...form], { home });
      expect(stdout).not.toMatch(/hunter2|k-123|s3cret/);
      expect(stdout).toMatch(/ssh -p \$\{PORT:-22\} gpu/);
    }
    const key = home.write(join(relative(home.path, home.irisHome), 'state', 'hub-secrets.key'), 'x', 0o644);
    const { stdout: checked } = await runCli(['doctor', '--no-teams'], { home });
    expect(checked).toMatch(/^warn +config +.*chmod 600/m);
    expect(checked).toContain(`others may read ${key}: chmod 600 ${key}\n`);
  });

  it('names rules of agents that are wrong, as doctor does', async () => {
    const home = tempHome();
    home.config('theme: {}\n');
    home.write('iris/rules/mine.yaml', 'agent: mine\nrulez: []\n');
    const check = await runCli(['config', 'check'], { home });
    expect(check.code).toBe(1);
    expect(check.stdout).toMatch(/rules\/mine\.yaml: /);
    const report = await runCli(['doctor', '--no-teams'], { home });
    expect(report.code).toBe(1);
    expect(report.stdout).toMatch(/^FAIL +rules +.*mine\.yaml/m);
  });

  it('prints a JSON Schema that knows the settings', async () => {
    const home = tempHome();
    const schema = JSON.parse((await runCli(['config', 'schema'], { home })).stdout);
    expect(schema.properties.settings.properties.borders).toMatchObject({
      anyOf: [{ enum: ['rounded', 'single', 'ascii'] }, { type: 'string' }],
      default: 'rounded',
    });
    expect(schema.properties.settings.additionalProperties).toBe(false);
  });
});

describe('iris-tui doctor', () => {
  it('looks at everything, finds agents on PATH, and starts nothing', async () => {
    const home = tempHome();
    home.write('bin/codex', '#!/bin/sh\n', 0o755);
    home.write('bin/claude', 'not for running', 0o644);
    const env = { PATH: `${join(home.path, 'bin')}:${home.env.PATH}` };
    const { code, stdout, stderr } = await runCli(['doctor', '--json'], { home, env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const report = JSON.parse(stdout);
    expect(report.ok).toBe(true);
    const names = report.checks.map((check: { name: string }) => check.name);
    for (const name of [
      'node',
      'pty',
      'hub',
      'socket',
      'state folder',
      'socket folder',
      'terminal',
      'locale',
      'shell',
      'config',
      'agents',
    ]) {
      expect(names).toContain(name);
    }
    const agent = (name: string) => report.agents.find((a: { name: string }) => a.name === name);
    expect(agent('codex').path).toBe(join(home.path, 'bin/codex'));
    expect(agent('claude').path).toBeUndefined();
    await home.assertNoProcesses();
    const plain = await runCli(['doctor'], { home, env });
    expect(plain.stdout).toMatch(/^ok +pty /m);
    expect(plain.stdout).toContain(join(home.path, 'bin/codex'));
  });

  it('ends with 1 when something is broken, and says what to do', async () => {
    const home = tempHome();
    home.config('settings: [\n');
    const broken = await runCli(['doctor'], { home, env: { SHELL: '/bin/no-such-shell', LANG: 'C', LC_ALL: 'C' } });
    expect(broken.code).toBe(1);
    expect(broken.stdout).toMatch(/^FAIL +config +.*config\.yaml:\d+:\d+: .*iris-tui config check/m);
    expect(broken.stdout).toMatch(/^FAIL +shell +\/bin\/no-such-shell .*settings\.shell/m);
    expect(broken.stdout).toMatch(/^warn +locale +C is not UTF-8/m);
  });

  it('sees a hub that runs, and folders that are open to others', async () => {
    const home = tempHome();
    await runCli(['new', '-d', '--', 'sleep', '600'], { home });
    chmodSync(join(home.irisHome, 'state'), 0o755);
    const { stdout } = await runCli(['doctor'], { home });
    expect(stdout).toMatch(/^ok +hub +pid \d+, .*1 session$/m);
    expect(stdout).toMatch(/^warn +state folder +.*chmod 700/m);
  });
});

describe('iris-tui workspace', () => {
  it('saves, lists, loads and deletes layouts', async () => {
    const home = tempHome();
    await using tui = spawnTui({ home });
    await tui.waitFor('$ ');
    const run = (...args: string[]) => runCli(['workspace', ...args], { home });
    expect(await run('save', 'monday')).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const list = JSON.parse((await run('list', '--json')).stdout);
    expect(list).toEqual([{ name: 'monday', tabs: 1, savedAt: expect.any(Number) }]);
    expect((await run('ls')).stdout).toMatch(/^monday +1 tab +\d+s ago\n$/);
    expect((await run('list', '--names')).stdout).toBe('monday\n');
    expect(JSON.parse((await run('load', 'monday', '--json')).stdout)).toMatchObject({ revision: expect.any(Number) });
    expect(await run('load', 'tuesday')).toMatchObject({ code: 3, stdout: '' });
    expect(await run('delete', 'monday')).toMatchObject({ code: 0 });
    expect(JSON.parse((await run('list', '--json')).stdout)).toEqual([]);
  });
});

describe("tmux's names", () => {
  let home: TempHome;
  beforeAll(() => {
    home = tempHome();
  });
  afterAll(() => home.dispose());
  const tmux = (...args: string[]) => runCli(args, { home });

  it('do what they do there', async () => {
    expect(await tmux('has-session', '-t', 'web')).toMatchObject({ code: 3, stdout: '' });
    const made = await tmux(
      'new-session',
      '-d',
      '-s',
      'web',
      '-c',
      '/',
      '-x',
      '100',
      '-y',
      '30',
      'echo "$PWD" && exec cat',
    );
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(await tmux('has-session', '-t', '=web:0')).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const [session] = JSON.parse((await tmux('list-sessions', '--json')).stdout) as SessionInfo[];
    expect(session).toMatchObject({ name: 'web', cols: 100, rows: 30, cwd: '/' });
    expect((await tmux('send-keys', '-t', 'web', 'hello', 'Space', 'you', 'Enter')).code).toBe(0);
    expect((await tmux('wait', 'web', '--text', '^hello you\nhello you$')).code).toBe(0);
    const captured = await tmux('capture-pane', '-p', '-t', 'web', '-S', '-100');
    expect(captured.stdout.split('\n').slice(0, 3)).toEqual(['/', 'hello you', 'hello you']);
    expect((await tmux('send-keys', '-l', '-t', 'web', 'Enter')).code).toBe(0);
    // The only session is meant when none is named.
    expect((await tmux('kill-session')).code).toBe(0);
    expect(JSON.parse((await tmux('list-sessions', '--json')).stdout)).toEqual([]);
  });
});

describe('wrong usage', () => {
  it('ends with 2, on one line that says what was probably meant', async () => {
    const home = tempHome();
    for (const [args, message] of [
      [['atach'], /there is no command atach: did you mean attach\?/],
      [['frobnicate'], /there is no command frobnicate: iris-tui --help lists them all/],
      [['hub', 'strat'], /there is no command hub strat: did you mean hub start\?/],
      [['hub'], /hub needs a command: it is one of start, stop, status, run/],
      [['ls', '--jsn'], /unknown option '--jsn': did you mean --json\?/],
      [['--hlep'], /there is no option --hlep: did you mean --help\?/],
      [['capture'], /missing required argument 'SESSION': see iris-tui capture --help/],
      [['ls', 'extra'], /too many arguments: see iris-tui ls --help/],
      [['wait', 'x', '--until', 'idel'], /--until takes one of .*, not idel: did you mean idle\?/],
      [['completion', 'tcsh'], /there is no completion for tcsh/],
      [['send', 'x', 'y', '--stdin'], /both TEXT and --stdin/],
      [['help', 'atach'], /did you mean attach\?/],
      [['hub', 'start', '--listen', 'somewhere'], /somewhere is no address to listen on/],
    ] as const) {
      const { code, stdout, stderr } = await runCli(args, { home });
      expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: '' });
      expect(stderr).toMatch(message);
      expect(stderr).toMatch(/^iris-tui: .*\n$/);
    }
  });

  it('is an object with --json', async () => {
    const home = tempHome();
    const { code, stdout, stderr } = await runCli(['ls', '--json', '--bogus'], { home });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(JSON.parse(stderr)).toEqual({
      code: 'usage',
      message: expect.stringContaining('--bogus'),
      remedy: expect.any(String),
    });
  });
});

describe('completion scripts', () => {
  it('are read by their shells without a complaint, and complete in bash', async () => {
    const home = tempHome();
    await runCli(['new', '-d', '-n', 'alpha', '--', 'sleep', '600'], { home });
    await runCli(['new', '-d', '-n', 'al dente', '--', 'sleep', '600'], { home });
    const script = home.write('completion.bash', (await runCli(['completion', 'bash'], { home })).stdout);
    expect(spawnSync('bash', ['-n', script], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
    home.write(
      'bin/iris-tui',
      `#!/bin/sh\nexec "${process.execPath}" "${join(import.meta.dirname, '../../bin/iris-tui.js')}" "$@"\n`,
      0o755,
    );
    const complete = (...words: string[]) => {
      const code = `. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _iris_tui; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const env = { ...home.env, PATH: `${join(home.path, 'bin')}:${home.env.PATH}` };
      const { stdout, stderr } = spawnSync('bash', ['-c', code, script, 'iris-tui', ...words], {
        env,
        encoding: 'utf8',
      });
      expect(stderr).toBe('');
      return stdout.trim().split('\n').sort();
    };
    expect(complete('ca')).toEqual(['cancel', 'capture', 'capture-pane']);
    expect(complete('hub', 'st')).toEqual(['start', 'status', 'stop']);
    expect(complete('wait', 'x', '--until', 'd')).toEqual(['done']);
    expect(complete('ls', '--')).toEqual(['--help', '--hub', '--json', '--names']);
    expect(complete('capture', 'alp')).toEqual(['alpha']);
    expect(complete('capture', 'al')).toEqual(['al\\ dente', 'alpha']);
    expect(complete('wait', '--timeout', '5', 'alp')).toEqual(['alpha']);
    expect(complete('new', '-a', 'co')).toEqual(['codex']);
    expect(complete('completion', '')).toEqual(['bash', 'fish', 'zsh']);
    home.config('teams:\n  api: {}\n  apollo: {}\n  web: {}\n');
    await waitUntil(() => complete('up', 'w').includes('web'), 'the hub has read the config');
    expect(complete('up', 'web', 'ap')).toEqual(['api', 'apollo']);
    expect(complete('new', '-d', '--team', 'apo')).toEqual(['apollo']);
    expect(complete('doctor', 'w')).toEqual(['web']);
  });
});
