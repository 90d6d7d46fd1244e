import { IrisError } from '../errors.ts';
import type { EntryBody } from '../output/index.ts';
import type { InputOrigin, LaunchSpec, MirrorWord, ProcessEnd, Transport } from '../transport.ts';
import type { AgentSide } from './agent-side.ts';
import { SessionConversation } from './conversation.ts';
import { HELD_INPUT_LIMIT_BYTES, HeldInput, type HeldSettled } from './held-input.ts';
import type { Picture } from './picture.ts';
import type { SavedSession, SessionDeps, SessionIdentity, SessionSpec } from './ports.ts';
import { hasTransport, type SessionState, type StateEvent } from './state.ts';

const CR = 13;
const LF = 10;

/** The session as its runs see it. */
export interface RunsOwner {
  readonly deps: SessionDeps;
  readonly identity: SessionIdentity;
  readonly agentKind: string;
  readonly picture: Picture;
  readonly agentSide: AgentSide;
  readonly state: () => SessionState;
  readonly spec: () => SessionSpec;
  readonly dispatch: (event: StateEvent) => void;
  readonly append: (body: EntryBody) => void;
  /** The picture is of a new epoch. */
  readonly restarted: () => void;
  /** Something that reports tell has changed. */
  readonly changed: () => void;
  /** Of a session that lives in another hub: what that hub tells of it. */
  readonly mirrored: (word: Extract<MirrorWord, { type: 'session' | 'info' }>) => void;
  /** Does it live in another hub? */
  readonly mirrors: () => boolean;
  /** Id of the session there. */
  readonly farSession: () => string | undefined;
}

/** The runs of a session, one after the other: each a transport, and most an epoch. */
export class Runs {
  readonly conversation: SessionConversation;
  readonly #o: RunsOwner;
  readonly #held = new HeldInput();
  #transport: Transport | undefined;
  /** Tells what became of the last connection, also when it is over. */
  #newest: Transport | undefined;
  /** The process of this epoch has run, or something was printed in it: the next launch begins another. */
  #epochUsed = false;
  /** This launch begins a new epoch with its process, or with its first word; until then what was there stays. */
  #epochDue = false;
  #begun: 'restarted' | 'resumed' | undefined;
  /** Somebody typed into this run. */
  #typed = false;
  #usedAt: number;
  /** The size that somebody here would like a session to have that lives in another hub. */
  #wish: { readonly cols: number; readonly rows: number } | undefined;

  constructor(owner: RunsOwner, saved?: SavedSession) {
    this.#o = owner;
    this.conversation = new SessionConversation(saved?.conversation);
    this.#epochUsed = saved !== undefined;
    this.#usedAt = owner.deps.clock.now();
  }

  get newest(): Transport | undefined {
    return this.#newest;
  }

  get pid(): number | undefined {
    return this.#transport?.pid;
  }

  get heldBytes(): number {
    return this.#held.bytes + (this.#transport?.heldBytes ?? 0);
  }

  get begun(): 'restarted' | 'resumed' | undefined {
    return this.#begun;
  }

  /** Of the monotonic clock. */
  get usedAt(): number {
    return this.#usedAt;
  }

  used(): void {
    this.#usedAt = this.#o.deps.clock.now();
  }

  /** Is what is on the screen of a run that is over, while another is to begin? */
  get between(): boolean {
    return this.#epochDue;
  }

