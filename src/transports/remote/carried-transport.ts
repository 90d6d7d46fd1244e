import { randomBytes } from 'node:crypto';
import {
  IrisError,
  type LaunchSpec,
  type ProcessEnd,
  plainText,
  type Transport,
  type TransportMetrics,
  type TransportSink,
  type TransportStatus,
} from '../../core/index.ts';
import { INPUT_LIMIT_BYTES, inputFull, PipeTransport, PtyTransport } from '../local/index.ts';
import { endsWithUs } from './end-carriers.ts';
import { startFailure, startTimeout } from './failures.ts';
import { RemoteGate, type RemoteWord } from './gate.ts';
import { envLines, type RemoteStartRequest, startScript } from './script.ts';

/** How far a start has come. */
export type StartPhase = 'connecting' | 'shell' | 'profile' | 'started';

/** What was seen until the carrier ended. */
export interface CarrierEnd {
  readonly end: ProcessEnd;
  readonly phase: StartPhase;
  /** What came before a shell ran there: the carrier's own words, banners; the last 4 KiB, without control characters but newlines. */
  readonly shown: string;
}

export interface CarrierContext {
  /** Environment of programs that run here: PATH, HOME, SSH_AUTH_SOCK. */
  readonly env: Readonly<Record<string, string>>;
  readonly sessionId?: string;
  /** Path of a terminal for questions, where there are only pipes. */
  readonly askOn?: string;
  /** Added there, checked. */
  readonly farEnv: Readonly<Record<string, string>>;
}

/** A program on this machine (ssh, docker) that carries the bytes of one on another. */
export interface Carrier {
  readonly kind: 'openssh' | 'exec';
  /** For messages. */
  readonly where: string;
  readonly launchCommand: readonly string[];
  readonly login: RemoteStartRequest['login'];
  /** Absent: it runs for no session. */
  readonly sessionId?: string;
  /** Variables that are added there, checked. */
  readonly farEnv: Readonly<Record<string, string>>;
  readonly diagnostics: readonly string[];
  /** To the other machine and back, where it is known. */
  readonly roundTripMs?: number | undefined;
  /** It asked somebody here something, on a terminal that is not its own. Absent: it can't. */
  asked?(): boolean;
  /**
   * The program to run here, that runs `script` there. Called once.
   * @throws IrisError what is known to fail
   */
  prepare(script: string): Pick<LaunchSpec, 'command' | 'cwd' | 'env'>;
  /** What it said beside its output since this was last asked: shown as long as no program runs there. Absent: nothing. */
  said?(): string;
  /** The program there runs; `pid` is that of the carrier here. */
  started(pid: number): void;
  /** How the run ended: by an end of the program there, or of the connection. */
  verdict(seen: CarrierEnd): ProcessEnd | IrisError;
  /** Runs a script beside the program, without asking anybody; resolves when it is done or has failed. */
  signal(farPid: number, signal: string): void;
  /** After the carrier has been ended on purpose: ends what would go on there. */
  ended(farPid: number): Promise<void>;
  /** Nothing is running any more. */
  close(): void;
}

const SHOWN_LIMIT_CHARS = 4096;
const SAID_EVERY_MS = 200;

/**
 * A program on another machine, carried by one on this. Until the far side says that it runs, output is the carrier's (its questions, shown in the pane),
 * and input is kept, unless something was shown: then it may be the answer to a question. After that, bytes pass untouched and are not looked at.
 */
