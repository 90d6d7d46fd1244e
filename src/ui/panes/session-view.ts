import {
  type Attachment,
  applyEntry,
  Emitter,
  type IrisError,
  Screen,
  type SessionHost,
  type ViewEntry,
} from '../../core/index.ts';

/** A session as this viewer sees it: its newest screen, and the way in. */
export class SessionView {
  readonly sessionId: string;
  readonly screen: Screen;
  readonly changed = new Emitter<void>();
  /** Resolves with the first entry: from then on the screen is the session's. */
  readonly ready: Promise<void>;
  /** When it was last on the screen: for closing the one that nobody looked at longest. */
  lastShownMs = 0;
  /** When something was printed last, or shown first; milliseconds since 1970. */
  printedAt = Number.NEGATIVE_INFINITY;
  ended: IrisError | undefined;
  readonly #attachment: Attachment;
  #cols: number;
  #rows: number;
  #isReady = false;
  #epoch: string | undefined;

  constructor(
    host: SessionHost,
    sessionId: string,
    size: { cols: number; rows: number },
    readOnly: boolean,
    wall: () => number,
  ) {
    this.sessionId = sessionId;
    this.#cols = size.cols;
    this.#rows = size.rows;
    // The viewer's emulator holds the screen only: history lives in the hub.
    this.screen = new Screen({ cols: size.cols, rows: size.rows, scrollback: 0 });
    let markReady = (): void => {};
    this.ready = new Promise((resolve) => {
      markReady = resolve;
    });
    this.#attachment = host.attach(sessionId, {
      mode: 'screen',
      ...size,
      readOnly,
      onEntry: (entry: ViewEntry) => {
        applyEntry(this.screen, entry);
        if (this.#prints(entry)) this.printedAt = wall();
        if (!this.#isReady) {
          this.#isReady = true;
          markReady();
        }
        this.changed.emit();
      },
      onEnd: (reason) => {
        this.ended = reason;
        markReady();
        this.changed.emit();
      },
    });
  }

  /** A snapshot of another process prints what is on it; one of the same is what was printed before. */
  #prints(entry: ViewEntry): boolean {
    if (entry.kind !== 'snapshot') return entry.kind === 'output' || entry.kind === 'error';
    const fresh = entry.epoch !== this.#epoch;
    this.#epoch = entry.epoch;
    return fresh && !isBlank(this.screen);
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  write(bytes: Uint8Array): void {
    this.#attachment.write(bytes);
  }

  /** The size that this viewer has for it; told to the hub only when it changed. */
  resize(cols: number, rows: number): void {
    if (cols === this.#cols && rows === this.#rows) return;
    this.#cols = cols;
    this.#rows = rows;
    this.#attachment.resize(cols, rows);
  }

  close(): void {
    this.#attachment.detach();
    this.screen.dispose();
  }
}

/** Nothing was written on it yet; what waits for an answer has its cursor behind the question. */
function isBlank({ cursor }: Screen): boolean {
  return cursor.x === 0 && cursor.y === 0;
}
