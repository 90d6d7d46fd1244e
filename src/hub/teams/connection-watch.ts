import { type Clock, lookAround, type Session, type Timer } from '../../core/index.ts';

export interface ConnectionWatchOptions {
  readonly clock: Clock;
  readonly sessions: () => readonly Session[];
  /** The addresses of this machine, as one text: another text is another network. Asked only while something is offline. */
  readonly network: () => string;
}

/** Sees a wake from sleep and a changed network, upon which everything offline connects at once; and measures round trips. */
export class ConnectionWatch {
  readonly #o: ConnectionWatchOptions;
  #timer: Timer | undefined;
  #network: string | undefined;

  constructor(options: ConnectionWatchOptions) {
    this.#o = options;
  }

  /** Some session may be remote, or may have gone offline. */
  look(): void {
    if (!this.#timer && this.#remote.length > 0) this.#arm();
  }

  dispose(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  get #remote(): Session[] {
    return this.#o.sessions().filter(({ remote, live }) => remote !== undefined && live);
  }

  #arm(): void {
    this.#timer = lookAround(this.#o.clock, (slept) => {
      this.#timer = undefined;
      this.#tick(slept);
    });
  }

  #tick(slept: boolean): void {
    const remote = this.#remote;
    const offline = remote.filter(isOffline);
    const network = offline.length > 0 ? this.#o.network() : undefined;
    const moved = network !== undefined && this.#network !== undefined && network !== this.#network;
    this.#network = network;
    for (const session of remote) session.measure();
    if (slept || moved) for (const session of offline) session.networkChanged();
    if (remote.length > 0) this.#arm();
  }
}

/** Not connected, nobody at it: an attempt that has begun on the old network is as good as none. */
function isOffline({ state }: Session): boolean {
  return state.kind === 'offline' || (state.kind === 'starting' && state.unattended);
}
