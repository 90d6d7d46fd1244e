import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { journaled, ProcessJournal } from '../../../src/hub/sweep/index.ts';
import { opensshTransport } from '../../../src/transports/openssh/index.ts';
import { Run } from '../../contract/transport.ts';
import { isAlive, processInfo, type Sshd, startSshd, stopSshds, waitUntil } from '../../support/index.ts';

let sshd: Sshd;
let folder = '';
beforeAll(async () => {
  sshd = await startSshd();
  folder = mkdtempSync(join(tmpdir(), 'iris-journal-'));
});
afterAll(async () => {
  await stopSshds();
  rmSync(folder, { recursive: true, force: true });
});

const journal = (): ProcessJournal =>
  new ProcessJournal(folder, 'hub', (problem) => {
    throw problem;
  });

/** As a hub runs it; whoever reads the journal next is as the hub that comes after one that was killed. */
function start(words: readonly string[], mode: 'pty' | 'pipes'): Run {
  const remote = { kind: 'openssh', words, options: {} } as const;
  const launch = { command: ['sleep', '600'], cwd: '', env: {}, mode, cols: 80, rows: 24, remote };
  const transport = opensshTransport(launch, remote, {
    env: { PATH: process.env.PATH ?? '' },
    sessionId: 's',
    farEnv: {},
  });
  return new Run(journaled(transport, journal(), 's'));
}

it.each(['pty', 'pipes'] as const)(
  '[H39] ssh with %s, and the program there, are ended by the hub after a hub that was killed',
  async (mode) => {
    const run = start(sshd.words(), mode);
    await waitUntil(() => run.transport.status === 'ready', 'it runs', { detail: () => run.state });
    const ssh = processInfo(run.transport.pid!)!;
    const there = await waitUntil(
      () => sshd.processes().find((info) => info.command.startsWith('sleep 600')),
      'it is there',
    );
    await journal().sweep();
    expect(isAlive(ssh)).toBe(false);
    await waitUntil(() => !isAlive(there), 'the program is gone');
  },
);

it('[H39] also while it still connects', async () => {
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  const run = start(['-F', 'none', '-p', String(address.port), '127.0.0.1'], 'pty');
  expect(run.statuses).toEqual(['connecting']);
  const ssh = processInfo(run.transport.pid!)!;
  await journal().sweep();
  expect(isAlive(ssh)).toBe(false);
  server.close();
});
