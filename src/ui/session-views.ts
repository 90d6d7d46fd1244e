import { SessionView, type Viewing } from './panes/session-view.ts';
import type { PredictMode } from './prediction/index.ts';

/** Sessions that stay attached though nobody looks: going back to them shows them at once. Beyond it the one not seen longest is let go. */
const KEPT = 32;

/** The sessions this viewer watches: all that are on the screen, and those that were lately. */
export class SessionViews {
  readonly #viewing: Viewing;
  readonly #changed: (view: SessionView) => void;
  readonly #views = new Map<string, SessionView>();

  constructor(viewing: Viewing, changed: (view: SessionView) => void) {
    this.#viewing = viewing;
    this.#changed = changed;
  }

  get(sessionId: string): SessionView | undefined {
    return this.#views.get(sessionId);
  }

  /** The view of a session at a size; attached on first use. */
  show(sessionId: string, size: { cols: number; rows: number }, nowMs: number): SessionView {
    let view = this.#views.get(sessionId);
    if (!view) {
      const created = new SessionView(this.#viewing, sessionId, size);
      created.changed.on(() => this.#changed(created));
      this.#views.set(sessionId, created);
      view = created;
    }
    view.resize(size.cols, size.rows);
    view.lastShownMs = nowMs;
    return view;
  }

  /** When keys are echoed here before the session does. */
  get predict(): PredictMode {
    return this.#viewing.prediction.mode;
  }

  set predict(mode: PredictMode) {
    this.#viewing.prediction.mode = mode;
    for (const view of this.#views.values()) view.closePrediction();
  }

  /** Lets go of sessions that are gone, and of the least recently seen beyond the limit. */
  prune(alive: ReadonlySet<string>, visible: ReadonlySet<string>): void {
    for (const [id, view] of this.#views) if (!alive.has(id)) this.#drop(id, view);
    const hidden = [...this.#views]
      .filter(([id]) => !visible.has(id))
      .sort((a, b) => b[1].lastShownMs - a[1].lastShownMs);
    for (const [id, view] of hidden.slice(KEPT)) this.#drop(id, view);
  }

  close(): void {
    for (const [id, view] of this.#views) this.#drop(id, view);
  }

  #drop(id: string, view: SessionView): void {
    this.#views.delete(id);
    view.close();
  }
}
