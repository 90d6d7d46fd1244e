import type { Clock } from '../../clock.ts';
import type { AgentPrompt, PromptReply } from '../prompt/types.ts';
import type { Json } from './values.ts';

/** A part of a message, as the agent made it. Texts are as they came: whoever draws them takes the control characters out. */
export type Block =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly text: string }
  | { readonly type: 'tool-use'; readonly id: string; readonly name: string; readonly input: Json }
  | { readonly type: 'tool-result'; readonly id: string; readonly text: string; readonly failed: boolean }
  /** What has no text: an image, a document. */
  | { readonly type: 'other'; readonly kind: string; readonly text: string };

export interface NewMessage {
  readonly role: 'user' | 'assistant';
  readonly blocks: readonly Block[];
  /** Of the agent: several in a row with the same one are one message. */
  readonly id?: string;
  /** The tool call of a helper (subagent) that said it. */
  readonly parent?: string;
  readonly usage?: Usage;
}

/** Tokens. What the agent does not tell is absent. */
export interface Usage {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly cachedTokens?: number;
  /** US dollars, as the agent counts; of the whole session. */
  readonly costUsd?: number;
  readonly durationMs?: number;
}

/** How a turn ended. */
export interface TurnResult {
  readonly outcome: 'completed' | 'cancelled' | 'failed';
  /** The last thing the agent said in it: all text blocks of its last message with text. */
  readonly text: string;
  /** Why it failed: one line. */
  readonly error?: string;
  readonly usage?: Usage;
}

/** What an agent says, whichever it is. */
export type AgentEvent =
  /** It takes prompts now. */
  | { readonly type: 'ready' }
  /** By this id it goes on after a restart. */
  | { readonly type: 'session'; readonly id: string; readonly model?: string; readonly version?: string }
  | { readonly type: 'turn-started' }
  /** A piece of a message that is on its way; the whole comes as `message`. */
  | { readonly type: 'delta'; readonly kind: 'text' | 'thinking'; readonly text: string }
  | { readonly type: 'message'; readonly message: NewMessage }
  | { readonly type: 'question'; readonly question: AgentPrompt }
  /** It was answered, or the agent no longer wants to know. */
  | { readonly type: 'question-gone'; readonly id: string }
  | { readonly type: 'turn-finished'; readonly turn: TurnResult }
  | { readonly type: 'notice'; readonly level: 'info' | 'warning' | 'error'; readonly text: string }
  /** It can't go on: the start was refused. `gone`: the session it should resume is not there any more. */
  | { readonly type: 'failed'; readonly text: string; readonly gone: boolean };

/** What an adapter has to do its work. */
export interface AdapterPorts {
  /** A message to the agent: one line of JSON. */
  readonly send: (message: Json) => void;
  readonly emit: (event: AgentEvent) => void;
  /** Of the process; absolute here, as written there. */
  readonly cwd: string;
  /** Session of the agent to go on with. */
  readonly resume: string | undefined;
  /** When that was begun, or gone on with the last time, in milliseconds since 1970. */
  readonly begunAt: number | undefined;
  readonly clock: Clock;
  /** Of this software. */
  readonly version: string;
}

/** Speaks an agent's own language. Pure: told of messages, it sends messages and emits events, at once. */
export interface Adapter {
  /** Its process runs. */
  start(): void;
  /** One line of its output, parsed. */
  receive(message: Json): void;
  /** Only when it is ready and no turn runs. */
  prompt(text: string): void;
  /** Asks it to stop its turn; that it did is told by `turn-finished`. */
  interrupt(): void;
  /** False: no such question is open, or it has no such answer; nothing was sent. */
  answer(questionId: string, reply: PromptReply): boolean;
  /** The process is gone: nothing more is sent, no timer is left. */
  dispose?(): void;
}
