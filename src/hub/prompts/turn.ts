import { IDLE_HOLD_MS, readAnswer, ScreenFollower, type Session } from '../../core/index.ts';
import type { Message } from './message.ts';

/** A prompt that makes the agent do nothing (a command of its own) is over after this. */
const NOTHING_MS = 4000;
/** An agent may say that it waits up to a second before its question is drawn; some questions can't be read. */
const QUESTION_MS = 1500;
/** Lines of scrollback that an answer is looked for in. */
const HISTORY_LINES = 5000;
/** Longest answer that is handed out, in characters; of a longer one the end. */
const ANSWER_LIMIT = 1_000_000;

export type TurnState = 'going' | 'asks' | 'over';

/** What an agent does with one prompt: from its submission until it waits for the next. */
export class Turn {
  readonly message: Message;
  readonly #session: Session;
  readonly #startedAt: number;
  /** When it was last seen to be busy. */
  #busyAt: number | undefined;
  /** It counted as working: when it counts as idle again, that has lasted already. */
  #worked = false;
  #asksSince: number | undefined;
  /** Of a program on the alternate screen. */
  readonly #follower = new ScreenFollower();

  constructor(message: Message, session: Session, now: number) {
    this.message = message;
    this.#session = session;
    this.#startedAt = now;
  }

  /** When to look again, though nothing happens. */
  get nextAt(): number {
    return this.#busyAt === undefined ? this.#startedAt + NOTHING_MS : this.#busyAt + IDLE_HOLD_MS;
  }

  /** It asks something, and what that is has had time to be drawn. */
  asksLong(now: number): boolean {
    return this.#asksSince !== undefined && now >= this.#asksSince + QUESTION_MS;
  }

  look(now: number): TurnState {
    const { state } = this.#session.agent;
    const { reading, box } = this.#session.sight();
    const { screen } = this.#session;
    if (this.message.wait && box && screen.modes.alternateScreen && !screen.synchronizing) {
      this.#follower.feed(screen.capture().split('\n').slice(0, box.top));
    }
    this.#worked ||= state === 'working' || state === 'blocked';
    if (state === 'working' || state === 'blocked' || reading === 'working' || reading === 'blocked') {
      this.#busyAt = now;
      this.#asksSince = state === 'blocked' ? (this.#asksSince ?? now) : undefined;
      return state === 'blocked' ? 'asks' : 'going';
    }
    return this.#worked || now >= this.nextAt ? 'over' : 'going';
  }

  /** What the agent wrote since; undefined where nobody can tell. */
  answer(): string | undefined {
    const { transcript, screen } = this.#session;
    if (!transcript) return undefined;
    if (screen.modes.alternateScreen) {
      const { fresh } = this.#follower;
      return readAnswer(this.#follower.rows(), this.message.text, transcript, fresh)?.slice(-ANSWER_LIMIT);
    }
    const { box } = this.#session.sight();
    const history = Math.min(HISTORY_LINES, screen.screenTop - screen.firstLine);
    const all = screen.capture({ history }).split('\n');
    const rows = all.slice(0, box ? history + box.top : all.length);
    return readAnswer(rows, this.message.text, transcript)?.slice(-ANSWER_LIMIT);
  }
}
