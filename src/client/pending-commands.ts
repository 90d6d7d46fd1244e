import {
  type Clock,
  type HubCommandArgs,
  type HubCommandName,
  type HubCommandResult,
  hubCommands,
  IrisError,
  type Timer,
} from '../core/index.ts';
import { type Failure, fromFailure } from '../protocol/index.ts';

/** A hub answers within this, or the command fails; some wait for processes to end, or for an agent to take a prompt. */
const TIMEOUT_MS = 15_000;
const LONG_TIMEOUT_MS = 30_000;
const LONG: ReadonlySet<string> = new Set([
  'session.kill',
  'session.restart',
  'session.new',
  'session.send',
  'session.prompt',
  'hub.stop',
]);
/** Commands that wait for an answer or a connection. Above it a command fails at once. */
const MAX_PENDING = 1024;

interface Pending {
  readonly id: number;
  readonly name: HubCommandName;
  readonly args: unknown;
  readonly since: number;
  sent: boolean;
  timer: Timer | undefined;
  readonly resolve: (result: never) => void;
  readonly reject: (error: IrisError) => void;
}

/** Commands on their way: they wait for a connection, for an answer, or for their time-out. */
export class PendingCommands {
  readonly #clock: Clock;
  readonly #send: (id: number, name: string, args: unknown) => void;
  readonly #reason: () => IrisError | undefined;
  readonly #pending = new Map<number, Pending>();
  #next = 1;

  /** `reason` says why there is no connection, for the error of a time-out. */
  constructor(
    clock: Clock,
    send: (id: number, name: string, args: unknown) => void,
    reason: () => IrisError | undefined,
  ) {
    this.#clock = clock;
    this.#send = send;
    this.#reason = reason;
  }

  run<N extends HubCommandName>(name: N, args: HubCommandArgs<N>, online: boolean): Promise<HubCommandResult<N>> {
    if (this.#pending.size >= MAX_PENDING) {
      return Promise.reject(
        new IrisError('hub-unreachable', 'too many commands wait for the hub', { retriable: true }),
      );
    }
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const since = this.#clock.now();
      const timer = this.#limit(id, name, args);
      const pending: Pending = { id, name, args, since, sent: false, timer, resolve: resolve as never, reject };
      this.#pending.set(id, pending);
      if (online) this.#transmit(pending);
    });
  }

  answered(id: number, result: unknown, failure: Failure | undefined): void {
    const pending = this.#take(id);
    if (!pending) return;
    if (failure) pending.reject(fromFailure(failure));
    else pending.resolve(result as never);
  }

  online(): void {
    for (const pending of this.#pending.values()) if (!pending.sent) this.#transmit(pending);
  }

  /** The link is gone: what only reads is asked again on the next one; of the rest nobody can say whether it happened. */
  offline(reason: IrisError): void {
    for (const pending of [...this.#pending.values()]) {
      if (!pending.sent) continue;
      if (hubCommands[pending.name].role === 'viewer') pending.sent = false;
      // The hub that is told to stop may be gone before its answer.
      else if (pending.name === 'hub.stop') this.answered(pending.id, { stopped: true }, undefined);
      else {
        this.#take(pending.id);
        const line = `the connection was lost during ${pending.name}: it may have happened or not`;
        pending.reject(new IrisError('hub-unreachable', line, { cause: reason, retriable: true }));
      }
    }
  }

  /** There will be no connection. */
  fail(reason: IrisError): void {
    for (const pending of [...this.#pending.values()]) {
      this.#take(pending.id);
      pending.reject(reason);
    }
  }

  #transmit(pending: Pending): void {
    pending.sent = true;
    let args = pending.args;
    if (pending.name === 'session.wait') {
      const { timeoutMs } = args as HubCommandArgs<'session.wait'>;
      const spentMs = Math.round(this.#clock.now() - pending.since);
      if (timeoutMs !== undefined) args = { ...(args as object), timeoutMs: Math.max(0, timeoutMs - spentMs) };
    }
    this.#send(pending.id, pending.name, args);
  }

  #limit(id: number, name: HubCommandName, args: unknown): Timer | undefined {
    if (!waits(name, args)) {
      return this.#clock.after(LONG.has(name) ? LONG_TIMEOUT_MS : TIMEOUT_MS, () => this.#expire(id));
    }
    const { timeoutMs } = args as { timeoutMs?: number };
    return timeoutMs === undefined ? undefined : this.#clock.after(timeoutMs, () => this.#overdue(id));
  }

  /** The hub knows when the time of a wait is over, and has a moment to say so; without a connection nobody will. */
  #overdue(id: number): void {
    const pending = this.#pending.get(id);
    if (pending?.sent) pending.timer = this.#clock.after(TIMEOUT_MS, () => this.#expire(id));
    else this.#expire(id);
  }

  #expire(id: number): void {
    const pending = this.#take(id);
    if (!pending) return;
    const line = pending.sent ? `the hub did not answer ${pending.name} in time` : 'the hub cannot be reached';
    pending.reject(this.#reason() ?? new IrisError('hub-unreachable', line, { retriable: true }));
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.timer?.cancel();
    return pending;
  }
}

/** Does it end when something happens in a session, whenever that is? */
function waits(name: HubCommandName, args: unknown): boolean {
  return name === 'session.wait' || (name === 'session.prompt' && (args as { wait?: boolean }).wait === true);
}
