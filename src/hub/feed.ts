import {
  type Clock,
  type Entry,
  type HeldSettled,
  type InputOrigin,
  IrisError,
  includes,
  type Position,
  type Session,
} from '../core/index.ts';
import type { LogMessage } from '../protocol/index.ts';
import type { Attached, FeedOptions, HubViewer } from './context.ts';
import type { Flow, Send } from './flow.ts';
import { LogFlow } from './log-flow.ts';
import { typeKeys } from './prompts/typing.ts';
import { ScreenFlow } from './screen-flow.ts';
import { isReport } from './sharing/index.ts';
import { clampSize, type Size, type SizeRule } from './size-rule.ts';

/** The session with all who watch it. */
export interface FeedOwner {
  readonly session: Session;
  readonly size: SizeRule<Feed>;
  left(feed: Feed): void;
  typed(viewer: HubViewer): void;
}

/** One viewer watching one session: its flow, its wish for a size, its right to type. */
export class Feed implements Attached {
  readonly stream: number;
  readonly session: Session;
  readonly viewer: HubViewer;
  readonly #shared: FeedOwner;
  readonly readOnly: boolean;
  readonly mirror: boolean;
  readonly #size: Size | undefined;
  readonly #flow: Flow;
  readonly #clock: Clock;

  constructor(shared: FeedOwner, viewer: HubViewer, options: FeedOptions, clock: Clock) {
    this.#shared = shared;
    this.session = shared.session;
    this.viewer = viewer;
    this.stream = options.stream;
    this.readOnly = options.readOnly ?? false;
    this.mirror = options.mirror ?? false;
    this.#clock = clock;
    const { cols, rows } = options;
    this.#size = cols === undefined || rows === undefined ? undefined : clampSize({ cols, rows });
    const send: Send = (epoch, seq, payload, bytes) =>
      viewer.link.send({
        type: 'log',
        sessionId: this.session.id,
        epoch,
        seq,
        ts: clock.wall(),
        payload: { ...payload, stream: this.stream } as LogMessage['payload'],
        bytes,
      });
    this.#flow =
      options.mode === 'log' ? new LogFlow(this.session, send, options) : new ScreenFlow(this.session, send, clock);
  }

  start(after: Position | undefined): void {
    // The size first: then the first picture has it already.
    if (this.#size) this.wish(this.#size);
    const { epoch, log } = this.session;
    this.viewer.link.send({
      type: 'control',
      sessionId: this.session.id,
      epoch,
      seq: log.last,
      ts: this.#clock.wall(),
      payload: { op: 'attached', stream: this.stream },
    });
    this.#flow.start(after);
  }

  entry(entry: Entry): void {
    this.#flow.entry(entry);
  }

  restarted(): void {
    this.#flow.restarted();
  }

  acknowledged(epoch: string, seq: number): void {
    this.#flow.acknowledged(epoch, seq);
  }

  wish(size: Size): void {
    // A viewer without rights does not change what others see.
    if (!this.readOnly) this.#shared.size.wish(this, size);
  }

  /** @throws IrisError when these bytes must not or can't reach the process */
  type(epoch: string, bytes: Uint8Array, held: HeldSettled, origin: InputOrigin): 'written' | 'held' {
    if (this.readOnly) throw new IrisError('not-allowed', 'this viewer is read-only');
    if (epoch !== this.session.epoch) throw startedAgain();
    this.#shared.size.typed(this);
    if (!isReport(bytes)) this.#shared.typed(this.viewer);
    return this.#write(epoch, bytes, held, origin);
  }

  /** At once, unless a prompt is on its way in: then `held` hears of it, as of what waits for the connection. */
  #write(epoch: string, bytes: Uint8Array, held: HeldSettled, origin: InputOrigin): 'written' | 'held' {
    const { session } = this;
    let later = false;
    let how: 'written' | 'held' = 'held';
    typeKeys(session, bytes, this.#clock.now(), () => {
      if (!later) {
        how = session.write(bytes, held, origin);
        return;
      }
      try {
        if (epoch !== session.epoch) throw startedAgain();
        // The keyboard may have been taken meanwhile.
        const role = this.viewer.roleOn(session.id);
        if (!role || !includes(role, 'typer')) throw new IrisError('not-allowed', 'you may only watch this session');
        if (session.write(bytes, held, origin) === 'written') held();
      } catch (error) {
        held(IrisError.from(error));
      }
    });
    later = true;
    return how;
  }

  close(): void {
    this.#flow.close();
    this.#shared.left(this);
  }
}

function startedAgain(): IrisError {
  return new IrisError('conflict', 'the process was started again meanwhile');
}
