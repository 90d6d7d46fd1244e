import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection, ServerConfig, Session } from 'ssh2';
import ssh2 from 'ssh2';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../../support/index.ts';
import { run, stopRuns } from './launch.ts';

let folder = '';
const servers: InstanceType<typeof ssh2.Server>[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'iris-hostile-'));
  for (const type of ['ed25519', 'rsa']) {
    execFileSync('ssh-keygen', ['-q', '-t', type, '-b', '2048', '-m', 'PEM', '-N', '', '-f', join(folder, type)]);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(async () => {
  await stopRuns();
  await Promise.all(servers.splice(0).map((server) => new Promise<void>((done) => server.close(() => done()))));
});

/** A server that does as it likes. Returns the words to get there. */
async function serve(
  on: (client: Connection) => void,
  config: Partial<ServerConfig> = {},
  type = 'ed25519',
): Promise<string[]> {
  const server = new ssh2.Server({ hostKeys: [readFileSync(join(folder, type))], ...config }, (client) => {
    client.on('error', () => {});
    on(client);
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()));
  const { port } = server.address() as { port: number };
  const known = join(folder, `known-${port}`);
  const key = readFileSync(join(folder, `${type}.pub`), 'utf8')
    .split(' ')
    .slice(0, 2)
    .join(' ');
  writeFileSync(known, `[127.0.0.1]:${port} ${key}\n`);
  const options = [
    `UserKnownHostsFile=${known}`,
    `IdentityFile=${join(folder, 'rsa')}`,
    'IdentityAgent=none',
    'IdentitiesOnly=yes',
  ];
  return ['-F', 'none', ...options.flatMap((option) => ['-o', option]), '-p', String(port), 'someone@127.0.0.1'];
}

const letIn = (client: Connection, on: (session: Session) => void): void => {
  client.on('authentication', (context) => context.accept());
  client.on('ready', () => client.on('session', (accept) => on(accept())));
};

async function failure(words: string[], more: object = {}) {
  const one = run({ words, unattended: true, ...more });
  await waitUntil(() => one.isOver, 'it is over', { detail: () => one.state });
  return one.error;
}

describe('a server that is not friendly', () => {
  it('asks and greets in plain text only, whatever it sends, and only so many questions', async () => {
    const evil = '\u001b]0;title\u0007\u009b31m\u202e';
    const words = await serve(
      (client) =>
        client.on('authentication', (context) => {
          if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive']);
          context.prompt([{ prompt: `Token${evil}: `, echo: true }], `name${evil}`, `do ${evil}this`, () =>
            context.prompt(
              Array.from({ length: 1000 }, () => ({ prompt: 'x', echo: true })),
              () => context.reject(),
            ),
          );
        }),
      { banner: `hello${evil}\n${'x'.repeat(30_000)}` },
    );
    const one = run({ words });
    await one.says(/\(someone@127\.0\.0\.1\) Token.*: $/);
    expect(one.text).not.toMatch(/[\u001b\u0007]/);
    expect(Buffer.from(one.text, 'latin1').toString()).not.toMatch(/[\u009b\u202e]/);
    expect(one.text.length).toBeLessThan(10_000);
    one.transport.write(Buffer.from('12\u001b[A3\r'));
    await waitUntil(() => one.isOver, 'it gave up', { detail: () => one.state });
    expect(one.error).toMatchObject({ code: 'login-refused', retriable: false });
    // An answer is shown where the server says so; keys that move are no part of it.
    expect(one.text).toContain('123');
  });

  it('gets no signature with SHA-1, nor is one taken from it', async () => {
    const offered: string[] = [];
    const words = await serve((client) =>
      client.on('authentication', (context) => {
        if (context.method === 'publickey')
          offered.push(
            `${(context as { key: { algo: string } }).key.algo} ${'signature' in context && context.signature !== undefined}`,
          );
        context.reject(['publickey']);
      }),
    );
    const error = await failure(words);
    expect(error).toMatchObject({ code: 'login-refused', retriable: false });
    expect(offered.join()).not.toContain('true');
    const old = await serve(() => {}, { algorithms: { serverHostKey: ['ssh-rsa'] } }, 'rsa');
    const refused = await failure(old);
    expect(refused).toMatchObject({ code: 'unreachable', retriable: false });
    expect(refused?.line).toContain('no algorithms in common');
  });

  it('refuses the program: permanent; ends it without a word: transient', async () => {
    const refuses = await serve((client) =>
      letIn(client, (session) => session.on('pty', (accept) => accept?.()).on('exec', (_accept, reject) => reject?.())),
    );
    expect(await failure(refuses)).toMatchObject({ code: 'login-refused', retriable: false });
    const silent = await serve((client) =>
      letIn(client, (session) => session.on('pty', (accept) => accept?.()).on('exec', (accept) => accept().end('bye'))),
    );
    expect(await failure(silent)).toMatchObject({ code: 'unreachable', retriable: true });
    const hangs = await serve((client) =>
      letIn(client, (session) => session.on('pty', (accept) => accept?.()).on('exec', () => {})),
    );
    expect(await failure(hangs, { startTimeoutMs: 300 })).toMatchObject({ code: 'unreachable', retriable: true });
    const noShell = await serve((client) =>
      letIn(client, (session) =>
        session
          .on('pty', (accept) => accept?.())
          .on('exec', (accept) => {
            const channel = accept();
            channel.write('This account is not available.\r\n');
            channel.exit(1);
            channel.end();
          }),
      ),
    );
    const error = await failure(noShell);
    expect(error).toMatchObject({ code: 'failed', retriable: false });
    expect(error?.line).toContain('the login ended with 1: This account is not available.');
    const long = await serve((client) => client.on('authentication', () => {}), { banner: 'x'.repeat(100_000) });
    expect(await failure(long)).toMatchObject({ retriable: true });
  });
});
