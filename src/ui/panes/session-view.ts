import {
  type Attachment,
  applyEntry,
  type Clock,
  Emitter,
  type IrisError,
  type Key,
  Screen,
  type SessionHost,
  type Surface,
  type ViewEntry,
} from '../../core/index.ts';
import type { Prediction, Predictor } from '../prediction/index.ts';

/** What all views of a viewer share. */
export interface Viewing {
  readonly host: SessionHost;
  readonly clock: Clock;
  readonly readOnly: boolean;
  readonly prediction: Prediction;
}

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
  readonly #prediction: Prediction;
  #predictor: Predictor | undefined;
  #cols: number;
  #rows: number;
  #isReady = false;
  #epoch: string | undefined;

  constructor({ host, clock, readOnly, prediction }: Viewing, sessionId: string, size: { cols: number; rows: number }) {
    this.#prediction = prediction;
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
        if (this.#prints(entry)) this.printedAt = clock.wall();
        this.#predictor?.heard();
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
    if (fresh) this.#predictor?.interrupted();
    return fresh && !isBlank(this.screen);
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** What is drawn: the screen, and while its echo is far away also what was typed into it. */
  get surface(): Surface {
    return this.#predictor?.surface ?? this.screen;
  }

  /** `key`: the key that these bytes are, so that its echo can be guessed. */
  write(bytes: Uint8Array, key?: Key): void {
    this.#attachment.write(bytes);
    if (key) {
      this.#followPrediction();
      this.#predictor?.typed(key);
    } else this.#predictor?.interrupted();
  }

  /** What was guessed goes: the screen is looked at in another way. */
  stopGuessing(): void {
    this.#predictor?.interrupted();
  }

  /** Nothing is guessed any more, until a key says otherwise. */
  closePrediction(): void {
    if (!this.#predictor) return;
    this.#predictor.close();
    this.#predictor = undefined;
    this.changed.emit();
  }

  #followPrediction(): void {
    const before = this.#predictor;
    const next = this.#prediction.next(this.sessionId, this.screen, before, () => this.changed.emit());
    if (next === before) return;
    if (!next) this.closePrediction();
    else {
      this.#predictor = next;
      this.changed.emit();
    }
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
    this.#predictor?.close();
    this.screen.dispose();
  }
}

/** Nothing was written on it yet; what waits for an answer has its cursor behind the question. */
function isBlank({ cursor }: Screen): boolean {
  return cursor.x === 0 && cursor.y === 0;
}
