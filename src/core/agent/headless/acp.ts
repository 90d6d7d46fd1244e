import type { Timer } from '../../clock.ts';
import type { PromptChoice, PromptReply } from '../prompt/types.ts';
import { errorWords, oneLine } from './describe.ts';
import { Rpc } from './rpc.ts';
import type { Adapter, AdapterPorts, Block, TurnResult, Usage } from './types.ts';
import { asObject, field, type Json, list, number, shallow, text } from './values.ts';

/** Measured with gemini-cli 0.61.0. */
export const GEMINI_ARGS = ['--acp'] as const;

const PROTOCOL_VERSION = 1;

const GONE = /invalid session identifier|no previous sessions found|not found/i;
/**
 * gemini 0.61.0 names the file of a session by the minute in which it was begun or loaded. Loaded once more in that minute, it is overwritten
 * and lost: so that minute is waited for. Where it is not known (the hub was started anew), the one that is now.
 */
const MINUTE_MS = 60_000;
/** It also tells the past of a session after it has said that it is loaded; what it says last is which commands it has. */
const PAST_QUIET_MS = 500;

interface Asked {
  readonly requestId: number | string;
  readonly options: readonly (PromptChoice & { readonly optionId: string })[];
}

/**
 * The Agent Client Protocol (agentclientprotocol.com), version 1, as gemini speaks it: JSON-RPC; a prompt is a call that lasts as long as
 * the turn, what happens meanwhile comes as `session/update`, permissions are requests to us. Unlike `gemini -p -o stream-json` it asks,
 * can be cancelled, and needs one process only. Messages come in pieces; they are whole when something else begins.
 */
export class AcpAdapter implements Adapter {
  readonly #ports: AdapterPorts;
  readonly #rpc: Rpc;
  #sessionId = '';
  /** The session was loaded; what it tells of its past is not told again. */
  #loaded = false;
  #opened = false;
  #turn = false;
  #cancelled = false;
  #timer: Timer | undefined;
  /** Pieces of the message that is being said. */
  #pieces = '';
  #kind: 'text' | 'thinking' = 'text';
  #lastText = '';
  /** Tool calls that were shown: some are first heard of in a permission request. */
  readonly #tools = new Set<string>();
  #nextQuestion = 1;
  readonly #asked = new Map<string, Asked>();

  constructor(ports: AdapterPorts) {
    this.#ports = ports;
    this.#rpc = new Rpc(ports.send, {
      notified: (method, params) => {
        if (method !== 'session/update') return;
        if (this.#opened) this.#update(field(params, 'update'));
        else if (this.#loaded) this.#past(text(params, 'update', 'sessionUpdate'));
      },
      asked: (id, method, params) => this.#request(id, method, params),
    });
  }

