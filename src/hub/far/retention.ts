import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Dispose, Entry, LogArchive, Session } from '../../core/index.ts';
import type { HubLog } from '../hub-log.ts';
import { Spill } from './spill.ts';

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

/** What one session wrote and somebody does not have: the newest in its log, what that has no room for on the disk. */
class Retained implements LogArchive {
  readonly #session: Session;
  readonly #spill: Spill;
  readonly #room: Room;
  readonly #kept = new Map<string, number>();
  readonly #dispose: Dispose;
  #held = false;
  #broken = false;

  constructor(session: Session, folder: string, room: Room) {
    this.#session = session;
    this.#room = room;
    this.#spill = new Spill(folder);
    session.log.archive = this;
    this.#dispose = session.events.on(({ type }) => {
      if (type === 'restarted') this.#begin();
    });
  }

  get bytes(): number {
    return this.#spill.bytes;
  }

  add(consumer: string): void {
    // What was thrown away before is not to be had.
    if (!this.#kept.has(consumer)) this.#kept.set(consumer, this.#session.log.first - 1);
  }

  /** Is there anybody left? */
  remove(consumer: string): boolean {
    this.#kept.delete(consumer);
    this.#trim();
    return this.#kept.size > 0;
  }

  kept(consumer: string, epoch: string, seq: number): void {
    const before = this.#kept.get(consumer);
    if (before === undefined || epoch !== this.#session.epoch || seq <= before) return;
    this.#kept.set(consumer, Math.min(seq, this.#session.log.last));
    this.#trim();
  }

  put(entry: Entry): void {
    if (this.#broken || entry.seq <= this.#needed) return;
    try {
      this.#spill.put(entry);
    } catch (error) {
      // A disk that is full: what comes is thrown away, as without us, and whoever needs it is told of a gap.
      this.#room.failed(error);
      this.#broken = true;
      this.#spill.clear();
      return;
    }
    if (this.#room.fits(this.#spill.bytes) || this.#held) return;
    if (this.#session.mirrored) this.#spill.dropOldest();
    else this.#hold(true);
  }

  has(afterSeq: number): boolean {
    const { first } = this.#spill;
    return !this.#broken && first !== undefined && afterSeq >= first - 1;
  }

  from(afterSeq: number, most: number): Entry[] | undefined {
    try {
      return this.#broken ? undefined : this.#spill.from(afterSeq, most);
    } catch (error) {
      this.#room.failed(error);
      return undefined;
    }
  }

  dispose(): void {
    this.#dispose();
    if (this.#session.log.archive === this) this.#session.log.archive = undefined;
    this.#hold(false);
    this.#spill.clear();
  }

  /** Everybody has what is up to here. */
  get #needed(): number {
    return Math.min(...this.#kept.values());
  }

  #trim(): void {
    if (this.#kept.size > 0) this.#spill.drop(this.#needed);
    if (this.#held && this.#room.goesOn(this.#spill.bytes)) this.#hold(false);
  }

  /** A new epoch: of the one before nothing is asked for any more. */
  #begin(): void {
    this.#spill.clear();
    this.#broken = false;
    this.#hold(false);
    for (const consumer of this.#kept.keys()) this.#kept.set(consumer, this.#session.log.first - 1);
    this.#session.log.archive = this;
  }

  #hold(hold: boolean): void {
    if (hold === this.#held) return;
    this.#held = hold;
    const who = [...this.#kept].filter(([, seq]) => seq === this.#needed).map(([name]) => name);
    this.#session.hold(hold ? `all room is full of output that ${who[0] ?? 'another hub'} has not taken` : undefined);
  }
}
