import { isatty } from 'node:tty';
import { type Clock, type Dispose, Emitter, IrisError, plainText, type Timer } from '../../core/index.ts';
import { type InputEvent, InputTokenizer } from '../input/index.ts';
import { type TerminalAnswers, withReply } from './answers.ts';
import { ttySize } from './open-tty.ts';
import {
  enterSequence,
  isPlain,
  kittyFlagsSequence,
  leaveSequence,
  MODIFY_OTHER_KEYS,
  type MouseTracking,
  mouseSequence,
  noticeSequence,
  OWN_KITTY_FLAGS,
} from './sequences.ts';
import { TtyInput } from './tty-input.ts';
import { TtyOutput } from './tty-output.ts';

/** For terminals that answer nothing, and slow lines. Only answers wait for it: drawing does not. */
const ANSWER_TIME_MS = 1000;
/** How long leaving waits for a stalled terminal before it gives the settings back without its last words. */
const LEAVE_TIME_MS = 300;
/** How long leaving waits for answers on their way: the shell would get them as input. */
const LATE_ANSWER_TIME_MS = 100;
/** OSC 52: more is refused by many terminals, and by us. */
export const CLIPBOARD_LIMIT_BYTES = 100_000;
const TITLE_LIMIT_BYTES = 256;

export type TerminalEvent =
  /** What was typed, clicked, pasted; replies of the terminal are not among it. */
  | { readonly type: 'input'; readonly events: readonly InputEvent[] }
  | { readonly type: 'resize'; readonly cols: number; readonly rows: number }
  /** All that was written is out: the next frame may be. */
  | { readonly type: 'drain' }
  /** The terminal shows nothing of ours any more: draw everything. */
  | { readonly type: 'redraw' }
  | { readonly type: 'answers'; readonly answers: TerminalAnswers }
  /** It is gone (EIO, hang-up). Final: nothing is written or read after it. */
  | { readonly type: 'lost'; readonly reason: string };

export type TerminalState = 'idle' | 'active' | 'suspended' | 'lost' | 'closed';

export interface OuterTerminalOptions {
  readonly inputFd: number;
  readonly outputFd: number;
  /** The environment: TERM is read. */
  readonly env: { readonly TERM?: string | undefined };
  readonly clock: Clock;
  readonly mouse?: MouseTracking;
  /** See ESCAPE_TIME_MS. */
  readonly escapeTimeMs?: number;
}

/**
 * The terminal that we run in: its modes, its bytes in and out, and the promise to leave it as it was. Nothing here ever waits for it, but `leave`, for at
 * most 400 ms.
 */
export class OuterTerminal {
  readonly #options: OuterTerminalOptions;
  readonly #plain: boolean;
  readonly #output: TtyOutput;
  readonly #input: TtyInput;
  readonly #tokenizer: InputTokenizer;
  readonly #emitter = new Emitter<TerminalEvent>();
  #state: TerminalState = 'idle';
  #size: { cols: number; rows: number };
  #mouse: MouseTracking;
  #wantedFlags = OWN_KITTY_FLAGS;
  #modifyOtherKeys = false;
  #answers: TerminalAnswers = { settled: false };
  #asked = false;
  #answerTimer: Timer | undefined;
  #escapeTimer: Timer | undefined;
  /** Counts what was read: a time-out that fires late must see that more has come. */
  #reads = 0;
  #held = false;

