import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { endCarriers } from '../../../src/transports/index.ts';
import {
  CAN_MAKE_USERS,
  HeldTimers,
  isAlive,
  openPty,
  processesWithEnv,
  type Sshd,
  startSshd,
  stopSshds,
  testUser,
  waitUntil,
} from '../../support/index.ts';
import { failureOf, runSsh, stopRuns } from './run-ssh.ts';

let sshd: Sshd;
beforeAll(async () => {
  sshd = await startSshd();
});
afterEach(stopRuns);
afterAll(stopSshds);

const shell = (script: string) => ['sh', '-c', script];

/** Time for a start, as no other timer has it. */
const START_MS = 45_678;

describe.runIf(CAN_MAKE_USERS)('questions appear in the pane and are answered there', () => {
  it.each(['password', 'keyboardInteractive'] as const)('%s, the first answer being wrong', async (method) => {
    using user = testUser();
    await using asks = await startSshd({ publicKey: false, [method]: true, banner: 'all is logged\n', ownHome: true });
    using limit = new HeldTimers(START_MS);
    const run = runSsh(['-l', user.name, ...asks.words()], {
      command: shell('stty raw -echo; id -un; exec cat'),
      startTimeoutMs: START_MS,
    });
    expect(limit.waiting).toBe(1);
    await run.says(/assword: $/);
    // Whoever is asked may take longer than a start.
    limit.runOut();
    // The banner stands before the question.
    expect(run.text.indexOf('all is logged')).toBe(0);
    expect(run.transport.status).toBe('connecting');
    run.transport.write(Buffer.from('wrong\n'));
    await waitUntil(() => run.text.match(/assword: /g)?.length === 2, 'it asks again', { detail: () => run.state });
    run.transport.write(Buffer.from(`${user.password}\n`));
    // Behind the answer: it is for the program.
    await run.says(`${user.name}\n`);
    expect(run.text).not.toContain(user.password);
    expect(run.statuses).toEqual(['connecting', 'spawning', 'ready']);
    // The shell there had as long again.
    expect(limit).toMatchObject({ begun: 2, waiting: 0 });
    run.transport.write(Buffer.from('typed\r'));
    await run.says('typed\r');
  });

  it('with pipes, on a terminal that is named; and without one nobody is asked, whatever display there is', async () => {
    using user = testUser();
    await using asks = await startSshd({ publicKey: false, password: true });
    const words = ['-l', user.name, ...asks.words()];
    const pty = openPty({
      command: ['sh', '-c', 'tty; exec sleep 600'],
      cols: 80,
      rows: 24,
      cwd: '/',
      env: { PATH: process.env.PATH ?? '' },
    });
    let text = '';
    pty.onData((bytes) => {
      text += bytes.toString();
    });
    const askOn = await waitUntil(() => /^(\/dev\/\S+)\r/.exec(text)?.[1], 'the name of a terminal');
    using limit = new HeldTimers(START_MS);
    const run = runSsh(words, { mode: 'pipes', askOn, command: ['id', '-un'], startTimeoutMs: START_MS });
    expect(run.transport.asked).toBe(false);
    await waitUntil(() => text.endsWith('password: '), 'a question', { detail: () => text + run.state });
    expect(run.transport.asked).toBe(true);
    // Whoever is asked may take longer than a start.
    limit.runOut();
    pty.write(`${user.password}\n`);
    expect(await run.over()).toEqual({ exitCode: 0 });
    expect(run.text).toBe(`${user.name}\n`);
    expect(text).not.toContain(user.password);
    // Ended while it asks, it gives the terminal back as it was.
    const echoes = () => / echo /.test(spawnSync('stty', ['-a', '-F', askOn], { encoding: 'utf8' }).stdout);
    text = '';
    const ended = runSsh(words, { mode: 'pipes', askOn });
    await waitUntil(() => text.endsWith('password: '), 'a question', { detail: () => text + ended.state });
    expect(echoes()).toBe(false);
    endCarriers();
    await waitUntil(() => echoes(), 'what is typed is shown again');
    expect(await failureOf(ended)).toMatchObject({ code: 'unreachable' });
    pty.kill('SIGKILL');
    const silent = runSsh(words, { mode: 'pipes', localEnv: { DISPLAY: ':0' } });
    const error = await failureOf(silent);
    expect(error).toMatchObject({ code: 'login-refused', retriable: false });
    expect(error.line).toContain('without a password (password): use a key');
  });

  it('a wrong password thrice is permanent', async () => {
    using user = testUser();
    await using asks = await startSshd({ publicKey: false, password: true });
    const run = runSsh(['-l', user.name, ...asks.words()]);
    for (let i = 1; i <= 3; i++) {
      await waitUntil(() => run.text.match(/assword: /g)?.length === i, 'a question', { detail: () => run.state });
      run.transport.write(Buffer.from('wrong\n'));
    }
    const error = await failureOf(run);
    expect(error).toMatchObject({ code: 'login-refused', retriable: false });
    expect(error.line).toContain(`target refused the login of ${user.name} (password)`);
  });

  it.each(['/usr/bin/fish', '/usr/bin/tcsh', '/bin/dash'])('a user whose login shell is %s', async (path) => {
    using user = testUser({ shell: path });
    mkdirSync(join(user.home, "it's a $HOME; `touch canary`\n!!"));
    await using any = await startSshd({ ownHome: true });
    const run = runSsh(['-l', user.name, ...any.words()], {
      cwd: "it's a $HOME; `touch canary`\n!!",
      command: ['printf', '<%s>', '$(touch canary)', "it's", 'a\nb', '!!'],
    });
    expect(await run.over()).toEqual({ exitCode: 0 });
    expect(run.text).toContain("<$(touch canary)><it's><a\r\nb><!!>");
    expect(readdirSync(user.home, { recursive: true }).filter((name) => String(name).includes('canary'))).toEqual([
      "it's a $HOME; `touch canary`\n!!",
    ]);
  });
});

