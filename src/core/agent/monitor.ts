import type { Clock, Timer } from '../clock.ts';
import type { ScreenEvent } from '../output/events.ts';
import type { AgentStateName } from '../session/info.ts';
import type { RuleBook } from './book.ts';
import type { CompiledSet } from './compile.ts';
import { type Decision, DecisionLog, type Explanation } from './explain.ts';
import { HookTrust, type HookWord } from './hooks/index.ts';
import { matchConditions, type Reading, readState, View } from './match.ts';
import { mayAnswer, PromptBoard } from './prompt/board.ts';
import { findBox } from './prompt/box.ts';
import type { CompiledAnswers, CompiledTranscript } from './prompt/compile.ts';
import type { AgentPrompt } from './prompt/types.ts';
import type { AgentReport, Authority, MonitoredScreen, MonitorOptions, Sight } from './report.ts';
import { type Rounds, roundsOf } from './rounds.ts';
import { GONE, LOST, Settler, type Sign } from './settle.ts';
import { Signals } from './signals.ts';

/** The screen of a session is looked at this often at most, and only after output. */
const LOOK_INTERVAL_MS = 50;
/** The first look after quiet waits for the rest of the frame. */
const FRAME_MS = 10;
/** A frame in mode 2026 is waited for this long: as when it is drawn. */
const SYNCHRONIZED_MS = 150;

type By = Pick<Reading, 'rule' | 'on'>;

/**
 * What the agent of one run of a session is doing. Told of output and of what programs say beside it; looks at the screen some time after,
 * at most every 50 ms, and never while output is handled.
 */
export class AgentMonitor {
  readonly #clock: Clock;
  readonly #rounds: Rounds;
  readonly #book: RuleBook;
  readonly #kind: string;
  readonly #screen: MonitoredScreen;
  readonly #changed: (report: AgentReport) => void;
  readonly #signals = new Signals();
  readonly #settler: Settler;
  readonly #log = new DecisionLog();
  readonly #board: PromptBoard;
  /** Why the state that is pending. */
  #pendingBy: By = { rule: 'unknown', on: [] };
  #set: CompiledSet;
  /** The agent that was recognised inside a shell. */
  #guest: CompiledSet | undefined;
  /** Its title came, its screen not yet. */
  #expected: CompiledSet | undefined;
  #authority: Authority | undefined;
  /** What the agent itself says that it asks. */
  #asked: AgentPrompt | undefined;
  /** Whether what a hook said is still believed; only while hooks decide. */
  #trust: HookTrust | undefined;
  #report: AgentReport;
  #unseen = false;
  #looking = false;
  #ended = false;
  #dirty = false;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #outputAt: number;
  #timer: Timer | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #synchronizedSince: number | undefined;

  constructor({ clock, rules, kind, screen, changed }: MonitorOptions) {
    this.#clock = clock;
    this.#rounds = roundsOf(clock);
    this.#book = rules;
    this.#kind = kind;
    this.#screen = screen;
    this.#changed = changed;
    this.#set = rules.rulesFor(kind);
    this.#settler = new Settler(clock.now());
    this.#board = new PromptBoard(String(clock.wall()));
    this.#outputAt = clock.now();
    this.#report = { kind, state: 'unknown', since: clock.wall() };
  }

  get report(): AgentReport {
    return this.#report;
  }

  get lastDecision(): Decision | undefined {
    return this.#log.last;
  }

