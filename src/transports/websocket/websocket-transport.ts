import {
  type Attachment,
  type InputOrigin,
  IrisError,
  type LaunchSpec,
  type Position,
  type ProcessEnd,
  type SessionInfo,
  type Transport,
  type TransportMetrics,
  type TransportSink,
  type TransportStatus,
  type ViewEntry,
  type WriteSettled,
  withOwnName,
} from '../../core/index.ts';
import { INPUT_LIMIT_BYTES, inputFull } from '../local/index.ts';
import type { FarHubLink, LinkUser } from './far-hub-link.ts';
import type { FarHubs } from './far-hubs.ts';

/** Kinds of sessions that are told by the command alone. */
const NO_AGENTS: readonly string[] = ['command', 'shell'];

type WebSocketRemote = Extract<NonNullable<LaunchSpec['remote']>, { kind: 'websocket' }>;

/**
 * A session of another hub. The link to that hub is shared and comes back by itself; what was missed meanwhile is replayed from where this
 * session stands. A sink that takes words of a mirror gets entries with their numbers; any other gets a process, as from every transport.
 */
export class WebSocketTransport implements Transport, LinkUser {
  readonly kind = 'websocket';
  readonly pid = undefined;
  readonly #byHand: (() => readonly string[]) | undefined;
  readonly #launch: LaunchSpec;
  readonly #remote: WebSocketRemote;
  readonly #hubs: FarHubs;
  #status: TransportStatus = 'stopped';
  #sink: TransportSink | undefined;
  #link: FarHubLink | undefined;
  #session: string | undefined;
  #attachment: Attachment | undefined;
  #over = false;
  #starting = false;
  #stopping: Promise<void> | undefined;
  /** As somebody here would like it; without a word from here it keeps the size that it has there. */
  #size: { readonly cols: number; readonly rows: number } | undefined;
  #bytesIn = 0;
  #bytesOut = 0;
  /** Written, and not yet known to have arrived; `INPUT_LIMIT_BYTES` at most, then refused. */
  #unsettled = 0;
  #paused: { readonly until: Promise<void>; readonly release: () => void } | undefined;
  /** Number of the newest entry that the sink has. */
  #delivered = 0;
  /** The process has ended there; its last entries may still be on their way. */
  #last: SessionInfo | undefined;
  /** How it did, once every byte of it has been delivered. */
  #end: ProcessEnd | undefined;

  /** `byHand`: how one gets to the machine of that hub without it. */
  constructor(launch: LaunchSpec, remote: WebSocketRemote, hubs: FarHubs, byHand?: () => readonly string[]) {
    this.#launch = launch;
    this.#remote = remote;
    this.#hubs = hubs;
    this.#byHand = byHand;
    this.#session = launch.mirror?.session ?? remote.session;
  }