describe('a new host key', () => {
  it('is asked about, and remembered', async () => {
    await using fresh = await startSshd();
    fresh.forgetHosts();
    const run = runSsh(fresh.words(), { command: shell('echo up') });
    await run.says(/\(yes\/no\/\[fingerprint\]\)\? $/);
    run.transport.write(Buffer.from('yes\n'));
    expect(await run.over()).toEqual({ exitCode: 0 });
    expect(readFileSync(fresh.knownHosts, 'utf8')).toContain('ssh-ed25519');
    const no = await startSshd();
    no.forgetHosts();
    const refused = runSsh(no.words());
    await refused.says(/\(yes\/no\/\[fingerprint\]\)\? $/);
    refused.transport.write(Buffer.from('no\n'));
    expect(await failureOf(refused)).toMatchObject({ code: 'host-key', retriable: false });
  });
});

describe('a passphrase', () => {
  it.each([true, false])('opens a key, unattended: %s; and stands in no argument and no file', async (unattended) => {
    await using locked = await startSshd();
    const identity = locked.makeIdentity('locked', 'open sesame');
    locked.authorize(identity);
    locked.addHost({ name: 'locked', lines: [] });
    const words = [
      '-F',
      'none',
      '-o',
      `UserKnownHostsFile=${locked.knownHosts}`,
      '-o',
      'IdentityAgent=none',
      '-l',
      locked.user,
      '-p',
      String(locked.port),
      '127.0.0.1',
    ];
    const options = { identity, passphrase: 'open sesame' };
    const run = runSsh(words, { unattended, options, command: shell('echo up; exec sleep 600') });
    await run.says('up');
    const pid = run.transport.pid!;
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toContain('sesame');
    expect(run.transport.launchCommand.join(' ')).not.toContain('sesame');
    expect(run.transport.diagnostics?.join('\n')).not.toContain('sesame');
    const log = /-E\0([^\0]+)/.exec(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))![1]!;
    const folder = join(log, '..');
    for (const name of readdirSync(folder)) expect(readFileSync(join(folder, name), 'utf8')).not.toContain('sesame');
    await run.transport.stop();

    const wrong = runSsh(words, { unattended: true, options: { identity, passphrase: 'wrong' } });
    const error = await failureOf(wrong);
    expect(error).toMatchObject({ code: 'login-refused', retriable: false });
    expect(error.line).toContain(`the passphrase of ${identity} is wrong`);
  });

  it('does not stand in the way of other questions', async () => {
    await using fresh = await startSshd();
    fresh.forgetHosts();
    const run = runSsh(fresh.words(), {
      options: { identity: fresh.identity, passphrase: 'unused' },
      command: shell('echo up'),
    });
    await run.says(/\(yes\/no\/\[fingerprint\]\)\? $/);
    run.transport.write(Buffer.from('yes\n'));
    expect(await run.over()).toEqual({ exitCode: 0 });
  });
});

