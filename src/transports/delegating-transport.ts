import type {
  InputOrigin,
  Position,
  Transport,
  TransportKind,
  TransportMetrics,
  TransportSink,
  TransportStatus,
  WriteSettled,
} from '../core/index.ts';

/** A transport that is another one in all it does not do itself. */
export abstract class DelegatingTransport implements Transport {
  protected inner: Transport;

  constructor(inner: Transport) {
    this.inner = inner;
  }

  get kind(): TransportKind {
    return this.inner.kind;
  }

  get status(): TransportStatus {
    return this.inner.status;
  }

  get pid(): number | undefined {
    return this.inner.pid;
  }

  get metrics(): TransportMetrics {
    return this.inner.metrics;
  }

  get launchCommand(): readonly string[] {
    return this.inner.launchCommand;
  }

  get diagnostics(): readonly string[] {
    return this.inner.diagnostics ?? [];
  }

  abstract start(sink: TransportSink): void;

  write(bytes: Uint8Array): void {
    this.inner.write(bytes);
  }

  /** Only there where the inner one has it: whoever asks for it, asks at the time. */
  get type(): Transport['type'] {
    const { inner } = this;
    return inner.type
      ? (bytes: Uint8Array, settled: WriteSettled, origin?: InputOrigin) => inner.type?.(bytes, settled, origin)
      : undefined;
  }

  resize(cols: number, rows: number): void {
    this.inner.resize(cols, rows);
  }

  pause(): void {
    this.inner.pause();
  }

  resume(): void {
    this.inner.resume();
  }

  signal(signal: Parameters<Transport['signal']>[0]): void {
    this.inner.signal(signal);
  }

  stop(): Promise<void> {
    return this.inner.stop();
  }

  get heldBytes(): number {
    return this.inner.heldBytes ?? 0;
  }

  leave(): void {
    if (this.inner.leave) this.inner.leave();
    // Nobody waits for it: what would not end is in the journal.
    else void this.stop().catch(() => {});
  }

  retry(): void {
    this.inner.retry?.();
  }

  saved(position: Position): void {
    this.inner.saved?.(position);
  }
}

/** What a sink hears, some of it said differently. */
export function passOn(sink: TransportSink, differently: Partial<TransportSink>): TransportSink {
  const { mirror } = sink;
  return {
    status: (status) => sink.status(status),
    output: (bytes, stream) => sink.output(bytes, stream),
    ended: (end) => sink.ended(end),
    failed: (error) => sink.failed(error),
    ...(mirror ? { mirror: (word) => sink.mirror?.(word) } : {}),
    ...differently,
  };
}
