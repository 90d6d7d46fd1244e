import type { Clock, SessionHost } from '../../core/index.ts';
import type { RealScreen } from './model.ts';
import { type PredictMode, wantsPrediction } from './pace.ts';
import { Predictor } from './predictor.ts';

/** Decides, with each key, whether the session it goes to is so far away that its echo is guessed. */
export class Prediction {
  mode: PredictMode;
  readonly #host: SessionHost;
  readonly #clock: Clock;

  constructor(host: SessionHost, clock: Clock, mode: PredictMode) {
    this.#host = host;
    this.#clock = clock;
    this.mode = mode;
  }

  /** Who guesses for a session from now on, if anybody; `before`: who did, with what is still on its way. */
  next(
    sessionId: string,
    screen: RealScreen,
    before: Predictor | undefined,
    changed: () => void,
  ): Predictor | undefined {
    if (this.mode === 'never') return undefined;
    const roundTripMs = this.#roundTripMs(sessionId);
    const isWanted = wantsPrediction(this.mode, roundTripMs, before !== undefined);
    if (!isWanted && (!before || before.isIdle || roundTripMs === undefined)) return undefined;
    const predictor = before ?? new Predictor(screen, this.#clock, changed);
    predictor.roundTripMs = roundTripMs ?? 0;
    return predictor;
  }

  /** From here to the process: to the hub, and from there on. Undefined while something between is broken, or nothing was measured. */
  #roundTripMs(sessionId: string): number | undefined {
    const { connection, sessions } = this.#host;
    const session = connection.state === 'online' ? sessions.find((s) => s.id === sessionId) : undefined;
    if (session?.connection.state !== 'online') return undefined;
    const ways = [connection.roundTripMs, session.connection.roundTripMs].filter((ms) => ms !== undefined);
    return ways.length === 0 ? undefined : ways.reduce((sum, ms) => sum + ms, 0);
  }
}
