import { encodeFocus } from '../core/index.ts';
import type { SessionView } from './panes/session-view.ts';

/** Tells programs that asked (mode 1004) when they get or lose the focus: by another pane, another tab, or another window. */
export class FocusReports {
  readonly #view: (sessionId: string) => SessionView | undefined;
  #sessionId: string | undefined;
  #outer = true;

  constructor(view: (sessionId: string) => SessionView | undefined) {
    this.#view = view;
  }

  /** The session that has the focus here now. */
  focus(sessionId: string | undefined): void {
    if (sessionId === this.#sessionId) return;
    if (this.#outer) this.#tell(this.#sessionId, false);
    this.#sessionId = sessionId;
    if (this.#outer) this.#tell(sessionId, true);
  }

  /** The terminal around us got or lost the focus. */
  setOuter(focused: boolean): void {
    this.#outer = focused;
    this.#tell(this.#sessionId, focused);
  }

  #tell(sessionId: string | undefined, focused: boolean): void {
    const view = sessionId === undefined ? undefined : this.#view(sessionId);
    const bytes = view && encodeFocus(focused, view.screen.modes);
    if (bytes) view.write(bytes);
  }
}
