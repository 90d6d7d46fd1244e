import {
  type Conversation,
  conversationNamed,
  type ResumingAgent,
  resumeConversation,
  resumes,
  resumingAgentOf,
  startConversation,
} from '../agent/resume.ts';
import type { ProcessEnd } from '../transport.ts';

/** An agent that was to go on with a conversation and fails within this time did not find it. */
const NOT_FOUND_WITHIN_MS = 10_000;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What is kept of it on disk. */
export type SavedConversation = Conversation;

/** The conversation of a session's agent, through all of its runs. */
export class SessionConversation {
  #known: Conversation | undefined;
  /** Named on a command line that has not run yet. */
  #next: Conversation | undefined;
  #resumed = false;

  constructor(saved?: SavedConversation) {
    this.#known = saved;
  }

  get saved(): SavedConversation | undefined {
    return this.#known;
  }

  /** Does the run that was launched last go on with a conversation? */
  get resumed(): boolean {
    return this.#resumed;
  }

  /** The agent tells by a hook which one it is in: after `/clear` or `/resume` another one than it was started with. */
  named(agent: string, id: string): boolean {
    if (this.#known?.agent !== agent || !UUID.test(id) || this.#known.id === id) return false;
    this.#known = { ...this.#known, id };
    return true;
  }

  /** What to run now. `agent`: whose words the command is; absent: as its program says. */
  command(command: readonly string[], agent: string | undefined, newId: () => string): readonly string[] {
    const whose = agentOf(command, agent);
    this.#resumed = false;
    this.#next = undefined;
    if (!whose) {
      this.#known = undefined;
      return command;
    }
    if (this.#known?.agent === whose) {
      this.#resumed = true;
      return resumeConversation(this.#known, command);
    }
    const start = startConversation(whose, command, newId());
    this.#next = { agent: whose, ...(start.id === undefined ? {} : { id: start.id }) };
    return start.command;
  }

  /** The process runs: from now on there is something to go on with. */
  began(): void {
    this.#known = this.#next ?? this.#known;
    this.#next = undefined;
  }

  /**
   * The process has ended; `byItself`: nobody stopped it, nor typed anything. True: it had nothing to go on with, and is to be started anew.
   */
  ended(byItself: { end: ProcessEnd; ranMs: number } | undefined, lastWords: () => string): boolean {
    if (!this.#known) return false;
    if (this.#resumed && byItself && byItself.ranMs < NOT_FOUND_WITHIN_MS && (byItself.end.exitCode ?? 0) !== 0) {
      this.forget();
      return true;
    }
    const id = this.#known.agent === 'claude' ? undefined : conversationNamed(this.#known.agent, lastWords());
    if (id) this.#known = { ...this.#known, id };
    return false;
  }

  forget(): void {
    this.#known = undefined;
    this.#next = undefined;
  }
}

function agentOf(command: readonly string[], agent: string | undefined): ResumingAgent | undefined {
  if (agent === undefined) return resumingAgentOf(command);
  return resumes(agent, command) ? agent : undefined;
}
