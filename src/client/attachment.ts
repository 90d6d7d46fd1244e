import {
  type Attachment,
  type AttachOptions,
  type InputOrigin,
  IrisError,
  type Position,
  type ViewEntry,
  type WriteSettled,
} from '../core/index.ts';
import type { ClientMessage, LogMessage } from '../protocol/index.ts';

type WithoutTime<M> = M extends unknown ? Omit<M, 'ts'> : never;
export type Unsent = WithoutTime<ClientMessage>;

/** What an attachment asks of its client. */
export interface AttachmentHost {
  send(message: Unsent): void;
  write(
    attachment: ClientAttachment,
    bytes: Uint8Array,
    settled: WriteSettled | undefined,
    origin: InputOrigin | undefined,
  ): void;
  heldBytes(sessionId: string): number;
  /** Whoever may only watch has no say in the size. */
  maySize(sessionId: string): boolean;
  closed(attachment: ClientAttachment): void;
  later(delayMs: number, run: () => void): void;
}

/** Handled output is acknowledged at once from this much on, and after ACK_DELAY_MS in any case. */
const ACK_BYTES = 32 * 1024;
const ACK_DELAY_MS = 8;

/** One stream of one session: orders entries, hands them out one at a time, acknowledges, and remembers where it stands for the next link. */
export class ClientAttachment implements Attachment {
  readonly sessionId: string;
  readonly stream: number;
  readonly #options: AttachOptions;
  readonly #host: AttachmentHost;
  #position: Position | undefined;
  #cols: number | undefined;
  #rows: number | undefined;
  #over = false;
  /** Entries behind one whose listener has not settled. Bounded by the hub: what is not acknowledged, and one snapshot. */
  readonly #waiting: LogMessage[] = [];
  #busy = false;
  #unackedBytes = 0;
  #ackTimer = false;
  /** Grows with each link: what was handled for an older one is not acknowledged on a newer. */
  #generation = 0;

  constructor(sessionId: string, stream: number, options: AttachOptions, host: AttachmentHost) {
    this.sessionId = sessionId;
    this.stream = stream;
    this.#options = options;
    this.#host = host;
    this.#position = options.after;
    this.#cols = options.cols;
    this.#rows = options.rows;
  }

  get position(): Position | undefined {
    return this.#position;
  }

  /** Epoch of what the viewer has before its eyes. */
  get epoch(): string | undefined {
    return this.#position?.epoch;
  }

  get heldBytes(): number {
    return this.#host.heldBytes(this.sessionId);
  }

