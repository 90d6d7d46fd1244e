import type { PromptChoice, PromptReply } from '../prompt/types.ts';
import { choicesText, oneLine, summarizeInput } from './describe.ts';
import type { Adapter, AdapterPorts, Block, TurnResult, Usage } from './types.ts';
import { asObject, field, type Json, type JsonObject, list, number, object, shallow, text } from './values.ts';

/** Flags that make claude speak; measured with claude-code 2.1.329. Without `-p` it would decide by its stdin. */
export const CLAUDE_ARGS = [
  '-p',
  '--input-format',
  'stream-json',
  '--output-format',
  'stream-json',
  '--verbose',
  '--include-partial-messages',
  '--permission-prompt-tool',
  'stdio',
] as const;

const GONE = /no conversation found/i;

interface Asked {
  readonly requestId: string;
  readonly input: JsonObject;
  /** What "always" would allow, as it proposed itself. */
  readonly suggestions: readonly Json[];
  readonly always: boolean;
  /** AskUserQuestion: the questions that are still to be put, the first is shown. */
  readonly questions?: readonly Json[];
  readonly answers?: JsonObject;
}

/**
 * claude in stream-json, both ways. Messages come whole as `assistant` and `user`, one line a content block, after their pieces in
 * `stream_event`; a turn ends with `result`. Around that a control protocol: initialize, interrupt, can_use_tool.
 */
export class ClaudeAdapter implements Adapter {
  #nextRequest = 1;
  #nextQuestion = 1;
  /** As it was told last. */
  #sessionId: string | undefined;
  #ready = false;
  #interrupted = false;
  #turn = false;
  /** Permission requests that are open: claude asks one at a time, helpers may ask beside it. By our id. */
  readonly #asked = new Map<string, Asked>();
  readonly #ports: AdapterPorts;
  /** Text of the newest assistant message, and its id. */
  #lastText: { id: string | undefined; text: string } = { id: undefined, text: '' };

  constructor(ports: AdapterPorts) {
    this.#ports = ports;
  }

  start(): void {
    this.#control('initialize');
  }

  prompt(prompt: string): void {
    this.#begin();
    this.#ports.send({ type: 'user', message: { role: 'user', content: [{ type: 'text', text: prompt }] } });
  }

  interrupt(): void {
    this.#interrupted = true;
    this.#control('interrupt');
  }

