import { randomBytes } from 'node:crypto';
import {
  IrisError,
  type LaunchSpec,
  type ProcessEnd,
  plainText,
  type Remote,
  type SessionIdentity,
  type Transport,
  type TransportMetrics,
  type TransportSink,
  type TransportStatus,
} from '../../core/index.ts';
import { INPUT_LIMIT_BYTES, inputFull } from '../local/index.ts';
import {
  envLines,
  type RemoteFailure,
  RemoteGate,
  type RemoteWord,
  remoteEnvironment,
  startFailure,
  startScript,
  startTimeout,
} from '../remote/index.ts';
import type { Connection } from './connect.ts';
import { Dialogue } from './dialogue.ts';
import { EarlyInput } from './early-input.ts';
import { channelFailure, connectionFailure, connectionLost, keepaliveLost, noShell } from './failures.ts';
import type { FarProcess, FarProcessEvents } from './far-process.ts';

export interface Ssh2Context {
  /** Absent: the process is of no session, and carries no names of ours. */
  readonly identity?: SessionIdentity;
  /** Of this process: SSH_AUTH_SOCK, and variables that ssh_config names. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** As the port says. */
const DIAGNOSTICS_LIMIT = 200;
const SHOWN_LIMIT_CHARS = 1_000;
/** How long a goodbye to the server may take before the connection is cut. */
const GOODBYE_MS = 1_000;

type Phase = 'connecting' | 'shell' | 'profile' | 'started';

/** A process on another machine through ssh2, without the ssh program: one connection a session. */
export class Ssh2Transport implements Transport {
  readonly kind = 'ssh2';
  readonly pid = undefined;
  readonly launchCommand: readonly string[];
  readonly #launch: LaunchSpec;
  readonly #remote: Extract<Remote, { words: readonly string[] }>;
  readonly #context: Ssh2Context;
  readonly #nonce = randomBytes(16).toString('hex');
  readonly #gate = new RemoteGate(this.#nonce, (word) => this.#told(word));
  readonly #abort = new AbortController();
  readonly #diagnostics: string[] = [];
  #status: TransportStatus = 'stopped';
  #phase: Phase = 'connecting';
  #sink: TransportSink | undefined;
  #dialogue: Dialogue | undefined;
  #connection: Connection | undefined;
  #process: FarProcess | undefined;
  #farEnv: Readonly<Record<string, string>> = {};
  #farPid: number | undefined;
  #size: { cols: number; rows: number };
  #paused = false;
  #failure: IrisError | undefined;
  #over = false;
  /** Somebody wants it to end. */
  #toEnd = false;
  #stopping: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** What came after the login and before the program: it tells why there is none. */
  #shown = '';
  #bytesIn = 0;
  #bytesOut = 0;
  readonly #early = new EarlyInput();
  readonly #whenOver: (() => void)[] = [];

  constructor(launch: LaunchSpec, context: Ssh2Context) {
    if (!launch.remote) throw new Error('ssh2 goes to another machine');
    this.#launch = launch;
    this.#remote = launch.remote;
    this.#context = context;
    this.#size = { cols: launch.cols, rows: launch.rows };
    const { words, options } = this.#remote;
    this.launchCommand = ['ssh', ...(options.extraSshArgs ?? []), ...words, ...launch.command];
  }

  get status(): TransportStatus {
    return this.#status;
  }