  write(bytes: Uint8Array, settled?: WriteSettled, origin?: InputOrigin): void {
    if (!this.#over && !this.#options.readOnly) this.#host.write(this, bytes, settled, origin);
    else settled?.(new IrisError('not-allowed', 'this attachment is over, or only reads'));
  }

  kept({ epoch, seq }: Position): void {
    if (!this.#over) this.#host.send({ type: 'ack', epoch, seq, payload: { of: 'kept', stream: this.stream } });
  }

  /** The hub has let it in. */
  opened(): void {
    if (!this.#over) this.#options.onAttached?.();
  }

  resize(cols: number, rows: number): void {
    if (this.#over || (cols === this.#cols && rows === this.#rows)) return;
    this.#cols = cols;
    this.#rows = rows;
    this.tellSize();
  }

  /** Also when it may be told since now. */
  tellSize(): void {
    const [cols, rows] = [this.#cols, this.#rows];
    if (this.#over || cols === undefined || rows === undefined || !this.#host.maySize(this.sessionId)) return;
    this.#host.send({ type: 'control', payload: { op: 'resize', stream: this.stream, cols, rows } });
  }

  detach(): void {
    if (this.#over) return;
    this.#host.send({ type: 'control', payload: { op: 'detach', stream: this.stream } });
    this.#finish();
  }

  /** Asks a new link for what comes after the last entry that was handed out. */
  open(): void {
    this.#generation += 1;
    this.#waiting.length = 0;
    this.#unackedBytes = 0;
    const { mode, readOnly, history, entries, mirror, retain } = this.#options;
    this.#host.send({
      type: 'control',
      sessionId: this.sessionId,
      payload: {
        op: 'attach',
        stream: this.stream,
        mode,
        ...(this.#position ? { after: this.#position } : {}),
        ...(this.#cols === undefined || this.#rows === undefined ? {} : { cols: this.#cols, rows: this.#rows }),
        ...(readOnly ? { readOnly } : {}),
        ...(history ? { history } : {}),
        ...(entries ? { entries } : {}),
        ...(mirror ? { mirror } : {}),
        ...(retain ? { retain } : {}),
      },
    });
  }

  /** False: it does not follow what came before; the link is not to be trusted. */
  receive(message: LogMessage): boolean {
    if (this.#over) return true;
    if (this.#busy) this.#waiting.push(message);
    else return this.#hand(message);
    return true;
  }

  end(reason: IrisError | undefined): void {
    if (this.#over) return;
    this.#finish();
    this.#options.onEnd?.(reason);
  }

  #finish(): void {
    this.#over = true;
    this.#waiting.length = 0;
    this.#host.closed(this);
  }

  #hand(message: LogMessage): boolean {
    const { epoch, seq, payload, bytes } = message;
    const before = this.#position;
    if (payload.kind !== 'snapshot') {
      const first = ('first' in payload ? payload.first : undefined) ?? seq;
      // A new epoch, and a start, come with a snapshot or from entry 1.
      if (before === undefined || before.epoch !== epoch ? first !== 1 : first > before.seq + 1) return false;
      if (before?.epoch === epoch && seq <= before.seq) return true;
      // Entries overlap only if the hub merged differently than before: cannot be told apart any more.
      if (before?.epoch === epoch && first <= before.seq) return false;
    }
    this.#position = { epoch, seq };
    const generation = this.#generation;
    let settled: unknown;
    try {
      settled = this.#options.onEntry(toEntry(message));
    } catch (error) {
      this.#failed(error);
      return true;
    }
    const size = bytes.length;
    if (settled instanceof Promise) {
      this.#busy = true;
      settled.then(
        () => {
          this.#busy = false;
          if (generation === this.#generation) this.#handled(size, payload.kind === 'snapshot');
          this.#next();
        },
        (error: unknown) => {
          this.#busy = false;
          this.#failed(error);
        },
      );
    } else this.#handled(size, payload.kind === 'snapshot');
    return true;
  }

  #next(): void {
    while (!this.#busy && !this.#over) {
      const message = this.#waiting.shift();
      if (!message) return;
      if (!this.#hand(message)) {
        this.#failed(new IrisError('failed', 'the hub left entries out'));
        return;
      }
    }
  }

  /** A listener that throws can't be served any more. */
  #failed(error: unknown): void {
    if (this.#over) return;
    this.#host.send({ type: 'control', payload: { op: 'detach', stream: this.stream } });
    this.end(IrisError.from(error));
  }

  #handled(bytes: number, now: boolean): void {
    if (this.#over) return;
    this.#unackedBytes += bytes;
    if (now || this.#unackedBytes >= ACK_BYTES) this.#ack();
    else if (!this.#ackTimer) {
      this.#ackTimer = true;
      this.#host.later(ACK_DELAY_MS, () => {
        this.#ackTimer = false;
        this.#ack();
      });
    }
  }

  #ack(): void {
    if (this.#over || !this.#position) return;
    this.#unackedBytes = 0;
    const { epoch, seq } = this.#position;
    this.#host.send({ type: 'ack', epoch, seq, payload: { of: 'output', stream: this.stream } });
  }
}

function toEntry(message: LogMessage): ViewEntry {
  const { epoch, seq, payload, bytes } = message;
  switch (payload.kind) {
    case 'output':
    case 'error':
      return { kind: payload.kind, seq, bytes };
    case 'resize':
      return { kind: 'resize', seq, cols: payload.cols, rows: payload.rows };
    case 'mark':
      return { kind: 'mark', seq, mark: payload.mark };
    case 'snapshot': {
      const { cols, rows, gap, lostAfter } = payload;
      const missing = { ...(gap ? { gap } : {}), ...(lostAfter ? { lostAfter } : {}) };
      return { kind: 'snapshot', seq, epoch, cols, rows, bytes, ...missing };
    }
  }
}