  receive(message: Json): void {
    switch (text(message, 'type')) {
      case 'system':
        this.#system(message);
        return;
      case 'stream_event':
        this.#piece(message);
        return;
      case 'assistant':
      case 'user':
        this.#message(message);
        return;
      case 'result':
        this.#result(message);
        return;
      case 'control_request':
        this.#request(message);
        return;
      case 'control_cancel_request': {
        const requestId = text(message, 'request_id');
        for (const [id, asked] of this.#asked) if (asked.requestId === requestId) this.#gone(id);
        return;
      }
      case 'control_response':
        this.#response(message);
        return;
    }
  }

  answer(questionId: string, reply: PromptReply): boolean {
    const asked = this.#asked.get(questionId);
    if (!asked) return false;
    if (asked.questions) return this.#answerAsked(questionId, asked, reply);
    const always = asked.always ? 2 : 0;
    const deny = always ? 3 : 2;
    const number = reply.kind === 'approve' ? 1 : reply.kind === 'choice' ? reply.number : deny;
    if (number < 1 || number > deny) return false;
    if (number === deny) {
      const said = reply.kind === 'text' ? reply.text : 'The user does not want this to be done now.';
      this.#decide(asked, { behavior: 'deny', message: said });
    } else {
      const rules = number === always ? { updatedPermissions: asked.suggestions } : {};
      this.#decide(asked, { behavior: 'allow', updatedInput: asked.input, ...rules });
    }
    this.#gone(questionId);
    return true;
  }

  #control(subtype: string): void {
    this.#ports.send({
      type: 'control_request',
      request_id: `iris-${subtype}-${this.#nextRequest++}`,
      request: { subtype },
    });
  }

  #decide({ requestId }: Asked, response: JsonObject): void {
    this.#ports.send({
      type: 'control_response',
      response: { subtype: 'success', request_id: requestId, response },
    });
  }

  #gone(id: string): void {
    if (this.#asked.delete(id)) this.#ports.emit({ type: 'question-gone', id });
  }

  #begin(): void {
    if (this.#turn) return;
    this.#turn = true;
    this.#interrupted = false;
    this.#lastText = { id: undefined, text: '' };
    this.#ports.emit({ type: 'turn-started' });
  }

  #system(message: Json): void {
    const id = text(message, 'session_id');
    if (text(message, 'subtype') !== 'init' || id === undefined) return;
    // It says so before every turn; some begin by themselves, as when work in the background has ended.
    this.#begin();
    if (id === this.#sessionId) return;
    this.#sessionId = id;
    const model = text(message, 'model');
    const version = text(message, 'claude_code_version');
    this.#ports.emit({ type: 'session', id, ...(model ? { model } : {}), ...(version ? { version } : {}) });
  }

  #piece(message: Json): void {
    // What helpers say is shown when it is whole.
    if (text(message, 'parent_tool_use_id') !== undefined) return;
    if (text(message, 'event', 'type') !== 'content_block_delta') return;
    const delta = field(message, 'event', 'delta');
    const said = text(delta, 'text');
    const thought = text(delta, 'thinking');
    if (said) this.#ports.emit({ type: 'delta', kind: 'text', text: said });
    else if (thought) this.#ports.emit({ type: 'delta', kind: 'thinking', text: thought });
  }

  #message(message: Json): void {
    const role = text(message, 'type') as 'assistant' | 'user';
    const content = field(message, 'message', 'content');
    const blocks =
      typeof content === 'string' ? [{ type: 'text' as const, text: content }] : list(content).map(blockOf);
    if (blocks.length === 0) return;
    const parent = text(message, 'parent_tool_use_id');
    const id = text(message, 'message', 'id');
    if (role === 'assistant' && parent === undefined) this.#said(id, blocks);
    // Its own note that it was interrupted: the end of the turn says so.
    if (role === 'user' && this.#interrupted && blocks.every((block) => block.type === 'text')) return;
    this.#ports.emit({
      type: 'message',
      message: { role, blocks, ...(id ? { id } : {}), ...(parent ? { parent } : {}) },
    });
  }

  #said(id: string | undefined, blocks: readonly Block[]): void {
    const said = blocks.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('');
    if (said === '') return;
    const same = id !== undefined && id === this.#lastText.id;
    this.#lastText = { id, text: same ? `${this.#lastText.text}${said}` : said };
  }

  #result(message: Json): void {
    for (const id of [...this.#asked.keys()]) this.#gone(id);
    const failed = field(message, 'is_error') === true || text(message, 'subtype') !== 'success';
    const reason = text(message, 'terminal_reason') ?? '';
    const cancelled = failed && (reason.startsWith('aborted') || (reason === '' && this.#interrupted));
    const said = text(message, 'result') ?? this.#lastText.text;
    const error = oneLine(text(message, 'result') ?? list(message, 'errors').map(String).join('; ')) || reason;
    if (!this.#ready) {
      // So it says that what it should resume is not there; then it ends.
      this.#ports.emit({ type: 'failed', text: `claude: ${error || 'no reason is known'}`, gone: GONE.test(error) });
      return;
    }
    const turn: TurnResult = {
      outcome: cancelled ? 'cancelled' : failed ? 'failed' : 'completed',
      text: failed ? this.#lastText.text : said,
      ...(failed && !cancelled ? { error: error || 'it gave no reason' } : {}),
      usage: usageOf(message),
    };
    this.#turn = false;
    this.#interrupted = false;
    this.#ports.emit({ type: 'turn-finished', turn });
  }

  #response(message: Json): void {
    const id = text(message, 'response', 'request_id') ?? '';
    const failed = text(message, 'response', 'subtype') === 'error';
    const error = oneLine(text(message, 'response', 'error') ?? 'it gave no reason');
    if (id.startsWith('iris-initialize-')) {
      this.#ready = !failed;
      this.#ports.emit(
        failed ? { type: 'failed', text: `claude refused to begin: ${error}`, gone: false } : { type: 'ready' },
      );
    } else if (failed) {
      this.#ports.emit({ type: 'notice', level: 'error', text: `not interrupted: ${error}` });
    }
  }

  #request(message: Json): void {
    const requestId = text(message, 'request_id');
    if (requestId === undefined) return;
    const request = field(message, 'request');
    if (text(request, 'subtype') !== 'can_use_tool') {
      this.#ports.send({
        type: 'control_response',
        response: { subtype: 'error', request_id: requestId, error: 'not supported here' },
      });
      return;
    }
    const input = asObject(shallow(field(request, 'input'))) ?? {};
    const suggestions = list(request, 'permission_suggestions').map((item) => shallow(item));
    const questions = text(request, 'tool_name') === 'AskUserQuestion' ? list(input, 'questions') : [];
    const base = { requestId, input, suggestions, always: suggestions.length > 0 };
    if (questions.length > 0) {
      this.#ask({ ...base, questions, answers: {} });
      return;
    }
    const id = `q${this.#nextQuestion++}`;
    this.#asked.set(id, base);
    const tool = text(request, 'display_name') ?? text(request, 'tool_name') ?? 'a tool';
    const choices: PromptChoice[] = [{ number: 1, label: 'Yes', means: 'approve' }];
    if (base.always) choices.push({ number: 2, label: `Yes, and always: ${rulesOf(suggestions)}` });
    choices.push({ number: choices.length + 1, label: 'No', means: 'deny' });
    const what = `${tool}: ${summarizeInput(input, 300)}`;
    this.#ports.emit({
      type: 'question',
      question: { id, text: oneLine(`Allow ${what}?`, 400), choices, deniable: true, takesText: true },
    });
  }

  /** AskUserQuestion: one question after the other, each with its options; a text of one's own is an answer as well. */
  #ask(asked: Asked): void {
    const [question] = asked.questions ?? [];
    const id = `q${this.#nextQuestion++}`;
    this.#asked.set(id, asked);
    this.#ports.emit({
      type: 'question',
      question: {
        id,
        text: oneLine(text(question, 'question') ?? 'It asks something', 400),
        choices: choicesText(list(question, 'options').map((option) => text(option, 'label') ?? '')),
        deniable: true,
        takesText: true,
      },
    });
  }

  #answerAsked(id: string, asked: Asked, reply: PromptReply): boolean {
    const [question, ...rest] = asked.questions ?? [];
    const options = list(question, 'options').map((option) => text(option, 'label') ?? '');
    if (reply.kind === 'deny') {
      this.#decide(asked, { behavior: 'deny', message: 'The user does not want to answer.' });
      this.#gone(id);
      return true;
    }
    const said = reply.kind === 'text' ? reply.text : reply.kind === 'choice' ? options[reply.number - 1] : undefined;
    if (said === undefined) return false;
    const answers = { ...asked.answers, [text(question, 'question') ?? '']: said };
    this.#gone(id);
    if (rest.length > 0) this.#ask({ ...asked, questions: rest, answers });
    else this.#decide(asked, { behavior: 'allow', updatedInput: { ...asked.input, answers } });
    return true;
  }
}

