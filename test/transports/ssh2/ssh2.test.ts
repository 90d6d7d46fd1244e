import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { IrisError } from '../../../src/core/index.ts';
import type { Run } from '../../contract/transport.ts';
import {
  CAN_MAKE_NAMESPACES,
  freePort,
  isAlive,
  NetNamespace,
  processInfo,
  type Sshd,
  startSshd,
  stopSshds,
  testUser,
  waitUntil,
} from '../../support/index.ts';
import { run, shell, stopRuns } from './launch.ts';

const servers: Server[] = [];
afterEach(async () => {
  await stopRuns();
  await stopSshds();
  for (const server of servers.splice(0)) server.close();
});

async function failure(one: Run): Promise<IrisError> {
  await waitUntil(() => one.isOver, 'it is over', { detail: () => one.text, timeoutMs: 20_000 });
  if (!one.error) throw new Error(`it did not fail: ${one.text}`);
  expect(one.transport.status).toBe('stopped');
  return one.error;
}

describe('a process through ssh2', () => {
  it('has a terminal of the size that was asked for, follows changes of it, and knows its session', async () => {
    const sshd = await startSshd();
    const one = shell(
      'stty size; echo "$TERM $COLORTERM $IRIS_SESSION_NAME $X"; trap "stty size" WINCH; echo ready; while :; do sleep 0.02; done',
      {
        words: sshd.words(),
        cols: 91,
        rows: 17,
        env: { X: "a 'b' $c" },
      },
    );
    await one.says('ready');
    expect(one.text).toContain('17 91');
    expect(one.text).toContain("xterm-256color truecolor test a 'b' $c");
    one.transport.resize(120, 40);
    await one.says('40 120');
    expect(one.statuses).toEqual(['connecting', 'spawning', 'ready']);
    await waitUntil(() => one.transport.metrics.roundTripMs !== undefined, 'a round trip was measured');
    expect(one.transport.pid).toBeUndefined();
  });

  it('takes the size that the pane has when it comes to run, though it changed on the way', async () => {
    const sshd = await startSshd();
    const one = shell('stty size', { words: sshd.words() });
    one.transport.resize(101, 33);
    await one.over();
    expect(one.text).toContain('33 101');
  });

  it('has pipes where it is headless: stdout and stderr apart, to the last byte of both', async () => {
    const sshd = await startSshd();
    const one = shell('head -c 300000 /dev/zero & head -c 200000 /dev/zero >&2; wait; exit 6', {
      words: sshd.words(),
      mode: 'pipes',
    });
    expect(await one.over()).toEqual({ exitCode: 6 });
    expect(one.bytes).toEqual({ output: 300_000, error: 200_000 });
  });

  it('gets what was typed before it ran, and answers in order', async () => {
    const sshd = await startSshd();
    const one = shell('read a; read b; echo "<$a$b>"', { words: sshd.words() });
    one.transport.write(Buffer.from('on'));
    one.transport.write(Buffer.from('e\ntwo\n'));
    await one.over();
    expect(one.text).toContain('<onetwo>');
  });

  it('passes bytes on as they are through compression', async () => {
    const sshd = await startSshd();
    const one = shell('stty raw -echo; printf ready; head -c 1000000 | sha256sum', {
      words: sshd.words(),
      options: { compression: true },
    });
    await one.says('ready');
    const bytes = Buffer.from(Array.from({ length: 1_000_000 }, (_, i) => (i * 7 + (i >> 8)) & 255));
    one.transport.write(bytes);
    await one.over();
    expect(one.text).toContain(createHash('sha256').update(bytes).digest('hex'));
  });

  it('says how it ended: exit code, or signal by its name', async () => {
    const sshd = await startSshd();
    const words = sshd.words();
    const ends = await Promise.all([
      shell('exit 42', { words }).over(),
      shell('kill -KILL $$', { words }).over(),
      shell('kill -TERM $$', { words, mode: 'pipes' }).over(),
    ]);
    expect(ends).toEqual([{ exitCode: 42 }, { signal: 'SIGKILL' }, { signal: 'SIGTERM' }]);
  });

  it('is stopped there without a trace: HUP first, then what does not hear', async () => {
    const sshd = await startSshd();
    const polite = shell('trap "echo goodbye; exit 5" HUP; echo ready; while :; do sleep 0.05; done', {
      words: sshd.words(),
    });
    const deaf = shell('trap "" HUP TERM INT; echo pid=$$; while :; do sleep 600; done', { words: sshd.words() });
    await Promise.all([polite.says('ready'), deaf.says(/pid=\d+/)]);
    const pid = Number(/pid=(\d+)/.exec(deaf.text)?.[1]);
    expect(isAlive({ pid })).toBe(true);
    await Promise.all([polite.transport.stop(), deaf.transport.stop()]);
    expect(await polite.over()).toEqual({ exitCode: 5 });
    expect(polite.text).toContain('goodbye');
    expect(await deaf.over()).toEqual({ signal: 'SIGKILL' });
    expect(isAlive({ pid })).toBe(false);
    await waitUntil(() => sshd.connections().length === 0, 'no connection is left');
    expect(polite.statuses).toEqual(['connecting', 'spawning', 'ready', 'terminating', 'stopped']);
  });

  it('is stopped where the server allows one channel only, by the signals of that', async () => {
    const sshd = await startSshd({ maxSessions: 1 });
    const one = shell('trap "" HUP TERM; echo pid=$$; while :; do sleep 600; done', { words: sshd.words() });
    await one.says(/pid=\d+/);
    const pid = Number(/pid=(\d+)/.exec(one.text)?.[1]);
    await one.transport.stop();
    await waitUntil(() => !isAlive({ pid }), 'it is gone', { timeoutMs: 10_000 });
  });

  it('is told signals, the foreground of its terminal first', async () => {
    const sshd = await startSshd();
    const one = run({ words: sshd.words(), command: ['bash', '--norc', '--noprofile', '-i'], env: { PS1: '$ ' } });
    await one.says('$ ');
    one.transport.write(Buffer.from('sleep 600; echo status=$?\r'));
    await waitUntil(() => sshd.processes().some(({ command }) => command === 'sleep 600'), 'the job runs');
    one.transport.signal('SIGTERM');
    await one.says('status=143');
    one.transport.write(Buffer.from('sleep 601\r'));
    await waitUntil(() => sshd.processes().some(({ command }) => command === 'sleep 601'), 'the next job runs');
    one.transport.signal('SIGINT');
    await one.says('^C');
    one.transport.write(Buffer.from('echo status=$?\r'));
    await one.says('status=130');
    const pipes = shell('echo pid=$$; exec sleep 600', { words: sshd.words(), mode: 'pipes' });
    await pipes.says(/pid=\d+/);
    const pid = Number(/pid=(\d+)/.exec(pipes.text)?.[1]);
    pipes.transport.signal('SIGSTOP');
    await waitUntil(() => processInfo(pid)?.state === 'T', 'it is stopped');
    pipes.transport.signal('SIGCONT');
    await waitUntil(() => processInfo(pid)?.state !== 'T', 'it goes on');
  });

  it('starts ten at once, each on a connection of its own', async () => {
    const sshd = await startSshd();
    const all = Array.from({ length: 10 }, (_, i) => shell(`echo "<$((${i} * 11))>"; read x`, { words: sshd.words() }));
    await Promise.all(all.map((one, i) => one.says(`<${i * 11}>`)));
    expect(sshd.connections()).toHaveLength(10);
  });

  it('[S33] runs argv as it is, in a folder with any name', async () => {
    const sshd = await startSshd();
    const folder = "a 'b' $(touch canary) `touch canary` é";
    execFileSync('mkdir', [join(sshd.remoteHome, folder)]);
    const args = ['$(touch canary)', '`touch canary`', '; touch canary', 'a b', "it's", '"q"', '', '-n', 'né\n'];
    const one = run({
      words: sshd.words(),
      command: ['sh', '-c', 'stty raw; pwd; printf "<%s>" "$@"', 'sh', ...args],
      cwd: `~/${folder}`,
      env: { X: '$(touch canary)' },
    });
    await one.over();
    const text = Buffer.from(one.text, 'latin1').toString();
    expect(text).toContain(args.map((arg) => `<${arg}>`).join(''));
    expect(text).toContain(folder);
    expect(execFileSync('find', [sshd.folder, '-name', 'canary'], { encoding: 'utf8' })).toBe('');
  });

  it('tells a missing folder and a missing program, permanently, with their remedies', async () => {
    const sshd = await startSshd();
    const noFolder = await failure(run({ words: sshd.words(), cwd: '~/nowhere' }));
    expect(noFolder).toMatchObject({ code: 'folder-missing', retriable: false });
    const noProgram = await failure(run({ words: sshd.words(), command: ['iris-no-such-program'] }));
    expect(noProgram).toMatchObject({ code: 'program-missing', retriable: false });
    expect(noProgram.line).toContain('claudePath');
    expect(await failure(run({ words: sshd.words(), command: [''] }))).toMatchObject({ code: 'usage' });
    expect(await failure(run({ words: ['-L', '1:b:2', 'x'] }))).toMatchObject({ code: 'usage', retriable: false });
  });
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
    await sshd.restart({ newHostKey: true });
    const options = { strictHostKeyChecking: false };
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

  it('[T8] are not told because our own event loop stood still', async () => {
    const sshd = await startSshd();
    const options = { serverAliveIntervalMs: 100, serverAliveCountMax: 3 };
    const one = shell('echo up; read x; echo "<$x>"', { words: sshd.words(), options });
    await one.says('up');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
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
    const options = { serverAliveIntervalMs: 100, serverAliveCountMax: 3 };
    const one = shell('echo up; exec sleep 600', { words: sshd.words(), options });
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
    const options = { serverAliveIntervalMs: 150, serverAliveCountMax: 3, connectTimeoutMs: 5_000 };
    for (const [breaks, heals] of [
      [() => far.blackhole(), () => far.heal()],
      [() => far.changeAddress(), () => {}],
    ] as const) {
      const one = shell('echo up; exec sleep 600', { words: sshd.words(), options });
      await one.says('up');
      breaks();
      one.transport.write(Buffer.from('into nowhere'));
      const error = await failure(one);
      expect(error).toMatchObject({ code: 'unreachable', retriable: true });
      expect(error.line).toContain('did not answer any more');
      heals();
      const again = shell('echo up', { words: sshd.words(), options });
      await again.over();
    }
  });
});

/** Words for a host without the client's configuration, but with its known hosts. */
function onlyTo(sshd: Sshd): string[] {
  const known = `UserKnownHostsFile=${sshd.knownHosts}`;
  return [
    '-o',
    known,
    '-o',
    'IdentityAgent=none',
    '-o',
    'IdentitiesOnly=yes',
    '-p',
    String(sshd.port),
    `${sshd.user}@${sshd.host}`,
  ];
}

/** A server that is none. */
async function listen(accept: (socket: import('node:net').Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    sockets.add(socket);
    accept(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
}
const sockets = new Set<import('node:net').Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
});
