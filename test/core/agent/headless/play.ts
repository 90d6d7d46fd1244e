import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  type AgentEvent,
  type HeadlessAgentName,
  MessageRecord,
  type PromptReply,
  Talk,
} from '../../../../src/core/index.ts';
import { FakeClock } from '../../reconnect/fake-clock.ts';

/** What a real agent wrote to its stdout, byte for byte but for folders, and lists that do not matter. */
export function recorded(name: string): Uint8Array {
  return readFileSync(fileURLToPath(new URL(`../../../fixtures/headless/${name}.ndjson`, import.meta.url)));
}

export interface Script {
  readonly agent: HeadlessAgentName;
  readonly resume?: string;
  /** One after the other: the next when a turn has ended. */
  readonly prompts: readonly string[];
  /** To what it asks, in order; `interrupt` in place of an answer. */
  readonly replies?: readonly (PromptReply | 'interrupt')[];
  /** Interrupts when this has been said. */
  readonly interruptAt?: string;
}

export interface Played {
  readonly talk: Talk;
  readonly record: MessageRecord;
  readonly events: readonly AgentEvent[];
  /** What was written to its stdin, parsed. */
  readonly sent: readonly Record<string, unknown>[];
  readonly strays: readonly string[];
}

/** The same conversation again: what the agent said then, with our answers as they are now. `chunks`: how its output is cut. */
export function play(output: readonly Uint8Array[], script: Script): Played {
  const record = new MessageRecord();
  const sent: Record<string, unknown>[] = [];
  const events: AgentEvent[] = [];
  const strays: string[] = [];
  const talk = new Talk({
    agent: script.agent,
    clock: new FakeClock(),
    cwd: '/home/user/work',
    resume: script.resume,
    // Long ago.
    begunAt: 1,
    version: '0.1.0',
    record,
    write: (bytes) => sent.push(JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>),
    onError: (error) => {
      throw error;
    },
  });
  const prompts = [...script.prompts];
  const replies = [...(script.replies ?? [])];
  let said = '';
  const interrupt = (): void => {
    talk.cancel().catch(() => {});
  };
  talk.events.on((event) => {
    if (event.type === 'stray') strays.push(event.line);
    if (event.type !== 'agent') return;
    events.push(event.event);
    if (event.event.type === 'delta') {
      said += event.event.text;
      if (script.interruptAt !== undefined && said.endsWith(script.interruptAt)) interrupt();
    }
    if (event.event.type === 'question') {
      const reply = replies.shift();
      if (reply === 'interrupt') interrupt();
      else if (reply) talk.answer(event.event.question.id, reply);
    }
    if (event.event.type === 'ready' || event.event.type === 'turn-finished') {
      const next = prompts.shift();
      if (next !== undefined) talk.submit(next);
    }
  });
  talk.start();
  for (const bytes of output) talk.output(bytes);
  return { talk, record, events, sent, strays };
}

/** Events without pieces of texts: these are of any size. */
export function whole(events: readonly AgentEvent[]): AgentEvent[] {
  return events.filter(({ type }) => type !== 'delta');
}
