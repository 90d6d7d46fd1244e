import { z } from 'zod';
import type { AgentPrompt, AgentUsage, MessagePage } from '../agent/index.ts';
import type { SessionInfo } from '../session/info.ts';

const session = z.string().min(1).max(256);
const text = z.string().max(1_500_000);

/** Prompts and answers for agents: part of the table in hub-commands. */
export const promptCommands = {
  /**
   * Gives an agent a prompt and submits it, exactly once. What can't be submitted now is held in the session's queue (or refused, with
   * `hold: false`). With `wait` the answer comes when the agent has finished, asks something (`blocked`), or has ended (an error).
   */
  'session.prompt': {
    role: 'typer',
    summary: 'give an agent a prompt',
    args: z.object({
      session,
      text,
      hold: z.boolean().default(true),
      wait: z.boolean().default(false),
      timeoutMs: z.number().int().min(0).max(2_147_483_647).optional(),
    }),
  },
  'session.queue': { role: 'viewer', summary: 'prompts that wait for their turn', args: z.object({ session }) },
  /** Takes prompts out of the queue; absent: all of them. */
  'session.unqueue': {
    role: 'typer',
    summary: 'take a prompt out of the queue',
    args: z.object({ session, id: z.string().max(64).optional() }),
  },
  /** What was said in a headless session, whole. `after`: what `next` was the last time; a message that grew since comes again. */
  'session.messages': {
    role: 'viewer',
    summary: 'what was said in a headless session',
    args: z.object({ session, after: z.number().int().min(0).default(0) }),
  },
  /**
   * Answers what a blocked agent asks. Without `prompt`: whatever it asks at that moment. Exactly one of choice, approve, deny and text.
   * `conflict`: it asks something else by now, or nothing; nothing was typed then.
   */
  'session.answer': {
    role: 'typer',
    summary: 'answer what an agent asks',
    args: z
      .object({
        session,
        /** `SessionInfo.agent.prompt.id`. */
        prompt: z.string().max(64).optional(),
        choice: z.number().int().min(1).max(99).optional(),
        approve: z.literal(true).optional(),
        deny: z.literal(true).optional(),
        text: text.optional(),
      })
      .refine(
        ({ choice, approve, deny, text: own }) =>
          [choice, approve, deny, own].filter((one) => one !== undefined).length === 1,
        'takes one of choice, approve, deny and text',
      ),
  },
} as const;

/** Why a prompt waits: the agent works, asks something, has half-typed text in its box, starts, or is not connected; or others are before it. */
export type HeldReason = 'working' | 'blocked' | 'typing' | 'starting' | 'offline' | 'queue';

export interface QueuedPrompt {
  readonly id: string;
  /** Its beginning: at most 200 characters. */
  readonly text: string;
  readonly length: number;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** The first of the queue has a reason of its own; the others wait for it. */
  readonly held: HeldReason;
  /** It is being typed: too late to take it back. */
  readonly typing: boolean;
}

/**
 * - `submitted`: the agent took it: that was seen.
 * - `unverified`: it was typed, and Enter pressed; a program like this (a shell) shows nothing that would prove more.
 * - `held`: it waits in the queue.
 * - `refused`: it was not submitted, and is not kept. Where it stands in the agent's box, half-typed, `reason` says so.
 * With `wait`:
 * - `answered`: the agent has finished.
 * - `blocked`: it asks something: `prompt`.
 */
export interface PromptOutcome {
  readonly id: string;
  readonly name: string;
  readonly outcome: 'submitted' | 'unverified' | 'held' | 'refused' | 'answered' | 'blocked';
  /** Of the message, as the queue has it. */
  readonly message: string;
  readonly held?: HeldReason;
  /** How many are before it in the queue. */
  readonly ahead?: number;
  readonly reason?: string;
  readonly remedy?: string;
  /** What the agent wrote after the prompt. */
  readonly answer?: string;
  /** What it asks. */
  readonly prompt?: AgentPrompt;
}

export interface PromptCommandResults {
  'session.messages': MessagePage & {
    id: string;
    name: string;
    agent: string;
    /** By this the agent goes on with it. */
    agentSession?: string;
    /** Of the last turn. */
    usage?: AgentUsage;
  };
  'session.prompt': PromptOutcome;
  'session.queue': { id: string; name: string; queue: QueuedPrompt[] };
  'session.unqueue': { removed: string[] };
  'session.answer': { id: string; prompt: AgentPrompt; session: SessionInfo };
}