export class CarriedTransport implements Transport {
  readonly kind: Carrier['kind'];
  #status: TransportStatus = 'stopped';
  #phase: StartPhase = 'connecting';
  #inner: PtyTransport | PipeTransport | undefined;
  #sink: TransportSink | undefined;
  #over = false;
  #stopping: Promise<void> | undefined;
  #ending = false;
  /** Why it is being ended from here, or what the far side said is missing. */
  #failure: IrisError | undefined;
  #farPid: number | undefined;
  #shown = '';
  #timer: NodeJS.Timeout | undefined;
  #saidTimer: NodeJS.Timeout | undefined;
  /** It need not be ended with this program any more. */
  #forget = (): void => {};
  #bytesIn = 0;
  #bytesOut = 0;
  /** Typed before the program runs; `INPUT_LIMIT_BYTES` at most, then refused. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  readonly #carrier: Carrier;
  readonly #launch: LaunchSpec;
  readonly #gate: RemoteGate;
  readonly #nonce = randomBytes(16).toString('hex');

  constructor(launch: LaunchSpec, carrier: Carrier) {
    this.kind = carrier.kind;
    this.#launch = launch;
    this.#carrier = carrier;
    this.#gate = new RemoteGate(this.#nonce, (word) => this.#told(word));
  }

  get status(): TransportStatus {
    return this.#status;
  }

  get pid(): number | undefined {
    return this.#inner?.pid;
  }

  get metrics(): TransportMetrics {
    const { roundTripMs } = this.#carrier;
    return {
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
      ...(roundTripMs === undefined ? {} : { roundTripMs }),
    };
  }

  get asked(): boolean {
    return this.#carrier.asked?.() ?? false;
  }

  get launchCommand(): readonly string[] {
    return this.#carrier.launchCommand;
  }

  get diagnostics(): readonly string[] {
    return this.#carrier.diagnostics;
  }

  start(sink: TransportSink): void {
    if (this.#sink) throw new Error('a transport starts once');
    this.#sink = sink;
    let local: Pick<LaunchSpec, 'command' | 'cwd' | 'env'>;
    try {
      local = this.#carrier.prepare(this.#script());
    } catch (error) {
      this.#setStatus('connecting');
      this.#fail(IrisError.from(error));
      return;
    }
    const { mode, cols, rows } = this.#launch;
    // Not known by the environment: what ssh leaves in the background on purpose (a shared master) serves others.
    const context = { sessionId: this.kind === 'exec' ? (this.#carrier.sessionId ?? '') : '', hub: '' };
    const launch = { ...local, mode, cols, rows };
    this.#inner = mode === 'pty' ? new PtyTransport(launch, context) : new PipeTransport(launch, context);
    this.#wait();
    if (this.#carrier.said) this.#saidTimer = setInterval(() => this.#hear(), SAID_EVERY_MS);
    this.#inner.start({
      status: (status) => {
        // Told once there is a pid, so that it can be written down.
        if (status === 'ready') {
          const { pid } = this;
          if (pid !== undefined) this.#forget = endsWithUs({ pid, close: () => this.#carrier.close() });
          this.#setStatus('connecting');
        }
        if (status === 'terminating' && this.#ending) this.#setStatus(status);
      },
      output: (bytes, stream) => this.#output(bytes, stream),
      ended: (end) => this.#ended(end),
      failed: (error) => {
        this.#setStatus('connecting');
        this.#fail(error);
      },
    });
  }

  #script(): string {
    const { command, cwd, mode } = this.#launch;
    const { farEnv, login, sessionId } = this.#carrier;
    if ((command[0] ?? '') === '') {
      throw new IrisError('usage', 'the command is empty', { remedy: 'name a program after --' });
    }
    return startScript({
      nonce: this.#nonce,
      command,
      path: cwd,
      mode,
      login,
      env: Object.keys(farEnv).length > 0,
      ...(sessionId === undefined ? {} : { sessionId }),
    });
  }

  #output(bytes: Uint8Array, stream: 'output' | 'error'): void {
    if (this.#phase === 'started') {
      this.#bytesIn += bytes.length;
      this.#sink?.output(bytes, stream);
      return;
    }
    if (this.#phase === 'connecting') this.#hear();
    if (stream === 'error') this.#show(bytes);
    else this.#gate.push(bytes, (rest) => this.#show(rest));
  }

  /** A banner and the like comes before the question that follows it. */
  #hear(): void {
    const said = this.#carrier.said?.() ?? '';
    if (said !== '') this.#show(Buffer.from(said.replace(/\r?\n/g, '\r\n')));
  }

  /** Before the program runs, nothing is its output: without a terminal, where that may be read by a program, it is told apart. */
  #show(bytes: Uint8Array): void {
    this.#bytesIn += bytes.length;
    if (this.#phase === 'started') {
      this.#sink?.output(bytes, 'output');
      return;
    }
    if (this.#phase === 'connecting') {
      const text = Buffer.from(bytes).toString().replaceAll('\r', '');
      this.#shown = (this.#shown + text).slice(-SHOWN_LIMIT_CHARS);
      // Somebody may have to answer: that takes as long as it takes.
      if (!this.#launch.unattended) clearTimeout(this.#timer);
    }
    this.#sink?.output(bytes, this.#launch.mode === 'pty' ? 'output' : 'error');
  }

  #told(word: RemoteWord): void {
    switch (word.kind) {
      case 'hello':
        this.#phase = 'shell';
        clearInterval(this.#saidTimer);
        this.#setStatus('spawning');
        this.#wait();
        return;
      case 'profile':
        this.#phase = 'profile';
        return;
      case 'give':
        this.#phase = 'shell';
        this.#inner?.write(envLines(this.#carrier.farEnv));
        return;
      case 'started': {
        this.#phase = 'started';
        this.#farPid = word.pid;
        clearTimeout(this.#timer);
        const pid = this.pid;
        if (pid !== undefined) this.#carrier.started(pid);
        this.#setStatus('ready');
        for (const bytes of this.#held.splice(0)) this.#inner?.write(bytes);
        this.#heldBytes = 0;
        return;
      }
      case 'fail': {
        const { command, cwd } = this.#launch;
        this.#failure = startFailure(word.why, word.detail, { where: this.#carrier.where, command, path: cwd });
        void this.#inner?.stop();
      }
    }
  }

  /** The time that a start may take begins anew once a shell runs there: before that, somebody may have been asked for a password. */
  #wait(): void {
    const { startTimeoutMs } = this.#launch;
    clearTimeout(this.#timer);
    if (startTimeoutMs === undefined) return;
    this.#timer = setTimeout(() => {
      // Whoever has to answer takes the time that it takes.
      if (this.#phase === 'connecting' && this.asked) return;
      const phase = this.#phase === 'started' ? 'shell' : this.#phase;
      this.#failure ??= startTimeout(this.#carrier.where, startTimeoutMs, phase);
      void this.#inner?.stop();
    }, startTimeoutMs);
  }

  write(bytes: Uint8Array): void {
    if (this.#over || !this.#inner) return;
    const answers = this.#phase === 'connecting' && this.#shown !== '';
    if (this.#phase !== 'started' && !answers) {
      if (this.#heldBytes + bytes.length > INPUT_LIMIT_BYTES) throw inputFull(INPUT_LIMIT_BYTES);
      this.#held.push(bytes.slice());
      this.#heldBytes += bytes.length;
    } else this.#inner.write(bytes);
    this.#bytesOut += bytes.length;
  }

  resize(cols: number, rows: number): void {
    this.#inner?.resize(cols, rows);
  }

  pause(): void {
    this.#inner?.pause();
  }

  resume(): void {
    this.#inner?.resume();
  }

  /** An interrupt is a byte for a terminal; other signals need a way of their own to the other machine. */
  signal(signal: Parameters<Transport['signal']>[0]): void {
    if (this.#over || !this.#inner) return;
    if (this.#farPid === undefined) this.#inner.signal(signal);
    else if (signal === 'SIGINT' && this.#launch.mode === 'pty') this.#inner.write(Uint8Array.of(3));
    else this.#carrier.signal(this.#farPid, signal);
  }

  stop(): Promise<void> {
    this.#ending = true;
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    if (!this.#inner) {
      this.#over = true;
      return;
    }
    const running = !this.#over && this.#farPid !== undefined;
    await this.#inner.stop();
    if (running && this.#farPid !== undefined) await this.#carrier.ended(this.#farPid);
  }

  #ended(end: ProcessEnd): void {
    this.#gate.flush((rest) => this.#show(rest));
    if (this.#phase === 'connecting') this.#hear();
    const seen = { end, phase: this.#phase, shown: plainLines(this.#shown) };
    const verdict = this.#failure ?? (this.#ending ? end : this.#carrier.verdict(seen));
    if (verdict instanceof IrisError) {
      this.#fail(verdict);
      return;
    }
    this.#finish();
    this.#sink?.ended(verdict);
  }

  #fail(error: IrisError): void {
    this.#finish();
    this.#sink?.failed(error);
  }

  #finish(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    clearInterval(this.#saidTimer);
    this.#held = [];
    this.#forget();
    this.#carrier.close();
    this.#setStatus('stopped');
  }

  #setStatus(status: TransportStatus): void {
    this.#status = status;
    this.#sink?.status(status);
  }
}

function plainLines(text: string): string {
  return text
    .split('\n')
    .map((line) =>
      plainText(line.replace(/\u001b(\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(\u0007|\u001b\\)?)/g, '')).trim(),
    )
    .filter((line) => line !== '')
    .join('\n');
}
