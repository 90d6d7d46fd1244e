import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import type { SessionInfo } from '../../src/core/index.ts';
import { makeAuthority } from '../client/support/authority.ts';
import { closeAll, newSession } from '../hub/support/index.ts';
import { type ListeningHub, listeningHub } from '../hub/support/listening.ts';
import {
  disposeHomes,
  disposeTuis,
  runCli,
  seen,
  spawnTui,
  type TempHome,
  tempHome,
  waitUntil,
} from '../support/index.ts';

afterEach(async () => {
  await disposeTuis();
  await disposeHomes();
  await closeAll();
});

const WATCH = fileURLToPath(new URL('../../examples/watch.mjs', import.meta.url));

/** A hub that listens, and somebody elsewhere. */
async function meet(): Promise<{ hub: ListeningHub; home: TempHome; link: string; iris: Iris }> {
  const hub = await listeningHub();
  const home = tempHome();
  const link = `${hub.url}#${hub.hub.network.fingerprint}`;
  return { hub, home, link, iris: (...args) => runCli(args, { home }) };
}
type Iris = (...args: string[]) => ReturnType<typeof runCli>;

describe('iris-tui pair', () => {
  it('makes a hub known by name, and every command works on it as far as the role goes', async () => {
    const { hub, home, link, iris } = await meet();
    const paired = await iris('pair', link, await hub.invite({ role: 'owner' }), '--name', 'office');
    expect(paired).toMatchObject({ code: 0, stderr: '' });
    expect(paired.stdout).toBe(
      `paired with office (${hub.url}): you are owner of every session there\n` +
        'no keychain of the system answers: the key is in an encrypted file\nnext: iris-tui --hub office\n',
    );
    const on = (...args: string[]) => iris('--hub', 'office', ...args);
    expect(await on('new', '-d', '-n', 'there', '--', 'sh', '-c', 'echo ready; exec cat')).toMatchObject({ code: 0 });
    expect(await on('wait', 'there', '--text', 'ready')).toMatchObject({ code: 0 });
    expect(await on('send', 'there', 'over the network')).toMatchObject({ code: 0, stderr: '' });
    // What was typed, and what cat makes of it.
    const twice = 'over the network\nover the network';
    expect(await on('wait', 'there', '--text', twice)).toMatchObject({ code: 0 });
    expect((await on('capture', 'there')).stdout).toContain(twice);
    const [session] = JSON.parse((await on('ls', '--json')).stdout) as SessionInfo[];
    expect(session).toMatchObject({ name: 'there' });
    expect((await on('logs', 'there')).stdout).toContain('over the network');
    // Its address names it as well; nothing was started here.
    expect((await iris('ls', '--names', '--hub', hub.url.replace('https', 'wss'))).stdout).toBe('there\n');
    expect((await iris('hub', 'status')).code).toBe(6);
    expect(statSync(join(home.irisHome, 'hubs.json')).mode & 0o777).toBe(0o600);
  });

  it('to one session names it as it is called, as attach takes it; every list does', async () => {
    const { hub, home, link, iris } = await meet();
    const { id } = await newSession(hub.owner, 'echo shared; exec cat');
    await hub.owner.command('session.rename', { session: id, name: "api; it's $(mine)" });
    const paired = await iris('pair', link, await hub.invite({ session: id, expiresInMs: 7_200_000 }), '-n', 'office');
    expect(paired.stdout).toContain(`(${hub.url}): you are viewer of office/api; it's $(mine) for 2h\n`);
    expect(paired.stdout).toContain(`\nnext: iris-tui attach 'office/api; it'\\''s $(mine)'\n`);
    const tui = spawnTui({ home, args: ['attach', "office/api; it's $(mine)"], cols: 100, rows: 24 });
    await tui.waitFor('shared');
    // A second one: there is no single thing to do next.
    const second = await newSession(hub.owner, 'exec cat');
    const more = await iris('pair', link, await hub.invite({ session: second.id, role: 'typer' }), '--json');
    expect(JSON.parse(more.stdout)).toMatchObject({
      grants: [{ session: id, name: "api; it's $(mine)" }, { role: 'typer' }],
    });
    const clients = await runCli(['clients', '--hub', hub.socket], { home });
    expect(clients.stdout).toContain("viewer of api; it's $(mine) for 2h, typer of ");
    expect(clients.stdout).not.toContain(id);
  });

  it('a viewer sees, and is told what its role does not allow', async () => {
    const { hub, link, iris } = await meet();
    const session = await newSession(hub.owner, 'echo shared; exec cat');
    await iris('pair', link, await hub.invite(), '--name', 'office');
    const on = (...args: string[]) => iris('--hub', 'office', ...args);
    expect(await on('wait', session.name, '--text', 'shared')).toMatchObject({ code: 0 });
    for (const args of [
      ['send', session.name, 'x'],
      ['kill', session.name],
      ['new', '-d'],
    ]) {
      const refused = await on(...args);
      expect(refused, args[0]).toMatchObject({ code: 5, stdout: '' });
      expect(refused.stderr).toMatch(/^iris-tui: .* needs the role (typer|owner).*\n$/);
    }
  });

  it('asks for the code and whether the fingerprint is right, on a terminal', async () => {
    const { hub, home } = await meet();
    const code = await hub.invite();
    const tui = spawnTui({ home, args: ['pair', hub.url.replace('https://', '')], cols: 100, rows: 24 });
    await tui.waitFor('Code:');
    tui.send(`${code.toLowerCase()}\r`);
    await tui.waitFor(String(hub.hub.network.fingerprint));
    await tui.waitFor('Does iris-tui hub pair print the same there? [y/N]');
    tui.send('y\r');
    await tui.waitFor(/paired with \S+ .*you are viewer of every session/);
    expect(await tui.exited).toMatchObject({ code: 0 });
  });

  it('says no to another certificate, to clear text, and where nobody can confirm; nothing is kept', async () => {
    const { hub, iris } = await meet();
    const code = await hub.invite();
    const wrong = `sha256:${'00'.repeat(32)}`;
    for (const [args, exit, words] of [
      [
        ['pair', hub.url, code, '--fingerprint', wrong],
        1,
        /another certificate than that of the fingerprint that was given .*somebody may stand between.*Given: sha256:0/,
      ],
      [['pair', hub.url, code], 2, /no terminal to confirm.*--fingerprint/],
      [['pair', hub.url.replace('https', 'http'), code], 2, /in clear/],
      [['pair', hub.url, code, '--fingerprint', 'nonsense'], 2, /no fingerprint/],
      [['--hub', hub.url.replace('https', 'wss'), 'ls'], 5, /not paired with .*iris-tui pair https:/],
      [['--hub', hub.url.replace('https', 'ws'), 'ls'], 2, /in clear/],
      [['--hub', 'offise', 'ls'], 3, /no hub is known as offise/],
    ] as const) {
      const said = await iris(...args);
      expect(said, args.join(' ')).toMatchObject({ code: exit, stdout: '' });
      expect(said.stderr).toMatch(words);
      expect(said.stderr.trimEnd()).not.toContain('\n');
    }
    expect((await iris('hubs', 'list', '--names')).stdout).toBe('');
    // It is still good: it went nowhere.
    const link = `${hub.url}#${hub.hub.network.fingerprint}`;
    expect((await iris('pair', link, code)).code).toBe(0);
    const used = await iris('pair', link, code);
    expect(used).toMatchObject({ code: 5, stderr: expect.stringContaining('ask for a new one') });
  });
});

