import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect as connectSocket, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ConnectOptions, connect, connectOnce, type HubAddress } from '../../../src/client/index.ts';
import {
  type Attachment,
  type AttachOptions,
  applyEntry,
  type HostEvent,
  IrisError,
  Screen,
  type SessionHost,
  type SessionInfo,
  type ViewEntry,
} from '../../../src/core/index.ts';
import { type Hub, type HubOptions, startHub } from '../../../src/hub/index.ts';
import { ChaosProxy, type ChaosProxyOptions, DEFAULT_TIMEOUT_MS, waitUntil } from '../../support/index.ts';

/** Everything a test opens, closed in reverse by `closeAll`. */
const open: (() => unknown)[] = [];

/** Closed with the rest, before what was opened earlier. */
export function closeLater(close: () => unknown): void {
  open.push(close);
}

export async function closeAll(): Promise<void> {
  for (const close of open.splice(0).reverse()) await close();
}

export const ENV: Record<string, string> = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  HOME: '/tmp',
  SHELL: '/bin/sh',
  LANG: 'C.UTF-8',
  PS1: '$ ',
};

export interface Folder {
  readonly path: string;
  readonly socket: string;
  readonly paths: { readonly socket: string; readonly state: string };
}

/** A folder for one hub; short, as a socket's path must be. */
export function folder(): Folder {
  const path = mkdtempSync('/tmp/ih-');
  open.push(() => rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }));
  const socket = join(path, 'run/hub.sock');
  return { path, socket, paths: { socket, state: join(path, 'state') } };
}

/** Is this on the disk of a hub? It saves within 50 ms: one that is killed before has forgotten what began. */
export function databaseHolds({ paths }: Folder, text: string): boolean {
  return ['state.db', 'state.db-wal'].some((name) => {
    const path = join(paths.state, name);
    return existsSync(path) && readFileSync(path).includes(text);
  });
}

export interface RunningHub extends Folder {
  readonly hub: Hub;
}

/** A hub in this process. */
export async function openHub(
  place: Folder = folder(),
  version = '0.1.0',
  options: Partial<HubOptions> = {},
): Promise<RunningHub> {
  const start = await startHub({ paths: place.paths, version, env: ENV, ...options });
  if (start.kind !== 'started') throw new Error('another hub runs there');
  const { hub } = start;
  open.push(() => hub.stop());
  return { ...place, hub };
}

export interface HubProcess extends Folder {
  readonly child: ChildProcess;
  readonly pid: number;
  /** First word it says: started or running. */
  readonly said: string;
  readonly exited: Promise<number | null>;
}

