import { type Clock, type HostConnection, plainText, type SessionInfo } from '../core/index.ts';
import { NoticeControl, type OverlayControl } from './overlays/index.ts';
import type { SessionView } from './panes/session-view.ts';
import { wrap } from './text.ts';

/** Above the panes there is room for a few lines; a text of the hub's may be longer. */
const LINE_LIMIT = 1000;

/** What it asks of the workbench. */
interface Bench {
  readonly clock: Clock;
  readonly cols: number;
  readonly focusedSession: SessionInfo | undefined;
  session(id: string): SessionInfo | undefined;
  open(overlay: OverlayControl): void;
  say(text: string, kind: 'error'): void;
}

/** What has to be read, as it takes away what somebody may be typing into. */
export class BadNews {
  readonly #bench: Bench;
  readonly #hubName: string;
  #hubIsOver = false;
  /** Views whose end was told. */
  readonly #told = new WeakSet<SessionView>();

  constructor(bench: Bench, hubName: string) {
    this.#bench = bench;
    this.#hubName = hubName;
  }

  /** The hub refuses for good: why, and what to do, is more than fits into the status line. */
  connection({ state, reason = 'it refused', remedy }: HostConnection): void {
    const over = state === 'error';
    const before = this.#hubIsOver;
    this.#hubIsOver = over;
    if (!over || before) return;
    const what = `no connection to hub ${this.#hubName}`;
    const lines = remedy === undefined ? [reason] : [reason, remedy];
    this.#bench.say(`${what}: ${lines.join(': ')}`, 'error');
    this.#notice(what, [...lines, 'The panes show what was seen last.']);
  }

  /** A session is not shared with us any more. */
  ended(view: SessionView): void {
    if (view.ended?.code !== 'not-allowed' || this.#told.has(view)) return;
    this.#told.add(view);
    const { focusedSession } = this.#bench;
    const what = `your access to ${this.#bench.session(view.sessionId)?.name ?? 'a session'} has ended`;
    this.#bench.say(what, 'error');
    if (focusedSession?.id !== view.sessionId) return;
    this.#notice(what, ['It has expired or was taken back. The session itself goes on.']);
  }

  #notice(title: string, lines: readonly string[]): void {
    const cols = Math.max(20, this.#bench.cols - 8);
    const wrapped = lines.flatMap((line) => wrap(plainText(line, LINE_LIMIT), cols));
    this.#bench.open(new NoticeControl(this.#bench.clock, plainText(title), wrapped));
  }
}
