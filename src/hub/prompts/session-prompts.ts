import {
  type Clock,
  type Dispose,
  encodePaste,
  type HeldReason,
  IrisError,
  type QueuedPrompt,
  type Session,
  Submission,
  type Timer,
} from '../../core/index.ts';
import { Message } from './message.ts';
import { readiness } from './readiness.ts';
import { Turn } from './turn.ts';
import { closeGate, openGate, typedAt } from './typing.ts';

/** Prompts that wait in one session; more are refused. */
export const QUEUE_LIMIT = 100;
/** And their characters, all together: the largest prompt there is fits twice. */
export const QUEUE_LIMIT_CHARS = 3_000_000;
/** The screen is looked at again this soon after output. */
const LOOK_EVERY_MS = 20;
const PREVIEW_CHARS = 200;
/** A prompt on its way is looked at this often at least. */
const LOOK_AGAIN_MS = 1_000;

/** A prompt on its way into the box. */
interface Sending {
  readonly message: Message;
  readonly submission: Submission;
  readonly epoch: string;
  /** Monotonic milliseconds. */
  readonly startedAt: number;
}

/**
 * The prompts of one session: one is typed at a time, the others wait, in order. Each is submitted once: what was typed is never typed again.
 * Looks at the session only while there is something to do.
 */
export class SessionPrompts {
  readonly #session: Session;
  readonly #clock: Clock;
  readonly #queue: Message[] = [];
  #sending: Sending | undefined;
  #turn: Turn | undefined;
  #watching: Dispose | undefined;
  #timer: Timer | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #number = 0;
  #busy = false;

  constructor(session: Session, clock: Clock) {
    this.#session = session;
    this.#clock = clock;
  }

  /** @throws IrisError `failed` when nothing runs, or too much waits */
  add(text: string, options: { readonly wait: boolean; readonly hold: boolean; readonly first?: boolean }): Message {
    if (!this.#session.live) throw this.#gone();
    const waiting = this.#queue.reduce((sum, { text: { length } }) => sum + length, 0);
    if (this.#queue.length >= QUEUE_LIMIT || waiting + text.length > QUEUE_LIMIT_CHARS) {
      throw new IrisError('failed', `${this.#queue.length} prompts wait for ${this.#session.name} already`, {
        remedy: `see them with: iris-tui queue ${this.#session.name}`,
      });
    }
    this.#number += 1;
    const message = new Message(`m${this.#number}`, text, this.#clock.wall(), options);
    if (options.first) this.#queue.unshift(message);
    else this.#queue.push(message);
    this.#watch();
    this.#look();
    return message;
  }

  list(): QueuedPrompt[] {
    const sending = this.#sending?.message;
    return [...(sending ? [sending] : []), ...this.#queue].map((message) => ({
      id: message.id,
      text: message.text.slice(0, PREVIEW_CHARS),
      length: message.text.length,
      since: message.since,
      held: message.held,
      typing: message === sending,
    }));
  }

  /** Takes out what waits: one, or all. What is being typed can't be taken back. */
  remove(id: string | undefined, reason: string): string[] {
    if (id !== undefined && this.#sending?.message.id === id) {
      throw new IrisError('conflict', `${id} is being typed already`);
    }
    const removed = this.#queue.filter((message) => id === undefined || message.id === id);
    if (id !== undefined && removed.length === 0) {
      throw new IrisError('not-found', `no prompt ${id} waits for ${this.#session.name}`);
    }
    for (const message of removed) {
      this.#queue.splice(this.#queue.indexOf(message), 1);
      message.refuse(reason);
    }
    this.#look();
    return removed.map((message) => message.id);
  }

  /** Whoever waited for this one has gone, or waited long enough: what was not typed yet never will be. */
  forget(message: Message): boolean {
    const at = this.#queue.indexOf(message);
    if (at < 0) return false;
    this.#queue.splice(at, 1);
    this.#look();
    return true;
  }

