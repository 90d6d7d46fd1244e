import type { PromptChoice, PromptReply } from '../prompt/types.ts';
import { errorWords, oneLine } from './describe.ts';
import { Rpc } from './rpc.ts';
import type { Adapter, AdapterPorts, Block, TurnResult, Usage } from './types.ts';
import { field, type Json, list, number, shallow, text } from './values.ts';

/** Measured with codex 0.169.0. */
export const CODEX_ARGS = ['app-server'] as const;

const GONE = /no rollout found|not found/i;

interface Choice extends PromptChoice {
  readonly decision: Json;
}

interface Asked {
  readonly requestId: number | string;
  readonly choices: readonly Choice[];
}

/**
 * codex as an app server: JSON-RPC, a thread with turns, items that start, grow and complete, approvals as requests to us. Unlike
 * `codex exec --json` it asks, can be interrupted, and needs one process only.
 */
export class CodexAdapter implements Adapter {
  readonly #ports: AdapterPorts;
  readonly #rpc: Rpc;
  #threadId = '';
  #turnId: string | undefined;
  #turn = false;
  /** Asked for before the turn had an id. */
  #interruptWanted = false;
  #text = '';
  /** Of a message that is not whole yet. */
  #partial = '';
  #usage: Usage | undefined;
  #error: string | undefined;
  #nextQuestion = 1;
  readonly #asked = new Map<string, Asked>();

