import type { Clock, Key, Surface, Timer } from '../../core/index.ts';
import { Guesses, type RealScreen } from './model.ts';
import { paceOf } from './pace.ts';
import { PredictedSurface } from './predicted-surface.ts';
import { stepOf } from './steps.ts';

/** Echoes here what is typed into one session, until the session does. It never touches what is sent. */
export class Predictor {
  /** To be drawn in the place of the session's screen. */
  readonly surface: Surface;
  /** The way there and back, milliseconds; the owner tells. */
  roundTripMs = 0;
  readonly #guesses: Guesses;
  readonly #clock: Clock;
  readonly #changed: () => void;
  #timer: Timer | undefined;
  #timerAt = 0;

  constructor(screen: RealScreen, clock: Clock, changed: () => void) {
    this.#guesses = new Guesses(screen);
    this.surface = new PredictedSurface(screen, this.#guesses);
    this.#clock = clock;
    this.#changed = changed;
  }

  /** Nothing is on its way that was guessed. */
  get isIdle(): boolean {
    return this.#guesses.isEmpty;
  }

  /** A key went into the session. */
  typed(key: Key): void {
    const step = stepOf(key);
    if (step === 'nothing') return;
    if (step === 'other') this.interrupted();
    else this.#do(() => this.#guesses.typed(step, this.#clock.now(), paceOf(this.roundTripMs)));
  }

  /** Something else went into it, or it is looked at in another way. */
  interrupted(): void {
    this.#do(() => this.#guesses.interrupted(this.#clock.now(), paceOf(this.roundTripMs)));
  }

  /** Its screen may have changed; the owner draws it anyway. */
  heard(): void {
    this.#guesses.heard(this.#clock.now());
    this.#watch();
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #do(what: () => void): void {
    const { version } = this.#guesses;
    what();
    this.#watch();
    if (this.#guesses.version !== version) this.#changed();
  }

  /** One timer, for the oldest guess. */
  #watch(): void {
    const at = this.#guesses.expiresAt;
    if (at === undefined) this.close();
    else if (!this.#timer || at !== this.#timerAt) {
      this.close();
      this.#timerAt = at;
      this.#timer = this.#clock.after(Math.max(0, at - this.#clock.now()), () => {
        this.#timer = undefined;
        this.#do(() => this.#guesses.passed(this.#clock.now()));
      });
    }
  }
}
