import type { Clock, Timer } from '../clock.ts';
import type { IrisError } from '../errors.ts';
import { backoffDelay, spreadDelay } from './backoff.ts';
import { LOOK_EVERY_MS, Whereabouts } from './look-around.ts';

/** Where a connection stands. `error` needs the user: nothing is tried until `retryNow`. Times are of the monotonic clock. */
export type ReconnectState =
  | { readonly name: 'stopped' }
  | { readonly name: 'connecting'; readonly attempt: number; readonly lostAt: number }
  | {
      readonly name: 'waiting';
      readonly attempt: number;
      readonly lostAt: number;
      readonly retryAt: number;
      readonly reason: IrisError;
    }
  | { readonly name: 'online'; readonly attempt: number; readonly lostAt: number; readonly onlineAt: number }
  | { readonly name: 'failed'; readonly attempt: number; readonly reason: IrisError };

export type ReconnectEvent =
  /** `due`: the wait is over. `asked`: somebody wants it now. */
  | { readonly type: 'start' | 'due' | 'asked' | 'connected' | 'stop' }
  /** The machine slept, or its network is another one: what failed before says nothing any more. */
  | { readonly type: 'moved' }
  /**
   * The attempt or the connection failed; `permanent`: the same again would fail the same way. `spreadMs`: many may have lost the same peer at
   * once, and it asked that they come back spread over so long.
   */
  | { readonly type: 'lost'; readonly reason: IrisError; readonly permanent: boolean; readonly spreadMs?: number };

export interface ReconnectPolicy {
  /** After this long without a connection it is an error. */
  readonly giveUpAfterMs: number;
  readonly maxAttempts: number;
  /** A connection that held this long was a good one: the back-off begins anew. A shorter one goes on where it was. */
  readonly settleMs: number;
  /** Longest wait between attempts, unless the peer asks for more. */
  readonly longestMs: number;
}

export const RECONNECT_POLICY: ReconnectPolicy = {
  giveUpAfterMs: 3 * 60 * 60 * 1000,
  maxAttempts: Number.POSITIVE_INFINITY,
  settleMs: 1_000,
  longestMs: Number.POSITIVE_INFINITY,
};

/** The whole rule: what follows from an event, at `now`. Returns the same object when the event means nothing here. */
export function reconnectStep(
  state: ReconnectState,
  event: ReconnectEvent,
  now: number,
  random: () => number,
  policy: ReconnectPolicy,
): ReconnectState {
  switch (event.type) {
    case 'stop':
      return state.name === 'stopped' ? state : { name: 'stopped' };
    case 'start':
      return state.name === 'stopped' ? { name: 'connecting', attempt: 1, lostAt: now } : state;
    case 'due':
      if (state.name !== 'waiting') return state;
      return { name: 'connecting', attempt: state.attempt, lostAt: state.lostAt };
    case 'asked':
      // Whoever is there sees how it goes: the waits begin anew.
      if (state.name === 'failed') return { name: 'connecting', attempt: 1, lostAt: now };
      if (state.name === 'waiting') return { name: 'connecting', attempt: 1, lostAt: state.lostAt };
      return state;
    case 'moved':
      // A peer that asked to be left alone did not mean our network.
      if (state.name !== 'waiting' || state.reason.retryAfterMs !== undefined) return state;
      return { name: 'connecting', attempt: 1, lostAt: state.lostAt };
    case 'connected':
      if (state.name !== 'connecting') return state;
      return { name: 'online', attempt: state.attempt, lostAt: state.lostAt, onlineAt: now };
    case 'lost': {
      if (state.name !== 'connecting' && state.name !== 'online') return state;
      const settled = state.name === 'online' && now - state.onlineAt >= policy.settleMs;
      const lostAt = state.name === 'online' ? (settled ? now : Math.max(state.lostAt, state.onlineAt)) : state.lostAt;
      const attempt = settled ? 1 : state.attempt + 1;
      if (event.permanent || attempt > policy.maxAttempts || now - lostAt >= policy.giveUpAfterMs) {
        return { name: 'failed', attempt: state.attempt, reason: event.reason };
      }
      const delayMs = backoffDelay(attempt, random, event.reason.retryAfterMs, policy.longestMs);
      const retryAt = now + delayMs + spreadDelay(attempt, random, event.spreadMs ?? 0);
      return { name: 'waiting', attempt, lostAt, retryAt, reason: event.reason };
    }
  }
}

export interface ReconnectorOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly policy?: Partial<ReconnectPolicy>;
  /** The addresses of this machine, as one text: another text is another network. Asked only while it waits. */
  readonly network?: () => string;
  /** Begin an attempt; answer with `connected()` or `lost()`. */
  readonly connect: (attempt: number) => void;
  readonly changed: (state: ReconnectState) => void;
}

/** Performs `reconnectStep`: owns the timer, and while it waits looks whether the machine slept or its network changed. */
export class Reconnector {
  readonly #o: ReconnectorOptions;
  readonly #policy: ReconnectPolicy;
  #state: ReconnectState = { name: 'stopped' };
  #timer: Timer | undefined;
  readonly #whereabouts: Whereabouts;

  constructor(options: ReconnectorOptions) {
    this.#o = options;
    this.#policy = { ...RECONNECT_POLICY, ...options.policy };
    this.#whereabouts = new Whereabouts(options.clock, options.network, () => this.#handle({ type: 'moved' }));
  }

  get state(): ReconnectState {
    return this.#state;
  }

  start(): void {
    this.#handle({ type: 'start' });
  }

  connected(): void {
    this.#handle({ type: 'connected' });
  }

  lost(reason: IrisError, permanent: boolean, spreadMs = 0): void {
    this.#handle({ type: 'lost', reason, permanent, spreadMs });
  }

  retryNow(): void {
    this.#handle({ type: 'asked' });
  }

  stop(): void {
    this.#handle({ type: 'stop' });
  }

  #handle(event: ReconnectEvent): void {
    const { clock, random } = this.#o;
    const next = reconnectStep(this.#state, event, clock.now(), random, this.#policy);
    if (next === this.#state) return;
    this.#state = next;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#whereabouts.rest();
    if (next.name === 'waiting') {
      this.#timer = clock.after(Math.max(0, next.retryAt - clock.now()), () => this.#handle({ type: 'due' }));
      if (next.retryAt - clock.now() > LOOK_EVERY_MS) this.#whereabouts.watch();
    }
    if (next.name === 'online') this.#whereabouts.forget();
    this.#o.changed(next);
    // `changed` may have stopped it.
    if (this.#state === next && next.name === 'connecting') this.#o.connect(next.attempt);
  }
}
