import { createHash } from 'node:crypto';
import type { Session, SessionHost, SessionRegistry } from '../../../src/core/index.ts';
import { ChaosProxy, PacedClock, waitUntil } from '../../support/index.ts';
import { ENV, folder, onlineClient, openHub, type RunningHub } from '../support/index.ts';
import { Known } from '../support/known.ts';
import { listeningHub } from '../support/listening.ts';

export interface ChaosRun {
  readonly sessions: number;
  /** Random bytes of each. */
  readonly bytes: number;
  readonly seed: number;
  /** After each chunk of the network. */
  readonly resetChance: number;
  /** How fast the runner's time runs: it waits up to 30 s between two attempts. */
  readonly pace: number;
  readonly timeoutMs: number;
}

export interface ChaosOutcome {
  /** SHA-256 of each session where it lives, and of its mirror. */
  readonly here: readonly string[];
  readonly there: readonly string[];
  readonly gaps: number;
  readonly duplicates: number;
  /** Connections that were reset, and those that were not even made. */
  readonly broken: number;
}

/** Sessions of a runner that write random bytes, mirrored through a network that fails half of all connects and resets the others at random. */
export async function mirrorThroughChaos({
  sessions,
  bytes,
  seed,
  resetChance,
  pace,
  timeoutMs,
}: ChaosRun): Promise<ChaosOutcome> {
  const office = await listeningHub();
  await using between = await ChaosProxy.open({ to: { port: Number(new URL(office.url).port) }, seed });
  const place = folder();
  const known = new Known(place);
  await known.pair(office, 'office', 'laptop', { runner: true }, between.port);
  const laptop = await openHub(place, '0.1.0', { farHubs: known.farHubs, clock: new PacedClock(pace) });
  const here = await onlineClient(laptop.socket);
  await here.command('link.add', { hub: 'office', allow: 'type' });
  const names = Array.from({ length: sessions }, (_, n) => `s${n}`);
  for (const name of names) {
    // Its own bytes, nothing of a terminal; it waits for a word, so that both ends are watched from its first byte on.
    const script = `read go; head -c ${bytes} /dev/urandom; exec sleep 600`;
    await here.command('session.new', { name, command: ['sh', '-c', script], cwd: '/tmp', env: ENV, mode: 'pipes' });
  }
  const mirrors = new Map<string, Tap>();
  for (const name of names) {
    const mirror = () => office.owner.sessions.find((one) => one.name === `laptop/${name}` && one.process.pid);
    const { id } = await waitUntil(mirror, `the mirror of ${name}`, { timeoutMs });
    mirrors.set(name, new Tap(sessionOf(office, id)));
  }
  const origins = new Map(names.map((name) => [name, new Tap(sessionOf(laptop, idOf(here, name)))]));
  between.set({ failConnects: 0.5, resetChance });
  for (const name of names) await here.command('session.send', { session: name, text: 'go' });
  // One at least is certain.
  await waitUntil(() => [...mirrors.values()].some(({ bytes: came }) => came > bytes / 4), 'some of it', { timeoutMs });
  between.reset();
  const done = (): boolean =>
    names.every((name) => origins.get(name)!.bytes === bytes && mirrors.get(name)!.last === origins.get(name)!.last);
  await waitUntil(done, 'all of it is there', {
    timeoutMs,
    detail: () => names.map((name) => `${mirrors.get(name)!.last} of ${origins.get(name)!.last}`).join(', '),
  });
  const outcome = {
    here: names.map((name) => origins.get(name)!.digest),
    there: names.map((name) => mirrors.get(name)!.digest),
    gaps: [...mirrors.values()].reduce((sum, { gaps }) => sum + gaps, 0),
    duplicates: [...mirrors.values()].reduce((sum, { duplicates }) => sum + duplicates, 0),
    broken: between.failed + between.resets,
  };
  return outcome;
}

/** What goes through a hub of one of its sessions, entry by entry. */
class Tap {
  last: number;
  bytes = 0;
  gaps = 0;
  duplicates = 0;
  readonly #hash = createHash('sha256');

  constructor(session: Session) {
    this.last = session.log.last;
    session.events.on((event) => {
      if (event.type === 'restarted') this.gaps += 1;
      if (event.type !== 'entry') return;
      const { entry } = event;
      if (entry.seq <= this.last) this.duplicates += 1;
      if (entry.seq > this.last + 1) this.gaps += 1;
      this.last = entry.seq;
      if (entry.kind !== 'output') return;
      this.bytes += entry.bytes.length;
      this.#hash.update(entry.bytes);
    });
  }

  get digest(): string {
    return this.#hash.copy().digest('hex');
  }
}

function idOf(host: SessionHost, name: string): string {
  return host.sessions.find((one) => one.name === name)!.id;
}

function sessionOf({ hub }: RunningHub, id: string): Session {
  return (hub as unknown as { registry: SessionRegistry }).registry.get(id)!;
}
