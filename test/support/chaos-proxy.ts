import { connect, createServer, type Server, type Socket } from 'node:net';
import { ChaosLane } from './chaos-lane.ts';
import { freePort } from './free-port.ts';
import { openThings } from './open-things.ts';
import { seededRandom } from './random.ts';

/** What happens to bytes on their way. */
export interface Chaos {
  /** Everything arrives so much later, and up to `jitterMs` more. Nothing overtakes. */
  readonly latencyMs: number;
  readonly jitterMs: number;
  /** Of each connection, each way. */
  readonly bytesPerSecond: number;
  /** Passed on in pieces of at least and at most so many bytes, each in a turn of its own. */
  readonly slice: readonly [number, number] | undefined;
  /** Share of the connections that are reset as soon as they are made. */
  readonly failConnects: number;
  /** How likely a reset is after each chunk. */
  readonly resetChance: number;
  /** Ended in order after so many bytes one way. */
  readonly limitBytes: number;
  /** Reset after exactly so many bytes one way. */
  readonly resetAtByte: number;
  /** Reset after so many whole WebSocket frames, both ways together. */
  readonly resetAtFrame: number;
  /** Nothing is passed on, and nobody is told. */
  readonly silent: boolean;
}

export const NO_CHAOS: Chaos = {
  latencyMs: 0,
  jitterMs: 0,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  slice: undefined,
  failConnects: 0,
  resetChance: 0,
  limitBytes: Number.POSITIVE_INFINITY,
  resetAtByte: Number.POSITIVE_INFINITY,
  resetAtFrame: Number.POSITIVE_INFINITY,
  silent: false,
};

/** `there`: from the client to the target; `back`: the other way. */
export type Direction = 'there' | 'back';

export type Place = { readonly socketPath: string } | { readonly port: number; readonly host?: string };

export interface ChaosProxyOptions {
  readonly to: Place;
  /** Default: a free port of loopback. */
  readonly at?: Place;
  readonly seed?: number;
  readonly rules?: Partial<Chaos>;
}

interface Connection {
  readonly near: Socket;
  readonly far: Socket;
  /** There, and back. */
  readonly lanes: readonly [ChaosLane, ChaosLane];
}

const open = new Set<ChaosProxy>();
openThings().set('chaos proxy to', () => ({
  left: [...open].map((proxy) => JSON.stringify(proxy.to)),
  close: () => Promise.all([...open].map((proxy) => proxy.close())),
}));

/**
 * Stands between a client and a server, on TCP or Unix sockets, and does what networks do. By a seed, so that what went wrong goes wrong again (as far
 * as the machine's own timing allows). Waits for nothing but what it simulates.
 */
export class ChaosProxy implements AsyncDisposable {
  readonly to: Place;
  /** Connections taken, and those of them that were reset as soon as they were made. */
  accepted = 0;
  failed = 0;
  /** Connections that this proxy reset later. */
  resets = 0;
  readonly passed = { there: 0, back: 0 };
  readonly #random: () => number;
  readonly #rules: { there: Chaos; back: Chaos };
  readonly #next: Partial<Chaos>[] = [];
  readonly #connections = new Set<Connection>();
  readonly #at: Place;
  #server: Server | undefined;

  private constructor({ to, at, seed = 1, rules }: ChaosProxyOptions & { readonly at: Place }) {
    this.to = to;
    this.#at = at;
    this.#random = seededRandom(seed);
    this.#rules = { there: { ...NO_CHAOS, ...rules }, back: { ...NO_CHAOS, ...rules } };
  }

  static async open(options: ChaosProxyOptions): Promise<ChaosProxy> {
    // Nobody else may get the port while the proxy is down.
    const proxy = new ChaosProxy({ ...options, at: options.at ?? { port: await freePort() } });
    await proxy.up();
    open.add(proxy);
    return proxy;
  }

  /** Zero on a Unix socket. */
  get port(): number {
    return 'port' in this.#at ? this.#at.port : 0;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/`;
  }

  /** Those that are open. */
  get connections(): number {
    return this.#connections.size;
  }

  /** The most bytes that waited here to be passed on, of the connections that are open. */
  mostWaitingBytes(way: Direction): number {
    return Math.max(0, ...[...this.#connections].map(({ lanes }) => lanes[way === 'there' ? 0 : 1].mostWaitingBytes));
  }

  /** From now on, for connections that are open as well; what is not named stays. One direction, or both. */
  set(rules: Partial<Chaos>, direction?: Direction): void {
    for (const way of direction ? [direction] : (['there', 'back'] as const)) {
      this.#rules[way] = { ...this.#rules[way], ...rules };
    }
    for (const { lanes } of [...this.#connections]) for (const lane of lanes) lane.look();
  }

  /** For one of the coming connections, each call for one; beside what is set for all. */
  forNext(rules: Partial<Chaos>): void {
    this.#next.push(rules);
  }

  /** Resets every connection (on a Unix socket: cuts). */
  reset(): void {
    for (const connection of [...this.#connections]) this.#reset(connection);
  }

  /** Nobody listens any more, and what was open is reset. */
  async down(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.reset();
    if (server) await new Promise((resolve) => server.close(resolve));
  }

  /** Listens again, where it did before. */
  async up(): Promise<void> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => this.#connected(near));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      if ('port' in this.#at) server.listen(this.#at.port, this.#at.host ?? '127.0.0.1', resolve);
      else server.listen(this.#at.socketPath, resolve);
    });
    this.#server = server;
  }

  async close(): Promise<void> {
    await this.down();
    open.delete(this);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #connected(near: Socket): void {
    this.accepted += 1;
    const own = this.#next.shift();
    near.on('error', () => {});
    if (this.#random() < (own?.failConnects ?? this.#rules.there.failConnects)) {
      this.failed += 1;
      resetSocket(near);
      return;
    }
    const far = connect({
      ...('port' in this.to ? { noDelay: true, ...this.to } : { path: this.to.socketPath }),
      allowHalfOpen: true,
    });
    far.on('error', () => {});
    let frames = 0;
    const lane = (from: Socket, to: Socket, way: Direction): ChaosLane =>
      new ChaosLane({
        from,
        to,
        rules: own ? () => ({ ...this.#rules[way], ...own }) : () => this.#rules[way],
        random: this.#random,
        passed: (bytes) => {
          this.passed[way] += bytes;
        },
        frame: () => {
          frames += 1;
          return frames;
        },
        reset: () => this.#reset(connection),
        end: () => {
          near.end();
          far.end();
        },
      });
    const connection: Connection = { near, far, lanes: [lane(near, far, 'there'), lane(far, near, 'back')] };
    this.#connections.add(connection);
    // An end in order is passed on by the lanes, behind what still waits; anything else takes the other side along.
    near.on('close', (hadError) => this.#over(connection, far, hadError));
    far.on('close', (hadError) => this.#over(connection, near, hadError));
  }

  #over(connection: Connection, other: Socket, hadError: boolean): void {
    if (hadError && !other.destroyed) resetSocket(other);
    if (!other.destroyed) return;
    this.#connections.delete(connection);
    for (const lane of connection.lanes) lane.close();
  }

  #reset(connection: Connection): void {
    if (!this.#connections.delete(connection)) return;
    this.resets += 1;
    for (const lane of connection.lanes) lane.close();
    resetSocket(connection.near);
    resetSocket(connection.far);
  }
}

function resetSocket(socket: Socket): void {
  // Unix sockets know no reset.
  if (socket.remoteFamily === undefined || socket.connecting) socket.destroy();
  else socket.resetAndDestroy();
}
