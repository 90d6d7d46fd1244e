import { type Dispose, Emitter, type HostConnection, IrisError, Reconnector } from '../core/index.ts';
import { networkNow, type Socket, systemClock } from '../protocol/index.ts';
import { describe } from './describe.ts';
import { type Dialed, dial } from './dial.ts';
import type { ConnectOptions, HubAddress, LinkFailure } from './options.ts';

/** How a runner stands with the hub that it offers its sessions to. */
export type RunnerConnection = HostConnection;

export interface RunnerOptions extends ConnectOptions {
  /** The other hub has let us in, and speaks as a viewer from now on: whoever gets the socket serves it at once. `bytesRead`: of the connection below. */
  readonly turned: (socket: Socket, raw: { readonly bytesRead: number }) => void;
}

/** Dials another hub as a runner, again and again, and hands each socket to be served. */
export class RunnerDialer {
  readonly #o: RunnerOptions;
  readonly #reconnector: Reconnector;
  readonly #events: Emitter<RunnerConnection>;
  readonly #clock;
  #dialed: Dialed | undefined;
  #socket: Socket | undefined;
  #attempt = 0;
  #connection: RunnerConnection;
  /** Asked for by the other hub: runners that lose it come back spread over so long. */
  #spreadMs = 0;

  constructor(options: RunnerOptions) {
    this.#o = options;
    this.#clock = options.clock ?? systemClock;
    this.#connection = { state: 'connecting', since: this.#clock.wall(), attempt: 1 };
    this.#events = new Emitter(options.onListenerError);
    this.#reconnector = new Reconnector({
      clock: this.#clock,
      random: options.random ?? Math.random,
      network: networkNow,
      // Nobody sits here: as long as it is wanted, it is tried.
      policy: { giveUpAfterMs: Number.POSITIVE_INFINITY, ...options.reconnect },
      connect: () => void this.#connect(),
      changed: (state) => {
        this.#connection = describe(state, this.#connection, this.#clock);
        this.#events.emit(this.#connection);
      },
    });
    this.#reconnector.start();
  }

  get connection(): RunnerConnection {
    return this.#connection;
  }

  on(listener: (connection: RunnerConnection) => void): Dispose {
    return this.#events.on(listener);
  }

  retryNow(): void {
    this.#reconnector.retryNow();
  }

  close(): void {
    this.#attempt += 1;
    this.#reconnector.stop();
    this.#dialed?.drop();
    this.#socket?.close(1000, '');
  }

  async #connect(): Promise<void> {
    const attempt = ++this.#attempt;
    const current = (): boolean => attempt === this.#attempt;
    this.#dialed?.drop();
    let address: HubAddress;
    try {
      address = typeof this.#o.address === 'function' ? await this.#o.address({ asked: false }) : this.#o.address;
    } catch (error) {
      const failure = IrisError.from(error, 'hub-unreachable');
      if (current()) this.#reconnector.lost(failure, !failure.retriable, this.#spreadMs);
      return;
    }
    if (!current()) return;
    this.#dialed = dial(address, {
      clock: this.#clock,
      version: this.#o.version,
      clientId: this.#o.clientId ?? crypto.randomUUID(),
      purpose: 'use',
      ready: () => {},
      message: () => {},
      roundTrip: () => {},
      lost: (failure) => {
        if (current()) this.#lost(failure);
      },
      turned: (socket, raw, { spreadMs = 0 }) => {
        if (!current()) return socket.terminate();
        this.#dialed = undefined;
        this.#socket = socket;
        this.#spreadMs = spreadMs;
        socket.on('close', (code, reason) => {
          if (!current()) return;
          const why = reason.length > 0 ? Buffer.from(reason).toString('utf8') : `code ${code}`;
          const refused = code === 4003;
          const error = new IrisError('hub-unreachable', `the link was closed (${why})`, { retriable: !refused });
          this.#lost({ error, permanent: refused });
        });
        this.#o.turned(socket, raw);
        this.#reconnector.connected();
      },
    });
  }

  #lost({ error, permanent }: LinkFailure): void {
    this.#dialed = undefined;
    this.#socket = undefined;
    this.#reconnector.lost(error, permanent, this.#spreadMs);
  }
}