/** A hub in a process of its own. `pace`: its time goes so many times as fast. */
export async function spawnHub(
  place: Folder = folder(),
  { version = '0.1.0', nodeOptions = [] as string[], pace = 1 } = {},
): Promise<HubProcess> {
  const script = fileURLToPath(new URL('./hub-process.ts', import.meta.url));
  const args = [
    '--disable-warning=ExperimentalWarning',
    ...nodeOptions,
    script,
    join(place.path, 'run'),
    place.paths.state,
    version,
    String(pace),
  ];
  const child = spawn(process.execPath, args, { env: ENV, stdio: ['ignore', 'pipe', 'inherit'] });
  open.push(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const [first] = (await once(child.stdout!, 'data')) as [Buffer];
  return { ...place, child, pid: child.pid!, said: first.toString().trim(), exited };
}

/** An address, for one connection, by way of a proxy. */
export function throughProxy({ port, url }: ChaosProxy): HubAddress {
  const stream = connectSocket({ port, noDelay: true });
  // Before anyone else hears of it.
  stream.on('error', () => {});
  return { stream, where: url };
}

/** A client that is closed at the end of the test. */
export function client(
  where: string | ChaosProxy | ConnectOptions['address'],
  options: Partial<ConnectOptions> = {},
): SessionHost {
  const address =
    typeof where === 'string' ? { socketPath: where } : where instanceof ChaosProxy ? () => throughProxy(where) : where;
  const host = connect({ address, version: '0.1.0', ...options });
  open.push(() => host.close());
  return host;
}

export async function onlineClient(socketPath: string, options: Partial<ConnectOptions> = {}): Promise<SessionHost> {
  const host = await connectOnce({ address: { socketPath }, version: '0.1.0', ...options });
  open.push(() => host.close());
  return host;
}

/** A session of a few lines of shell, without a prompt of its own. */
export function newSession(
  host: SessionHost,
  script: string,
  more: { readonly cols?: number; readonly rows?: number; readonly name?: string } = {},
): Promise<SessionInfo> {
  const command = ['/bin/sh', '-c', script];
  return host.command('session.new', { command, cwd: '/tmp', env: ENV, cols: 80, rows: 24, ...more });
}

/** Watches a session the way a pane does: a screen without scrollback, fed by entries. */
export class Watcher {
  readonly screen: Screen;
  readonly entries: ViewEntry[] = [];
  readonly attachment: Attachment;
  ended: { reason: IrisError | undefined } | undefined;
  /** Output as it came, without snapshots. */
  output = '';
  readonly #decoder = new TextDecoder();

  constructor(host: SessionHost, sessionId: string, options: Partial<AttachOptions> = {}) {
    const { cols = 80, rows = 24 } = options;
    this.screen = new Screen({ cols, rows, scrollback: 0 });
    this.attachment = host.attach(sessionId, {
      mode: 'screen',
      ...options,
      onEntry: (entry) => {
        this.entries.push(entry);
        if (entry.kind === 'output' || entry.kind === 'error') {
          this.output += this.#decoder.decode(entry.bytes, { stream: true });
        }
        applyEntry(this.screen, entry);
        return options.onEntry?.(entry);
      },
      onEnd: (reason) => {
        this.ended = { reason };
        options.onEnd?.(reason);
      },
    });
  }

  get text(): string {
    return this.screen.capture();
  }

  type(text: string): void {
    this.attachment.write(new TextEncoder().encode(text));
  }

  async shows(text: string | RegExp, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<void> {
    const holds = () => (typeof text === 'string' ? this.text.includes(text) : text.test(this.text));
    await waitUntil(holds, `the screen shows ${text}`, { timeoutMs, detail: () => this.text });
  }
}

/** Waits until all that watch a session see it as its hub does: the last bytes come to each by its own way. */
export async function equalCells(host: SessionHost, session: string, watchers: readonly Watcher[]): Promise<void> {
  let truth = '';
  const different = () => watchers.filter(({ screen }) => screen.capture({ ansi: true }) !== truth);
  await waitUntil(
    async () => {
      truth = (await host.command('session.capture', { session, ansi: true })).text;
      return different().length === 0;
    },
    'the cells of all are equal',
    { detail: () => [truth, ...different().map(({ text }) => text)].join('\n---\n') },
  );
}

export async function eventually<T>(
  what: string,
  look: () => T | Promise<T>,
  timeoutMs?: number,
): Promise<NonNullable<T>> {
  return waitUntil(look, what, timeoutMs === undefined ? {} : { timeoutMs });
}

/** A way to a hub on which things happen. */
export async function openChaos(socketPath: string, options: Partial<ChaosProxyOptions> = {}): Promise<ChaosProxy> {
  const proxy = await ChaosProxy.open({ to: { socketPath }, ...options });
  open.push(() => proxy.close());
  return proxy;
}

/** Collects the events of a host. */
export function eventsOf(host: SessionHost): HostEvent[] {
  const events: HostEvent[] = [];
  open.push(host.on((event) => void events.push(event)));
  return events;
}

/** The error a promise rejects with. */
export async function errorOf(promise: Promise<unknown>): Promise<IrisError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof IrisError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

/** Stands between a client and a hub, and cuts. */
export interface Proxy {
  readonly socket: string;
  /** Destroys every connection, both ends. */
  cut(): void;
  /** Passes nothing on, either way, until told to. */
  hold(held: boolean): void;
  /** Cuts all, and lets nobody in until told to. */
  refuse(refused: boolean): void;
  readonly connections: number;
  /** That came while nobody was let in. */
  readonly refused: number;
}

export async function openProxy(target: string, place: Pick<Folder, 'path'>): Promise<Proxy> {
  const socket = join(place.path, 'proxy.sock');
  const pairs = new Set<readonly [Socket, Socket]>();
  let held = false;
  let closed = false;
  let refused = 0;
  const server: Server = createServer((near) => {
    if (closed) {
      refused += 1;
      near.destroy();
      return;
    }
    const far = connectSocket(target);
    const pair = [near, far] as const;
    pairs.add(pair);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (bytes) => to.write(bytes));
      from.on('error', () => {});
      from.on('close', () => {
        to.destroy();
        pairs.delete(pair);
      });
      if (held) from.pause();
    }
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  const cut = (): void => {
    for (const [near, far] of pairs) {
      near.destroy();
      far.destroy();
    }
  };
  open.push(() => {
    cut();
    server.close();
  });
  return {
    socket,
    cut,
    hold(now) {
      held = now;
      for (const pair of pairs) for (const end of pair) now ? end.pause() : end.resume();
    },
    refuse(now) {
      closed = now;
      if (now) cut();
    },
    get connections() {
      return pairs.size;
    },
    get refused() {
      return refused;
    },
  };
}
