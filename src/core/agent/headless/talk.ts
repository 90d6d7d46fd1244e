import type { Clock, Timer } from '../../clock.ts';
import { Emitter } from '../../emitter.ts';
import { IrisError } from '../../errors.ts';
import type { AgentPrompt, PromptReply } from '../prompt/types.ts';
import { createAdapter, type HeadlessAgentName } from './agents.ts';
import { oneLine } from './describe.ts';
import { LineSplitter } from './lines.ts';
import type { MessageRecord } from './record.ts';
import type { Adapter, AgentEvent, TurnResult } from './types.ts';
import { parseJson } from './values.ts';

/** Prompts that wait for their turn; one more is refused. */
const QUEUE_LIMIT = 100;
/** An agent that was asked to stop is asked again this often (it may not have begun yet), and after so long it is said that it does not. */
const CANCEL_AGAIN_MS = 1_000;
const CANCEL_LIMIT_MS = 10_000;
/** Open questions: agents ask one at a time, their helpers a few beside it. More are denied unseen. */
const QUESTIONS_LIMIT = 20;

export type TalkState = 'starting' | 'idle' | 'working' | 'blocked' | 'over';

export type TalkEvent =
  | { readonly type: 'agent'; readonly event: AgentEvent }
  /** A prompt was given to the agent just now. */
  | { readonly type: 'prompted'; readonly text: string }
  | { readonly type: 'answered'; readonly question: AgentPrompt; readonly reply: string }
  /** A line that is not the agent's language, of its output or its error output. */
  | { readonly type: 'stray'; readonly line: string }
  /** Prompts that were taken out of the queue because somebody cancelled. */
  | { readonly type: 'returned'; readonly texts: readonly string[] }
  /** State, question or queue changed. */
  | { readonly type: 'changed' };

export interface TalkOptions {
  readonly agent: HeadlessAgentName;
  readonly clock: Clock;
  readonly cwd: string;
  readonly resume: string | undefined;
  readonly begunAt: number | undefined;
  readonly version: string;
  /** To the agent's stdin. */
  readonly write: (bytes: Uint8Array) => void;
  readonly record: MessageRecord;
  readonly onError: (error: unknown) => void;
}

/** A prompt on its way to the agent. */
export interface Submitted {
  readonly id: string;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** It has been given to the agent: it can't be taken back any more. */
  readonly given: boolean;
  /** How the turn that it began has ended; at once when the process dies. Never rejects. */
  readonly turn: Promise<TurnResult>;
}

class Waiting implements Submitted {
  readonly id: string;
  readonly text: string;
  readonly since: number;
  given = false;
  readonly turn: Promise<TurnResult>;
  readonly settle: (turn: TurnResult) => void;

  constructor(id: string, text: string, since: number) {
    this.id = id;
    this.text = text;
    this.since = since;
    const { promise, resolve } = Promise.withResolvers<TurnResult>();
    this.turn = promise;
    this.settle = resolve;
  }
}

/** A conversation with one process of an agent: its state, what it asks, who waits for what. */
export class Talk {
  readonly agent: HeadlessAgentName;
  readonly events: Emitter<TalkEvent>;
  #state: TalkState = 'starting';
  #ready = false;
  #turn = false;
  readonly #questions: AgentPrompt[] = [];
  /** When the oldest open question came to be the one that is shown. */
  #questionSince = 0;
  readonly #queue: Waiting[] = [];
  #current: Waiting | undefined;
  #number = 0;
  #cancels: { resolve: (turn: TurnResult) => void; reject: (error: IrisError) => void; timer: Timer }[] = [];
  #again: Timer | undefined;
  #ended = false;
  /** Why it is over. */
  #failure: string | undefined;
  readonly #adapter: Adapter;
  readonly #splitter: LineSplitter;
  readonly #strays: LineSplitter;
  readonly #clock: Clock;
  readonly #record: MessageRecord;

