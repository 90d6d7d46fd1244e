import { constants } from 'node:os';
import { ReadStream } from 'node:tty';
import type {
  LaunchSpec,
  ProcessEnd,
  Transport,
  TransportMetrics,
  TransportSink,
  TransportStatus,
} from '../../core/index.ts';
import { IrisError } from '../../core/index.ts';
import { endFamilies, type ProcessFamily } from './end-processes.ts';
import { InputQueue } from './input-queue.ts';
import { LastWords } from './last-words.ts';
import { forkPty, type NativePty } from './native-pty.ts';
import { processTable } from './process-table.ts';
import { checkLaunch } from './program.ts';

/**
 * All terminals are read into this one: a read is delivered before the next begins, and a sink copies what it keeps. Linux gives 4095 bytes
 * a read while a program floods, and libuv reads once a turn of the event loop, so that no terminal starves another.
 */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024);

const SIGNAL_NAMES = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));

export interface LocalContext {
  readonly sessionId: string;
  readonly hub: string;
}

/** A process with a terminal of its own, on this machine. */
export class PtyTransport implements Transport {
  readonly kind = 'local';
  readonly launchCommand: readonly string[];
  #status: TransportStatus = 'stopped';
  #pty: NativePty | undefined;
  #stream: ReadStream | undefined;
  #sink: TransportSink | undefined;
  #family: ProcessFamily | undefined;
  #stopping: Promise<void> | undefined;
  #over = false;
  #bytesIn = 0;
  #bytesOut = 0;
  readonly #whenOver: (() => void)[] = [];
  readonly #launch: LaunchSpec;
  readonly #context: LocalContext;
  readonly #input = new InputQueue(() => this.#openFd());
  readonly #lastWords = new LastWords((end) => this.#ended(end));

  constructor(launch: LaunchSpec, context: LocalContext) {
    this.#launch = launch;
    this.#context = context;
    this.launchCommand = launch.command;
  }

  get status(): TransportStatus {
    return this.#status;
  }

  get pid(): number | undefined {
    return this.#pty?.pid;
  }

  get metrics(): TransportMetrics {
    return { bytesIn: this.#bytesIn, bytesOut: this.#bytesOut };
  }

  start(sink: TransportSink): void {
    if (this.#sink) throw new Error('a transport starts once');
    this.#sink = sink;
    this.#setStatus('spawning');
    try {
      checkLaunch(this.#launch);
      this.#pty = forkPty({ ...this.#launch, onExit: (exitCode, signal) => this.#exited(exitCode, signal) });
    } catch (error) {
      this.#over = true;
      this.#setStatus('stopped');
      sink.failed(IrisError.from(error));
      return;
    }
    const { pid, fd } = this.#pty;
    this.#family = {
      leader: pid,
      leaderStartedAt: processTable.read(pid)?.startedAt,
      sessionId: this.#context.sessionId,
      hub: this.#context.hub,
    };
    this.#stream = this.#open(fd);
    this.#setStatus('ready');
  }

  #open(fd: number): ReadStream {
    const onread = {
      buffer: READ_BUFFER,
      callback: (length: number, buffer: Uint8Array): boolean => {
        this.#bytesIn += length;
        this.#sink?.output(buffer.subarray(0, length), 'output');
        this.#lastWords.delivered(length);
        return true;
      },
    };
    // `onread` is passed on to the socket underneath (net.Socket); the types of tty do not say so.
    const stream = new ReadStream(fd, { onread } as object);
    // EIO is how Linux says that nobody has the other end open any more.
    stream.on('error', () => {});
    stream.on('close', () => {
      this.#input.close();
      this.#lastWords.streamEnded();
    });
    stream.resume();
    return stream;
  }

  /** The descriptor, unless it was closed: its number may then belong to something else. */
  #openFd(): number | undefined {
    return this.#stream && !this.#stream.destroyed ? this.#pty?.fd : undefined;
  }

  write(bytes: Uint8Array): void {
    if (this.#openFd() === undefined) return;
    this.#input.write(bytes);
    this.#bytesOut += bytes.length;
  }

  resize(cols: number, rows: number): void {
    if (this.#openFd() === undefined) return;
    try {
      this.#pty?.resize(cols, rows);
    } catch {
      // The terminal went away between the two lines above: so did whoever could care.
    }
  }

  pause(): void {
    this.#lastWords.pause();
    this.#stream?.pause();
  }

  resume(): void {
    this.#lastWords.resume();
    if (this.#openFd() !== undefined) this.#stream?.resume();
  }

  signal(signal: Parameters<Transport['signal']>[0]): void {
    const pid = this.#pty?.pid;
    if (pid === undefined || this.#over) return;
    const foreground = processTable.read(pid)?.foreground ?? -1;
    try {
      process.kill(foreground > 0 ? -foreground : -pid, signal);
    } catch {
      // It ended just now.
    }
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    if (!this.#family) {
      this.#over = true;
      return;
    }
    if (!this.#over) this.#setStatus('terminating');
    await endFamilies([this.#family]);
    if (!this.#over) {
      this.resume();
      await new Promise<void>((resolve) => this.#whenOver.push(resolve));
    }
  }

  #exited(exitCode: number, signal: number): void {
    this.#lastWords.processEnded(signal > 0 ? { signal: SIGNAL_NAMES.get(signal) ?? `SIG${signal}` } : { exitCode });
  }

  #ended(end: ProcessEnd): void {
    this.#over = true;
    // Whoever still has the other end open (a program in the background) is hung up now, as by a terminal that closes.
    this.#stream?.destroy();
    this.#setStatus('stopped');
    this.#sink?.ended(end);
    for (const resolve of this.#whenOver.splice(0)) resolve();
  }

  #setStatus(status: TransportStatus): void {
    this.#status = status;
    this.#sink?.status(status);
  }
}
