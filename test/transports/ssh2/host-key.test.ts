import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Sshd, startSshd, stopSshds, testUser } from '../../support/index.ts';
import { failure, run, shell, stopRuns } from './launch.ts';

afterEach(async () => {
  await stopRuns();
  await stopSshds();
});

describe('the host key with ssh2', () => {
  it('of an unknown host is asked about, and remembered as ssh would', async () => {
    const sshd = await startSshd();
    sshd.forgetHosts();
    const print = execFileSync('ssh-keygen', ['-lf', join(sshd.folder, 'host_key.pub')], { encoding: 'utf8' }).split(
      ' ',
    )[1]!;
    const one = shell('echo in', { words: sshd.words() });
    await one.says(`ED25519 key fingerprint is ${print}.`);
    await one.says('(yes/no/[fingerprint])? ');
    one.transport.write(Buffer.from('maybe\r'));
    await one.says("Please type 'yes', 'no' or the fingerprint: ");
    one.transport.write(Buffer.from(`${print}\r`));
    await one.over();
    expect(one.text).toContain('Permanently added');
    expect(readFileSync(sshd.knownHosts, 'utf8')).toContain(sshd.hostKey);
    execFileSync('ssh', ['-oBatchMode=yes', '-oStrictHostKeyChecking=yes', ...sshd.words(), 'true'], { stdio: 'pipe' });

    sshd.forgetHosts();
    const no = run({ words: sshd.words() });
    await no.says('(yes/no/[fingerprint])? ');
    no.transport.write(Buffer.from('no\r'));
    expect(await failure(no)).toMatchObject({ code: 'host-key', retriable: false });
    const nobody = await failure(run({ words: sshd.words(), unattended: true }));
    expect(nobody).toMatchObject({ code: 'host-key', retriable: false });
    expect(nobody.line).toContain(print);
    expect(readFileSync(sshd.knownHosts, 'utf8')).toBe('');
    const strict = await failure(run({ words: sshd.words(), options: { strictHostKeyChecking: true } }));
    expect(strict.code).toBe('host-key');
  });

  it('is taken as strictHostKeyChecking says: new ones, or all', async () => {
    const sshd = await startSshd();
    sshd.forgetHosts();
    sshd.addHost({ name: 'hashed', lines: ['HashKnownHosts yes'] });
    const options = { strictHostKeyChecking: 'accept-new' } as const;
    const one = shell('echo in', { words: sshd.words('hashed'), options, unattended: true });
    await one.over();
    expect(readFileSync(sshd.knownHosts, 'utf8')).toMatch(/^\|1\|/);
    await sshd.restart({ newHostKey: true });
    expect(await failure(run({ words: sshd.words(), options, unattended: true }))).toMatchObject({ code: 'host-key' });
    const off = shell('echo in', { words: sshd.words(), options: { strictHostKeyChecking: false }, unattended: true });
    await off.over();
    expect(off.text).toContain('in');
  });

  it.each<[string, (sshd: Sshd) => string | undefined, RegExp]>([
    [
      'revoked',
      (sshd) => `@revoked * ${sshd.hostKey}\n[127.0.0.1]:${sshd.port} ${sshd.hostKey}\n`,
      /is revoked \(.*known_hosts:1\)/,
    ],
    ['of a certificate authority only', (sshd) => `@cert-authority * ${sshd.hostKey}\n`, /cannot check certificates/],
    ['in a file that cannot be read', () => undefined, /cannot be read/],
  ])('[S34] that is %s ends the attempt, whoever is there and whatever is allowed', async (_, lines, message) => {
    const sshd = await startSshd();
    const text = lines(sshd);
    rmSync(sshd.knownHosts);
    if (text === undefined) mkdirSync(sshd.knownHosts);
    else writeFileSync(sshd.knownHosts, text);
    for (const strictHostKeyChecking of ['accept-new', false] as const) {
      const error = await failure(run({ words: sshd.words(), options: { strictHostKeyChecking } }));
      expect(error).toMatchObject({ code: 'host-key', retriable: false });
      expect(error.line).toMatch(message);
    }
  });

  it('that is not the known one gets no password and no agent, even where every key is taken', async () => {
    using user = testUser();
    const sshd = await startSshd({ password: true, ownHome: true });
    const options = { strictHostKeyChecking: false };
    const forwards = { words: ['-A', '-o', 'IdentityAgent=/no/agent', ...sshd.words()], options };
    const trusted = shell('echo "<$SSH_AUTH_SOCK>"', forwards);
    await trusted.over();
    expect(trusted.text).toMatch(/<\/.+>/);
    await sshd.restart({ newHostKey: true });
    const distrusted = shell('echo "<$SSH_AUTH_SOCK>"', forwards);
    await distrusted.over();
    expect(distrusted.text).toContain('<>');
    const one = run({ words: ['-l', user.name, '-o', 'PubkeyAuthentication=no', ...sshd.words()], options });
    expect(await failure(one)).toMatchObject({ code: 'login-refused', retriable: false });
    expect(one.text).toContain('Warning: the host key');
    expect(one.text).not.toContain('password:');
  });

  it('is the known one when the server has several: it is asked for that', async () => {
    const sshd = await startSshd();
    execFileSync('ssh-keygen', ['-q', '-t', 'rsa', '-b', '2048', '-N', '', '-f', join(sshd.folder, 'rsa_key')]);
    await sshd.restart({ options: { config: [`HostKey ${join(sshd.folder, 'rsa_key')}`] } });
    const rsa = readFileSync(join(sshd.folder, 'rsa_key.pub'), 'utf8').split(' ').slice(0, 2).join(' ');
    sshd.forgetHosts();
    appendFileSync(sshd.knownHosts, `[127.0.0.1]:${sshd.port} ${rsa}\n`);
    const one = shell('echo in', { words: sshd.words(), unattended: true });
    await one.over();
    expect(one.transport.diagnostics?.join()).toContain('rsa-sha2-512');
    const words = ['-o', 'RequiredRSASize=3072', ...sshd.words()];
    const weak = await failure(run({ words, unattended: true }));
    expect(weak).toMatchObject({ code: 'host-key', retriable: false });
    expect(weak.line).toContain('only 2048 bits');
  });
});