  /** The session is no more. */
  end(): void {
    const error = this.#gone();
    const { message, submission } = this.#sending ?? {};
    this.#sending = undefined;
    const turn = this.#turn;
    this.#turn = undefined;
    openGate(this.#session);
    if (message) {
      const when = submission?.entered
        ? 'while it was being submitted: it may have been taken'
        : 'before Enter was pressed';
      message.refuse(`${this.#session.name} ended ${when}`);
    }
    turn?.message.fail(new IrisError('failed', `${this.#session.name} ended before it had answered`));
    for (const each of this.#queue.splice(0)) each.refuse(error.message, error.remedy);
    this.#rest();
  }

  #gone(): IrisError {
    return new IrisError('failed', `${this.#session.name} is not running`, { remedy: 'restart it first' });
  }

  #watch(): void {
    this.#watching ??= this.#session.events.on((event) => {
      switch (event.type) {
        case 'entry':
          this.#lookAt(this.#clock.now() + LOOK_EVERY_MS);
          return;
        case 'agent':
        case 'info':
          this.#look();
          return;
        case 'restarted':
          this.#restarted();
          return;
        case 'ended':
          this.end();
          return;
      }
    });
  }

  /** Another process. What has not been typed can wait for it. */
  #restarted(): void {
    openGate(this.#session);
    const sending = this.#sending;
    this.#sending = undefined;
    const turn = this.#turn;
    this.#turn = undefined;
    turn?.message.fail(new IrisError('failed', `${this.#session.name} was started again before it had answered`));
    if (sending?.submission.entered) {
      sending.message.refuse(
        `${this.#session.name} was started again while it was being submitted: it may have been taken`,
      );
    } else if (sending) this.#queue.unshift(sending.message);
    this.#look();
  }

  #lookAt(at: number): void {
    if (at >= this.#timerAt) return;
    this.#timer?.cancel();
    this.#timerAt = at;
    this.#timer = this.#clock.after(Math.max(0, at - this.#clock.now()), () => {
      this.#timer = undefined;
      this.#timerAt = Number.POSITIVE_INFINITY;
      this.#look();
    });
  }

  /** Nothing to do: nothing costs anything. */
  #rest(): void {
    this.#watching?.();
    this.#watching = undefined;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#timerAt = Number.POSITIVE_INFINITY;
    this.#count();
  }

  #count(): void {
    this.#session.queued = this.#queue.length;
  }

  #look(): void {
    // Writing and telling come back here by way of the session's events.
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#step());
    } finally {
      this.#busy = false;
    }
    if (!this.#sending && !this.#turn && this.#queue.length === 0) this.#rest();
    else this.#count();
  }

  /** True: something changed, look again at once. */
  #step(): boolean {
    if (this.#sending) return this.#submit(this.#sending);
    if (this.#turn && this.#follow(this.#turn)) return true;
    return this.#begin();
  }

  #submit({ message, submission, epoch, startedAt }: Sending): boolean {
    const now = this.#clock.now();
    if (this.#session.epoch !== epoch) return false;
    if (this.#session.screen.synchronizing) {
      this.#lookAt(now + LOOK_EVERY_MS);
      return false;
    }
    const disturbed = typedAt(this.#session) >= startedAt;
    const step = submission.step(this.#session.sight(), now, disturbed);
    if (step.kind === 'wait') {
      this.#lookAt(Math.max(step.until, now + 1));
      return false;
    }
    if (step.kind === 'enter') {
      const failed = this.#write(new TextEncoder().encode(this.#session.mode === 'pipes' ? '\n' : '\r'));
      if (!failed) return true;
      this.#sending = undefined;
      openGate(this.#session);
      message.refuse(`it was typed, but Enter could not be: ${failed.message}`, failed.remedy);
      return true;
    }
    this.#sending = undefined;
    openGate(this.#session);
    const { result } = step;
    if (result.kind === 'stuck') message.refuse(result.reason, `look at it: iris-tui attach ${this.#session.name}`);
    else this.#submitted(message, result.kind, now);
    return true;
  }

  #submitted(message: Message, kind: 'submitted' | 'unverified', now: number): void {
    if (!message.wait) message.tell({ outcome: kind });
    const { state } = this.#session.agent;
    // Of a program that says nothing nobody can tell when it has finished.
    if (kind === 'unverified' && state === 'unknown') {
      message.tell({ outcome: 'unverified', reason: 'nobody can tell when it has finished' });
      return;
    }
    this.#turn = new Turn(message, this.#session, now);
  }

  #follow(turn: Turn): boolean {
    const now = this.#clock.now();
    const state = turn.look(now);
    if (state === 'asks') {
      const { prompt } = this.#session.agent;
      // The dialog may be drawn a moment after the agent says that it waits.
      if (prompt || !turn.message.wait) turn.message.tell({ outcome: 'blocked', ...(prompt ? { prompt } : {}) });
      else if (turn.asksLong(now))
        turn.message.tell({ outcome: 'blocked', reason: this.#session.agent.question ?? '' });
    }
    if (state !== 'over') {
      this.#lookAt(Math.max(turn.nextAt, now + LOOK_EVERY_MS));
      return false;
    }
    this.#turn = undefined;
    if (turn.message.wait && !turn.message.told) {
      const answer = turn.answer();
      turn.message.tell({ outcome: 'answered', ...(answer === undefined ? {} : { answer }) });
    }
    return true;
  }

  #begin(): boolean {
    const [message] = this.#queue;
    if (!message) return false;
    if (this.#turn) return this.#hold(this.#session.agent.state === 'blocked' ? 'blocked' : 'working');
    const now = this.#clock.now();
    const ready = readiness(this.#session, now);
    switch (ready.kind) {
      case 'unclear':
        this.#lookAt(now + LOOK_EVERY_MS);
        return false;
      case 'gone':
        this.end();
        return false;
      case 'held':
        if (ready.until !== undefined) this.#lookAt(ready.until);
        return this.#hold(ready.reason);
      case 'ready':
        return this.#paste(message, now);
    }
  }

  /** They wait: whoever gave them is told. True: some were refused. */
  #hold(reason: HeldReason): boolean {
    const refused: Message[] = [];
    this.#queue.forEach((message, ahead) => {
      message.held = ahead === 0 ? reason : 'queue';
      if (!message.hold) refused.push(message);
      else if (!message.wait) message.tell({ outcome: 'held', held: message.held, ahead });
    });
    for (const message of refused) {
      this.#queue.splice(this.#queue.indexOf(message), 1);
      message.refuse(`${this.#session.name} can't take it now: ${WHY[reason]}`);
    }
    return refused.length > 0;
  }

  #paste(message: Message, now: number): boolean {
    this.#queue.shift();
    const bytes = encodePaste(new TextEncoder().encode(message.text), this.#session.screen.modes);
    closeGate(this.#session, now);
    const failed = this.#write(bytes);
    if (failed) {
      openGate(this.#session);
      message.refuse(failed.message, failed.remedy);
      return true;
    }
    this.#sending = { message, submission: new Submission(now), epoch: this.#session.epoch, startedAt: now };
    this.#lookAt(now + LOOK_AGAIN_MS);
    return true;
  }

  #write(bytes: Uint8Array): IrisError | undefined {
    try {
      this.#session.write(bytes);
      return undefined;
    } catch (error) {
      return IrisError.from(error);
    }
  }
}

/** Why a prompt waits, as a clause. */
export const WHY: Readonly<Record<HeldReason, string>> = {
  working: 'it works',
  blocked: 'it asks something',
  typing: 'its input box is not empty, or something else is open there',
  starting: 'it has not shown its prompt yet',
  offline: 'it is not connected',
  queue: 'others are before it',
};
