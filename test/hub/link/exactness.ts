import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { expect } from 'vitest';
import type { SessionInfo, SessionRegistry } from '../../../src/core/index.ts';
import { ChaosProxy, PacedClock, seededRandom, waitUntil } from '../../support/index.ts';
import { closeLater, ENV, eventually, folder, onlineClient, openHub, type RunningHub } from '../support/index.ts';
import { Known } from '../support/known.ts';
import { listeningHub } from '../support/listening.ts';

export interface Exactness {
  readonly sessions: number;
  readonly bytesEach: number;
  readonly seed: number;
  /** Each link is reset when so many bytes have passed, and up to as many again. */
  readonly resetAfterBytes: number;
  readonly timeoutMs: number;
}

/** What came to a hub of one of its sessions. */
interface Came {
  readonly digest: () => string;
  bytes: number;
  last: number;
  /** Entries that came again, or out of turn, or not at all. */
  wrong: number;
}

/**
 * A runner writes random bytes in many sessions, and another hub takes them over a way that fails half of all connects and resets at random. What the
 * processes wrote and what came there have the same digest, each entry once.
 */
export async function exact({
  sessions,
  bytesEach,
  seed,
  resetAfterBytes,
  timeoutMs,
}: Exactness): Promise<{ resets: number; failed: number }> {
  const office = await listeningHub();
  const between = await ChaosProxy.open({ to: { port: Number(new URL(office.url).port) }, seed });
  closeLater(() => between.close());
  const place = folder();
  const known = new Known(place);
  await known.pair(office, 'office', 'laptop', { runner: true }, between.port);
  // What waits between two attempts is no part of this.
  const clock = new PacedClock(20);
  const laptop = await openHub(place, '0.1.0', { farHubs: known.farHubs, clock });
  const here = await onlineClient(laptop.socket);
  await here.command('link.add', { hub: 'office' });
  const files = Array.from({ length: sessions }, (_, n) => `${place.path}/bytes-${n}`);
  for (const [n, file] of files.entries()) {
    const script = `stty raw -echo; printf ready; head -c 1 >/dev/null; head -c ${bytesEach} /dev/urandom | tee ${file}; exec sleep 1000`;
    await here.command('session.new', { command: ['/bin/sh', '-c', script], cwd: '/tmp', env: ENV, name: `s${n}` });
  }
  const mirrors = await eventually('all are there', () => {
    const found = files.map((_, n) => office.owner.sessions.find(({ name }) => name === `laptop/s${n}`));
    return found.every((info) => info?.process.pid) ? (found as SessionInfo[]) : undefined;
  });
  const came = mirrors.map(({ id }) => tap(office, id));
  await eventually('all are ready', () => came.every(({ bytes }) => bytes >= 'ready'.length));
  const random = seededRandom(seed);
  for (let n = 0; n < 1_000; n++) {
    between.forNext({
      // The first one does, so that there is one in a short run as well.
      failConnects: n === 0 || random() < 0.5 ? 1 : 0,
      resetAtByte: Math.round(resetAfterBytes * (1 + random())),
    });
  }
  between.reset();
  for (const n of files.keys()) await here.command('session.keys', { session: `s${n}`, keys: ['g'], literal: true });
  const all = bytesEach + 'ready'.length;
  await waitUntil(() => came.every(({ bytes }) => bytes >= all), `${sessions} × ${bytesEach} bytes are there`, {
    timeoutMs,
    detail: () => JSON.stringify({ ...between, came: came.map(({ bytes }) => bytes) }),
  });
  for (const [n, file] of files.entries()) {
    expect(statSync(file).size).toBe(bytesEach);
    const digest = createHash('sha256').update('ready').update(readFileSync(file)).digest('hex');
    expect(came[n]!.bytes, `session ${n}`).toBe(all);
    expect(came[n]!.wrong, `session ${n}`).toBe(0);
    expect(came[n]!.digest(), `session ${n}`).toBe(digest);
  }
  return { resets: between.resets, failed: between.failed };
}

/** From what it has by now. */
function tap(hub: RunningHub, id: string): Came {
  const { registry } = hub.hub as unknown as { registry: SessionRegistry };
  const { log, events } = registry.get(id)!;
  const hash = createHash('sha256');
  const came: Came = { digest: () => hash.copy().digest('hex'), bytes: 0, last: 0, wrong: 0 };
  const take = (entry: { readonly seq: number; readonly kind: string; readonly bytes?: Uint8Array }): void => {
    if (entry.seq !== came.last + 1) came.wrong += 1;
    came.last = entry.seq;
    if (!entry.bytes) return;
    came.bytes += entry.bytes.length;
    hash.update(entry.bytes);
  };
  for (const entry of log.from(0)!) take(entry);
  events.on((event) => {
    if (event.type === 'restarted') came.wrong += 1;
    if (event.type === 'entry') take(event.entry);
  });
  return came;
}