describe('the way there', () => {
  it('may lead over another host', async () => {
    await using jump = await startSshd();
    jump.addHost({ name: 'inner', lines: ['ProxyJump target'] }, sshd);
    jump.trust(sshd);
    const run = runSsh(jump.words('inner'), { unattended: true, command: shell('echo up; exec sleep 600') });
    await run.says('up');
    expect(jump.connections()).toHaveLength(1);
    await jump.killConnections();
    expect(await failureOf(run)).toMatchObject({ code: 'unreachable', retriable: true });
    // The other host refuses: permanent, by its own words.
    await jump.restart({ newHostKey: true });
    expect(await failureOf(runSsh(jump.words('inner'), { unattended: true }))).toMatchObject({
      code: 'host-key',
      retriable: false,
    });
    jump.forgetHosts();
    jump.trust(sshd);
    // Unknown, and nobody to ask, though that ssh is not ours.
    expect(await failureOf(runSsh(jump.words('inner'), { unattended: true }))).toMatchObject({
      code: 'host-key',
      retriable: false,
    });
    await jump.killListener();
    expect(await failureOf(runSsh(jump.words('inner'), { unattended: true }))).toMatchObject({
      code: 'unreachable',
      retriable: true,
    });
  });

  it('may be shared with a master, and lost with it', async () => {
    await using shared = await startSshd({ maxSessions: 2 });
    const socket = join(shared.folder, 'master');
    const lines = ['ControlMaster auto', `ControlPath ${socket}`, 'ControlPersist yes'];
    shared.addHost({ name: 'shared', lines });
    const up = { command: shell('echo up; read line; exit 9') };
    const first = runSsh(shared.words('shared'), up);
    await first.says('up');
    const second = runSsh(shared.words('shared'), up);
    await second.says('up');
    expect(shared.connections()).toHaveLength(1);
    // One more than sshd allows in a connection gets its own.
    const third = runSsh(shared.words('shared'), up);
    await third.says('up');
    expect(shared.connections()).toHaveLength(2);
    // The one that made the master is stopped: the master and the other go on.
    await first.transport.stop();
    second.transport.write(Buffer.from('\n'));
    expect(await second.over()).toEqual({ exitCode: 9 });
    const fourth = runSsh(shared.words('shared'), up);
    await fourth.says('up');
    await shared.killConnections();
    expect(await failureOf(fourth)).toMatchObject({ code: 'unreachable', retriable: true });
  });
});

describe('what is typed before the program runs', () => {
  it('waits for it', async () => {
    const run = runSsh(sshd.words(), { command: shell('read line; echo "<$line>"') });
    run.transport.write(Buffer.from('typed '));
    run.transport.write(Buffer.from('ahead\r'));
    expect(await run.over()).toEqual({ exitCode: 0 });
    expect(run.text).toBe('typed ahead\r\n<typed ahead>\r\n');
  });

  it('arrives byte for byte without a terminal', async () => {
    const run = runSsh(sshd.words(), { mode: 'pipes', command: shell('head -c 6 | od -An -c') });
    run.transport.write(Buffer.from('ls\r\u0003\u001bx'));
    await run.over();
    expect(run.text.trim().replace(/\s+/g, ' ')).toBe('l s \\r 003 033 x');
  });
});

