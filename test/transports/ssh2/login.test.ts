import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort, startSshd, stopSshds, testUser, waitUntil } from '../../support/index.ts';
import { failure, run, shell, stopRuns } from './launch.ts';

afterEach(async () => {
  await stopRuns();
  await stopSshds();
});

describe('logging in with ssh2', () => {
  it('goes through a second machine, and says when that cannot go on', async () => {
    const [target, jump] = await Promise.all([startSshd(), startSshd()]);
    target.addHost({ name: 'jump' }, jump);
    target.addHost({ name: 'behind', lines: ['ProxyJump jump'] });
    target.trust(jump);
    const one = shell('echo $SSH_CONNECTION', { words: target.words('behind') });
    await one.over();
    expect(one.text).toMatch(new RegExp(`127.0.0.1 ${target.port}`));
    await waitUntil(() => jump.connections().length === 0, 'the jump host is left too');
    const gone = await failure(run({ words: ['-p', String(await freePort()), ...target.words('behind')] }));
    expect(gone).toMatchObject({ code: 'unreachable', retriable: true });
    expect(gone.line).toMatch(/cannot reach 127\.0\.0\.1 port \d+/);
    const viaWords = shell('echo through', { words: ['-J', 'jump', ...target.words()] });
    await viaWords.over();
    expect(viaWords.text).toContain('through');
  });

  it('goes through a ProxyCommand, and tells what that says', async () => {
    const sshd = await startSshd();
    sshd.addHost({ name: 'inner', lines: [`ProxyCommand ssh -F ${sshd.clientConfig} -W %h:%p target`] });
    const one = shell('echo through; exit 4', { words: sshd.words('inner') });
    expect(await one.over()).toEqual({ exitCode: 4 });
    expect(one.text).toContain('through');
    sshd.addHost({ name: 'broken', lines: ['ProxyCommand echo no way >&2; exit 9'] });
    const broken = run({ words: sshd.words('broken') });
    expect(await failure(broken)).toMatchObject({ code: 'unreachable', retriable: true });
    expect(broken.transport.diagnostics?.join('\n')).toContain('ProxyCommand: no way');
  });

  it('opens a key with the passphrase of the team', async () => {
    const sshd = await startSshd();
    const identity = sshd.makeIdentity('locked', 'open sesame');
    sshd.authorize(identity);
    sshd.addHost({ name: 'plain', lines: ['IdentityFile none'] });
    const words = ['-o', 'IdentitiesOnly=yes', ...sshd.words()];
    const options = { identity, passphrase: 'open sesame' };
    rmSync(sshd.identity);
    const one = shell('echo in', { words, options, unattended: true });
    await one.over();
    expect(one.text).toContain('in');
    const locked = await failure(run({ words, options: { identity }, unattended: true }));
    expect(locked).toMatchObject({ code: 'login-refused', retriable: false });
    expect(locked.line).toContain(`ssh-add ${identity}`);
    const wrong = await failure(run({ words, options: { identity, passphrase: 'open barley' }, unattended: true }));
    expect(wrong).toMatchObject({ code: 'login-refused', retriable: false });
    expect(wrong.line).toContain('correct remoteOptions.passphrase');
    expect(wrong.line).not.toContain('barley');
    expect(JSON.stringify([one.transport.launchCommand, one.transport.diagnostics])).not.toContain('sesame');
  });

  it('asks for the passphrase where somebody is there, without an echo, again when it was wrong', async () => {
    const sshd = await startSshd();
    const identity = sshd.makeIdentity('locked', 'open sesame');
    sshd.authorize(identity);
    rmSync(sshd.identity);
    const one = shell('echo in; exit 0', { words: sshd.words(), options: { identity } });
    // What was typed before a question is no answer.
    one.transport.write(Buffer.from('too early\r'));
    await one.says(`Enter passphrase for key '${identity}': `);
    one.transport.write(Buffer.from('wrong\r'));
    await waitUntil(() => one.text.split('Enter passphrase').length === 3, 'it asks again');
    one.transport.write(Buffer.from('open sesamX\u007fe\r'));
    await one.over();
    expect(one.text).toMatch(/in\r\n$/);
    expect(one.text).not.toMatch(/sesam|early/);
    const batch = await failure(run({ words: ['-o', 'BatchMode=yes', ...sshd.words()], options: { identity } }));
    expect(batch).toMatchObject({ code: 'login-refused', retriable: false });
    const called = run({ words: sshd.words(), options: { identity } });
    await called.says('Enter passphrase');
    called.transport.write(Uint8Array.of(3));
    expect(await failure(called)).toMatchObject({ code: 'cancelled', retriable: false });
  });

  it.each(['rsa', 'ecdsa'])('signs with a key of type %s, whatever its file looks like', async (type) => {
    const sshd = await startSshd();
    rmSync(sshd.identity);
    for (const format of ['RFC4716', 'PEM', 'PKCS8']) {
      for (const passphrase of ['', 'secret']) {
        const path = join(sshd.clientFolder, `${type}-${format}-${passphrase}`);
        const bits = type === 'rsa' ? '2048' : '256';
        execFileSync('ssh-keygen', ['-q', '-t', type, '-b', bits, '-m', format, '-N', passphrase, '-f', path]);
        sshd.authorize(path);
        // Also when its public half is not beside it.
        if (passphrase === 'secret') rmSync(`${path}.pub`);
        const one = shell('echo in', {
          words: sshd.words(),
          options: { identity: path, passphrase: 'secret' },
          unattended: true,
        });
        await one.over();
        expect(one.text, format).toContain('in');
      }
    }
  });

  it('takes keys from the agent: those that are named first, and no others where only those are wanted', async () => {
    const sshd = await startSshd();
    const socket = join(sshd.clientFolder, 'agent.sock');
    const said = execFileSync('ssh-agent', ['-a', socket], { encoding: 'utf8' });
    const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(said)?.[1]);
    try {
      const env = { ...process.env, SSH_AUTH_SOCK: socket };
      const other = sshd.makeIdentity('other');
      execFileSync('ssh-add', [other], { env, stdio: 'ignore' });
      execFileSync('ssh-add', [sshd.identity], { env, stdio: 'ignore' });
      const hubEnv = { SSH_AUTH_SOCK: socket };
      const config = join(sshd.clientFolder, 'agent-config');
      const host = (lines: string[]) => {
        writeFileSync(
          config,
          [
            'Host a',
            ` HostName ${sshd.host}`,
            ` Port ${sshd.port}`,
            ` User ${sshd.user}`,
            ` UserKnownHostsFile ${sshd.knownHosts}`,
            ...lines,
          ].join('\n'),
        );
      };
      rmSync(sshd.identity);
      host([' IdentityFile none']);
      const plain = shell('ssh-add -l; echo "[$SSH_AUTH_SOCK]"; echo in', {
        words: ['-F', config, 'a'],
        hubEnv,
        unattended: true,
      });
      await plain.over();
      expect(plain.text).toContain('[]');
      const offers = plain.transport.diagnostics!.filter((line) => line.startsWith('offering'));
      expect(offers).toHaveLength(2);

      host([` IdentityFile ${sshd.identity}`, ' IdentitiesOnly yes', ' ForwardAgent yes']);
      const named = shell('ssh-add -l', { words: ['-F', config, 'a'], hubEnv, unattended: true });
      await named.over();
      expect(named.transport.diagnostics!.filter((line) => line.startsWith('offering'))).toHaveLength(1);
      expect(named.text.match(/SHA256/g)).toHaveLength(2);

      host([` IdentityFile ${other}`, ' IdentitiesOnly yes']);
      const refused = await failure(run({ words: ['-F', config, 'a'], hubEnv, unattended: true }));
      expect(refused).toMatchObject({ code: 'login-refused', retriable: false });
    } finally {
      process.kill(pid);
    }
  });

  it('asks for a password in the pane, does not show it, and asks again when it was wrong', async () => {
    using user = testUser();
    const sshd = await startSshd({ password: true, publicKey: false, ownHome: true });
    const words = ['-l', user.name, ...sshd.words()];
    const one = shell('id -un', { words });
    await one.says(`${user.name}@127.0.0.1's password: `);
    one.transport.write(Buffer.from('wrong\r'));
    await one.says('Permission denied, please try again.');
    await waitUntil(() => one.text.split("'s password: ").length === 3, 'it asks again');
    one.transport.write(Buffer.from(`${user.password}\r`));
    await one.over();
    expect(one.text).toContain(`\r\n${user.name}\r\n`);
    expect(one.text).not.toContain(user.password);
    const wrong = run({ words });
    for (let i = 1; i <= 3; i++) {
      await waitUntil(() => wrong.text.split("'s password: ").length === i + 1, 'a question', {
        detail: () => wrong.state,
      });
      wrong.transport.write(Buffer.from('wrong\r'));
    }
    const thrice = await failure(wrong);
    expect(thrice).toMatchObject({ code: 'login-refused', retriable: false });
    expect(thrice.line).toContain(`target refused the login of ${user.name} (password): check the user`);
    const nobody = await failure(run({ words, unattended: true }));
    expect(nobody).toMatchObject({ code: 'login-refused', retriable: false });
    expect(nobody.line).toMatch(/without a password.*press R/);
    const headless = await failure(run({ words, mode: 'pipes' }));
    expect(headless.line).toMatch(/without a password/);
  });

  it('answers the questions of PAM, and wants a key and an answer where both are wanted', async () => {
    using user = testUser();
    const sshd = await startSshd({ keyboardInteractive: true, ownHome: true });
    const words = ['-l', user.name, '-o', 'PubkeyAuthentication=no', ...sshd.words()];
    const one = shell('id -un', { words });
    await one.says(`(${user.name}@127.0.0.1) Password: `);
    one.transport.write(Buffer.from(`${user.password}\r`));
    await one.over();
    expect(one.text).toContain(`\r\n${user.name}\r\n`);
    expect(one.text).not.toContain(user.password);

    await sshd.restart({
      options: {
        keyboardInteractive: true,
        ownHome: true,
        config: ['AuthenticationMethods publickey,keyboard-interactive'],
      },
    });
    // sshd reads the keys of a user as that user.
    chmodSync(sshd.folder, 0o755);
    const both = shell('id -un', { words: ['-l', user.name, ...sshd.words()] });
    await both.says('Password: ');
    both.transport.write(Buffer.from(`${user.password}\r`));
    await both.over();
    expect(both.text).toContain(`\r\n${user.name}\r\n`);
  });

  it('shows the banner of the server without its control characters, once, before the program', async () => {
    const sshd = await startSshd({ banner: 'Welcome\u001b]0;title\u0007 \u001b[31mto\u009b31m\nthe lab\n' });
    const one = shell('echo in', { words: sshd.words() });
    await one.over();
    expect(one.text).toMatch(/Welcome.*to/);
    expect(one.text).toContain('the lab\r\n');
    expect(one.text).not.toMatch(/\u001b|\u0007|\u009b/);
    const quiet = shell('echo in', { words: sshd.words(), unattended: true });
    await quiet.over();
    expect(quiet.text).toBe('in\r\n');
    expect(quiet.transport.diagnostics).toContain('the lab');
  });
});
