import type { OutputLog, Screen } from '../output/index.ts';
import type { Transport } from '../transport.ts';
import { WithAgent } from './agent-side.ts';
import { roundTripToTell } from './connection.ts';
import type { SavedConversation } from './conversation.ts';
import type { Epoch } from './epoch.ts';
import type { ConnectionDetails, SessionInfo, SessionMode } from './info.ts';
import type { Person, TypedBy } from './people.ts';
import type { Picture } from './picture.ts';
import type { SessionSpec } from './ports.ts';
import { connectionDetails } from './report.ts';
import type { Runs } from './runs.ts';
import type { SessionState } from './states.ts';

/** What a session tells of itself that follows from its parts. */
export abstract class SessionFacts extends WithAgent {
  protected abstract readonly picture: Picture;
  protected abstract readonly runs: Runs;
  /** What it was started from, or will be by the next `restart`. */
  abstract readonly spec: SessionSpec;
  #viewers = 0;
  #people: readonly Person[] = [];
  #typedBy: TypedBy | undefined;
  #queued = 0;
  #agentSession: string | undefined;
  #roundTripMs: number | undefined;
  #heldWhy: string | undefined;
  #far: { session: string; info?: SessionInfo } | undefined;

  abstract readonly state: SessionState;

  abstract info(): SessionInfo;

  abstract write(bytes: Uint8Array): unknown;

  /** Its connection looked at closely. */
  connection(): ConnectionDetails {
    return connectionDetails(this.info(), this.runs.newest);
  }

  /** Something that reports tell has changed. */
  protected abstract changed(): void;

  /** It lives in another hub; this one has its picture, and asks that one for everything else. */
  get mirrored(): boolean {
    return this.#far !== undefined || this.spec.remote?.kind === 'websocket';
  }

  /** Of a session that lives in another hub: its id there, and what that hub told last. */
  get far(): { readonly session: string; readonly info?: SessionInfo } | undefined {
    return this.#far;
  }

  protected setFar(far: { session: string; info?: SessionInfo } | undefined): void {
    this.#far = far;
    this.changed();
  }

  /** To the other machine and back, as told last. */
  get roundTripMs(): number | undefined {
    return this.#roundTripMs;
  }

  /** Looks at the round-trip time; it is told only when it differs so that a person would care. */
  measure(): void {
    const ms = this.state.kind === 'running' ? this.runs.newest?.metrics.roundTripMs : undefined;
    const told = roundTripToTell(this.#roundTripMs, ms);
    if (told === this.#roundTripMs) return;
    this.#roundTripMs = told;
    this.changed();
  }

  protected forgetRoundTrip(): void {
    this.#roundTripMs = undefined;
  }

  signal(signal: Parameters<Transport['signal']>[0]): void {
    this.runs.signal(signal);
  }

  /** Interrupts what runs: Ctrl-C into a terminal, SIGINT to a process without one. */
  cancel(): void {
    if (this.mode === 'pty') this.write(Uint8Array.of(3));
    else this.signal('SIGINT');
  }

  /** Why nothing is read from its process, which waits until it is. */
  get heldWhy(): string | undefined {
    return this.#heldWhy;
  }

  /** Nothing more is read from its process: the kernel then holds it. Undefined: it goes on. */
  hold(why: string | undefined): void {
    if (why === this.#heldWhy) return;
    this.#heldWhy = why;
    this.runs.hold(why !== undefined);
    this.changed();
  }

  /** Everything up to there is on this machine's disk. */
  kept(epoch: string, seq: number): void {
    this.runs.saved(epoch, seq);
  }

  get command(): readonly string[] {
    return this.spec.command;
  }

  get cwd(): string {
    return this.spec.cwd;
  }

  get mode(): SessionMode {
    return this.spec.mode;
  }

  get team(): string | undefined {
    return this.spec.team;
  }

  get remote(): SessionSpec['remote'] {
    return this.spec.remote;
  }

  get epoch(): string {
    return this.picture.epoch;
  }

  get cols(): number {
    return this.picture.cols;
  }

  get rows(): number {
    return this.picture.rows;
  }

  /** Of the newest run: a restart replaces it. */
  get screen(): Screen {
    return this.picture.screen;
  }

  /** Of the newest run: a restart replaces it. */
  get log(): OutputLog {
    return this.picture.log;
  }

  /** What is kept of the runs before, for those who read the log, and the newest: oldest first. */
  get epochs(): readonly Epoch[] {
    return this.picture.epochs;
  }

  get pid(): number | undefined {
    return this.runs.pid;
  }

  /** Bytes typed that wait for the connection. */
  get heldBytes(): number {
    return this.runs.heldBytes;
  }

  /** How this run began, where nobody started it anew. */
  get begun(): 'restarted' | 'resumed' | undefined {
    return this.runs.begun;
  }

  /** Typed into, written by its process, or looked at by one more or less, then; of the monotonic clock. */
  get usedAt(): number {
    return this.runs.usedAt;
  }

  get conversation(): SavedConversation | undefined {
    return this.runs.conversation.saved;
  }

  /** Its agent says which conversation it is in. */
  converses(agent: string, id: string): void {
    if (this.runs.conversation.named(agent, id)) this.changed();
  }

  /** By this a headless agent goes on with its session. */
  get agentSession(): string | undefined {
    return this.#agentSession;
  }

  set agentSession(id: string | undefined) {
    if (id === this.#agentSession) return;
    this.#agentSession = id;
    this.changed();
  }

  get viewers(): number {
    return this.#viewers;
  }

  set viewers(count: number) {
    if (count === this.#viewers) return;
    this.#viewers = count;
    this.runs.used();
    this.changed();
  }

  /** Who they are; of many, the first to come. */
  get people(): readonly Person[] {
    return this.#people;
  }

  set people(people: readonly Person[]) {
    if (JSON.stringify(people) === JSON.stringify(this.#people)) return;
    this.#people = people;
    this.changed();
  }

  /** Who typed last, as it is told: not each key. */
  get typedBy(): TypedBy | undefined {
    return this.#typedBy;
  }

  set typedBy(typedBy: TypedBy | undefined) {
    this.#typedBy = typedBy;
    this.changed();
  }

  /** Prompts that wait for their turn. */
  get queued(): number {
    return this.#queued;
  }

  set queued(count: number) {
    if (count === this.#queued) return;
    this.#queued = count;
    this.changed();
  }
}
