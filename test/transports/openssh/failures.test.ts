import { readdirSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CAN_MAKE_USERS, freePort, type Sshd, startSshd, stopSshds, waitUntil } from '../../support/index.ts';
import { failureOf, runSsh, type SshRunOptions, stopRuns } from './run-ssh.ts';

let sshd: Sshd;
beforeAll(async () => {
  sshd = await startSshd();
});
afterEach(stopRuns);
afterAll(stopSshds);

const unattended: SshRunOptions = { unattended: true };
const failed = (words: readonly string[], options: SshRunOptions = unattended) => failureOf(runSsh(words, options));

/** Something listens and is no sshd. */
async function listening(serve: (socket: Socket) => void): Promise<{ port: number; server: Server }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: address.port, server };
}
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

describe('[T15] permanent: nobody tries again', () => {
  it('a refused key, in every way of asking', async () => {
    const stranger = sshd.makeIdentity('stranger');
    sshd.addHost({ name: 'refused', lines: [`IdentityFile ${stranger}`] });
    // Only this key, not that of the host's block.
    const words = [
      '-F',
      'none',
      '-o',
      `UserKnownHostsFile=${sshd.knownHosts}`,
      '-o',
      'IdentityAgent=none',
      '-l',
      sshd.user,
      '-p',
      String(sshd.port),
      '127.0.0.1',
    ];
    for (const options of [unattended, { unattended: false }, { ...unattended, mode: 'pipes' as const }]) {
      const error = await failed(words, { ...options, options: { identity: stranger } });
      expect(error).toMatchObject({ code: 'login-refused', retriable: false });
      expect(error.line).toBe(
        `127.0.0.1 refused the login of ${sshd.user} (publickey): check the user, or ssh-add ${stranger}`,
      );
    }
  });

  it('a user that is not there, with the user’s name in the message', async () => {
    const error = await failed(['-l', 'no-such-user', ...sshd.words()]);
    expect(error).toMatchObject({ code: 'login-refused', retriable: false });
    expect(error.line).toContain('the login of no-such-user (publickey)');
  });

  it.runIf(CAN_MAKE_USERS)('a host that wants a password, when nobody is there', async () => {
    await using asks = await startSshd({ publicKey: false, password: true, keyboardInteractive: true });
    const error = await failed(asks.words());
    expect(error).toMatchObject({ code: 'login-refused', retriable: false });
    expect(error.line).toMatch(/without a password \(password,keyboard-interactive\): press R to connect/);
  });

  it('a changed host key: what to do is said with care', async () => {
    await using changed = await startSshd();
    await changed.restart({ newHostKey: true });
    for (const options of [unattended, { unattended: false }]) {
      const error = await failed(changed.words(), options);
      expect(error).toMatchObject({ code: 'host-key', retriable: false });
      expect(error.line).toContain('the host key of target has changed');
      expect(error.line).toContain(changed.knownHosts);
      expect(error.line).toMatch(
        /ask who runs it; if it was set up anew, consider ssh-keygen -R '\[127\.0\.0\.1\]:\d+'/,
      );
    }
  });

  it('an unknown host key, when nobody is there', async () => {
    await using unknown = await startSshd();
    unknown.forgetHosts();
    expect(await failed(unknown.words())).toMatchObject({
      code: 'host-key',
      retriable: false,
      line: 'the host key of target is not known: press R to connect and answer its question',
    });
    // `accept-new` remembers it.
    const run = runSsh(unknown.words(), { ...unattended, options: { strictHostKeyChecking: 'accept-new' } });
    expect(await run.over()).toEqual({ exitCode: 0 });
  });

  it('a revoked host key', async () => {
    await using revoked = await startSshd();
    revoked.forgetHosts();
    const { writeFileSync } = await import('node:fs');
    writeFileSync(revoked.knownHosts, `@revoked * ${revoked.hostKey}\n`);
    const error = await failed(revoked.words());
    expect(error).toMatchObject({ code: 'host-key', retriable: false });
    expect(error.line).toContain('revoked');
  });

  it('a key file that is not there', async () => {
    const error = await failed(sshd.words(), { ...unattended, options: { identity: '/no/such/key' } });
    expect(error).toMatchObject({ code: 'login-refused', retriable: false });
    expect(error.line).toBe('there is no key /no/such/key, for target: correct remoteOptions.identity');
  });

  it('a line of the config, or an option, that ssh does not know: ssh’s own words are passed on', async () => {
    await using bad = await startSshd();
    bad.addHost({ name: 'bad', lines: ['NoSuchKeyword yes'] });
    const error = await failed(bad.words('bad'));
    expect(error).toMatchObject({ code: 'failed', retriable: false });
    expect(error.line).toMatch(/client\/config.*line \d+.*Bad configuration option: nosuchkeyword/);
    const option = await failed(['-o', 'NoSuchOption=1', ...sshd.words()]);
    expect(option.retriable).toBe(false);
    expect(option.line).toContain('Bad configuration option: nosuchoption');
  });

  it('a missing ssh', async () => {
    const error = await failed(sshd.words(), { ...unattended, localEnv: { PATH: '/nowhere' } });
    expect(error).toMatchObject({ code: 'program-missing', retriable: false });
    expect(error.line).toContain('for target: install the OpenSSH client');
  });

  it('a missing folder, a missing agent', async () => {
    const folder = await failed(sshd.words(), { ...unattended, cwd: '~/gone' });
    expect(folder.line).toBe('there is no folder ~/gone on target: make it there, or correct the path');
    const agent = await failed(sshd.words(), { ...unattended, command: ['claude-not-here'] });
    expect(agent.line).toMatch(
      /^no claude-not-here on the remote PATH of target \(.*\): install it there, or set claudePath/,
    );
    expect([folder.retriable, agent.retriable]).toEqual([false, false]);
  });

  it('a login that gives no shell', async () => {
    await using closed = await startSshd({ config: ['ForceCommand echo this account takes no commands; exit 3'] });
    const error = await failed(closed.words());
    expect(error.retriable).toBe(false);
    expect(error.line).toContain('no shell runs on target: the login ended with 3: this account takes no commands');
  });

  it('a host that gives no terminal', async () => {
    await using none = await startSshd({ config: ['PermitTTY no'] });
    const error = await failed(none.words());
    expect(error).toMatchObject({ code: 'failed', retriable: false });
    expect(error.line).toContain('target gives no terminal: allow one there (PermitTTY');
    expect(await runSsh(none.words(), { mode: 'pipes' }).over()).toEqual({ exitCode: 0 });
  });

  it('a host that opens no sessions', async () => {
    await using none = await startSshd({ maxSessions: 0 });
    const error = await failed(none.words());
    expect(error).toMatchObject({ code: 'login-refused', retriable: false });
    expect(error.line).toContain('target opens no session: connect failed');
  });
});

