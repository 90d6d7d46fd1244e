import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { CAN_MAKE_USERS, isAlive, openPty, startSshd, stopSshds, testUser, waitUntil } from './index.ts';

/** ssh in a terminal; `text` is what it said so far. */
function ssh(...args: string[]) {
  const env = { PATH: process.env.PATH ?? '', TERM: 'xterm-256color' };
  const pty = openPty({ command: ['ssh', ...args], cols: 80, rows: 24, cwd: '/', env });
  const run = { text: '', write: (text: string) => pty.write(text), kill: () => pty.kill() };
  pty.onData((bytes) => {
    run.text += bytes.toString();
  });
  return run;
}

describe('the sshd of the tests', () => {
  afterEach(stopSshds);

  it('lets its client in, with a home of its own', async () => {
    const sshd = await startSshd();
    const done = spawnSync('ssh', [...sshd.words(), 'echo $HOME'], { encoding: 'utf8' });
    expect(done).toMatchObject({ status: 0, stdout: `${sshd.remoteHome}\n` });
  });

  it('is another machine after a restart with a new host key', async () => {
    const sshd = await startSshd();
    await sshd.restart({ newHostKey: true });
    const done = spawnSync('ssh', ['-oBatchMode=yes', ...sshd.words(), 'true'], { encoding: 'utf8' });
    expect(done.stderr).toContain('REMOTE HOST IDENTIFICATION HAS CHANGED');
  });

  it('leaves nothing behind', async () => {
    const sshd = await startSshd();
    const pty = ssh(...sshd.words(), '-tt', 'echo up; exec sleep 600');
    await waitUntil(() => sshd.processes().some((info) => info.command.startsWith('sleep 600')), 'it runs');
    const all = sshd.processes();
    await sshd.stop();
    pty.kill();
    expect(all.length).toBeGreaterThan(1);
    expect(all.filter((info) => isAlive(info))).toEqual([]);
    expect(existsSync(sshd.folder)).toBe(false);
  });

  it.runIf(CAN_MAKE_USERS).each(['password', 'keyboardInteractive'] as const)('asks by %s', async (method) => {
    using user = testUser();
    const sshd = await startSshd({ [method]: true, publicKey: false });
    const pty = ssh('-l', user.name, ...sshd.words(), 'id -un');
    await waitUntil(() => /assword: $/.test(pty.text), 'a question', { detail: () => pty.text + sshd.log });
    pty.write(`${user.password}\n`);
    await waitUntil(() => pty.text.includes(`${user.name}\r\n`), 'its answer', { detail: () => pty.text + sshd.log });
  });
});
