import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import {
  IrisError,
  type LaunchSpec,
  type ProcessEnd,
  type Transport,
  type TransportMetrics,
  type TransportSink,
  type TransportStatus,
} from '../../core/index.ts';
import { endFamilies, type ProcessFamily } from './end-processes.ts';
import { INPUT_LIMIT_BYTES, inputFull } from './input-queue.ts';
import { LastWords } from './last-words.ts';
import { processTable } from './process-table.ts';
import { checkLaunch } from './program.ts';
import type { LocalContext } from './pty-transport.ts';

/** A process without a terminal: stdin, stdout and stderr apart, in a kernel session of its own. */
export class PipeTransport implements Transport {
  readonly kind = 'local';
  readonly launchCommand: readonly string[];
  #status: TransportStatus = 'stopped';
  #child: ChildProcessByStdio<Writable, Readable, Readable> | undefined;
  #sink: TransportSink | undefined;
  #family: ProcessFamily | undefined;
  #stopping: Promise<void> | undefined;
  #over = false;
  #paused = false;
  #openStreams = 2;
  #bytesIn = 0;
  #bytesOut = 0;
  readonly #whenOver: (() => void)[] = [];
  readonly #launch: LaunchSpec;
  readonly #context: LocalContext;
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
    return this.#child?.pid;
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
    } catch (error) {
      this.#fail(error);
      return;
    }
    const [program = '', ...args] = this.#launch.command;
    const { cwd, env } = this.#launch;
    // `detached` calls setsid: a group and a kernel session of its own, that can be ended as a whole.
    const child = spawn(program, args, {
      cwd,
      env,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.on('error', (error) => {
      if (child.pid === undefined) this.#fail(error);
    });
    if (child.pid === undefined) return;
    this.#child = child;
    this.#family = {
      leader: child.pid,
      leaderStartedAt: processTable.read(child.pid)?.startedAt,
      sessionId: this.#context.sessionId,
      hub: this.#context.hub,
    };
    this.#read(child.stdout, 'output');
    this.#read(child.stderr, 'error');
    // EPIPE: the process closed its stdin. What it does next shows by itself.
    child.stdin.on('error', () => {});
    child.on('exit', (exitCode, signal) => {
      this.#lastWords.processEnded(signal ? { signal } : { exitCode: exitCode ?? 0 });
    });
    this.#setStatus('ready');
  }

  #read(stream: Readable, name: 'output' | 'error'): void {
    // Not `data`: Node makes paused streams flow again when the process ends.
    stream.on('readable', () => this.#deliver(stream, name));
    stream.on('error', () => {});
    stream.on('close', () => {
      this.#openStreams -= 1;
      if (this.#openStreams === 0) this.#lastWords.streamEnded();
    });
  }

  #deliver(stream: Readable, name: 'output' | 'error'): void {
    while (!this.#paused) {
      const bytes = stream.read() as Buffer | null;
      if (bytes === null) return;
      this.#bytesIn += bytes.length;
      this.#sink?.output(bytes, name);
      this.#lastWords.delivered(bytes.length);
    }
  }

  write(bytes: Uint8Array): void {
    const stdin = this.#child?.stdin;
    if (!stdin?.writable || this.#over) return;
    if (stdin.writableLength + bytes.length > INPUT_LIMIT_BYTES) throw inputFull(INPUT_LIMIT_BYTES);
    // The caller may use its array again; the stream keeps what it could not send.
    stdin.write(Buffer.from(bytes));
    this.#bytesOut += bytes.length;
  }

  /** Nothing to tell: there is no terminal. */
  resize(): void {}

  /** What the streams have read already (64 KiB each) waits in them. */
  pause(): void {
    this.#paused = true;
    this.#lastWords.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#lastWords.resume();
    if (!this.#child || this.#over) return;
    this.#deliver(this.#child.stdout, 'output');
    this.#deliver(this.#child.stderr, 'error');
  }

  signal(signal: Parameters<Transport['signal']>[0]): void {
    const pid = this.#child?.pid;
    if (pid === undefined || this.#over) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // It ended just now.
    }
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    if (!this.#family) return;
    if (!this.#over) this.#setStatus('terminating');
    await endFamilies([this.#family]);
    if (!this.#over) {
      this.resume();
      await new Promise<void>((resolve) => this.#whenOver.push(resolve));
    }
  }

  #ended(end: ProcessEnd): void {
    this.#over = true;
    this.#child?.stdin.destroy();
    this.#child?.stdout.destroy();
    this.#child?.stderr.destroy();
    this.#setStatus('stopped');
    this.#sink?.ended(end);
    for (const resolve of this.#whenOver.splice(0)) resolve();
  }

  #fail(error: unknown): void {
    this.#over = true;
    this.#setStatus('stopped');
    this.#sink?.failed(IrisError.from(error));
  }

  #setStatus(status: TransportStatus): void {
    this.#status = status;
    this.#sink?.status(status);
  }
}
