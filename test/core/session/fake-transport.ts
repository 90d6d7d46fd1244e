import type {
  IrisError,
  LaunchSpec,
  MirrorWord,
  ProcessEnd,
  Transport,
  TransportMetrics,
  TransportSink,
  TransportStatus,
} from '../../../src/core/index.ts';

/** A transport that does what a test says, when it says so: for what takes hours in the world. */
export class FakeTransport implements Transport {
  readonly kind = 'openssh';
  readonly launch: LaunchSpec;
  readonly pid = undefined;
  status: TransportStatus = 'stopped';
  metrics: TransportMetrics = { bytesIn: 0, bytesOut: 0 };
  readonly launchCommand = ['ssh', 'far'];
  diagnostics: string[] = [];
  written = '';
  stopped = false;
  #sink: TransportSink | undefined;

  constructor(launch: LaunchSpec) {
    this.launch = launch;
  }

  start(sink: TransportSink): void {
    this.#sink = sink;
    this.#say('connecting');
  }

  ready(): void {
    this.#say('ready');
  }

  prints(text: string): void {
    this.#sink?.output(new TextEncoder().encode(text), 'output');
  }

  fails(error: IrisError): void {
    this.#say('stopped');
    this.#sink?.failed(error);
  }

  mirrors(word: MirrorWord): void {
    this.#sink?.mirror?.(word);
  }

  ends(end: ProcessEnd): void {
    this.#say('stopped');
    this.#sink?.ended(end);
  }

  write(bytes: Uint8Array): void {
    this.written += new TextDecoder().decode(bytes);
  }

  resize(): void {}
  pause(): void {}
  resume(): void {}
  signal(): void {}

  async stop(): Promise<void> {
    this.stopped = true;
  }

  #say(status: TransportStatus): void {
    this.status = status;
    this.#sink?.status(status);
  }
}
