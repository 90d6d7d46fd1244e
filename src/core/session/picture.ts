import type { Dispose } from '../emitter.ts';
import {
  DEFAULT_LOG_LIMITS,
  type Entry,
  type EntryBody,
  OutputLog,
  type Position,
  Screen,
  type ScreenEvent,
} from '../output/index.ts';
import { Epoch, type EpochPicture } from './epoch.ts';
import type { SavedOutput, SessionDeps } from './ports.ts';
import { replayOutput } from './replay-output.ts';

/**
 * Epochs that are over and whose logs are kept for readers who were away, or are slow; of more, the oldest is forgotten. Together they have as much in
 * memory as one log may: beyond that the oldest entries go.
 */
export const PAST_EPOCHS = 3;
/** No terminal is larger; also keeps a wrong number from costing memory. */
const SIZE_LIMIT = 10_000;
/** The emulator has no narrower screen: a wide character needs two cells. */
const COLS_MIN = 2;
/**
 * LNM (ECMA-48 7.2.16): a line feed also returns, as the terminal driver makes it for programs with a terminal. The screen of a process
 * with pipes begins with it, and its snapshots carry it to viewers; log and output stay as they were written.
 */
const NEW_LINE_MODE = new TextEncoder().encode('\x1b[20h');

export interface PictureOptions {
  readonly deps: Pick<SessionDeps, 'ids' | 'scrollback' | 'identity' | 'logLimits'>;
  readonly mode: () => 'pty' | 'pipes' | 'headless';
  /** Another hub has the process: it answers what that asks. */
  readonly mirrored: () => boolean;
  readonly cols: number;
  readonly rows: number;
  /** Of an earlier hub. */
  readonly epoch?: string;
  /** What the emulator answers to the process's questions. */
  readonly reply: (bytes: Uint8Array) => void;
  readonly event: (event: ScreenEvent) => void;
}

/** What a session shows: screen and log of its newest epoch. And what others have still to read of those before. */
export class Picture {
  readonly #o: PictureOptions;
  #cols: number;
  #rows: number;
  #screen: Screen;
  #epoch: Epoch;
  #past: readonly Epoch[] = [];
  #unlisten: Dispose = () => {};

  constructor(options: PictureOptions) {
    this.#o = options;
    this.#cols = clampSize(options.cols, COLS_MIN);
    this.#rows = clampSize(options.rows, 1);
    this.#screen = this.#newScreen();
    this.#epoch = this.#newEpoch(options.epoch ?? options.deps.ids.epoch());
  }

  get epoch(): string {
    return this.#epoch.id;
  }

  /** Oldest first; the last is the newest. */
  get epochs(): readonly Epoch[] {
    return [...this.#past, this.#epoch];
  }

  get screen(): Screen {
    return this.#screen;
  }

  get log(): OutputLog {
    return this.#epoch.log;
  }

  get cols(): number {
    return this.#cols;
  }

  get rows(): number {
    return this.#rows;
  }

  /** As it was kept. */
  restore(output: SavedOutput): void {
    const { entries, lostAfter } = output;
    const seq = replayOutput(this.#screen, output);
    this.#cols = this.#screen.cols;
    this.#rows = this.#screen.rows;
    // Whoever was away when the hub was started again goes on from where they were.
    const whole = entries.at(-1)?.seq === seq;
    this.#epoch = this.#newEpoch(this.epoch, whole ? entries[0]!.seq - 1 : seq);
    if (whole) for (const entry of entries) this.#epoch.log.append(entry);
    this.#epoch.cut = lostAfter !== undefined;
  }

  /** The picture of a session that lives in another hub, just after its entry `seq`. `lostAfter`: what came after it, and before, nobody has. */
  adopt(epoch: string, at: EpochPicture & { readonly seq: number; readonly lostAfter?: Position }): void {
    if (at.lostAfter) this.#epoch.cut = true;
    this.#epoch.end();
    if (epoch !== this.epoch) this.#keepEpoch();
    this.#cols = clampSize(at.cols, COLS_MIN);
    this.#rows = clampSize(at.rows, 1);
    // The same one: whoever reads the agent's state off it goes on with it.
    this.#screen.reset();
    this.#screen.resize(this.#cols, this.#rows);
    this.#screen.write(at.bytes);
    this.#epoch = this.#newEpoch(epoch, at.seq);
  }

  /** A new epoch: an empty screen and log. */
  renew(): void {
    this.#epoch.end();
    this.#keepEpoch();
    this.#unlisten();
    this.#screen = this.#newScreen();
    this.#epoch = this.#newEpoch(this.#o.deps.ids.epoch());
  }

  /** False: it has that size already. */
  resize(cols: number, rows: number): boolean {
    const c = clampSize(cols, COLS_MIN);
    const r = clampSize(rows, 1);
    if (c === this.#cols && r === this.#rows) return false;
    this.#cols = c;
    this.#rows = r;
    this.#screen.resize(c, r);
    return true;
  }

  append(body: EntryBody): Entry {
    return this.#epoch.log.append(body);
  }

  dispose(): void {
    this.#unlisten();
  }

  #newEpoch(id: string, after = 0): Epoch {
    const log = new OutputLog(this.#o.deps.logLimits, after);
    return new Epoch({ id, cols: this.#cols, rows: this.#rows, log, screen: this.#screen });
  }

  #keepEpoch(): void {
    this.#past = this.epochs.slice(-PAST_EPOCHS);
    const limit = this.#o.deps.logLimits?.limitBytes ?? DEFAULT_LOG_LIMITS.limitBytes;
    let bytes = 0;
    for (const { log } of this.#past.toReversed()) {
      bytes += log.bytes;
      if (bytes > limit) log.clear();
    }
  }

  #newScreen(): Screen {
    const { deps, mode, mirrored, reply, event } = this.#o;
    const { scrollback, identity } = deps;
    const screen = new Screen({
      cols: this.#cols,
      rows: this.#rows,
      scrollback,
      // Pipes ask nothing: there is no terminal behind them. Another hub may turn out to have the process.
      ...(mode() === 'pty' && !mirrored() ? { reply: (bytes) => void (mirrored() || reply(bytes)) } : {}),
      ...(identity ? { identity } : {}),
    });
    if (mode() === 'pipes' && !mirrored()) screen.write(NEW_LINE_MODE);
    this.#unlisten = screen.events.on(event);
    return screen;
  }
}

function clampSize(n: number, least: number): number {
  return Math.min(SIZE_LIMIT, Math.max(least, Math.trunc(n) || least));
}