  /** Throws an IrisError (`failed`) when one of the descriptors is no terminal. Changes nothing yet. */
  constructor(options: OuterTerminalOptions) {
    for (const [fd, name] of [
      [options.inputFd, 'standard input'],
      [options.outputFd, 'standard output'],
    ] as const) {
      if (!isatty(fd)) throw new IrisError('failed', `${name} is not a terminal`);
    }
    this.#options = options;
    this.#plain = isPlain(options.env.TERM);
    this.#mouse = options.mouse ?? 'drag';
    this.#tokenizer = new InputTokenizer(options.escapeTimeMs);
    this.#size = ttySize(options.outputFd) ?? { cols: 80, rows: 24 };
    this.#output = new TtyOutput(options.outputFd, options.clock, {
      drained: () => this.#emitter.emit({ type: 'drain' }),
      overflowed: () => this.#emitter.emit({ type: 'redraw' }),
      lost: (error) => this.#lose(error),
    });
    this.#input = new TtyInput(options.inputFd, {
      data: (bytes) => this.#received(bytes),
      lost: (error) => this.#lose(error),
    });
  }

  get state(): TerminalState {
    return this.#state;
  }

  get size(): { readonly cols: number; readonly rows: number } {
    return this.#size;
  }

  get answers(): TerminalAnswers {
    return this.#answers;
  }

  /** False in the rare place where a stalled terminal blocks us: see openTty. */
  get nonBlocking(): boolean {
    return this.#output.nonBlocking;
  }

  /** How keys arrive now, for `forwardKey`. Kitty's flags count from the terminal's answer on. */
  get keyboard(): { readonly kittyFlags: number; readonly modifyOtherKeys: 0 | 2 } {
    return {
      kittyFlags: (this.#answers.kittyFlags ?? 0) === 0 ? 0 : this.#wantedFlags,
      modifyOtherKeys: this.#modifyOtherKeys ? 2 : 0,
    };
  }

  on(listener: (event: TerminalEvent) => void): Dispose {
    return this.#emitter.on(listener);
  }

  /** Raw mode, alternate screen, cleared and without cursor. Asks the terminal what it can; the answers come later, as an event. */
  enter(): void {
    if (this.#state === 'idle') this.#begin();
  }

  #begin(): void {
    this.#state = 'active';
    this.#held = false;
    this.#input.start();
    const query = !this.#plain && !this.#asked;
    this.#asked ||= query;
    this.#say(
      enterSequence({
        plain: this.#plain,
        mouse: this.#mouse,
        kittyFlags: this.#wantedFlags,
        modifyOtherKeys: this.#modifyOtherKeys,
        query,
      }),
    );
    if (query) this.#answerTimer = this.#options.clock.after(ANSWER_TIME_MS, () => this.#settle());
    else if (this.#plain) this.#settle();
  }

  /**
   * Gives everything back, at once and before it returns: for every way out, also 'exit' and signal handlers. Idempotent. At most 400 ms, when the
   * terminal is stalled.
   */
  leave(): void {
    if (this.#state !== 'active') return;
    this.#state = 'idle';
    this.#giveBack();
  }

  /** The state has changed before: nothing can be written between these bytes and the shell's. */
  #giveBack(): void {
    this.#escapeTimer?.cancel();
    this.#answerTimer?.cancel();
    const said = this.#output.writeNow(Buffer.from(leaveSequence({ plain: this.#plain })), LEAVE_TIME_MS);
    if (said && this.#asked && !this.#answers.settled) this.#awaitAnswers();
    this.#input.stop();
    this.#tokenizer.flush();
  }

  /** Swallows the replies that are still on their way. Keys that were typed meanwhile are lost with them: only within the first second of a run. */
  #awaitAnswers(): void {
    const { clock } = this.#options;
    this.#input.readNow(
      LATE_ANSWER_TIME_MS,
      () => clock.now(),
      (bytes) => {
        for (const event of this.#tokenizer.feed(bytes)) {
          if (event.type === 'reply') this.#answers = withReply(this.#answers, event.reply);
        }
        return this.#answers.settled;
      },
    );
  }

  /** Before the process stops (SIGTSTP): the terminal is the shell's. */
  suspend(): void {
    if (this.#state !== 'active') return;
    this.#state = 'suspended';
    this.#giveBack();
  }

  /** After SIGCONT: everything again, and a full redraw. Also after a SIGSTOP that nobody announced. */
  resume(): void {
    if (this.#state !== 'active' && this.#state !== 'suspended') return;
    // Nobody gave it back while we were stopped, and nothing may stand twice on the terminal's stacks.
    if (this.#state === 'active') this.#giveBack();
    this.#begin();
    this.checkSize();
    this.#emitter.emit({ type: 'redraw' });
  }

  /** Leaves, and lets go of the descriptors. Idempotent. */
  close(): void {
    this.leave();
    this.#escapeTimer?.cancel();
    this.#answerTimer?.cancel();
    this.#input.stop();
    this.#output.close();
    this.#state = 'closed';
  }

  /** After SIGWINCH: a resize event if the size changed. */
  checkSize(): void {
    const size = ttySize(this.#options.outputFd);
    if (!size || (size.cols === this.#size.cols && size.rows === this.#size.rows)) return;
    this.#size = size;
    this.#emitter.emit({ type: 'resize', ...size });
  }

  get drained(): boolean {
    return this.#output.drained;
  }

  /**
   * Never blocks. True when all is out; false when some waits: a `drain` event follows. A call must hold whole sequences only, and the bytes may be reused after it.
   * Ignored (true) while the terminal is not ours.
   */
  write(bytes: Uint8Array): boolean {
    return this.#state === 'active' ? this.#output.write(bytes) : true;
  }

  #say(text: string): void {
    this.write(Buffer.from(text));
  }

  /** `any` reports moves without a button too, for programs that ask for it (1003) and for hovering: many bytes. */
  setMouse(mouse: MouseTracking): void {
    if (mouse === this.#mouse) return;
    this.#mouse = mouse;
    if (!this.#plain) this.#say(mouseSequence(mouse));
  }

  /** Asks for what the focused program asked for too: repeats and releases (2) come only so. Our own flags stay. */
  setKittyFlags(paneFlags: number): void {
    // All keys as sequences only with their text: else nobody knows what they type.
    const flags = OWN_KITTY_FLAGS | (paneFlags & 31) | (paneFlags & 8 ? 16 : 0);
    if (flags === this.#wantedFlags) return;
    this.#wantedFlags = flags;
    if (this.#answers.kittyFlags) this.#say(kittyFlagsSequence(flags));
  }

  /** The title while we run; the shell's comes back on leaving. Control characters removed, at most 256 bytes. */
  setTitle(title: string): void {
    if (this.#plain) return;
    let text = plainText(title, TITLE_LIMIT_BYTES);
    while (Buffer.byteLength(text) > TITLE_LIMIT_BYTES) text = [...text].slice(0, -1).join('');
    this.#say(`\x1b]2;${text}\x1b\\`);
  }

  /** Sets the clipboard (OSC 52). False: more than 100 KB of UTF-8, or a terminal that has none. */
  copy(text: string): boolean {
    const bytes = Buffer.from(text);
    if (this.#plain || this.#state !== 'active' || bytes.length > CLIPBOARD_LIMIT_BYTES) return false;
    this.#say(`\x1b]52;c;${bytes.toString('base64')}\x1b\\`);
    return true;
  }

  bell(): void {
    this.#say('\x07');
  }

  /** A notice of the terminal's own: OSC 9 (iTerm2, Windows Terminal, Ghostty, kitty) or OSC 777 (urxvt, foot, WezTerm). Nothing on plain ones. */
  notify(form: 'osc9' | 'osc777', title: string, body: string): void {
    if (!this.#plain) this.#say(noticeSequence(form, title, body));
  }

  /** Stops and continues reading: for whoever can't pass on what is typed or pasted. Nothing is lost; the terminal waits. */
  holdInput(held: boolean): void {
    if (this.#held === held || this.#state !== 'active') return;
    this.#held = held;
    this.#escapeTimer?.cancel();
    this.#input.hold(held);
    if (!held) this.#armEscape();
  }

  #received(bytes: Uint8Array): void {
    if (this.#state !== 'active') return;
    this.#reads++;
    this.#escapeTimer?.cancel();
    this.#escapeTimer = undefined;
    this.#dispatch(this.#tokenizer.feed(bytes));
    this.#armEscape();
  }

  #armEscape(): void {
    const delayMs = this.#tokenizer.timeoutMs;
    if (delayMs === undefined || this.#held || this.#state !== 'active') return;
    const reads = this.#reads;
    this.#escapeTimer = this.#options.clock.after(delayMs, () => {
      // If we were late, the rest of the sequence may be in the kernel already: read first, then decide.
      setImmediate(() => {
        if (reads === this.#reads && !this.#held && this.#state === 'active') this.#dispatch(this.#tokenizer.flush());
      });
    });
  }

  #dispatch(all: readonly InputEvent[]): void {
    const events: InputEvent[] = [];
    for (const event of all) {
      if (event.type !== 'reply') events.push(event);
      else this.#answered(withReply(this.#answers, event.reply));
    }
    if (events.length > 0) this.#emitter.emit({ type: 'input', events });
  }

  #answered(answers: TerminalAnswers): void {
    if (answers === this.#answers) return;
    const settled = this.#answers.settled;
    this.#answers = answers;
    if (answers.settled && !settled) this.#settle();
    // What comes after the end still counts.
    else if (settled) this.#emitter.emit({ type: 'answers', answers });
  }

  #settle(): void {
    this.#answerTimer?.cancel();
    this.#answers = { ...this.#answers, settled: true };
    const { kittyFlags = 0, deviceAttributes } = this.#answers;
    if (kittyFlags !== 0 && kittyFlags !== this.#wantedFlags) this.#say(kittyFlagsSequence(this.#wantedFlags));
    // It is there, and does not know kitty's protocol.
    if (kittyFlags === 0 && deviceAttributes && !this.#modifyOtherKeys) {
      this.#modifyOtherKeys = true;
      this.#say(MODIFY_OTHER_KEYS);
    }
    this.#emitter.emit({ type: 'answers', answers: this.#answers });
  }

  #lose(error: unknown): void {
    if (this.#state === 'lost' || this.#state === 'closed') return;
    const wasOurs = this.#state === 'active';
    this.#state = 'lost';
    // It may be there still, only not ours to read: what can be given back is.
    if (wasOurs) this.#giveBack();
    const reason = plainText(error instanceof Error ? error.message : String(error));
    this.#emitter.emit({ type: 'lost', reason });
  }
}