  constructor(ports: AdapterPorts) {
    this.#ports = ports;
    this.#rpc = new Rpc(ports.send, {
      notified: (method, params) => this.#notified(method, params),
      asked: (id, method, params) => this.#request(id, method, params),
    });
  }

  start(): void {
    const clientInfo = { name: 'iris-tui', title: 'iris-tui', version: this.#ports.version };
    this.#rpc.call('initialize', { clientInfo }, (_result, error) => {
      if (error) return this.#fail('codex refused to begin', error.message);
      this.#rpc.notify('initialized');
      this.#open();
    });
  }

  #open(): void {
    const { resume } = this.#ports;
    const method = resume === undefined ? 'thread/start' : 'thread/resume';
    // The folder is that of the process: elsewhere it may be written as only the other side understands.
    const params = resume === undefined ? {} : { threadId: resume, excludeTurns: true };
    this.#rpc.call(method, params, (result, error) => {
      const id = text(result, 'thread', 'id');
      if (error || id === undefined) return this.#fail('codex has no thread', error?.message ?? 'it gave no id');
      this.#threadId = id;
      const model = text(result, 'model');
      const version = text(result, 'thread', 'cliVersion');
      this.#ports.emit({ type: 'session', id, ...(model ? { model } : {}), ...(version ? { version } : {}) });
      this.#ports.emit({ type: 'ready' });
    });
  }

  prompt(prompt: string): void {
    this.#begin();
    const input = [{ type: 'text', text: prompt, text_elements: [] }];
    this.#rpc.call('turn/start', { threadId: this.#threadId, input }, (result, error) => {
      if (error) return this.#finish('failed', error.message);
      this.#started(text(result, 'turn', 'id'));
    });
  }

  interrupt(): void {
    if (this.#turnId === undefined) {
      this.#interruptWanted = true;
      return;
    }
    const params = { threadId: this.#threadId, turnId: this.#turnId };
    this.#rpc.call('turn/interrupt', params, (_result, error) => {
      if (error && this.#turn) {
        this.#ports.emit({ type: 'notice', level: 'error', text: `not interrupted: ${oneLine(error.message)}` });
      }
    });
  }

  answer(questionId: string, reply: PromptReply): boolean {
    const asked = this.#asked.get(questionId);
    const choice = asked?.choices.find((one) =>
      reply.kind === 'choice' ? one.number === reply.number : reply.kind !== 'text' && one.means === reply.kind,
    );
    if (!asked || !choice) return false;
    this.#rpc.respond(asked.requestId, { decision: choice.decision });
    this.#gone(questionId);
    return true;
  }

  receive(message: Json): void {
    this.#rpc.receive(message);
  }

  #fail(what: string, why: string): void {
    this.#ports.emit({ type: 'failed', text: oneLine(`${what}: ${why}`), gone: GONE.test(why) });
  }

  #begin(): void {
    if (this.#turn) return;
    this.#turn = true;
    this.#text = '';
    this.#partial = '';
    this.#usage = undefined;
    this.#error = undefined;
    this.#interruptWanted = false;
    this.#ports.emit({ type: 'turn-started' });
  }

  #started(turnId: string | undefined): void {
    if (!this.#turn || turnId === undefined || this.#turnId === turnId) return;
    this.#turnId = turnId;
    if (!this.#interruptWanted) return;
    this.#interruptWanted = false;
    this.interrupt();
  }

  #finish(outcome: TurnResult['outcome'], error?: string): void {
    if (!this.#turn) return;
    for (const id of [...this.#asked.keys()]) this.#gone(id);
    // What it was saying when it was interrupted.
    if (this.#partial !== '') this.#said('', this.#partial);
    this.#turn = false;
    this.#turnId = undefined;
    this.#ports.emit({
      type: 'turn-finished',
      turn: {
        outcome,
        text: this.#text,
        ...(outcome === 'failed' ? { error: errorWords(error || this.#error || '') } : {}),
        ...(this.#usage ? { usage: this.#usage } : {}),
      },
    });
  }

  #notified(method: string, params: Json | undefined): void {
    // Helpers have threads of their own.
    const thread = text(params, 'threadId');
    if (thread !== undefined && thread !== this.#threadId) return;
    switch (method) {
      case 'turn/started':
        this.#begin();
        this.#started(text(params, 'turn', 'id'));
        return;
      case 'turn/completed': {
        const status = text(params, 'turn', 'status');
        const error = text(params, 'turn', 'error', 'message');
        const outcome = status === 'completed' ? 'completed' : status === 'interrupted' ? 'cancelled' : 'failed';
        const durationMs = number(params, 'turn', 'durationMs');
        // An interrupted turn repeats the tokens of the one before.
        const usage = outcome === 'cancelled' ? undefined : this.#usage;
        if (durationMs !== undefined) this.#usage = { ...usage, durationMs };
        this.#finish(outcome, error);
        return;
      }
      case 'item/agentMessage/delta':
        this.#piece('text', text(params, 'delta'));
        return;
      case 'item/reasoning/summaryTextDelta':
      case 'item/reasoning/textDelta':
        this.#piece('thinking', text(params, 'delta'));
        return;
      case 'item/started':
        this.#item(field(params, 'item'), false);
        return;
      case 'item/completed':
        this.#item(field(params, 'item'), true);
        return;
      case 'thread/tokenUsage/updated':
        this.#used(field(params, 'tokenUsage', 'last'));
        return;
      case 'serverRequest/resolved': {
        const requestId = field(params, 'requestId');
        for (const [id, asked] of this.#asked) if (asked.requestId === requestId) this.#gone(id);
        return;
      }
      case 'error': {
        const said = errorWords(text(params, 'error', 'message') ?? '');
        if (field(params, 'willRetry') === true) {
          this.#ports.emit({ type: 'notice', level: 'warning', text: `${said} (it tries again)` });
        } else this.#error = said;
        return;
      }
    }
  }

  #piece(kind: 'text' | 'thinking', said: string | undefined): void {
    if (!said) return;
    if (kind === 'text') this.#partial += said;
    this.#ports.emit({ type: 'delta', kind, text: said });
  }

  /** Tokens of the calls of one turn add up. */
  #used(last: Json | undefined): void {
    const sum = (key: 'inputTokens' | 'outputTokens' | 'cachedTokens', name: string): object => {
      const value = number(last, name);
      return value === undefined ? {} : { [key]: (this.#usage?.[key] ?? 0) + value };
    };
    this.#usage = {
      ...this.#usage,
      ...sum('inputTokens', 'inputTokens'),
      ...sum('outputTokens', 'outputTokens'),
      ...sum('cachedTokens', 'cachedInputTokens'),
    };
  }

  #item(item: Json | undefined, completed: boolean): void {
    const id = text(item, 'id') ?? '';
    const emit = (blocks: readonly Block[], role: 'assistant' | 'user' = 'assistant'): void =>
      this.#ports.emit({ type: 'message', message: { role, blocks, id } });
    switch (text(item, 'type')) {
      case 'agentMessage': {
        const said = text(item, 'text') ?? '';
        if (completed && said !== '') this.#said(id, said);
        return;
      }
      case 'reasoning': {
        if (!completed) return;
        const parts = list(item, 'summary').length > 0 ? list(item, 'summary') : list(item, 'content');
        const thought = parts.filter((part) => typeof part === 'string').join('\n\n');
        if (thought !== '') emit([{ type: 'thinking', text: thought }]);
        return;
      }
      case 'commandExecution':
        this.#tool(item, completed, 'shell', { command: unwrapped(text(item, 'command') ?? '') }, () => ({
          output: text(item, 'aggregatedOutput') ?? '',
          status: text(item, 'status'),
          exitCode: number(item, 'exitCode'),
        }));
        return;
      case 'fileChange': {
        const changes = list(item, 'changes');
        const input = { path: changes.map((change) => text(change, 'path') ?? '').join(', ') };
        this.#tool(item, completed, 'edit', input, () => ({
          output: changes.map((change) => text(change, 'diff') ?? '').join('\n'),
          status: text(item, 'status'),
        }));
        return;
      }
      case 'mcpToolCall': {
        const name = `${text(item, 'server') ?? 'mcp'}.${text(item, 'tool') ?? 'tool'}`;
        this.#tool(item, completed, name, shallow(field(item, 'arguments')), () => ({
          output:
            text(item, 'error', 'message') ??
            list(item, 'result', 'content')
              .map((part) => text(part, 'text') ?? `[${text(part, 'type') ?? 'unknown'}]`)
              .join('\n'),
          status: text(item, 'status'),
        }));
        return;
      }
      case 'webSearch':
        if (completed) emit([{ type: 'tool-use', id, name: 'search', input: { query: text(item, 'query') ?? '' } }]);
        return;
      case 'userMessage':
        return;
      default:
        if (completed) emit([{ type: 'other', kind: text(item, 'type') ?? 'unknown', text: text(item, 'text') ?? '' }]);
    }
  }

  #said(id: string, said: string): void {
    this.#partial = '';
    this.#text = said;
    const message = { role: 'assistant' as const, blocks: [{ type: 'text' as const, text: said }] };
    this.#ports.emit({ type: 'message', message: id === '' ? message : { ...message, id } });
  }

  #tool(
    item: Json | undefined,
    completed: boolean,
    name: string,
    input: Json,
    result: () => { output: string; status: string | undefined; exitCode?: number | undefined },
  ): void {
    const id = text(item, 'id') ?? '';
    if (!completed) {
      const block: Block = { type: 'tool-use', id, name, input };
      this.#ports.emit({ type: 'message', message: { role: 'assistant', blocks: [block], id } });
      return;
    }
    const { output, status, exitCode } = result();
    const failed = (status !== undefined && status !== 'completed') || (exitCode ?? 0) !== 0;
    const ending =
      status === 'declined' ? 'declined' : exitCode ? `exit code ${exitCode}` : failed ? status : undefined;
    const said = [output.replace(/\n$/, ''), ending].filter(Boolean).join('\n');
    const block: Block = { type: 'tool-result', id, text: said, failed };
    this.#ports.emit({ type: 'message', message: { role: 'user', blocks: [block] } });
  }

  #gone(id: string): void {
    if (this.#asked.delete(id)) this.#ports.emit({ type: 'question-gone', id });
  }

  #request(requestId: number | string, method: string, params: Json | undefined): void {
    const isCommand = method === 'item/commandExecution/requestApproval';
    if (!isCommand && method !== 'item/fileChange/requestApproval') {
      this.#rpc.refuse(requestId, 'not supported here');
      this.#ports.emit({ type: 'notice', level: 'warning', text: `refused: codex asked for ${oneLine(method, 80)}` });
      return;
    }
    const what = isCommand ? `run ${unwrapped(text(params, 'command') ?? 'a command')}` : 'change files';
    const reason = text(params, 'reason');
    const choices = this.#choices(params);
    const id = `q${this.#nextQuestion++}`;
    this.#asked.set(id, { requestId, choices });
    this.#ports.emit({
      type: 'question',
      question: {
        id,
        text: oneLine(`Allow to ${what}?${reason ? ` (${reason})` : ''}`, 400),
        choices: choices.map(({ number: at, label, means }) => ({ number: at, label, ...(means ? { means } : {}) })),
        deniable: true,
        takesText: false,
      },
    });
  }

  /** What it offers; "No, and go on" is understood as well, and is what people mean by no. */
  #choices(params: Json | undefined): Choice[] {
    const offered = list(params, 'availableDecisions');
    const given: readonly Json[] = offered.length > 0 ? offered : ['accept', 'acceptForSession'];
    const choices: { label: string; decision: Json; means?: 'approve' | 'deny' }[] = [];
    for (const decision of given) {
      if (decision === 'accept') choices.push({ label: 'Yes', decision, means: 'approve' });
      else if (decision === 'acceptForSession') choices.push({ label: 'Yes, for this session', decision });
      else if (field(decision, 'acceptWithExecpolicyAmendment') !== undefined) {
        const words = list(decision, 'acceptWithExecpolicyAmendment', 'execpolicy_amendment').map(String);
        choices.push({ label: `Yes, and always: ${oneLine(words.join(' '), 100)}`, decision: shallow(decision) });
      } else if (field(decision, 'applyNetworkPolicyAmendment') !== undefined) {
        choices.push({ label: 'Yes, and keep the network rule', decision: shallow(decision) });
      }
    }
    choices.push({ label: 'No', decision: 'decline', means: 'deny' });
    choices.push({ label: 'No, and stop', decision: 'cancel' });
    return choices.map((choice, i) => ({ number: i + 1, ...choice }));
  }
}

/** `/bin/bash -lc 'make'` is `make` to people. */
function unwrapped(command: string): string {
  const inner = /^\S*\/?(?:ba|z|da)?sh -l?c '([^']*)'$/.exec(command)?.[1];
  return inner ?? command;
}