  constructor(options: TalkOptions) {
    const { agent, begunAt, clock, cwd, resume, version, write, record } = options;
    this.agent = agent;
    this.#clock = clock;
    this.#record = record;
    this.events = new Emitter(options.onError);
    this.#adapter = createAdapter(agent, {
      cwd,
      resume,
      begunAt,
      clock,
      version,
      send: (message) => write(new TextEncoder().encode(`${JSON.stringify(message)}\n`)),
      emit: (event) => this.#event(event),
    });
    const skipped = (bytes: number): void =>
      this.#stray(`a line of ${Math.round(bytes / 1_048_576)} MB was too long to be read`);
    this.#splitter = new LineSplitter({ line: (line) => this.#line(line), skipped });
    this.#strays = new LineSplitter({ line: (line) => this.#stray(line), skipped }, 64 * 1024);
  }

  get state(): TalkState {
    return this.#state;
  }

  /** What it asks now. */
  get question(): AgentPrompt | undefined {
    return this.#questions[0];
  }

  /** Since when, on the monotonic clock. */
  get questionSince(): number {
    return this.#questionSince;
  }

  /** Prompts that wait for their turn, in order. */
  get queued(): readonly Submitted[] {
    return this.#queue;
  }

  /** The process runs. */
  start(): void {
    this.#adapter.start();
  }

  output(bytes: Uint8Array): void {
    this.#splitter.feed(bytes);
  }

  errorOutput(bytes: Uint8Array): void {
    this.#strays.feed(bytes);
  }

  /** The process is gone. Whoever waits is told at once. */
  ended(why: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#splitter.end();
    this.#strays.end();
    const failure = this.#failure ?? why;
    this.#failure = failure;
    this.#ready = false;
    if (this.#turn) this.#finish({ outcome: 'failed', text: '', error: failure });
    this.#questions.length = 0;
    this.#giveUp(failure);
    this.#update();
  }

  /** Nothing that waits will ever be given to it. */
  #giveUp(error: string): void {
    for (const waiting of this.#queue.splice(0)) waiting.settle({ outcome: 'failed', text: '', error });
  }

  /**
   * Gives it a prompt, now or when it is its turn.
   * @throws IrisError when too many wait, or nothing runs
   */
  submit(text: string): Submitted {
    if (this.#state === 'over') throw new IrisError('failed', this.#failure ?? 'the agent has ended');
    if (text.trim() === '') throw new IrisError('usage', 'the prompt is empty');
    if (this.#queue.length >= QUEUE_LIMIT) {
      throw new IrisError('failed', `${QUEUE_LIMIT} prompts wait already`, { retriable: true });
    }
    this.#number++;
    const waiting = new Waiting(`m${this.#number}`, text, this.#clock.wall());
    this.#queue.push(waiting);
    this.#next();
    this.#update();
    return waiting;
  }

  /** Takes prompts out of the queue: one, or all. Who waits for them is told that they were cancelled. */
  remove(id?: string): string[] {
    const removed = this.#queue.filter((waiting) => id === undefined || waiting.id === id);
    for (const waiting of removed) {
      this.#queue.splice(this.#queue.indexOf(waiting), 1);
      waiting.settle({ outcome: 'cancelled', text: '' });
    }
    if (removed.length > 0) this.#update();
    return removed.map((waiting) => waiting.id);
  }

  /**
   * Makes it stop. Resolves when it has: with the turn that ended, or with nothing when there was none. What waits in the queue goes back to
   * whoever typed it.
   * @throws IrisError `timed-out` when it goes on all the same
   */
  cancel(): Promise<TurnResult | undefined> {
    const returned = this.#queue.splice(0);
    if (returned.length > 0) {
      this.events.emit({ type: 'returned', texts: returned.map(({ text }) => text) });
      for (const waiting of returned) waiting.settle({ outcome: 'cancelled', text: '' });
    }
    if (!this.#turn) {
      this.#update();
      return Promise.resolve(undefined);
    }
    this.#adapter.interrupt();
    return new Promise((resolve, reject) => {
      const timer = this.#clock.after(CANCEL_LIMIT_MS, () => {
        this.#cancels = this.#cancels.filter((one) => one.timer !== timer);
        if (this.#cancels.length === 0) this.#again?.cancel();
        const seconds = CANCEL_LIMIT_MS / 1000;
        this.events.emit({
          type: 'agent',
          event: { type: 'notice', level: 'error', text: `asked to stop ${seconds} s ago, it goes on` },
        });
        reject(
          new IrisError('timed-out', `it was asked to stop and goes on after ${seconds} s`, {
            remedy: 'restart the session, or end it',
          }),
        );
      });
      this.#cancels.push({ resolve, reject, timer });
      this.#askAgain();
      this.#update();
    });
  }

  get cancelling(): boolean {
    return this.#cancels.length > 0;
  }

  /**
   * Answers what it asks.
   * @throws IrisError `conflict` when that is not what it asks by now, `usage` when the question takes no such answer; nothing was sent then
   */
  answer(id: string | undefined, reply: PromptReply): AgentPrompt {
    const question = id === undefined ? this.question : this.#questions.find((one) => one.id === id);
    if (!question) throw new IrisError('conflict', 'it no longer asks that: nothing was answered');
    const label = labelOf(question, reply);
    if (label === undefined || !this.#adapter.answer(question.id, reply)) {
      throw new IrisError('usage', 'it does not take that as an answer', {
        remedy: `choose 1 to ${question.choices.length}`,
      });
    }
    this.events.emit({ type: 'answered', question, reply: label });
    return question;
  }

  dispose(): void {
    this.#adapter.dispose?.();
    this.#again?.cancel();
    for (const { timer } of this.#cancels.splice(0)) timer.cancel();
  }

  #line(line: string): void {
    const message = parseJson(line);
    if (typeof message === 'object' && message !== null && !Array.isArray(message)) this.#adapter.receive(message);
    else this.#stray(line);
  }

  #stray(line: string): void {
    this.events.emit({ type: 'stray', line });
  }

  #event(event: AgentEvent): void {
    switch (event.type) {
      case 'ready':
        this.#ready = true;
        break;
      case 'turn-started':
        this.#turn = true;
        break;
      case 'message':
        this.#record.add(event.message, this.#clock.wall());
        break;
      case 'question':
        if (this.#questions.length >= QUESTIONS_LIMIT) {
          this.#adapter.answer(event.question.id, { kind: 'deny' });
          return;
        }
        this.#questions.push(event.question);
        if (this.#questions.length === 1) this.#questionSince = this.#clock.now();
        break;
      case 'question-gone': {
        const at = this.#questions.findIndex(({ id }) => id === event.id);
        if (at === -1) return;
        this.#questions.splice(at, 1);
        if (at === 0) this.#questionSince = this.#clock.now();
        break;
      }
      case 'failed':
        this.#failure = event.text;
        this.#giveUp(event.text);
        break;
      case 'turn-finished':
        this.#finish(event.turn);
        this.#next();
        this.#update();
        return;
      case 'delta':
      case 'session':
      case 'notice':
        break;
    }
    this.events.emit({ type: 'agent', event });
    if (event.type === 'delta' || event.type === 'message') return;
    this.#next();
    this.#update();
  }

  #finish(turn: TurnResult): void {
    this.#turn = false;
    this.#again?.cancel();
    if (turn.usage) this.#record.usage = turn.usage;
    // First: whoever hears of it may begin the next.
    const current = this.#current;
    this.#current = undefined;
    const cancels = this.#cancels.splice(0);
    this.events.emit({ type: 'agent', event: { type: 'turn-finished', turn } });
    current?.settle(turn);
    for (const { resolve, timer } of cancels) {
      timer.cancel();
      resolve(turn);
    }
  }

  #next(): void {
    if (!this.#ready || this.#turn || this.#failure !== undefined) return;
    const next = this.#queue.shift();
    if (!next) return;
    next.given = true;
    this.#current = next;
    this.#record.add({ role: 'user', blocks: [{ type: 'text', text: next.text }] }, this.#clock.wall());
    this.events.emit({ type: 'prompted', text: next.text });
    this.#adapter.prompt(next.text);
  }

  #askAgain(): void {
    this.#again?.cancel();
    this.#again = this.#clock.after(CANCEL_AGAIN_MS, () => {
      if (!this.#turn || this.#cancels.length === 0) return;
      this.#adapter.interrupt();
      this.#askAgain();
    });
  }

  #update(): void {
    if (this.#failure !== undefined && !this.#turn) this.#state = 'over';
    else if (this.#questions.length > 0) this.#state = 'blocked';
    else if (this.#turn) this.#state = 'working';
    else this.#state = this.#ready ? 'idle' : 'starting';
    this.events.emit({ type: 'changed' });
  }
}

function labelOf(question: AgentPrompt, reply: PromptReply): string | undefined {
  switch (reply.kind) {
    case 'approve':
    case 'deny': {
      const found = question.choices.find(({ means }) => means === reply.kind);
      return found?.label ?? (reply.kind === 'deny' && question.deniable ? 'No answer' : undefined);
    }
    case 'choice':
      return question.choices.find(({ number }) => number === reply.number)?.label;
    case 'text':
      return question.takesText ? oneLine(reply.text, 200) : undefined;
  }
}
