import { isIPv6 } from 'node:net';
import type { Clock } from '../../core/index.ts';

export interface AttemptLimits {
  /** Failures of one address within the time; the next is not even looked at. */
  readonly perAddress: number;
  /** Of all addresses together. */
  readonly altogether: number;
  readonly withinMs: number;
}

/** A code has 80 bits: what is bounded here is noise, and whoever tries. */
export const PAIRING_LIMITS: AttemptLimits = { perAddress: 5, altogether: 100, withinMs: 10 * 60_000 };
/** A token has 256 bits. A client whose token is refused does not come back by itself. */
export const LOGIN_LIMITS: AttemptLimits = { perAddress: 30, altogether: 1_000, withinMs: 60_000 };

/** Addresses that are remembered; beyond that the one that failed longest ago is forgotten. What all of them did together counts on. */
const MAX_ADDRESSES = 4_096;

/** Counts failures by address. */
export class FailedAttempts {
  readonly #clock: Clock;
  readonly #limits: AttemptLimits;
  readonly #addresses = new Map<string, number[]>();
  #all: number[] = [];

  constructor(clock: Clock, limits: AttemptLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Milliseconds until this address may try again; undefined: now. */
  blocked(address: string): number | undefined {
    const { perAddress, altogether, withinMs } = this.#limits;
    const own = this.#recent(this.#addresses.get(keyOf(address)) ?? []);
    this.#all = this.#recent(this.#all);
    const until = [
      own.length >= perAddress ? own.at(-perAddress)! + withinMs : 0,
      this.#all.length >= altogether ? this.#all.at(-altogether)! + withinMs : 0,
    ];
    const waitMs = Math.max(...until) - this.#clock.now();
    return waitMs > 0 ? waitMs : undefined;
  }

  failed(address: string): void {
    const key = keyOf(address);
    const now = this.#clock.now();
    const own = [...this.#recent(this.#addresses.get(key) ?? []), now].slice(-this.#limits.perAddress);
    this.#addresses.delete(key);
    this.#addresses.set(key, own);
    if (this.#addresses.size > MAX_ADDRESSES) this.#addresses.delete(this.#addresses.keys().next().value!);
    this.#all = [...this.#recent(this.#all), now].slice(-this.#limits.altogether);
  }

  #recent(times: readonly number[]): number[] {
    const since = this.#clock.now() - this.#limits.withinMs;
    return times.filter((at) => at > since);
  }
}

/** Whoever has one IPv6 address has 2^64 of them. */
export function keyOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [before = '', after] = address.split('%')[0]!.split('::');
  const head = before === '' ? [] : before.split(':');
  const tail = after === undefined || after === '' ? [] : after.split(':');
  const zeros = after === undefined ? 0 : Math.max(0, 8 - head.length - tail.length);
  const groups = [...head, ...Array<string>(zeros).fill('0'), ...tail];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