  /** What leads there from a shell. */
  get launchCommand(): readonly string[] {
    const { hub, words } = this.#remote;
    const { command } = this.#launch;
    if (this.#byHand) return this.#byHand();
    if (hub.kind !== 'known') return [...words, ...command];
    if (this.#session !== undefined) return ['iris-tui', 'attach', this.#session, '--hub', hub.name];
    return ['iris-tui', 'new', '--hub', hub.name, ...(command.length === 0 ? [] : ['--', ...command])];
  }

  get status(): TransportStatus {
    return this.#status;
  }

  get metrics(): TransportMetrics {
    const roundTripMs = this.#link?.roundTripMs;
    return {
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
      ...(roundTripMs === undefined ? {} : { roundTripMs }),
    };
  }

  get diagnostics(): readonly string[] {
    return this.#link?.log ?? [];
  }

  session(): string | undefined {
    return this.#session;
  }

  start(sink: TransportSink): void {
    if (this.#sink) throw new Error('a transport starts once');
    this.#sink = sink;
    this.#setStatus('connecting');
    const asked = this.#launch.unattended !== true;
    try {
      this.#link = this.#hubs.use(this.#remote.hub, { asked });
    } catch (error) {
      this.#fail(IrisError.from(error));
      return;
    }
    if (this.#session !== undefined) this.#attach(this.#session);
    this.#link.join(this);
    // It may wait for its next attempt, for others.
    if (asked) this.#link.host.retryNow();
  }

  online(): void {
    if (this.#session === undefined) void this.#startThere();
  }

  lost(word: Parameters<NonNullable<LinkUser['lost']>>[0]): void {
    if (this.#over) return;
    if (this.#sink?.mirror) {
      this.#sink.mirror(word);
    } else if (!word.trying && word.attempt > 0) this.#fail(word.error);
  }

  failed(error: IrisError): void {
    this.#fail(error);
  }

  told(theirs: SessionInfo): void {
    if (this.#over || theirs.id !== this.#session) return;
    const info = withOwnName(theirs, this.#link?.host.you?.name);
    if (this.#sink?.mirror) this.#sink.mirror({ type: 'info', info });
    else if (['exited', 'failed', 'died'].includes(info.process.status)) {
      this.#last = info;
      this.#maybeEnded();
    }
  }

  get heldBytes(): number {
    return this.#attachment?.heldBytes ?? 0;
  }

  held(): void {
    if (!this.#over) this.#sink?.mirror?.({ type: 'held' });
  }

  gone(): void {
    this.#ended(new IrisError('not-found', 'the session was ended there'));
  }

  write(bytes: Uint8Array): void {
    if (this.#over) return;
    if (!this.#attachment) throw new IrisError('unreachable', 'it is not connected yet', { retriable: true });
    if (this.#unsettled + bytes.length > INPUT_LIMIT_BYTES) throw inputFull(INPUT_LIMIT_BYTES);
    this.#bytesOut += bytes.length;
    this.#unsettled += bytes.length;
    this.#attachment.write(bytes, () => {
      this.#unsettled -= bytes.length;
    });
  }

  type(bytes: Uint8Array, settled: WriteSettled, origin?: InputOrigin): void {
    if (!this.#attachment) {
      settled(new IrisError('unreachable', 'it is not connected yet', { retriable: true }));
      return;
    }
    this.#bytesOut += bytes.length;
    this.#attachment.write(bytes, settled, origin);
  }

  resize(cols: number, rows: number): void {
    this.#size = { cols, rows };
    this.#attachment?.resize(cols, rows);
  }

  /** The window of the link then holds the rest back, over there. A mirror takes what comes: it has been parsed there already. */
  pause(): void {
    if (this.#sink?.mirror || this.#paused) return;
    let release = (): void => {};
    const until = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#paused = { until, release };
  }

  resume(): void {
    this.#paused?.release();
    this.#paused = undefined;
  }

  /** An interrupt is what the other hub makes of it; of other signals its protocol knows none. */
  signal(signal: Parameters<Transport['signal']>[0]): void {
    if (this.#over || this.#session === undefined || signal !== 'SIGINT') return;
    this.#link?.host.command('session.cancel', { session: this.#session }).catch(() => {});
  }

  retry(): void {
    this.#link?.host.retryNow();
  }

  saved(position: Position): void {
    this.#attachment?.kept(position);
  }

  /** Lets go of it; it goes on there. */
  leave(): void {
    if (this.#over) return;
    this.#finish();
  }

  /** A session that was started for this one is ended; any other goes on. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    const link = this.#link;
    const session = this.#session;
    if (this.#over || !link || session === undefined || this.#remote.session !== undefined || !link.online) {
      const wasOver = this.#over;
      this.leave();
      if (!wasOver) this.#sink?.ended({});
      return;
    }
    this.#setStatus('terminating');
    try {
      await link.host.command('session.kill', { session });
    } catch (error) {
      if (IrisError.from(error).code !== 'not-found') throw error;
    } finally {
      this.#ended(undefined);
    }
  }

  async #startThere(): Promise<void> {
    if (this.#starting || this.#over) return;
    this.#starting = true;
    this.#setStatus('spawning');
    const { command, cwd, env, mode, headless, cols, rows, mirror } = this.#launch;
    const kind = headless ?? mirror?.agent;
    try {
      const info = await this.#link!.host.command('session.new', {
        ...(command.length === 0 ? {} : { command: [...command] }),
        ...(cwd === '' ? {} : { cwd }),
        ...(Object.keys(env).length === 0 ? {} : { extraEnv: { ...env } }),
        // An older hub names it by itself.
        ...(mirror ? { key: mirror.key, nameLike: this.#nameThere(mirror.name) } : {}),
        ...(kind === undefined || NO_AGENTS.includes(kind) ? {} : { agent: kind }),
        mode: headless === undefined ? mode : 'headless',
        cols,
        rows,
      });
      if (this.#over) return;
      this.#session = info.id;
      this.#sink?.mirror?.({ type: 'session', id: info.id });
      this.#attach(info.id);
      this.#link?.follow(this);
    } catch (error) {
      const failure = IrisError.from(error);
      // A lost connection is told by the link, and tried again when it is back.
      if (failure.code !== 'hub-unreachable' || !this.#sink?.mirror) this.#fail(failure);
    } finally {
      this.#starting = false;
    }
  }

  /** What is called `office/bash` here is `bash` at office. */
  #nameThere(name: string): string {
    const { hub } = this.#remote;
    const prefix = hub.kind === 'carried' ? '' : `${hub.name}/`;
    return name.startsWith(prefix) && name.length > prefix.length ? name.slice(prefix.length) : name;
  }

  #attach(session: string): void {
    const { mirror } = this.#launch;
    const isMirror = this.#sink?.mirror !== undefined;
    this.#attachment = this.#link!.host.attach(session, {
      mode: 'log',
      history: isMirror,
      mirror: isMirror,
      ...this.#size,
      ...(isMirror && this.#remote.hub.kind === 'runner' ? { retain: true } : {}),
      ...(mirror?.after && mirror.session !== undefined ? { after: mirror.after } : {}),
      onAttached: () => {
        if (!this.#over) this.#setStatus('ready', true);
      },
      onEntry: (entry) => (this.#paused ? this.#paused.until.then(() => this.#entry(entry)) : this.#entry(entry)),
      onEnd: (reason) => this.#ended(reason),
    });
  }

  #entry(entry: ViewEntry): void {
    if (this.#over) return;
    if ('bytes' in entry) this.#bytesIn += entry.bytes.length;
    const sink = this.#sink;
    if (sink?.mirror) {
      if (entry.kind === 'snapshot') {
        const { kind: _kind, ...picture } = entry;
        sink.mirror({ type: 'picture', ...picture });
      } else sink.mirror({ type: 'entry', entry });
      return;
    }
    if (entry.kind === 'output' || entry.kind === 'error') sink?.output(entry.bytes, entry.kind);
    this.#delivered = entry.seq;
    this.#maybeEnded();
  }

  /** Every byte of it has been delivered. */
  #maybeEnded(): void {
    if (!this.#last || this.#delivered < this.#last.seq || this.#end) return;
    const { exitCode, signal } = this.#last.process;
    this.#end = { ...(exitCode === undefined ? {} : { exitCode }), ...(signal === undefined ? {} : { signal }) };
    void this.#removeThere().finally(() => this.#ended(undefined));
  }

  /** A process that has ended leaves nothing behind; a session that was started for one would stay in the list there, for nobody. */
  async #removeThere(): Promise<void> {
    if (this.#session === undefined || this.#remote.session !== undefined) return;
    await this.#link?.host.command('session.kill', { session: this.#session }).catch(() => {});
  }

  #ended(reason: IrisError | undefined): void {
    if (this.#over) return;
    this.#finish();
    if (reason && this.#sink?.mirror) this.#sink.failed(reason);
    else this.#sink?.ended(this.#end ?? {});
  }

  #fail(error: IrisError): void {
    if (this.#over) return;
    this.#finish();
    this.#sink?.failed(error);
  }

  #finish(): void {
    this.#over = true;
    this.#attachment?.detach();
    this.#attachment = undefined;
    const link = this.#link;
    if (link) {
      link.leave(this);
      this.#hubs.release(link);
    }
    this.#setStatus('stopped');
  }

  /** `again`: it may be in this state already. */
  #setStatus(status: TransportStatus, again = false): void {
    if (status === this.#status && !again) return;
    this.#status = status;
    this.#sink?.status(status);
  }
}
