import { jsonOf, oneLine, summarizeInput, tokenCount } from './describe.ts';
import type { Block, NewMessage, Usage } from './types.ts';

/** Above either of these the oldest messages are forgotten; `dropped` counts them. */
const RECORD_LIMIT_BYTES = 8 * 1024 * 1024;
const RECORD_LIMIT_MESSAGES = 5_000;
/** A text longer than this is kept up to here, and says so. */
const TEXT_LIMIT_CHARS = 512 * 1024;

/** A message as it is kept: whole, with all its blocks. */
export interface AgentMessage {
  /** From 1, without holes, through all restarts of the session. */
  readonly number: number;
  /** Milliseconds since 1970, of its first block. */
  readonly at: number;
  readonly role: 'user' | 'assistant';
  readonly blocks: readonly Block[];
  readonly id?: string;
  /** The tool call of a helper that said it. */
  readonly parent?: string;
}

export interface MessagePage {
  readonly messages: readonly AgentMessage[];
  /** For the next page, or for what comes later. A message that grew comes again, whole. */
  readonly next: number;
  /** There is more already. */
  readonly more: boolean;
  /** Messages that were forgotten because there were too many. */
  readonly dropped: number;
}

interface Kept {
  message: AgentMessage;
  bytes: number;
  /** Number of its last change. */
  change: number;
}

/** The messages of a session, bounded. */
export class MessageRecord {
  #kept: Kept[] = [];
  #bytes = 0;
  #changes = 0;
  #nextNumber = 1;
  #dropped = 0;
  /** Of the last turn that told it, and of what the agent calls the whole session. */
  usage: Usage | undefined;

  /** Blocks of one message of the agent come one after the other; they are put together. */
  add({ role, blocks, id, parent }: NewMessage, at: number): void {
    const kept = blocks.map(bounded);
    const bytes = kept.reduce((sum, block) => sum + sizeOf(block), 64);
    const last = this.#kept.at(-1);
    this.#changes++;
    if (last && id !== undefined && last.message.id === id && last.message.role === role) {
      last.message = { ...last.message, blocks: [...last.message.blocks, ...kept] };
      last.bytes += bytes;
      last.change = this.#changes;
    } else {
      const message: AgentMessage = {
        number: this.#nextNumber++,
        at,
        role,
        blocks: kept,
        ...(id === undefined ? {} : { id }),
        ...(parent === undefined ? {} : { parent }),
      };
      this.#kept.push({ message, bytes, change: this.#changes });
    }
    this.#bytes += bytes;
    while (this.#kept.length > 1 && (this.#bytes > RECORD_LIMIT_BYTES || this.#kept.length > RECORD_LIMIT_MESSAGES)) {
      this.#bytes -= this.#kept.shift()!.bytes;
      this.#dropped++;
    }
  }

  /** What was said or grew after `after` (0: all), oldest change first, about `limitBytes` of it, at least one. */
  page(after: number, limitBytes: number): MessagePage {
    const changed = this.#kept.filter((one) => one.change > after).sort((a, b) => a.change - b.change);
    const messages: AgentMessage[] = [];
    let bytes = 0;
    let next = after;
    for (const one of changed) {
      bytes += one.bytes;
      if (messages.length > 0 && bytes > limitBytes) break;
      messages.push(one.message);
      next = one.change;
    }
    return { messages, next, more: messages.length < changed.length, dropped: this.#dropped };
  }

  /** The last line that the agent said, or what it called last; and what was used. Undefined: nothing was said yet. */
  glance(): { readonly line: string; readonly usage?: string } | undefined {
    for (let i = this.#kept.length - 1; i >= 0; i--) {
      const { role, blocks } = this.#kept[i]!.message;
      const last =
        role === 'assistant' ? blocks.findLast(({ type }) => type === 'text' || type === 'tool-use') : undefined;
      if (!last) continue;
      const line =
        last.type === 'tool-use'
          ? `${last.name} ${summarizeInput(last.input)}`
          : last.type === 'text'
            ? (last.text.trimEnd().split('\n').at(-1) ?? '')
            : '';
      const { costUsd, inputTokens, outputTokens } = this.usage ?? {};
      const tokens = (inputTokens ?? 0) + (outputTokens ?? 0);
      const usage =
        costUsd === undefined ? (tokens > 0 ? `${tokenCount(tokens)} tokens` : undefined) : `$${costUsd.toFixed(2)}`;
      return { line: oneLine(line), ...(usage ? { usage } : {}) };
    }
    return undefined;
  }

  all(): readonly AgentMessage[] {
    return this.#kept.map(({ message }) => message);
  }
}

function bounded(block: Block): Block {
  if (block.type === 'tool-use') {
    const json = jsonOf(block.input);
    return json.length > TEXT_LIMIT_CHARS ? { ...block, input: cut(json) } : block;
  }
  return block.text.length > TEXT_LIMIT_CHARS ? { ...block, text: cut(block.text) } : block;
}

function cut(text: string): string {
  return `${text.slice(0, TEXT_LIMIT_CHARS)}… (${text.length - TEXT_LIMIT_CHARS} more characters were not kept)`;
}

/** In characters of JSON, roughly: what is said in other scripts takes up to three bytes a character. */
function sizeOf(block: Block): number {
  return 32 + (block.type === 'tool-use' ? jsonOf(block.input).length : block.text.length);
}
