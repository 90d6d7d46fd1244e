import type { OutputLog, Screen } from '../output/index.ts';
import { WithAgent } from './agent-side.ts';
import type { SavedConversation } from './conversation.ts';
import type { SessionMode } from './info.ts';
import type { Picture } from './picture.ts';
import type { SessionSpec } from './ports.ts';
import type { Runs } from './runs.ts';

/** What a session tells of itself that follows from its parts. */
export abstract class SessionFacts extends WithAgent {
  protected abstract readonly picture: Picture;
  protected abstract readonly runs: Runs;
  /** What it was started from, or will be by the next `restart`. */
  abstract readonly spec: SessionSpec;
  #viewers = 0;
  #queued = 0;
  #agentSession: string | undefined;

  /** Something that reports tell has changed. */
  protected abstract changed(): void;

  get command(): readonly string[] {
    return this.spec.command;
  }

  get cwd(): string {
    return this.spec.cwd;
  }

  get mode(): SessionMode {
    return this.spec.mode;
  }

  get team(): string | undefined {
    return this.spec.team;
  }

  get remote(): SessionSpec['remote'] {
    return this.spec.remote;
  }

  get epoch(): string {
    return this.picture.epoch;
  }

  get cols(): number {
    return this.picture.cols;
  }

  get rows(): number {
    return this.picture.rows;
  }

  /** Of the newest run: a restart replaces it. */
  get screen(): Screen {
    return this.picture.screen;
  }

  /** Of the newest run: a restart replaces it. */
  get log(): OutputLog {
    return this.picture.log;
  }

  get pid(): number | undefined {
    return this.runs.pid;
  }

  /** Bytes typed that wait for the connection. */
  get heldBytes(): number {
    return this.runs.heldBytes;
  }

  /** How this run began, where nobody started it anew. */
  get begun(): 'restarted' | 'resumed' | undefined {
    return this.runs.begun;
  }

  /** Typed into, written by its process, or looked at by one more or less, then; of the monotonic clock. */
  get usedAt(): number {
    return this.runs.usedAt;
  }

  get conversation(): SavedConversation | undefined {
    return this.runs.conversation.saved;
  }

  /** Its agent says which conversation it is in. */
  converses(agent: string, id: string): void {
    if (this.runs.conversation.named(agent, id)) this.changed();
  }

  /** By this a headless agent goes on with its session. */
  get agentSession(): string | undefined {
    return this.#agentSession;
  }

  set agentSession(id: string | undefined) {
    if (id === this.#agentSession) return;
    this.#agentSession = id;
    this.changed();
  }

  get viewers(): number {
    return this.#viewers;
  }

  set viewers(count: number) {
    if (count === this.#viewers) return;
    this.#viewers = count;
    this.runs.used();
    this.changed();
  }

  /** Prompts that wait for their turn. */
  get queued(): number {
    return this.#queued;
  }

  set queued(count: number) {
    if (count === this.#queued) return;
    this.#queued = count;
    this.changed();
  }
}
