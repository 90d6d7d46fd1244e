import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Dispose, Position, Session } from '../../core/index.ts';
import type { HubLog } from '../hub-log.ts';
import { Shelf } from './shelf.ts';

export interface RetentionLimits {
  /** On the disk, for one session. */
  readonly sessionBytes: number;
  /** On the disk, for all. */
  readonly totalBytes: number;
}

/** Beside what the log of a session has in memory. At either limit the process is stopped from writing; one that lives elsewhere loses its oldest, with a gap. */
export const RETENTION_LIMITS: RetentionLimits = {
  sessionBytes: 256 * 1024 * 1024,
  totalBytes: 2 * 1024 * 1024 * 1024,
};
/** A process that was stopped goes on when this part of the room is free again. */
const GO_ON_BELOW = 0.75;

/** Who waits for what, so that nothing of it is thrown away: sessions that are offered to hubs, and how far each of these has them on its disk. */
export class Retention {
  readonly #folder: string;
  readonly #log: HubLog;
  readonly #limits: RetentionLimits;
  readonly #sessions = new Map<string, Retained>();

  constructor(stateFolder: string, log: HubLog, limits: RetentionLimits = RETENTION_LIMITS) {
    this.#folder = join(stateFolder, 'spill');
    this.#log = log;
    this.#limits = limits;
    // Of an earlier hub: its processes are gone, and what they wrote is in the database.
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** From now on nothing of this session is thrown away that `consumer` does not have. */
  begin(session: Session, consumer: string): void {
    let retained = this.#sessions.get(session.id);
    if (!retained) {
      retained = new Retained(session, join(this.#folder, session.id), {
        fits: (bytes) => bytes < this.#limits.sessionBytes && this.#total < this.#limits.totalBytes,
        goesOn: (bytes) =>
          bytes < this.#limits.sessionBytes * GO_ON_BELOW && this.#total < this.#limits.totalBytes * GO_ON_BELOW,
        failed: (error) => this.#log.error('spill', { session: session.id, error: String(error) }),
      });
      this.#sessions.set(session.id, retained);
    }
    retained.add(consumer);
  }

  /** `consumer` has everything up to there on its disk. */
  kept(session: Session, consumer: string, epoch: string, seq: number): void {
    this.#sessions.get(session.id)?.kept(consumer, epoch, seq);
  }

  /** Nothing is offered to it any more. */
  end(consumer: string): void {
    for (const [id, retained] of this.#sessions) {
      if (retained.remove(consumer)) continue;
      retained.dispose();
      this.#sessions.delete(id);
    }
  }

  /** The session is gone. */
  forget(session: Session): void {
    this.#sessions.get(session.id)?.dispose();
    this.#sessions.delete(session.id);
  }

  dispose(): void {
    for (const retained of this.#sessions.values()) retained.dispose();
    this.#sessions.clear();
  }

  get #total(): number {
    let total = 0;
    for (const { bytes } of this.#sessions.values()) total += bytes;
    return total;
  }
}

interface Room {
  readonly fits: (bytes: number) => boolean;
  readonly goesOn: (bytes: number) => boolean;
  readonly failed: (error: unknown) => void;
}

/** What one session wrote and somebody does not have: the newest in its logs, what these have no room for on the disk, epoch by epoch. */
class Retained {
  readonly #session: Session;
  /** Those of its epochs have a number behind it: what another hub calls an epoch is no name for a file. */
  readonly #folder: string;
  readonly #room: Room;
  /** How far each has it. */
  readonly #kept = new Map<string, Position>();
  readonly #dispose: Dispose;
  /** Oldest first; the last is of the session's own epoch. */
  #shelves: Shelf[] = [];
  #begun = 0;
  #held = false;

  constructor(session: Session, folder: string, room: Room) {
    this.#session = session;
    this.#folder = folder;
    this.#room = room;
    this.#begin();
    this.#dispose = session.events.on(({ type }) => {
      if (type === 'restarted') this.#begin();
    });
  }

  /** On the disk. */
  get bytes(): number {
    return this.#shelves.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  add(consumer: string): void {
    const { epoch, log } = this.#session;
    // What was thrown away before is not to be had.
    if (!this.#kept.has(consumer)) this.#kept.set(consumer, { epoch, seq: log.first - 1 });
    this.#trim();
  }

  /** Is there anybody left? */
  remove(consumer: string): boolean {
    this.#kept.delete(consumer);
    this.#trim();
    return this.#kept.size > 0;
  }

  kept(consumer: string, epoch: string, seq: number): void {
    const before = this.#kept.get(consumer);
    const at = this.#indexOf(epoch);
    if (!before || at < 0) return;
    const was = this.#indexOf(before.epoch);
    if (at < was || (at === was && seq <= before.seq)) return;
    this.#kept.set(consumer, { epoch, seq: Math.min(seq, this.#shelves[at]!.log.last) });
    this.#trim();
  }

  dispose(): void {
    this.#dispose();
    this.#hold(false);
    for (const shelf of this.#shelves) shelf.dispose();
  }

  #indexOf(epoch: string): number {
    return this.#shelves.findIndex((shelf) => shelf.epoch === epoch);
  }

  /** Everybody has what is up to there of this epoch. */
  #neededOf(at: number): number {
    const each = [...this.#kept.values()].map(({ epoch, seq }) => {
      const was = this.#indexOf(epoch);
      return was === at ? seq : was > at ? Number.POSITIVE_INFINITY : 0;
    });
    return Math.min(...each);
  }

  #trim(): void {
    if (this.#kept.size === 0) return;
    for (const [at, shelf] of this.#shelves.entries()) shelf.drop(this.#neededOf(at));
    if (this.#held && this.#room.goesOn(this.bytes)) this.#hold(false);
  }

  /** A new epoch, or a new log of the same. Of those before it is kept what readers of the log may still ask for. */
  #begin(): void {
    const { epoch, log, epochs } = this.#session;
    const [stay, go] = [[] as Shelf[], [] as Shelf[]];
    for (const shelf of this.#shelves) (epochs.some((one) => one.log === shelf.log) ? stay : go).push(shelf);
    for (const shelf of go) shelf.dispose();
    const options = { stored: () => this.#stored(), failed: this.#room.failed };
    this.#shelves = [...stay, new Shelf(epoch, log, `${this.#folder}-${++this.#begun}`, options)];
    this.#hold(false);
    this.#trim();
  }

  #stored(): void {
    if (this.#held || this.#room.fits(this.bytes)) return;
    if (this.#session.mirrored) this.#shelves.find(({ bytes }) => bytes > 0)?.dropOldest();
    else this.#hold(true);
  }

  #hold(hold: boolean): void {
    if (hold === this.#held) return;
    this.#held = hold;
    const slow = [...this.#kept].map(([name, { epoch, seq }]) => ({ name, at: this.#indexOf(epoch), seq }));
    const [last] = slow.sort((a, b) => a.at - b.at || a.seq - b.seq);
    this.#session.hold(
      hold ? `all room is full of output that ${last?.name ?? 'another hub'} has not taken` : undefined,
    );
  }
}