  get metrics(): TransportMetrics {
    const ms = this.#process?.roundTripMs;
    return { bytesIn: this.#bytesIn, bytesOut: this.#bytesOut, ...(ms === undefined ? {} : { roundTripMs: ms }) };
  }

  get diagnostics(): readonly string[] {
    return this.#diagnostics;
  }

  start(sink: TransportSink): void {
    if (this.#sink) throw new Error('a transport starts once');
    this.#sink = sink;
    this.#setStatus('connecting');
    this.#run().catch((error: unknown) => this.#fail(IrisError.from(error)));
  }

  async #run(): Promise<void> {
    const { mode, unattended, env, startTimeoutMs } = this.#launch;
    this.#farEnv = remoteEnvironment(env, this.#context.identity, mode === 'pty');
    const script = this.#script();
    // Without a terminal nobody looks at a question.
    if (!unattended && mode === 'pty') this.#dialogue = new Dialogue((bytes) => this.#show(bytes));
    this.#wait(startTimeoutMs);
    // Only who uses it pays for loading it.
    const { resolveRoute, localUser, connectRoute, FarProcess, placeOf } = await import('./machinery.ts');
    if (this.#over) return;
    const route = await resolveRoute(this.#remote, localUser(this.#context.env));
    const place = placeOf(route.at(-1)!);
    const connection = await connectRoute(route, {
      dialogue: this.#dialogue && this.#asker(this.#dialogue),
      passphrase: this.#remote.options.passphrase,
      note: (line) => this.#note(line),
      signal: this.#abort.signal,
    });
    if (this.#over) {
      connection.destroy();
      return;
    }
    this.#connection = connection;
    this.#dialogue?.close();
    this.#setStatus('spawning');
    this.#wait(startTimeoutMs);
    const launch = { mode, ...this.#size };
    const events: FarProcessEvents = {
      started: (process) => {
        this.#process = process;
        if (this.#paused) process.pause();
      },
      output: (bytes, stream) => this.#output(bytes, stream),
      ended: (end) => this.#ended(end),
      lost: (error, silentMs) => {
        if (silentMs !== undefined) this.#fail(keepaliveLost(place));
        else this.#fail(error === undefined ? connectionLost(place) : connectionFailure(error, place));
      },
    };
    try {
      await FarProcess.start(connection, script, launch, events);
    } catch (error) {
      // ssh2's own words: the server says no more than no.
      if ((error as Error).message === 'Unable to request a pseudo-terminal')
        throw this.#startFailure('no-terminal', '');
      throw channelFailure(error, place);
    }
    // The size may have changed on the way.
    if (launch.cols !== this.#size.cols || launch.rows !== this.#size.rows) {
      this.resize(this.#size.cols, this.#size.rows);
    }
  }

  #script(): string {
    const { command, cwd, mode } = this.#launch;
    if ((command[0] ?? '') === '') {
      throw new IrisError('usage', 'the command is empty', { remedy: 'name a program after --' });
    }
    const sessionId = this.#context.identity?.id;
    return startScript({
      nonce: this.#nonce,
      command,
      path: cwd,
      mode,
      login: 'always',
      env: Object.keys(this.#farEnv).length > 0,
      ...(sessionId === undefined ? {} : { sessionId }),
    });
  }

  /** What was typed before a question is no answer to it, nor meant for the program: ssh drops it too. The time for the start stands still. */
  #asker(dialogue: Dialogue): Pick<Dialogue, 'say' | 'ask'> {
    return {
      say: (text) => dialogue.say(text),
      ask: async (...args) => {
        this.#bytesOut -= this.#early.drop();
        clearTimeout(this.#timer);
        try {
          return await dialogue.ask(...args);
        } finally {
          this.#wait(this.#launch.startTimeoutMs);
        }
      },
    };
  }

  #output(bytes: Uint8Array, stream: 'output' | 'error'): void {
    if (this.#phase === 'started') {
      this.#bytesIn += bytes.length;
      this.#sink?.output(bytes, stream);
      return;
    }
    if (stream === 'error') this.#show(bytes);
    else this.#gate.push(bytes, (rest) => this.#show(rest));
  }

  /** Before the program runs nothing is its output: without a terminal, where a program may read that, it is told apart. */
  #show(bytes: Uint8Array): void {
    if (this.#over) return;
    this.#bytesIn += bytes.length;
    if (this.#connection) this.#shown = (this.#shown + Buffer.from(bytes).toString('utf8')).slice(-SHOWN_LIMIT_CHARS);
    const own = this.#phase === 'started' || this.#launch.mode === 'pty';
    this.#sink?.output(bytes, own ? 'output' : 'error');
  }

  #told(word: RemoteWord): void {
    switch (word.kind) {
      case 'hello':
        this.#phase = 'shell';
        this.#wait(this.#launch.startTimeoutMs);
        return;
      case 'profile':
        this.#phase = 'profile';
        return;
      case 'give':
        this.#phase = 'shell';
        this.#process?.write(envLines(this.#farEnv));
        return;
      case 'started':
        this.#phase = 'started';
        this.#farPid = word.pid;
        clearTimeout(this.#timer);
        this.#setStatus('ready');
        this.#early.release((bytes) => this.#process?.write(bytes));
        return;
      case 'fail':
        this.#failure = this.#startFailure(word.why, word.detail);
    }
  }

  #startFailure(why: RemoteFailure, detail: string): IrisError {
    const { command, cwd } = this.#launch;
    return startFailure(why, detail, { where: this.#where, command, path: cwd });
  }

  get #where(): string {
    return this.#connection?.settings.originalHost ?? this.#remote.words.at(-1) ?? 'the host';
  }

  /** A time for each part of the start: connecting, and after that the shell there. */
  #wait(timeoutMs: number | undefined): void {
    clearTimeout(this.#timer);
    if (timeoutMs === undefined || this.#over || this.#phase === 'started') return;
    this.#timer = setTimeout(() => {
      const phase = this.#connection && this.#phase === 'connecting' ? 'shell' : this.#phase;
      this.#fail(startTimeout(this.#where, timeoutMs, phase === 'started' ? 'shell' : phase));
    }, timeoutMs);
  }

  #note(line: string): void {
    this.#diagnostics.push(plainText(line, 1000));
    if (this.#diagnostics.length > DIAGNOSTICS_LIMIT) this.#diagnostics.shift();
  }

  write(bytes: Uint8Array): void {
    if (this.#over || !this.#sink) return;
    if (this.#dialogue?.isAsking) {
      this.#dialogue.input(bytes);
      return;
    }
    if (this.#phase === 'started') {
      const waiting = this.#process?.pendingBytes ?? 0;
      if (waiting + bytes.length > INPUT_LIMIT_BYTES) throw inputFull(INPUT_LIMIT_BYTES);
      this.#process?.write(bytes);
    } else this.#early.push(bytes);
    this.#bytesOut += bytes.length;
  }

  resize(cols: number, rows: number): void {
    this.#size = { cols, rows };
    if (!this.#over && this.#launch.mode === 'pty') this.#process?.resize(cols, rows);
  }

  pause(): void {
    this.#paused = true;
    if (!this.#over) this.#process?.pause();
  }

  resume(): void {
    this.#paused = false;
    if (!this.#over) this.#process?.resume();
  }

  /** An interrupt is a byte for a terminal; other signals go through a shell beside the process. */
  signal(signal: Parameters<Transport['signal']>[0]): void {
    if (this.#over || !this.#process || this.#farPid === undefined) return;
    if (signal === 'SIGINT' && this.#launch.mode === 'pty') this.#process.write(Uint8Array.of(3));
    else void this.#process.signal(signal, this.#farPid);
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#toEnd = true;
    if (this.#over || !this.#sink) {
      this.#over = true;
      return;
    }
    this.#setStatus('terminating');
    this.resume();
    const [process, pid] = [this.#process, this.#farPid];
    if (!process) {
      this.#abort.abort();
      this.#ended({});
      return;
    }
    // A shell that has not come to the program is hung up with its channel.
    if (pid !== undefined) await process.end(pid, this.#context.identity?.id);
    if (!this.#over) process.hangUp();
    await this.#overWithin(GOODBYE_MS);
    if (!this.#over) this.#ended({ signal: 'SIGKILL' });
  }

  #overWithin(ms: number): Promise<void> {
    if (this.#over) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#whenOver.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #ended(end: ProcessEnd): void {
    if (this.#over) return;
    this.#gate.flush((rest) => this.#show(rest));
    if (this.#failure && !this.#toEnd) {
      this.#fail(this.#failure);
      return;
    }
    if (this.#phase !== 'started' && !this.#toEnd) {
      this.#fail(noShell(this.#where, end, this.#phase !== 'connecting', this.#shown));
      return;
    }
    this.#finish();
    this.#sink?.ended(end);
  }

  #fail(error: IrisError): void {
    if (this.#over) return;
    if (this.#toEnd) {
      // It was to end, and so it did.
      this.#finish();
      this.#sink?.ended({});
      return;
    }
    this.#note(error.line);
    this.#finish();
    this.#sink?.failed(error);
  }

  #finish(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#early.drop();
    this.#dialogue?.close();
    this.#abort.abort();
    const connection = this.#connection;
    if (connection) {
      connection.close();
      setTimeout(() => connection.destroy(), GOODBYE_MS).unref();
    }
    this.#setStatus('stopped');
    for (const resolve of this.#whenOver.splice(0)) resolve();
  }

  #setStatus(status: TransportStatus): void {
    this.#status = status;
    this.#sink?.status(status);
  }
}