  start(): void {
    const clientCapabilities = { fs: { readTextFile: false, writeTextFile: false }, terminal: false };
    this.#rpc.call('initialize', { protocolVersion: PROTOCOL_VERSION, clientCapabilities }, (result, error) => {
      if (error) return this.#fail('the agent refused to begin', error.message);
      const version = text(result, 'agentInfo', 'version');
      const waitMs = this.#waitMs(text(result, 'agentInfo', 'name'));
      if (waitMs === 0) return this.#open(version);
      const words = `gemini goes on with its session in ${Math.ceil(waitMs / 1000)} s: in this minute it would lose it`;
      this.#ports.emit({ type: 'notice', level: 'info', text: words });
      this.#timer = this.#ports.clock.after(waitMs, () => this.#open(version));
    });
  }

  dispose(): void {
    this.#timer?.cancel();
  }

  #waitMs(name: string | undefined): number {
    const { begunAt, clock, resume } = this.#ports;
    const now = clock.wall();
    if (name !== 'gemini-cli' || resume === undefined) return 0;
    const over = (Math.floor((begunAt ?? now) / MINUTE_MS) + 1) * MINUTE_MS + 500;
    return over > now && now >= (begunAt ?? 0) ? over - now : 0;
  }

  #open(version: string | undefined): void {
    const { resume, cwd } = this.#ports;
    const method = resume === undefined ? 'session/new' : 'session/load';
    // The protocol wants it absolute; elsewhere it is written as the other side understands it, and the process is there already.
    const folder = cwd.startsWith('/') ? cwd : '.';
    const params = { cwd: folder, mcpServers: [], ...(resume === undefined ? {} : { sessionId: resume }) };
    this.#rpc.call(method, params, (result, error) => {
      const id = resume ?? text(result, 'sessionId');
      if (error || id === undefined) return this.#fail('the agent has no session', error?.message ?? 'it gave no id');
      this.#sessionId = id;
      const model = text(result, 'models', 'currentModelId');
      this.#ports.emit({ type: 'session', id, ...(model ? { model } : {}), ...(version ? { version } : {}) });
      if (resume === undefined) this.#begin();
      else {
        this.#loaded = true;
        this.#past(undefined);
      }
    });
  }

  /** Something of the past was told, or nothing yet: it is over when nothing more comes. */
  #past(update: string | undefined): void {
    this.#timer?.cancel();
    if (update === 'available_commands_update') this.#begin();
    else this.#timer = this.#ports.clock.after(PAST_QUIET_MS, () => this.#begin());
  }

  #begin(): void {
    this.#opened = true;
    this.#ports.emit({ type: 'ready' });
  }

  prompt(prompt: string): void {
    this.#turn = true;
    this.#cancelled = false;
    this.#lastText = '';
    this.#ports.emit({ type: 'turn-started' });
    const params = { sessionId: this.#sessionId, prompt: [{ type: 'text', text: prompt }] };
    this.#rpc.call('session/prompt', params, (result, error) => {
      if (error) this.#finish(this.#cancelled ? 'cancelled' : 'failed', undefined, error.message);
      else this.#finished(result);
    });
  }

  interrupt(): void {
    if (!this.#turn) return;
    this.#cancelled = true;
    this.#rpc.notify('session/cancel', { sessionId: this.#sessionId });
    // The protocol wants open requests answered so.
    for (const [id, asked] of [...this.#asked]) {
      this.#rpc.respond(asked.requestId, { outcome: { outcome: 'cancelled' } });
      this.#gone(id);
    }
  }

  answer(questionId: string, reply: PromptReply): boolean {
    const asked = this.#asked.get(questionId);
    const option = asked?.options.find((one) =>
      reply.kind === 'choice' ? one.number === reply.number : reply.kind !== 'text' && one.means === reply.kind,
    );
    if (!asked || !option) return false;
    this.#rpc.respond(asked.requestId, { outcome: { outcome: 'selected', optionId: option.optionId } });
    this.#gone(questionId);
    return true;
  }

  receive(message: Json): void {
    this.#rpc.receive(message);
  }

  #fail(what: string, why: string): void {
    this.#ports.emit({ type: 'failed', text: oneLine(`${what}: ${why}`), gone: GONE.test(why) });
  }

  #finished(result: Json | undefined): void {
    const reason = text(result, 'stopReason');
    const usage = usageOf(field(result, '_meta', 'quota', 'token_count'));
    if (reason === 'cancelled') this.#finish('cancelled', usage);
    else if (reason === 'end_turn') this.#finish('completed', usage);
    else this.#finish('failed', usage, `it stopped: ${reason ?? 'it gave no reason'}`);
  }

  #finish(outcome: TurnResult['outcome'], usage?: Usage, error?: string): void {
    this.#whole();
    for (const id of [...this.#asked.keys()]) this.#gone(id);
    this.#turn = false;
    this.#tools.clear();
    this.#ports.emit({
      type: 'turn-finished',
      turn: {
        outcome,
        text: this.#lastText,
        ...(outcome === 'failed' ? { error: errorWords(error ?? '') } : {}),
        ...(usage ? { usage } : {}),
      },
    });
  }

  #update(update: Json | undefined): void {
    switch (text(update, 'sessionUpdate')) {
      case 'agent_message_chunk':
        this.#piece('text', contentText(field(update, 'content')));
        return;
      case 'agent_thought_chunk':
        this.#piece('thinking', contentText(field(update, 'content')));
        return;
      case 'tool_call':
      case 'tool_call_update':
        this.#toolCall(update);
        return;
      case 'plan': {
        this.#whole();
        const steps = list(update, 'entries').map((entry) => {
          const done = text(entry, 'status') === 'completed';
          return `${done ? '[x]' : '[ ]'} ${text(entry, 'content') ?? ''}`;
        });
        this.#emit([{ type: 'other', kind: 'plan', text: steps.join('\n') }]);
        return;
      }
    }
  }

  #piece(kind: 'text' | 'thinking', said: string): void {
    if (said === '') return;
    if (this.#pieces !== '' && kind !== this.#kind) this.#whole();
    this.#kind = kind;
    this.#pieces += said;
    this.#ports.emit({ type: 'delta', kind, text: said });
  }

  /** What was said so far is a message. */
  #whole(): void {
    const said = this.#pieces;
    if (said === '') return;
    this.#pieces = '';
    if (this.#kind === 'text') this.#lastText = said;
    this.#emit([{ type: this.#kind, text: said }]);
  }

  #emit(blocks: readonly Block[], role: 'assistant' | 'user' = 'assistant'): void {
    this.#ports.emit({ type: 'message', message: { role, blocks } });
  }

  #toolCall(call: Json | undefined): void {
    this.#whole();
    const id = text(call, 'toolCallId') ?? '';
    if (!this.#tools.has(id)) {
      this.#tools.add(id);
      const input = asObject(field(call, 'rawInput')) ? shallow(field(call, 'rawInput')) : { description: title(call) };
      this.#emit([{ type: 'tool-use', id, name: text(call, 'kind') ?? 'tool', input }]);
    }
    const status = text(call, 'status');
    if (status !== 'completed' && status !== 'failed') return;
    const said = list(call, 'content')
      .map((part) => {
        if (text(part, 'type') === 'diff') return `${text(part, 'path') ?? 'file'} changed`;
        return contentText(field(part, 'content'));
      })
      .filter(Boolean)
      .join('\n');
    this.#emit([{ type: 'tool-result', id, text: said, failed: status === 'failed' }], 'user');
  }

  #gone(id: string): void {
    if (this.#asked.delete(id)) this.#ports.emit({ type: 'question-gone', id });
  }

  #request(requestId: number | string, method: string, params: Json | undefined): void {
    if (method !== 'session/request_permission' || !this.#turn || this.#cancelled) {
      if (method === 'session/request_permission') {
        this.#rpc.respond(requestId, { outcome: { outcome: 'cancelled' } });
      } else this.#rpc.refuse(requestId, 'not supported here');
      return;
    }
    const call = field(params, 'toolCall');
    this.#toolCall(call);
    const options = list(params, 'options')
      .slice(0, 99)
      .map((option) => ({ option, kind: text(option, 'kind') ?? '' }))
      // Once before always: the first is what people take.
      .sort((a, b) => rank(a.kind) - rank(b.kind))
      .map(({ option, kind }, i) => ({
        number: i + 1,
        label: oneLine(text(option, 'name') ?? kind, 120),
        optionId: text(option, 'optionId') ?? '',
        ...(kind === 'allow_once' ? { means: 'approve' as const } : {}),
        ...(kind === 'reject_once' ? { means: 'deny' as const } : {}),
      }));
    const id = `q${this.#nextQuestion++}`;
    this.#asked.set(id, { requestId, options });
    const choices = options.map(({ optionId: _own, ...choice }): PromptChoice => choice);
    this.#ports.emit({
      type: 'question',
      question: {
        id,
        text: oneLine(`Allow ${text(call, 'kind') ?? 'a tool'}: ${title(call)}?`, 400),
        choices,
        deniable: choices.some((choice) => choice.means === 'deny'),
        takesText: false,
      },
    });
  }
}

const RANKS = ['allow_once', 'allow_always', 'reject_once', 'reject_always'];

function rank(kind: string): number {
  const at = RANKS.indexOf(kind);
  return at === -1 ? RANKS.length : at;
}

function title(call: Json | undefined): string {
  return text(call, 'title') ?? text(call, 'toolCallId') ?? 'a tool';
}

function contentText(content: Json | undefined): string {
  const kind = text(content, 'type');
  return text(content, 'text') ?? (kind ? `[${kind}]` : '');
}

function usageOf(tokens: Json | undefined): Usage | undefined {
  const inputTokens = number(tokens, 'input_tokens');
  const outputTokens = number(tokens, 'output_tokens');
  if (inputTokens === undefined && outputTokens === undefined) return undefined;
  return {
    ...(inputTokens === undefined ? {} : { inputTokens }),
    ...(outputTokens === undefined ? {} : { outputTokens }),
  };
}
