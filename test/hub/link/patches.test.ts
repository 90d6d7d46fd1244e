import { writeFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import type { SessionInfo } from '../../../src/core/index.ts';
import {
  client,
  closeAll,
  eventsOf,
  eventually,
  newSession,
  onlineClient,
  openHub,
  Watcher,
} from '../support/index.ts';
import { RawPeer } from '../support/raw.ts';

afterEach(closeAll);

/** Tells two titles by turns, as a spinner does, until there is such a file. */
const spinner = (end: string) =>
  `while [ ! -e ${end} ]; do printf "\\033]0;a\\007"; sleep 0.01; printf "\\033]0;b\\007"; sleep 0.01; done`;

test('viewers that hear only what is new of sessions know the same as one who asks, whenever they came', async () => {
  const { socket, path } = await openHub();
  const direct = await onlineClient(socket);
  const end = `${path}/end`;
  const [one, two] = [await newSession(direct, spinner(end)), await newSession(direct, 'cat')];
  const hosts = [direct];
  const events = eventsOf(direct);
  for (let n = 0; n < 12; n++) {
    hosts.push(client(socket));
    if (n % 3 === 0) await direct.command('session.rename', { session: two.id, name: `name-${n}` });
    if (n === 6) new Watcher(hosts.at(-1)!, one.id, { cols: 100, rows: 30 });
    // The next one comes in the middle of what is told.
    const told = events.length;
    await eventually('something new is told', () => events.length > told);
  }
  await direct.command('session.restart', { session: one.id });
  await direct.command('session.kill', { session: two.id });
  await newSession(direct, 'echo hello; exit 3');
  writeFileSync(end, '');
  const truth = async (): Promise<SessionInfo[]> => {
    const { sessions } = await direct.command('session.list', {});
    return sessions.toSorted((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
  };
  await eventually('all have ended', async () => (await truth()).every(({ process }) => process.status === 'exited'));
  for (const host of hosts) {
    await eventually(
      'it knows the same',
      async () => JSON.stringify(sorted(host.sessions)) === JSON.stringify(sorted(await truth())),
    );
  }
});

test('whoever is not brief is told whole sessions, and envelopes of all output', async () => {
  const { socket } = await openHub();
  const host = await onlineClient(socket);
  const session = await newSession(host, 'cat');
  const raw = await RawPeer.join(socket);
  raw.say({ type: 'control', sessionId: session.id, ts: 1, payload: { op: 'attach', stream: 1, mode: 'log' } });
  await eventually('it is attached', () => raw.find('log'));
  new Watcher(host, session.id).type('seen\n');
  for (const name of ['first', 'second']) await host.command('session.rename', { session: session.id, name });
  const changed = () =>
    raw.all('status').flatMap(({ payload }) => (payload.kind === 'sessions' ? payload.changed : []));
  await eventually('it is told', () => changed().some(({ name }) => name === 'second'));
  expect(raw.all('status').some(({ payload }) => payload.kind === 'sessions' && payload.patched)).toBe(false);
  await eventually('its output came', () => raw.all('log').some(({ bytes }) => Buffer.from(bytes).includes('seen')));
});

/** Keys of objects in one order: a patch may bring a field later than it stood before. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      // Each is told which of the people it is itself.
      .filter(([key]) => key !== 'self')
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)]),
  );
}
