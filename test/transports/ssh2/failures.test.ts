import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { CAN_MAKE_NAMESPACES, freePort, NetNamespace, startSshd, stopSshds, waitUntil } from '../../support/index.ts';
import { failure, onlyTo, run, shell, stopRuns } from './launch.ts';

afterEach(async () => {
  await stopRuns();
  await stopSshds();
});

/** Dead after 2 s without a byte: less, and a busy machine would be taken for a dead server. */
const ALIVE = { serverAliveIntervalMs: 1_000, serverAliveCountMax: 2 };

describe('[T15] failures of ssh2', () => {
  it('are permanent for a changed host key, a refused key, a wrong user and a lost key file', async () => {
    const sshd = await startSshd({ allowUsers: ['nobody-else', 'root'] });
    const wrongKey = sshd.makeIdentity('wrong');
    const refused = await failure(
      run({
        words: ['-o', 'IdentityFile=none', '-F', 'none', ...onlyTo(sshd)],
        options: { identity: wrongKey },
        unattended: true,
      }),
    );
    expect(refused).toMatchObject({ code: 'login-refused', retriable: false });
    expect(refused.line).toMatch(/one key was tried.*ssh-copy-id/);
    const user = await failure(run({ words: ['-l', 'iris-no-such-user', ...sshd.words()], unattended: true }));
    expect(user).toMatchObject({ code: 'login-refused', retriable: false });
    const lost = await failure(
      run({ words: ['-F', 'none', ...onlyTo(sshd)], options: { identity: '/no/such/key' }, unattended: true }),
    );
    expect(lost).toMatchObject({ code: 'login-refused', retriable: false });
    expect(lost.line).toContain('there is no key /no/such/key');
    const lostWord = await failure(
      run({ words: ['-F', 'none', '-i', '/no/such/key', ...onlyTo(sshd)], unattended: true }),
    );
    expect(lostWord).toMatchObject({ code: 'login-refused', retriable: false });
    expect(lostWord.line).toContain('there is no key /no/such/key');
    await sshd.restart({ newHostKey: true });
    const changed = await failure(run({ words: sshd.words() }));
    expect(changed).toMatchObject({ code: 'host-key', retriable: false });
    expect(changed.line).toMatch(/has changed.*SHA256:.*consider ssh-keygen -R '\[127\.0\.0\.1\]:\d+'/);
  });

  it('are permanent when the server has had too many keys', async () => {
    const sshd = await startSshd({ config: ['MaxAuthTries 1'] });
    const identities = ['one', 'two'].flatMap((name) => ['-i', sshd.makeIdentity(name)]);
    const words = ['-F', 'none', ...identities, ...onlyTo(sshd)];
    expect(await failure(run({ words, unattended: true }))).toMatchObject({
      code: 'login-refused',
      retriable: false,
      remedy: 'set identity, and IdentitiesOnly in ~/.ssh/config',
    });
  });

  it('are permanent when the server opens no session', async () => {
    const sshd = await startSshd({ maxSessions: 0 });
    const error = await failure(run({ words: sshd.words(), unattended: true }));
    expect(error).toMatchObject({ code: 'login-refused', retriable: false });
    expect(error.line).toContain('target opens no session');
  });

  it('[T8] are not told because our own event loop stood still', async () => {
    const sshd = await startSshd();
    const one = shell('echo up; read x; echo "<$x>"', { words: sshd.words(), options: ALIVE });
    await one.says('up');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_500);
    one.transport.write(Buffer.from('still here\n'));
    await one.over();
    expect(one.text).toContain('<still here>');
  });

  it('are transient for a refused port, a name without an address, and a server that hangs up or says nothing', async () => {
    const words = (port: number, host = '127.0.0.1') => ['-F', 'none', '-p', String(port), host];
    const closed = await failure(run({ words: words(await freePort()) }));
    expect(closed).toMatchObject({ code: 'unreachable', retriable: true });
    expect(closed.line).toContain('refused the connection');
    const noName = await failure(run({ words: words(22, 'no-such-host.invalid') }));
    expect(noName).toMatchObject({ code: 'unreachable', retriable: true });
    const hangsUp = await failure(run({ words: words(await listen((socket) => socket.destroy())) }));
    expect(hangsUp).toMatchObject({ code: 'unreachable', retriable: true });
    const silent = await failure(run({ words: words(await listen(() => {})), options: { connectTimeoutMs: 300 } }));
    expect(silent).toMatchObject({ code: 'unreachable', retriable: true });
    expect(silent.line).toContain('did not answer in time');
    const late = await failure(run({ words: words(await listen(() => {})), startTimeoutMs: 300 }));
    expect(late).toMatchObject({ code: 'unreachable', retriable: true });
    const noise = await failure(
      run({ words: words(await listen((socket) => socket.end('\u001b[31mHTTP/1.1 400 Bad Request\r\n\r\n'))) }),
    );
    expect(noise).toMatchObject({ retriable: true });
    expect(noise.line).not.toContain('\u001b');
  });

  it('are transient when sshd is killed in the middle, with every byte before that delivered', async () => {
    const sshd = await startSshd();
    const one = shell('stty raw; head -c 100000 /dev/zero; exec sleep 600', { words: sshd.words() });
    await waitUntil(() => one.bytes.output === 100_000, 'its output');
    await sshd.killConnections();
    expect(await failure(one)).toMatchObject({ code: 'unreachable', retriable: true });
  });

  it('are transient when nothing comes any more, and found by the keepalive', async () => {
    const sshd = await startSshd();
    const one = shell('echo up; exec sleep 600', { words: sshd.words(), options: ALIVE });
    await one.says('up');
    const servers = sshd.processes().filter(({ command }) => command.startsWith('sshd:'));
    for (const { pid } of servers) process.kill(pid, 'SIGSTOP');
    const error = await failure(one);
    expect(error).toMatchObject({ code: 'unreachable', retriable: true });
    expect(error.line).toContain('did not answer any more');
    for (const { pid } of servers) process.kill(pid, 'SIGCONT');
  });

  it('[T14] are not what the program says', async () => {
    const sshd = await startSshd();
    const one = shell('echo "Permission denied (publickey)"; echo "Host key verification failed." >&2; exit 255', {
      words: sshd.words(),
    });
    expect(await one.over()).toEqual({ exitCode: 255 });
  });

  it('do not hold up stop(), though nobody answers any more', async () => {
    const sshd = await startSshd();
    const one = shell('echo up; exec sleep 600', { words: sshd.words() });
    await one.says('up');
    const servers = sshd.processes().filter(({ command }) => command.startsWith('sshd:'));
    for (const { pid } of servers) process.kill(pid, 'SIGSTOP');
    await one.transport.stop();
    expect(one.error).toBeUndefined();
    expect(one.statuses.at(-1)).toBe('stopped');
    for (const { pid } of servers) process.kill(pid, 'SIGCONT');
    await waitUntil(() => sshd.connections().length === 0, 'sshd noticed');
  });

  it('end with stop() while it connects, and while it asks', async () => {
    const silent = run({ words: ['-F', 'none', '-p', String(await listen(() => {})), '127.0.0.1'] });
    await silent.transport.stop();
    expect(silent.statuses.at(-1)).toBe('stopped');
    const sshd = await startSshd();
    sshd.forgetHosts();
    const asking = run({ words: sshd.words() });
    await asking.says('(yes/no/[fingerprint])? ');
    await asking.transport.stop();
    expect(asking.statuses.at(-1)).toBe('stopped');
    await waitUntil(() => sshd.connections().length === 0, 'no connection is left');
  });
});

describe.runIf(CAN_MAKE_NAMESPACES)('[T6] [T7] a network that is silent through ssh2', () => {
  it('is found by the keepalive, both where nothing comes back and where our address is another one', async () => {
    using far = new NetNamespace();
    const sshd = await startSshd({ namespace: far });
    for (const [breaks, heals] of [
      [() => far.blackhole(), () => far.heal()],
      [() => far.changeAddress(), () => {}],
    ] as const) {
      const one = shell('echo up; exec sleep 600', { words: sshd.words(), options: ALIVE });
      await one.says('up');
      breaks();
      one.transport.write(Buffer.from('into nowhere'));
      const error = await failure(one);
      expect(error).toMatchObject({ code: 'unreachable', retriable: true });
      expect(error.line).toContain('did not answer any more');
      heals();
      const again = shell('echo up', { words: sshd.words() });
      await again.over();
    }
  });
});

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A server that is none. */
async function listen(accept: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    sockets.add(socket);
    accept(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
}
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
});