  /** The screen changed. On the hot path: does nothing but remember it, and set a timer after the first time. */
  output(): void {
    if (this.#dirty) return;
    this.#dirty = true;
    if (this.#set.readsScreen || this.#expected || this.#awaitsSilence) this.#lookSoon();
  }

  /** The program said something beside its picture. */
  event(event: ScreenEvent): void {
    if (this.#ended || !this.#signals.take(event)) return;
    if (event.type === 'mark' && this.#signals.mark === 'prompt') this.#leave('the shell shows its prompt');
    this.#lookSoon();
  }

  /** A source that knows, where the agent has one. From the first word of a protocol on the screen does not count; a hook must not be refuted by it. */
  say(
    authority: Authority,
    state: 'working' | 'blocked' | 'idle' | 'unknown',
    question?: string,
    prompt?: AgentPrompt,
  ): void {
    if (this.#ended || (this.#authority === 'protocol' && authority === 'hook')) return;
    const now = this.#clock.now();
    // The hook of another tool than the one that asks: the question stands.
    if (authority === 'hook' && state === 'working' && this.#read(now)?.state === 'blocked') return;
    this.#authority = authority;
    this.#trust = authority === 'hook' && state !== 'unknown' ? new HookTrust(state, now, question) : undefined;
    const on = [question ?? state];
    const another = prompt?.id !== this.#asked?.id;
    this.#asked = prompt;
    const told = this.#report;
    this.#observe({ state, question, holdMs: 0, sure: authority === 'protocol' }, { rule: authority, on }, now);
    // The same words, asked again: an answer to the first is none to the second.
    if (another && this.#report === told && this.#settler.state === 'blocked') this.#tell({ rule: authority, on });
    if (this.#trust) this.#lookSoon();
    this.#schedule();
  }

  /** A hook of the agent says what it does. */
  hear(word: HookWord): void {
    if (this.#ended || this.#authority === 'protocol') return;
    const now = this.#clock.now();
    if (word.kind === 'over') this.#disbelieve();
    else if (!word.hint) this.say('hook', word.state, word.question);
    else {
      const seen = this.#read(now)?.state ?? word.state;
      const { state, question } = word;
      if (seen === state) this.#observe({ state, question, holdMs: 0 }, { rule: 'hook', on: [question ?? state] }, now);
    }
    this.#lookSoon();
  }

  /** What it asks, if that still stands there at this very moment: to be asked just before an answer is typed. */
  promptNow(): AgentPrompt | undefined {
    if (this.#ended || !this.#board.current || this.#screen.synchronizing) return undefined;
    const reading = this.#read(this.#clock.now());
    return reading?.state === 'blocked' && this.#board.stands(reading) ? this.#board.current : undefined;
  }

  /** Its screen read now: for those who type into it. */
  sight(): Sight {
    const view = this.#view(this.#clock.now());
    const { box } = this.#set;
    const reading = readState(this.#set.rules, view)?.state;
    // A question has the keyboard, whatever else is to be seen.
    const found = box && reading !== 'blocked' ? findBox(view.tail, this.#screen, box) : undefined;
    return { reading, knowsBox: box !== undefined, box: found };
  }

  /** How its answers are read; undefined: nobody knows. */
  get transcript(): CompiledTranscript | undefined {
    return this.#set.transcript;
  }

  /** How what it asks is answered. */
  get answers(): CompiledAnswers {
    return this.#set.answers;
  }

  /** Bytes went to the process: what it asked may be answered by them. */
  typed(bytes: Uint8Array): void {
    this.seen();
    if (this.#ended || !this.#board.current || !mayAnswer(bytes)) return;
    this.#board.touched(this.#clock.now());
    this.#retell();
    this.#schedule();
  }

  /** Somebody has it before their eyes from now on, or no longer. */
  look(looking: boolean): void {
    this.#looking = looking;
    if (looking) this.seen();
  }

  /** Somebody saw it: `done` is `idle`. */
  seen(): void {
    if (!this.#unseen) return;
    this.#unseen = false;
    this.#tell({ rule: 'seen', on: ['somebody saw it'] });
  }

  /** The process is over. */
  ended(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#report = { kind: this.#report.kind, state: 'exited', since: this.#clock.wall() };
    this.#log.add({ at: this.#report.since, state: 'exited', rule: 'process', on: ['the process has ended'] });
    this.#changed(this.#report);
  }

  dispose(): void {
    this.#ended = true;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** What was decided, by which rule, on what text, and what would be decided now. */
  explain(): Explanation {
    const now = this.#clock.now();
    const pending = this.#ended ? undefined : this.#settler.pending;
    const reading = this.#ended ? undefined : this.#read(now);
    const { measured } = this.#book.get(this.#set.agent) ?? {};
    return {
      ...this.#report,
      sessionKind: this.#kind,
      rules: { agent: this.#set.agent, ...(measured === undefined ? {} : { measured }) },
      authority: this.#authority ?? 'terminal',
      ...(reading
        ? { now: { state: reading.state, rule: reading.rule, on: reading.on, choices: reading.choices } }
        : {}),
      ...(pending ? { pending: { state: pending.state, inMs: Math.max(0, Math.round(pending.at - now)) } } : {}),
      decisions: this.#log.all(),
    };
  }

  #lookSoon(): void {
    const now = this.#clock.now();
    this.#arm(Math.max(now + FRAME_MS, this.#lookedAt + LOOK_INTERVAL_MS));
  }

  #arm(at: number): void {
    if (this.#ended || at >= this.#timerAt) return;
    this.#timer?.cancel();
    this.#timerAt = at;
    this.#timer = this.#rounds.at(at, () => {
      this.#timer = undefined;
      this.#timerAt = Number.POSITIVE_INFINITY;
      this.#look();
    });
  }

  #look(): void {
    const now = this.#clock.now();
    if (this.#dirty) this.#outputAt = now;
    if (this.#screen.synchronizing) {
      this.#synchronizedSince ??= now;
      if (now - this.#synchronizedSince < SYNCHRONIZED_MS) {
        this.#arm(now + FRAME_MS);
        return;
      }
    } else this.#synchronizedSince = undefined;
    this.#dirty = false;
    this.#lookedAt = now;
    this.#whoIsThere(now);
    const reading = this.#authority !== 'protocol' || this.#settler.state === 'blocked' ? this.#read(now) : undefined;
    const asksAnew =
      reading?.state === 'blocked' && reading.choices.length > 0
        ? this.#board.observe(reading, this.#set.answers, now)
        : this.#board.missing(now);
    const told = this.#report;
    if (this.#trust) this.#judge(this.#trust, reading, now);
    if (this.#authority === undefined) {
      if (reading) this.#observe(reading, reading, now);
      else if (this.#settler.state === 'blocked') this.#observe(GONE, { rule: 'gone', on: ['no rule matches'] }, now);
    }
    if (this.#settler.tick(now)) this.#settled(this.#pendingBy);
    if (asksAnew && this.#report === told && this.#settler.state === 'blocked') this.#retell();
    this.#schedule();
  }

  /** Does the terminal agree with what a hook said? */
  #judge(trust: HookTrust, reading: Reading | undefined, now: number): void {
    const verdict = trust.judge(reading, this.#outputAt, now);
    if (verdict === 'believed') {
      const { state, question } = trust;
      // The same dialog, with its own words.
      if (state === 'blocked' && reading?.state === 'blocked') this.#observe(reading, reading, now);
      // Said once, it may have had to wait for its turn.
      else if (this.#settler.state !== state) {
        this.#observe({ state, question, holdMs: 0 }, { rule: 'hook', on: [question ?? state] }, now);
      }
      return;
    }
    this.#disbelieve();
    if (verdict === 'stale') this.#observe(LOST, { rule: 'hook', on: ['no word and no output for ten minutes'] }, now);
    // It has been seen for long enough already.
    else if (reading) this.#observe({ ...reading, holdMs: 0 }, reading, now);
  }

  #disbelieve(): void {
    this.#trust = undefined;
    if (this.#authority === 'hook') this.#authority = undefined;
  }

  #observe(sign: Sign, by: By, now: number): void {
    if (this.#settler.observe(sign, now)) this.#settled(by);
    else if (this.#settler.pending) this.#pendingBy = by;
  }

  #read(now: number): Reading | undefined {
    return readState(this.#set.rules, this.#view(now));
  }

  #view(now: number): View {
    return new View(this.#signals, this.#screen, this.#screen.modes.alternateScreen, now - this.#outputAt);
  }

  /** An agent that was started in a shell, or has left it. */
  #whoIsThere(now: number): void {
    if (this.#guest) {
      const { titles } = this.#guest;
      if (titles && !titles.test(this.#signals.title)) this.#leave('the title is no longer its own');
      else if (this.#guest.starts?.alternateScreen && !this.#screen.modes.alternateScreen) {
        this.#leave('it has left the alternate screen');
      }
      return;
    }
    if (this.#kind !== 'shell' && this.#kind !== 'command') return;
    const { title, says } = this.#signals;
    this.#expected = this.#book.recognisable.find(
      ({ starts }) => (starts!.title?.test(title) ?? true) && (starts!.says?.test(says ?? '') ?? true),
    );
    const found = this.#expected && matchConditions(this.#expected.starts!, this.#view(now));
    if (!found) return;
    this.#guest = this.#expected;
    this.#expected = undefined;
    this.#set = this.#guest!;
    this.#report = { ...this.#report, kind: this.#set.agent };
    this.#log.add({
      at: this.#clock.wall(),
      state: this.#report.state,
      rule: `${this.#set.agent}/starts`,
      on: found.on,
    });
    this.#changed(this.#report);
  }

  #leave(why: string): void {
    if (!this.#guest) return;
    this.#guest = undefined;
    this.#set = this.#book.rulesFor(this.#kind);
    this.#signals.forget();
    this.#report = { ...this.#report, kind: this.#kind };
    const by = { rule: `${this.#kind}/left`, on: [why] };
    const now = this.#clock.now();
    const state = this.#read(now)?.state ?? 'unknown';
    this.#observe({ state, question: undefined, holdMs: 0 }, by, now);
  }

  /** The settler changed: what follows for `done`, and for those who are told. */
  #settled(by: By): void {
    const { state } = this.#settler;
    const before = this.#report.state;
    if (state !== 'blocked') this.#board.clear();
    if (state !== 'idle') this.#unseen = false;
    else if (before === 'working') this.#unseen = !this.#looking;
    // A question that is gone was answered: nothing on the screen says so.
    const on = state === 'working' && before === 'blocked' ? ['the question is gone', ...by.on] : by.on;
    this.#tell({ rule: by.rule, on });
  }

  #tell(by: By): void {
    this.#log.add({ at: this.#clock.wall(), state: this.#stateNow(), ...by });
    this.#retell();
  }

  #stateNow(): AgentStateName {
    const { state } = this.#settler;
    return state === 'idle' && this.#unseen ? 'done' : state;
  }

  #retell(): void {
    const { state, since, question } = this.#settler;
    const prompt = state === 'blocked' ? (this.#asked ?? this.#board.current) : undefined;
    this.#report = {
      kind: this.#set.agent,
      state: this.#stateNow(),
      since: Math.round(this.#clock.wall() - (this.#clock.now() - since)),
      ...(state === 'blocked' && question !== undefined ? { question } : {}),
      ...(prompt ? { prompt } : {}),
    };
    this.#changed(this.#report);
  }

  /** The next look without output: a state that is pending, or a silence that a rule waits for. */
  #schedule(): void {
    const { nextAt } = this.#settler;
    if (nextAt !== undefined) this.#arm(nextAt);
    if (this.#trust?.nextAt !== undefined) this.#arm(this.#trust.nextAt);
    if (this.#trust && nextAt === undefined && this.#settler.state !== this.#trust.state) this.#lookSoon();
    if (this.#board.nextAt !== undefined) this.#arm(this.#board.nextAt);
    if (this.#dirty) this.#lookSoon();
    if (!this.#awaitsSilence) return;
    const at = this.#outputAt + this.#set.quietMs!;
    if (at > this.#lookedAt) this.#arm(at);
  }

  /** Only a state that a silence could end is worth waking up for. */
  get #awaitsSilence(): boolean {
    return this.#set.quietMs !== undefined && this.#settler.state === 'working';
  }
}