  launch(unattended: boolean): void {
    const { deps, identity, dispatch } = this.#o;
    // The epochs of a session that lives in another hub begin there.
    this.#epochDue = this.#epochUsed && !this.#mirrored;
    const launch = this.#launchSpec(unattended);
    this.#begun = this.conversation.resumed ? 'resumed' : this.#epochUsed && unattended ? 'restarted' : undefined;
    this.#typed = false;
    let transport: Transport;
    try {
      transport = deps.transport(launch, { id: identity.id, name: identity.name });
    } catch (error) {
      dispatch({ type: 'failed', error: IrisError.from(error) });
      return;
    }
    this.#transport = transport;
    this.#newest = transport;
    if (this.#wish) transport.resize(this.#wish.cols, this.#wish.rows);
    /** Words of a transport that was replaced are not ours any more. */
    const ours = (): boolean => this.#transport === transport;
    transport.start({
      status: (status) => {
        if (!ours() || status !== 'ready') return;
        this.#begin();
        this.conversation.began();
        dispatch({ type: 'ready', pid: transport.pid });
        this.#release();
      },
      output: (bytes, stream) => {
        if (ours()) this.#output(bytes, stream);
      },
      ended: (end) => {
        if (ours()) dispatch({ type: 'ended', end, fresh: this.#foundNothing(end) });
      },
      failed: (error) => {
        if (ours()) dispatch({ type: 'failed', error });
      },
      mirror: (word) => {
        if (ours()) this.#mirror(word);
      },
    });
  }

  /** There is nothing to hear from its transport any more. */
  abandon(): void {
    const transport = this.#transport;
    this.#transport = undefined;
    if (transport?.leave) transport.leave();
    else transport?.stop().catch((error: unknown) => this.#o.deps.onError(error));
  }

  /** Ends the process and all of its group. */
  async stop(): Promise<void> {
    // A held process could not drain, and so not end.
    this.#transport?.resume();
    await this.#transport?.stop();
  }

  /** @throws IrisError when there is no process, its input is full, or too much is held. */
  write(
    bytes: Uint8Array,
    held: HeldSettled | undefined,
    why: () => { reason?: string; remedy?: string },
    origin?: InputOrigin,
  ): 'written' | 'held' {
    const { identity, state } = this.#o;
    const { kind } = state();
    // It holds, numbers and sends again by itself, and says what became of each piece.
    if (this.#mirrored && held && this.#transport?.type) {
      // What was on its way when the connection broke waits as well, and is not given up for what is typed now.
      if (kind !== 'running' && this.heldBytes + bytes.length > HELD_INPUT_LIMIT_BYTES) throw this.#tooMuchHeld();
      this.used();
      this.#transport.type(bytes, held, origin);
      return 'held';
    }
    if (kind === 'offline' || (kind === 'starting' && (this.#epochDue || this.#mirrored))) {
      this.#hold(bytes, held, why);
      return 'held';
    }
    if (!this.#transport || !hasTransport(state())) {
      throw new IrisError('failed', `${identity.name} is not running`, { remedy: 'restart it first' });
    }
    this.#send(bytes);
    return 'written';
  }

  /** What the emulator answers to the process's questions. */
  reply(bytes: Uint8Array): void {
    if (!hasTransport(this.#o.state())) return;
    try {
      this.#transport?.write(bytes);
    } catch (error) {
      // Its input is full: it does not read, so it does not wait for this answer either.
      if (!(error instanceof IrisError)) throw error;
    }
  }

  resize(cols: number, rows: number): void {
    // The other hub is told when it is there again.
    if (this.#mirrored) this.#wish = { cols, rows };
    if (this.#mirrored || hasTransport(this.#o.state())) this.#transport?.resize(cols, rows);
  }

  signal(signal: Parameters<Transport['signal']>[0]): void {
    if (hasTransport(this.#o.state())) this.#transport?.signal(signal);
  }

  /** Reads no more from the process, or goes on. */
  hold(hold: boolean): void {
    if (hold) this.#transport?.pause();
    else this.#transport?.resume();
  }

  /** Its transport comes back by itself: now. */
  retryLink(): void {
    this.#transport?.retry?.();
  }

  /** What is kept on this machine's disk need not be kept for us elsewhere. */
  saved(epoch: string, seq: number): void {
    this.#transport?.saved?.({ epoch, seq });
  }

  get #mirrored(): boolean {
    return this.#o.mirrors();
  }

  #mirror(word: MirrorWord): void {
    const { picture, dispatch, append, restarted, mirrored } = this.#o;
    switch (word.type) {
      case 'entry': {
        const { entry } = word;
        this.used();
        if (entry.kind === 'resize') picture.resize(entry.cols, entry.rows);
        else if (entry.kind !== 'mark') picture.screen.write(entry.bytes);
        append(entry);
        return;
      }
      case 'picture':
        if (word.epoch !== picture.epoch) this.#refuseOld();
        picture.adopt(word.epoch, word);
        restarted();
        return;
      case 'held':
        this.#o.changed();
        return;
      case 'lost':
        dispatch(word);
        return;
      default:
        mirrored(word);
    }
  }

  /** What was typed for a process that is gone never reaches one. */
  refuseHeld(error: IrisError): void {
    this.#held.refuse(error);
  }

  #launchSpec(unattended: boolean): LaunchSpec {
    const { deps, picture, agentKind, identity } = this.#o;
    const { command, cwd, env, mode, remote, startTimeoutMs, resumes, hooks } = this.#o.spec();
    const headless = mode === 'headless';
    const session = this.#o.farSession() ?? (remote?.kind === 'websocket' ? remote.session : undefined);
    // Before the first word of the other hub there is nothing to go on from.
    const after = this.#o.farSession() === undefined ? {} : { after: { epoch: picture.epoch, seq: picture.log.last } };
    return {
      // A headless agent goes on by what it is told once it runs.
      command:
        headless || this.#mirrored ? command : this.conversation.command(command, resumes, () => deps.ids.epoch()),
      cwd,
      env,
      mode: headless ? 'pipes' : mode,
      ...(headless ? { headless: agentKind } : {}),
      cols: picture.cols,
      rows: picture.rows,
      ...(remote === undefined ? {} : { remote }),
      ...(hooks === undefined ? {} : { hooks }),
      ...(unattended ? { unattended } : {}),
      ...(startTimeoutMs === undefined ? {} : { startTimeoutMs }),
      ...(this.#mirrored || remote?.options.persist !== undefined
        ? {
            mirror: {
              ...(session === undefined ? {} : { session }),
              ...after,
              agent: agentKind,
              name: identity.name,
              key: identity.id,
            },
          }
        : {}),
    };
  }

  /** The process runs, or its transport says its first word: what came before is over. */
  #begin(): void {
    const { picture, agentSide, append, restarted } = this.#o;
    if (this.#mirrored) return;
    const anew = this.#epochDue;
    this.#epochDue = false;
    this.#epochUsed = true;
    if (anew) picture.renew();
    if (anew || agentSide.gone) agentSide.begin(picture.screen);
    if (!anew) return;
    this.#refuseOld();
    restarted();
    if (this.#begun) append({ kind: 'mark', mark: this.#begun });
  }

  #refuseOld(): void {
    this.#held.refuse(new IrisError('conflict', 'the process was started again meanwhile'));
  }

  /** The hot path: some 7,000 calls a second while a program floods. */
  #output(bytes: Uint8Array, stream: 'output' | 'error'): void {
    if (this.#epochDue) this.#begin();
    this.#epochUsed = true;
    this.used();
    const { picture, agentSide, append } = this.#o;
    picture.screen.write(bytes);
    agentSide.monitor.output();
    append({ kind: stream, bytes });
  }

  /** It was to go on with a conversation that is not there. */
  #foundNothing(end: ProcessEnd): boolean {
    const state = this.#o.state();
    const byItself =
      state.kind === 'running' && !this.#typed ? { end, ranMs: this.#o.deps.clock.now() - state.runningAt } : undefined;
    return this.conversation.ended(byItself, () => this.#o.picture.screen.capture());
  }

  #hold(bytes: Uint8Array, held: HeldSettled | undefined, why: () => { reason?: string; remedy?: string }): void {
    const { name } = this.#o.identity;
    if (!held) {
      const { reason = 'it is being connected', remedy } = why();
      throw new IrisError('unreachable', `${name} has no connection: ${reason}`, {
        retriable: true,
        ...(remedy === undefined ? {} : { remedy }),
      });
    }
    if (!this.#held.add(bytes, held)) throw this.#tooMuchHeld();
    this.#o.changed();
  }

  #tooMuchHeld(): IrisError {
    const { name } = this.#o.identity;
    return new IrisError('failed', `more than ${HELD_INPUT_LIMIT_BYTES / 1024} KiB wait for the connection of ${name}`);
  }

  #release(): void {
    if (this.#held.bytes === 0) return;
    this.#held.release(
      (bytes) => this.#send(bytes),
      (error) => IrisError.from(error),
    );
    this.#o.changed();
  }

  /** The Enter key alone (CR, or CR LF) is LF to stdin: no terminal driver stands in between. */
  #send(bytes: Uint8Array): void {
    this.#transport?.write(this.#o.spec().mode === 'pipes' && isEnter(bytes) ? Uint8Array.of(LF) : bytes);
    this.#typed = true;
    this.used();
    this.#o.agentSide.monitor.typed(bytes);
  }
}

function isEnter(bytes: Uint8Array): boolean {
  return bytes[0] === CR && (bytes.length === 1 || (bytes.length === 2 && bytes[1] === LF));
}