function blockOf(block: Json): Block {
  switch (text(block, 'type')) {
    case 'text':
      return { type: 'text', text: text(block, 'text') ?? '' };
    case 'thinking':
      return { type: 'thinking', text: text(block, 'thinking') ?? '' };
    case 'tool_use':
    case 'server_tool_use':
      return {
        type: 'tool-use',
        id: text(block, 'id') ?? '',
        name: text(block, 'name') ?? 'tool',
        input: shallow(field(block, 'input')),
      };
    case 'tool_result':
      return {
        type: 'tool-result',
        id: text(block, 'tool_use_id') ?? '',
        text: resultText(field(block, 'content')),
        failed: field(block, 'is_error') === true,
      };
    default:
      return { type: 'other', kind: text(block, 'type') ?? 'unknown', text: '' };
  }
}

function resultText(content: Json | undefined): string {
  if (typeof content === 'string') return content;
  return list(content)
    .map((part) => text(part, 'text') ?? `[${text(part, 'type') ?? 'unknown'}]`)
    .join('\n');
}

function rulesOf(suggestions: readonly Json[]): string {
  const words = suggestions.flatMap((suggestion) => [
    ...list(suggestion, 'rules').map((rule) => {
      const content = text(rule, 'ruleContent');
      return `${text(rule, 'toolName') ?? ''}${content ? `(${content})` : ''}`;
    }),
    ...list(suggestion, 'directories').map(String),
    ...(text(suggestion, 'mode') ? [`mode ${text(suggestion, 'mode')}`] : []),
  ]);
  return oneLine(words.filter(Boolean).join(', ') || 'as it proposes', 120);
}

function usageOf(message: Json): Usage {
  const usage = object(message, 'usage');
  const cost = number(message, 'total_cost_usd');
  const durationMs = number(message, 'duration_ms');
  const fresh = number(usage, 'input_tokens');
  const cached = number(usage, 'cache_read_input_tokens');
  const created = number(usage, 'cache_creation_input_tokens') ?? 0;
  const out = number(usage, 'output_tokens');
  return {
    ...(fresh === undefined || fresh + created + (cached ?? 0) === 0
      ? {}
      : { inputTokens: fresh + created + (cached ?? 0) }),
    ...(cached ? { cachedTokens: cached } : {}),
    ...(out ? { outputTokens: out } : {}),
    ...(cost === undefined ? {} : { costUsd: cost }),
    ...(durationMs === undefined ? {} : { durationMs }),
  };
}