describe('a terminal there', () => {
  it('has the size of the pane, and follows it', async () => {
    const run = runSsh(sshd.words(), {
      cols: 91,
      rows: 17,
      command: shell('trap "stty size; exit" WINCH; stty size; while :; do sleep 0.05; done'),
    });
    await run.says('17 91');
    run.transport.resize(120, 40);
    await run.says('40 120');
  });

  it('has the environment that is added, which stands in no argument', async () => {
    const secret = 's3cret "$(touch canary)" `x`\n';
    const run = runSsh(sshd.words(), {
      farEnv: { API_KEY: secret, TERM: 'xterm-256color' },
      command: shell('printf "[%s]" "$API_KEY"; echo "$TERM"; ps axww -o args; echo done; exec sleep 600'),
    });
    await run.says('done');
    expect(run.text).toContain(`[${secret.replace('\n', '\r\n')}]xterm-256color`);
    expect(run.text.match(/s3cret/g)).toHaveLength(1);
    expect(readdirSync(sshd.remoteHome)).toEqual([]);
  });
});

describe('the round trip', () => {
  it('is what the kernel measured', async () => {
    const run = runSsh(sshd.words(), { command: shell('echo up; exec sleep 600') });
    await run.says('up');
    const ms = await waitUntil(() => run.transport.metrics.roundTripMs, 'a round trip');
    expect(ms).toBeGreaterThan(0);
    expect(ms).toBeLessThan(1000);
  });
});

describe('nothing is left there', () => {
  const id = `far-${process.pid}`;
  const identity = { IRIS_SESSION_ID: id };
  const there = () => processesWithEnv('IRIS_SESSION_ID', id);

  it('of an earlier run that has not noticed that its connection is gone', async () => {
    const first = runSsh(sshd.words(), {
      sessionId: id,
      farEnv: identity,
      command: shell('trap "" HUP TERM; (exec sleep 601) & echo up; while :; do sleep 1; done'),
    });
    await first.says('up');
    const [before] = there().filter((info) => info.command.startsWith('sh -c trap'));
    // sshd there knows of nothing: as after a network that went away.
    for (const info of sshd.connections()) process.kill(info.pid, 'SIGSTOP');
    const frozen = sshd.connections();
    process.kill(first.transport.pid!, 'SIGKILL');
    await failureOf(first);
    expect(isAlive(before!)).toBe(true);
    const second = runSsh(sshd.words(), {
      sessionId: id,
      farEnv: identity,
      command: shell('echo again; exec sleep 602'),
    });
    await second.says('again');
    expect(isAlive(before!)).toBe(false);
    for (const info of frozen) process.kill(info.pid, 'SIGCONT');
    await second.transport.stop();
    await waitUntil(() => there().length === 0, 'all is gone', {
      detail: () => JSON.stringify(there()),
    });
  });

  it.each(['pty', 'pipes'] as const)(
    'with %s, of a program that ignores all that it can, when this side is killed',
    async (mode) => {
      const run = runSsh(sshd.words(), {
        mode,
        sessionId: id,
        farEnv: identity,
        command: shell('trap "" HUP TERM INT; echo up; while :; do sleep 1; done'),
      });
      await run.says('up');
      process.kill(run.transport.pid!, 'SIGKILL');
      await failureOf(run);
      await waitUntil(() => there().length === 0, 'all is gone', {
        detail: () => JSON.stringify(there()),
      });
    },
  );

  it('but what was put into the background of a shell on purpose stays, as after ssh', async () => {
    const run = runSsh(sshd.words(), {
      // It says its number once it is on its own.
      command: shell("setsid sh -c 'echo $$; exec sleep 603 >/dev/null 2>&1 </dev/null' & exec sleep 600"),
    });
    const pid = Number(/(\d+)/.exec(await run.says(/\d+\r\n/))![1]);
    await run.transport.stop();
    expect(isAlive({ pid })).toBe(true);
    process.kill(pid, 'SIGKILL');
  });
});

describe('an interrupt', () => {
  it('reaches a program without a terminal, by a login of its own', async () => {
    const run = runSsh(sshd.words(), {
      mode: 'pipes',
      command: shell('trap "echo stopped; exit 4" INT; echo up; while :; do sleep 0.1; done'),
    });
    await run.says('up');
    run.transport.signal('SIGINT');
    expect(await run.over()).toEqual({ exitCode: 4 });
  });
});

describe('many at once', () => {
  it('ten start beside one another', async () => {
    const runs = Array.from({ length: 10 }, () => runSsh(sshd.words(), { command: shell('echo up; exec sleep 600') }));
    await Promise.all(runs.map((run) => run.says('up')));
    expect(sshd.connections()).toHaveLength(10);
  });
});
