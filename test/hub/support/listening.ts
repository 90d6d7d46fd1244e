import type { HubCommandArgs, SessionHost } from '../../../src/core/index.ts';
import type { HubOptions } from '../../../src/hub/index.ts';
import { systemClock } from '../../../src/protocol/index.ts';
import { type Folder, folder, onlineClient, openHub, type RunningHub } from './index.ts';
import { Device, urlOf } from './network.ts';

export interface ListeningHub extends RunningHub {
  /** Whoever sits at it. */
  readonly owner: SessionHost;
  readonly url: string;
  invite(wanted?: HubCommandArgs<'pair.create'>): Promise<string>;
  /** A device that was just paired. */
  paired(wanted?: HubCommandArgs<'pair.create'>, name?: string): Promise<Device>;
}

/** A hub in this process that listens on loopback, with TLS. */
export async function listeningHub(options: Partial<HubOptions> = {}, place: Folder = folder()): Promise<ListeningHub> {
  const running = await openHub(place, '0.1.0', { network: { listen: '127.0.0.1:0', required: true }, ...options });
  const owner = await onlineClient(running.socket);
  const url = urlOf(running.hub);
  const invite = async (wanted: HubCommandArgs<'pair.create'> = {}): Promise<string> =>
    (await owner.command('pair.create', wanted)).code;
  const paired = async (wanted: HubCommandArgs<'pair.create'> = {}, name = 'laptop'): Promise<Device> => {
    const device = new Device(url);
    const answer = await device.pair(await invite(wanted), name);
    if (answer.status !== 200) throw new Error(`not paired: ${answer.status} ${answer.text}`);
    return device;
  };
  return { ...running, owner, url, invite, paired };
}

/** Timers of so long and more wait for the test on a clock that is held. */
const HELD_MS = 500;

/**
 * A clock whose wall can be set, and whose time can be moved on; timers run in real time. Held, it runs long ones only when it is moved on to them by
 * `advance`, however long that takes: nothing is over before the test says so.
 */
export class MovedClock {
  movedMs = 0;
  readonly #base: NonNullable<HubOptions['clock']>;
  readonly #isHeld: boolean;
  #waiting: { readonly at: number; readonly run: () => void }[] = [];

  constructor(base: NonNullable<HubOptions['clock']>, { held = false } = {}) {
    this.#base = base;
    this.#isHeld = held;
  }

  now(): number {
    return this.#base.now() + this.movedMs;
  }

  wall(): number {
    return this.#base.wall() + this.movedMs;
  }

  after(delayMs: number, run: () => void): { cancel(): void } {
    if (!this.#isHeld || delayMs < HELD_MS) return this.#base.after(delayMs, run);
    const one = { at: this.movedMs + delayMs, run };
    this.#waiting.push(one);
    const cancel = (): void => {
      this.#waiting = this.#waiting.filter((other) => other !== one);
    };
    return { cancel };
  }

  /** So much time goes by, and what waited for it runs. */
  advance(ms: number): void {
    this.movedMs += ms;
    const due = this.#waiting.filter(({ at }) => at <= this.movedMs).sort((a, b) => a.at - b.at);
    this.#waiting = this.#waiting.filter((one) => !due.includes(one));
    for (const { run } of due) run();
  }
}

/** Its time moves only by `advance` and `movedMs`: nothing that is counted by the minute depends on how fast the machine is. Timers run in real time. */
export function stoppedClock(): MovedClock {
  const [now, wall] = [systemClock.now(), systemClock.wall()];
  return new MovedClock({ ...systemClock, now: () => now, wall: () => wall });
}