describe('a certificate that an authority of this machine vouches for', () => {
  it('asks nothing and may be replaced by another of that authority; without the authority it is refused', async () => {
    const home = tempHome();
    const authority = makeAuthority(home.path);
    const first = authority.sign('first');
    const hub = await listeningHub({ network: { listen: '127.0.0.1:0', required: true, ...first } });
    const env = { NODE_EXTRA_CA_CERTS: authority.file };
    const iris = (...args: string[]) => runCli(args, { home, env });
    const paired = await iris('pair', hub.url, await hub.invite(), '-n', 'office', '--json');
    expect(JSON.parse(paired.stdout)).toMatchObject({ trust: 'ca' });
    expect((await iris('--hub', 'office', 'ls')).code).toBe(0);
    const stranger = await runCli(['--hub', 'office', 'ls'], { home });
    expect(stranger).toMatchObject({ code: 1, stderr: expect.stringContaining('is of an authority unknown here') });
    await hub.hub.stop();
    const listen = new URL(hub.url).host;
    await listeningHub({ network: { listen, required: true, ...authority.sign('second') } }, hub);
    expect(await iris('--hub', 'office', 'ls')).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('a hub without TLS on this machine', () => {
  it('is spoken to where that was asked for', async () => {
    const hub = await listeningHub({ network: { listen: '127.0.0.1:0', insecure: true, required: true } });
    const home = tempHome();
    const iris = (...args: string[]) => runCli(args, { home });
    expect((await iris('pair', hub.url, await hub.invite())).code).toBe(2);
    expect(await iris('pair', hub.url, await hub.invite(), '--insecure', '-n', 'here')).toMatchObject({ code: 0 });
    expect(await iris('--hub', 'here', 'ls')).toMatchObject({ code: 0, stderr: '' });
    const ws = hub.url.replace('http', 'ws');
    expect((await iris('--hub', ws, 'ls')).stderr).toContain('--insecure');
    expect((await iris('--hub', ws, '--insecure', 'ls')).code).toBe(0);
  });
});

describe('iris-tui hubs', () => {
  it('lists, renames and forgets, here and there', async () => {
    const { hub, link, iris } = await meet();
    const paired = JSON.parse(
      (await iris('pair', link, await hub.invite(), '-n', 'a', '--device', 'my laptop', '--json')).stdout,
    );
    expect(paired).toMatchObject({ name: 'a', url: hub.url, trust: 'pin', kept: 'file', grants: [{ role: 'viewer' }] });
    expect(paired).not.toHaveProperty('secret');
    expect((await hub.owner.command('client.list', {})).clients).toMatchObject([{ name: 'my laptop' }]);
    expect(await iris('hubs', 'rename', 'a', 'work')).toMatchObject({ code: 0 });
    expect(JSON.parse((await iris('hubs', '--json')).stdout)).toMatchObject([{ name: 'work' }]);
    expect((await iris('hubs', 'ls')).stdout).toMatch(/^work {2}https:\S+ .* pinned {2}file {2}\d+s\n$/);
    expect((await iris('--hub', 'work', 'ls')).code).toBe(0);
    expect((await iris('hubs', 'forget', 'wrk')).stderr).toContain('did you mean work?');
    expect(JSON.parse((await iris('hubs', 'forget', 'work', '--json')).stdout)).toEqual({ name: 'work', left: true });
    expect((await hub.owner.command('client.list', {})).clients).toEqual([]);
    expect((await iris('--hub', 'work', 'ls')).code).toBe(3);
  });

  it('follows a hub to another address, and nobody else', async () => {
    const { hub, link, iris } = await meet();
    await iris('pair', link, await hub.invite(), '-n', 'a');
    const other = await listeningHub();
    const stranger = await iris('hubs', 'move', 'a', other.url);
    expect(stranger).toMatchObject({ code: 1, stderr: expect.stringContaining('another certificate') });
    const byName = hub.url.replace('127.0.0.1', 'localhost');
    expect(await iris('hubs', 'move', 'a', byName)).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse((await iris('hubs', '--json')).stdout)).toMatchObject([{ name: 'a', url: byName }]);
    expect(await iris('--hub', 'a', 'ls')).toMatchObject({ code: 0, stderr: '' });
  });

  it('a hub that is away is forgotten all the same', async () => {
    const { hub, link, iris } = await meet();
    await iris('pair', link, await hub.invite(), '-n', 'a');
    const doctor = async () => JSON.parse((await iris('doctor', '--json')).stdout).checks as { name: string }[];
    expect(await doctor()).toContainEqual({ name: 'hub a', status: 'ok', detail: `${hub.url} lets this device in` });
    await hub.hub.stop();
    expect(await doctor()).toContainEqual(expect.objectContaining({ name: 'hub a', status: 'warn' }));
    const forgotten = await iris('hubs', 'forget', 'a');
    expect(forgotten).toMatchObject({ code: 0, stdout: expect.stringContaining('could not be told: no hub listens') });
  });

  it('their names complete --hub', async () => {
    const { hub, home, link, iris } = await meet();
    await iris('pair', link, await hub.invite(), '-n', 'office');
    const script = home.write('complete.bash', (await iris('completion', 'bash')).stdout);
    home.write(
      '.local/bin/iris-tui',
      `#!/bin/sh\nexec ${process.execPath} ${process.cwd()}/bin/iris-tui.js "$@"\n`,
      0o755,
    );
    const line = `. ${script}; COMP_WORDS=(iris-tui ls --hub of); COMP_CWORD=3; _iris_tui; echo "\${COMPREPLY[@]}"`;
    const bash = spawn('bash', ['-c', line], {
      env: { ...home.env, PATH: `${home.path}/.local/bin:${home.env.PATH}` },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    bash.stdout.on('data', (chunk) => (out += chunk));
    await once(bash, 'close');
    expect(out).toBe('office\n');
  });
});

describe('a script with a token', () => {
  it('names the hub by address and fingerprint; its environment goes nowhere', async () => {
    const { hub, home, link } = await meet();
    const session = await newSession(hub.owner, 'echo shared; exec cat');
    const { token } = await hub.owner.command('token.create', { role: 'owner' });
    const wss = hub.url.replace('https', 'wss');
    const fingerprint = String(hub.hub.network.fingerprint);
    const iris = (...args: string[]) => runCli(args, { home, env: { IRIS_TOKEN: token } });
    for (const how of [
      ['--hub', wss, '--fingerprint', fingerprint, 'ls', '--names'],
      ['ls', '--names', '--hub', link.replace('https', 'wss')],
    ]) {
      expect((await iris(...how)).stdout, how.join(' ')).toBe(`${session.name}\n`);
    }
    const unknown = await iris('--hub', wss, 'ls');
    expect(unknown).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('--fingerprint') });
    // A session of a hub that is started with it in the environment.
    await iris('new', '-d', '-n', 'here', '--', 'sh', '-c', 'echo "token: [$IRIS_TOKEN]"; exec cat');
    await iris('wait', 'here', '--text', 'token:');
    expect((await iris('capture', 'here')).stdout).toContain('token: []');
  });
});

describe('the screen on a hub of the network', () => {
  it('says view only and sends nothing; becomes a keyboard when the role comes; comes back after the hub was started again', async () => {
    const { hub, home, link, iris } = await meet();
    const session = await newSession(hub.owner, 'echo shared; exec cat');
    await iris('pair', link, await hub.invite(), '-n', 'office');
    const tui = spawnTui({ home, args: ['--hub', 'office'], cols: 100, rows: 24 });
    await tui.waitFor('shared');
    await tui.waitFor('view only');
    await tui.waitFor(/hub office · [\d.]+ ms/);
    tui.send('nothing');
    await tui.waitFor(`you may only watch ${session.name}`);
    tui.send('\u0002%');
    await tui.waitFor('split-pane needs the role owner of this hub');
    // The same device, invited once more.
    await iris('pair', link, await hub.invite({ role: 'typer', session: session.id }), '-n', 'office');
    await tui.waitFor((t) => !t.text().includes('view only'));
    tui.send('typed\r');
    await tui.waitFor(/typed[\s\S]*typed/);
    expect(tui.text()).not.toContain('nothing');
    const { host: at } = new URL(hub.url);
    await hub.hub.stop();
    await tui.waitFor(/hub office · (connecting|retry)/);
    await listeningHub({ network: { listen: at, required: true } }, hub);
    tui.send('\u0002');
    await tui.waitFor(/hub office · [\d.]+ ms/);
  });

  it('opens sessions of another hub as panes beside those of this machine, and lets go of them', async () => {
    const { hub, home, link, iris } = await meet();
    const one = await newSession(hub.owner, 'echo I am one; exec cat', { name: 'one' });
    await newSession(hub.owner, 'echo I am two; exec cat', { name: 'two' });
    await iris('pair', link, await hub.invite({ role: 'typer' }), '-n', 'office');
    const tui = spawnTui({ home, args: [], cols: 150, rows: 24 });
    await tui.waitFor('$');
    tui.send('\x02:open office/one\r');
    await tui.waitFor('2 office/one');
    await tui.waitFor('I am one');
    tui.send('typed from here\r');
    await tui.waitFor(/typed from here[\s\S]*typed from here/);
    tui.send('\x02:open office\r');
    await tui.waitFor('I am two');
    tui.send('\x02:close office\r');
    await tui.waitFor((t) => !/office\/|I am/.test(t.text()));
    expect(hub.owner.sessions.find(({ id }) => id === one.id)?.process.status).toBe('running');
    tui.send('\x02:open offic/one\r');
    await tui.waitFor('no hub is known as offic');
  });

  it('of a hub that nobody was paired with are not there: it says to pair', async () => {
    const { home, iris } = await meet();
    await iris('ls');
    const tui = spawnTui({ home, args: ['attach', 'office/api'], cols: 150 });
    await tui.exited;
    expect(tui.text()).toContain(
      'iris-tui: there is no session "office/api", and no hub is known as office: pair with it: iris-tui pair URL CODE',
    );
  });

  it('of a hub that is down are not waited for: the first attempt says why, and how to start it there', async () => {
    const { hub, link, iris } = await meet();
    await iris('pair', link, await hub.invite({ role: 'typer' }), '-n', 'office');
    await iris('ls');
    await hub.hub.stop();
    const at = new URL(hub.url).host;
    const why = `iris-tui: no hub listens at ${at}: start it there with iris-tui hub run --listen ${at}\n`;
    for (const what of ['office/api', 'office']) {
      const started = performance.now();
      expect(await iris('open', what)).toMatchObject({ stdout: '', stderr: why, code: 1 });
      // It was 10 s, whatever the reason.
      expect(performance.now() - started).toBeLessThan(8_000);
    }
  });

  it('two people at one session, at the hub and over the network, see the same cells, whoever types', async () => {
    const { hub, home, link, iris } = await meet();
    await newSession(hub.owner, 'PS1="$ " exec bash --norc --noprofile', { cols: 98, rows: 20 });
    await iris('pair', link, await hub.invite({ role: 'typer' }), '-n', 'office');
    const size = { cols: 100, rows: 24 };
    const near = spawnTui({ home: tempHome(), args: ['--hub', hub.socket], ...size });
    const far = spawnTui({ home, args: ['--hub', 'office'], ...size });
    await Promise.all([near.waitFor(/^.\$ /m), far.waitFor(/^.\$ /m)]);
    near.send(
      `printf '\\033[31mred \\033[1;4mbold\\033[0m wide 世界 👩‍👩‍👧 \\033[48;2;10;20;30mrgb\\033[0m\\n'; seq 40; echo near-typed\r`,
    );
    await Promise.all([near.waitFor(/^.near-typed/m), far.waitFor(/^.near-typed/m)]);
    far.send(`printf '\\033[32mgreen \\033[7minverse\\033[0m é\\n'; echo far-typed\r`);
    await Promise.all([near.waitFor(/^.far-typed/m), far.waitFor(/^.far-typed/m)]);
    const different = (): string[] => {
      const found: string[] = [];
      for (let y = 2; y < 22; y += 1) {
        for (let x = 1; x < 99; x += 1) {
          const [a, b] = [near, far].map((tui) => JSON.stringify(seen(tui.cell(x, y))));
          if (a !== b) found.push(`${x}, ${y}: ${a} ${b}`);
        }
      }
      return found;
    };
    await waitUntil(
      () => near.row(near.cursor.y).startsWith('│$ ') && isDeepStrictEqual(near.cursor, far.cursor) && !different()[0],
      'both show the same, and the prompt',
      { everyMs: 100, detail: () => [...different().slice(0, 20), near.text(), far.text()].join('\n') },
    );
    const { x, y } = near.cursor;
    // Where the cursor stands no colour of the border, or of what was written last, may stay in the blank.
    for (const tui of [near, far]) expect(tui.cell(x, y)).toMatchObject({ chars: ' ', fgKind: 'default', dim: false });
  });

  it('does not open on a hub that refuses for good: the reason is on the shell’s screen', async () => {
    const { hub, home, link, iris } = await meet();
    await iris('pair', link, await hub.invite(), '-n', 'office');
    await hub.owner.command('client.revoke', { client: (await hub.owner.command('client.list', {})).clients[0]!.id });
    const tui = spawnTui({ home, args: ['--hub', 'office'], cols: 100, rows: 24 });
    expect(await tui.exited).toMatchObject({ code: 5 });
    expect(tui.text().replaceAll('\n', '')).toContain('does not let this device in any more');
  });
});

describe('examples/watch.mjs', () => {
  async function watch(where: string, session: string, env: Record<string, string> = {}) {
    const child = spawn(process.execPath, [WATCH, where, session], {
      env: { PATH: process.env.PATH, ...env },
      stdio: 'pipe',
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => (out += chunk));
    child.stderr.on('data', (chunk) => (err += chunk));
    const says = (text: string) =>
      waitUntil(() => out.includes(text) || err.includes(text), `it says ${text}`, { detail: () => out + err });
    return { child, says, ended: once(child, 'close') as Promise<[number]>, err: () => err };
  }

  it('prints what a session writes and types lines into it: by socket, and over TLS with a token', async () => {
    const { hub, link } = await meet();
    const session = await newSession(
      hub.owner,
      'echo hello; while read x; do echo "got $x"; [ "$x" = end ] && exit; done',
    );
    const { token } = await hub.owner.command('token.create', { role: 'typer', session: session.id });
    const near = await watch(hub.socket, session.name);
    const far = await watch(link.replace('https', 'wss'), session.id, { IRIS_TOKEN: token });
    // Before it is connected: what is piped into it arrives, too.
    near.child.stdin.write('early\n');
    await Promise.all([near, far].map(async ({ says }) => [await says('hello'), await says('got early')]));
    near.child.stdin.write('one\n');
    await Promise.all([near.says('got one'), far.says('got one')]);
    far.child.stdin.write('two\n');
    await Promise.all([near.says('got two'), far.says('got two')]);
    await hub.owner.command('session.kill', { session: session.id });
    expect((await Promise.all([near.ended, far.ended])).map(([code]) => code)).toEqual([0, 0]);
  });

  it('sends no token to another certificate, and says what was refused', async () => {
    const { hub } = await meet();
    const session = await newSession(hub.owner, 'exec cat');
    const { token } = await hub.owner.command('token.create', { role: 'viewer' });
    const wss = hub.url.replace('https', 'wss');
    const wrong = await watch(`${wss}#sha256:${'00'.repeat(32)}`, session.name, { IRIS_TOKEN: token });
    expect((await wrong.ended)[0]).toBe(1);
    expect(wrong.err()).toMatch(/^watch: another certificate: sha256:[0-9a-f]{64}\n$/);
    const lost = await watch('', '');
    expect((await lost.ended)[0]).toBe(2);
    expect(lost.err()).toMatch(/^watch: usage: .*SESSION\n$/);
    const viewer = await watch(`${wss}#${hub.hub.network.fingerprint}`, session.name, { IRIS_TOKEN: token });
    await waitUntil(async () => (await hub.owner.command('session.list', {})).sessions[0]?.viewers === 1, 'it watches');
    viewer.child.stdin.write('x\n');
    await viewer.says('you may only watch this session');
    viewer.child.kill();
    await viewer.ended;
  });

  it('is short', () => {
    expect(readFileSync(WATCH, 'utf8').split('\n').length).toBeLessThan(70);
  });
});
