// A real sshd on a loopback port with keys of its own, for the measures of remote sessions.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';

const SSHD = '/usr/sbin/sshd';

export const sshdHere = () => existsSync(SSHD);

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** Starts it in a sandbox. Returns the ssh config that leads there as the host `bench`, and how to stop it. */
export async function startSshd(sandbox) {
  const folder = sandbox.folder('sshd');
  const key = (name) => {
    const path = join(folder, name);
    const made = spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path]);
    if (made.status !== 0) throw new Error(`ssh-keygen: ${made.stderr}`);
    return path;
  };
  const host = key('host_key');
  const user = key('user_key');
  spawnSync('cp', [`${user}.pub`, join(folder, 'authorized_keys')]);
  if (process.getuid?.() === 0) spawnSync('mkdir', ['-p', '-m', '0755', '/run/sshd']);
  const port = await freePort();
  const config = sandbox.write(
    'sshd/sshd_config',
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${host}`,
      `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'PermitRootLogin yes',
      'MaxStartups 200',
      'PrintMotd no',
      'PrintLastLog no',
      `PidFile ${join(folder, 'pid')}`,
      '',
    ].join('\n'),
  );
  const daemon = spawn(SSHD, ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'], env: sandbox.env });
  await new Promise((resolve, reject) => {
    let said = '';
    daemon.stderr.on('data', (chunk) => {
      said += chunk;
      if (said.includes('Server listening')) resolve();
    });
    daemon.once('exit', (code) => reject(new Error(`sshd ended (${code}): ${said}`)));
  });
  const client = sandbox.write(
    '.ssh/config',
    [
      'Host bench',
      '  HostName 127.0.0.1',
      `  Port ${port}`,
      `  User ${userInfo().username}`,
      `  IdentityFile ${user}`,
      '  IdentitiesOnly yes',
      '  StrictHostKeyChecking no',
      `  UserKnownHostsFile ${join(folder, 'known_hosts')}`,
      '  LogLevel ERROR',
      '',
    ].join('\n'),
  );
  return {
    client,
    stop: () => {
      daemon.removeAllListeners('exit');
      daemon.kill('SIGTERM');
    },
  };
}
