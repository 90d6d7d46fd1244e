import type { Dispose } from '../emitter.ts';
import { type Entry, type EntryBody, OutputLog, Screen, type ScreenEvent } from '../output/index.ts';
import type { SavedOutput, SessionDeps } from './ports.ts';
import { replayOutput } from './replay-output.ts';

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

/** What a session shows: screen and log of its newest epoch. */
export class Picture {
  readonly #o: PictureOptions;
  #epoch: string;
  #cols: number;
  #rows: number;
  #screen: Screen;
  #log: OutputLog;
  #unlisten: Dispose = () => {};

  constructor(options: PictureOptions) {
    this.#o = options;
    this.#cols = clampSize(options.cols, COLS_MIN);
    this.#rows = clampSize(options.rows, 1);
    this.#epoch = options.epoch ?? options.deps.ids.epoch();
    this.#screen = this.#newScreen();
    this.#log = new OutputLog(options.deps.logLimits);
  }

  get epoch(): string {
    return this.#epoch;
  }

  get screen(): Screen {
    return this.#screen;
  }

  get log(): OutputLog {
    return this.#log;
  }

  get cols(): number {
    return this.#cols;
  }

  get rows(): number {
    return this.#rows;
  }

  /** As it was kept. */
  restore(output: SavedOutput): void {
    this.#log = new OutputLog(this.#o.deps.logLimits, replayOutput(this.#screen, output));
    this.#cols = this.#screen.cols;
    this.#rows = this.#screen.rows;
  }

  /** The picture of a session that lives in another hub, just after its entry `seq`. */
  adopt(epoch: string, at: { seq: number; cols: number; rows: number; bytes: Uint8Array }): void {
    this.#epoch = epoch;
    this.#cols = clampSize(at.cols, COLS_MIN);
    this.#rows = clampSize(at.rows, 1);
    // The same one: whoever reads the agent's state off it goes on with it.
    this.#screen.reset();
    this.#screen.resize(this.#cols, this.#rows);
    this.#screen.write(at.bytes);
    this.#log = new OutputLog(this.#o.deps.logLimits, at.seq);
  }

  /** A new epoch: an empty screen and log. */
  renew(): void {
    this.#epoch = this.#o.deps.ids.epoch();
    this.#unlisten();
    this.#screen = this.#newScreen();
    this.#log = new OutputLog(this.#o.deps.logLimits);
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
    return this.#log.append(body);
  }

  dispose(): void {
    this.#unlisten();
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