describe('[T15] transient: the same again may succeed', () => {
  const port = (number: number) => ['-F', 'none', '-p', String(number), '127.0.0.1'];

  it('a refused port', async () => {
    const free = await freePort();
    const error = await failed(port(free));
    expect(error).toMatchObject({ code: 'unreachable', retriable: true });
    expect(error.line).toContain(`127.0.0.1 refused the connection: no sshd listens there (port ${free})`);
  });

  it('a name without an address', async () => {
    const error = await failed(['-F', 'none', 'no-such-host.invalid']);
    expect(error).toMatchObject({ code: 'unreachable', retriable: true });
    expect(error.line).toContain('the name of no-such-host.invalid could not be resolved');
  });

  it('a network that cannot be reached', async () => {
    // Class E: the kernel has no way there (RFC 1112, 4).
    const error = await failed(['-F', 'none', '240.0.0.1'], { ...unattended, options: { connectTimeoutMs: 2000 } });
    expect(error).toMatchObject({ code: 'unreachable', retriable: true });
  });

  it('a host that says nothing', async () => {
    const silent = await listening(() => {});
    const error = await failed(port(silent.port), { ...unattended, options: { connectTimeoutMs: 900 } });
    expect(error).toMatchObject({ code: 'unreachable', retriable: true });
    expect(error.line).toContain('127.0.0.1 did not answer in time');
  });

  it('a host that says nothing, with no time told to ssh', async () => {
    const silent = await listening(() => {});
    const run = runSsh(port(silent.port), { startTimeoutMs: 500 });
    const error = await failureOf(run);
    expect(error).toMatchObject({ code: 'unreachable', retriable: true });
    expect(error.line).toContain('127.0.0.1 did not answer within 1 s');
    expect(run.statuses).toEqual(['connecting', 'stopped']);
  });

  it('a host that resets, or closes, before the login', async () => {
    const resets = await listening((socket) => socket.resetAndDestroy());
    expect(await failed(port(resets.port))).toMatchObject({ code: 'unreachable', retriable: true });
    const closes = await listening((socket) => socket.end());
    expect(await failed(port(closes.port))).toMatchObject({ code: 'unreachable', retriable: true });
  });

  it.each(['pty', 'pipes'] as const)('a connection whose sshd is killed, with %s', async (mode) => {
    await using mortal = await startSshd();
    const run = runSsh(mortal.words(), { mode, command: ['sh', '-c', 'echo up; exec sleep 600'] });
    await run.says('up');
    await mortal.killConnections();
    const error = await failureOf(run);
    expect(error).toMatchObject({ code: 'unreachable', retriable: true });
    expect(error.line).toMatch(
      mode === 'pty' ? /^target (closed|reset) the connection$/ : /^the connection to target was lost$/,
    );
    expect(run.statuses).toEqual(['connecting', 'spawning', 'ready', 'stopped']);
  });

  it('a connection that went silent', async () => {
    await using frozen = await startSshd();
    const run = runSsh(frozen.words(), {
      // ssh gives each step of the login as long: on a busy machine one second were too few.
      options: { serverAliveIntervalMs: 2000, serverAliveCountMax: 2 },
      command: ['sh', '-c', 'echo up; exec sleep 600'],
    });
    await run.says('up');
    for (const info of frozen.processes()) if (info.command.startsWith('sshd:')) process.kill(info.pid, 'SIGSTOP');
    const error = await failureOf(run);
    expect(error).toMatchObject({ code: 'unreachable', retriable: true });
    expect(error.line).toBe('target did not answer any more');
  });

  it('an ssh that was ended by somebody here', async () => {
    const run = runSsh(sshd.words(), { command: ['sh', '-c', 'echo up; exec sleep 600'] });
    await run.says('up');
    process.kill(run.transport.pid!, 'SIGKILL');
    expect(await failureOf(run)).toMatchObject({ code: 'unreachable', retriable: true });
  });
});

describe('[T14] what a program says or returns is its own affair', () => {
  const words = [
    'Permission denied (publickey).',
    'Host key verification failed.',
    'ssh: connect to host target port 22: Connection refused',
    'client_loop: send disconnect: Broken pipe',
    'No such file or directory',
    'debug1: client_input_channel_req: channel 0 rtype exit-signal reply 0',
  ];

  it.each(['pty', 'pipes'] as const)('with %s, also when it ends with 255', async (mode) => {
    const run = runSsh(sshd.words(), {
      mode,
      command: ['sh', '-c', 'printf "%s\\n" "$@"; printf "%s\\n" "$@" >&2; exit 255', 'sh', ...words],
    });
    expect(await run.over()).toEqual({ exitCode: 255 });
    for (const line of words) expect(run.text).toContain(line);
  });
});

it('leaves no folder of its log behind', async () => {
  await stopRuns();
  await waitUntil(
    () => readdirSync(tmpdir()).every((name) => !name.startsWith(`iris-tui-ssh-${process.pid}-`)),
    'the folders are gone',
  );
});
