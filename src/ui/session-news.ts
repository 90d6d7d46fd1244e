import type { SessionInfo } from '../core/index.ts';

/**
 * Is there anything new among the sessions that somebody could see? The titles of agents spin ten times a second: with twenty of them behind other tabs
 * everything would be drawn fifty times a second, the same each time (measured with 24: half a core with the fleet view open, a sixth without; a sixth and a tenth with this).
 */
export class SessionNews {
  readonly #texts = new WeakMap<SessionInfo, { readonly whole: string; readonly untitled: string }>();
  #known = '';

  /** `panes`: those on the screen; the titles of their sessions are shown. */
  changed(sessions: readonly SessionInfo[], panes: readonly { readonly sessionId: string }[]): boolean {
    const now = sessions
      .map((session) => {
        const texts = this.#textsOf(session);
        return panes.some(({ sessionId }) => sessionId === session.id) ? texts.whole : texts.untitled;
      })
      .join('\n');
    if (now === this.#known) return false;
    this.#known = now;
    return true;
  }

  #textsOf(session: SessionInfo): { readonly whole: string; readonly untitled: string } {
    let texts = this.#texts.get(session);
    if (!texts) {
      // Output alone is no news here.
      const untitled = JSON.stringify({ ...session, seq: 0, title: '' });
      texts = { untitled, whole: `${untitled}${session.title}` };
      this.#texts.set(session, texts);
    }
    return texts;
  }
}
