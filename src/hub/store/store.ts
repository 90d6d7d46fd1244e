import type { AuditEntry, Entry, IrisError, SavedOutput, SavedSession } from '../../core/index.ts';
import type { AuditPage, AuditQuery } from '../audit/index.ts';
import type { AccessRecords } from '../auth/records.ts';
import {
  type AccessKind,
  type Change,
  NOTHING_STORED,
  type Opened,
  type Reply,
  type Request,
  type SavedAccess,
  type SavedWorkspace,
  type StoredOutput,
  type StoreFailure,
} from './messages.ts';
import { OUTPUT_LIMITS, OutputQueue } from './output-queue.ts';
import { unpackEntries } from './pack.ts';
import { SmallRecords } from './small-records.ts';
import { storageError } from './storage-error.ts';
import { WorkerLink } from './worker-link.ts';

/** Changes of this long are one transaction: one wait for the disk, however many sessions write. */
const COMMIT_INTERVAL_MS = 50;
/** A session that lost output is given its checkpoint when it was quiet for this long, or after the second at the latest. */
const QUIET_MS = 250;
const LOST_LIMIT_MS = 10_000;
/** While nothing can be saved it is tried again after 1 s, then 2, 4 … up to this. */
const RETRY_LIMIT_MS = 30_000;
/** A hub that stops does not wait longer than this for a disk that hangs. */
const CLOSE_LIMIT_MS = 5_000;
const LIMIT_BYTES = 4 * 1024 * 1024 * 1024;

export type StoreEvent =
  /** Nothing can be saved for now, or something was damaged: told once, until `recovered`. */
  | { readonly type: 'problem'; readonly error: IrisError }
  /** All that was held back is saved; sessions get their checkpoints. */
  | { readonly type: 'recovered' }
  /** Output of a session up to there is on the disk. */
  | { readonly type: 'saved'; readonly sessionId: string; readonly epoch: string; readonly seq: number }
  /** Someone should call `checkpoint` for this session now. `quiet`: it writes nothing, so a long one does no harm. */
  | { readonly type: 'checkpoint-wanted'; readonly sessionId: string; readonly quiet: boolean };

export interface StoreOptions {
  readonly onEvent: (event: StoreEvent) => void;
  /** The database grows to no more than this; then it is as if the disk were full. Default 4 GiB: 500 sessions with all they may keep. */
  readonly limitBytes?: number;
}

/**
 * What a hub keeps on disk: sessions, their output, layouts. Nothing here waits for the disk, but `flush`. When the disk fails, the newest of every
 * session and layout is held in memory, output counts as lost (see OutputQueue), and all is written when it works again.
 */
export class Store {
  readonly #dir: string;
  readonly #onEvent: (event: StoreEvent) => void;
  readonly #open: Request;
  #link: WorkerLink | undefined;
  /** The newest of everything small, for a database that has to be written anew. */
  readonly #sessions = new Map<string, SavedSession>();
  readonly #workspaces = new Map<string, SavedWorkspace>();
  /** Changes of these for the next batch, the newest of each only. */
  readonly #changed = new Map<string, Change>();
  readonly #outputs = new Map<string, OutputQueue>();
  readonly #records = new SmallRecords(
    (key, change) => this.#change(key, change),
    (key) => this.#changed.delete(key),
  );
  #opened: Opened = NOTHING_STORED;
  #failure: StoreFailure | undefined;
  #retryMs = 1000;
  #commitTimer: NodeJS.Timeout | undefined;
  #lostTimer: NodeJS.Timeout | undefined;
  #committing: Promise<void> | undefined;
  #closed = false;

  private constructor(dir: string, options: StoreOptions) {
    this.#dir = dir;
    this.#onEvent = options.onEvent;
    this.#open = { type: 'open', dir, limitBytes: options.limitBytes ?? LIMIT_BYTES };
  }

  /** Opens the database in a folder, or begins one. Never rejects: what does not work is an event, and tried again. */
  static async open(dir: string, options: StoreOptions): Promise<Store> {
    const store = new Store(dir, options);
    const reply = await store.#ask(store.#open);
    if (!reply.ok) store.#failed(reply.failure);
    else {
      store.#opened = reply.value as Opened;
      for (const session of store.#opened.sessions) store.#sessions.set(session.id, session);
      for (const workspace of store.#opened.workspaces) store.#workspaces.set(workspace.name, workspace);
      store.#records.opened(store.#opened);
      const { movedTo, readOnly } = store.#opened;
      if (movedTo) store.#problem({ kind: 'corrupt', message: 'found when it was opened', movedTo });
      if (readOnly) store.#failed(readOnly);
    }
    return store;
  }

  /** What an earlier hub left, sessions in the order they were created. */
  load(): { sessions: SavedSession[]; workspaces: SavedWorkspace[]; access: AccessRecords } {
    const sessions = [...this.#opened.sessions].sort((a, b) => a.createdAt - b.createdAt);
    return { sessions, workspaces: [...this.#opened.workspaces], access: this.#opened.access };
  }

  /** Kept output of a session. Rejects with an IrisError when it cannot be read. */
  async loadOutput(sessionId: string): Promise<SavedOutput> {
    const reply = await this.#ask({ type: 'output', id: sessionId });
    if (!reply.ok) {
      if (reply.failure.kind === 'corrupt') this.#damaged(reply.failure);
      throw storageError(reply.failure, this.#dir);
    }
    const { checkpoint, segments, lostAfter } = reply.value as StoredOutput;
    return {
      ...(checkpoint ? { checkpoint } : {}),
      entries: segments.flatMap(({ first, bytes }) => unpackEntries(bytes, first)),
      ...(lostAfter === undefined ? {} : { lostAfter }),
    };
  }

  /** Why nothing can be saved now; undefined while all is well. */
  get problem(): IrisError | undefined {
    return this.#failure ? storageError(this.#failure, this.#dir) : undefined;
  }

  saveSession(session: SavedSession): void {
    this.#sessions.set(session.id, session);
    this.#change(`session ${session.id}`, { type: 'session', session });
  }

  deleteSession(id: string): void {
    this.#sessions.delete(id);
    this.#outputs.delete(id);
    this.#change(`session ${id}`, { type: 'session-deleted', id });
  }

  saveWorkspace(workspace: SavedWorkspace): void {
    this.#workspaces.set(workspace.name, workspace);
    this.#change(`workspace ${workspace.name}`, { type: 'workspace', workspace });
  }

  deleteWorkspace(name: string): void {
    this.#workspaces.delete(name);
    this.#change(`workspace ${name}`, { type: 'workspace-deleted', name });
  }

  saveAccess(saved: SavedAccess): void {
    this.#records.save(saved);
  }

  deleteAccess(kind: AccessKind, id: string): void {
    this.#records.delete(kind, id);
  }

  saveAudit(record: AuditEntry): void {
    this.#records.audit(record);
  }

  /** What is on the disk and what is on its way there. @throws IrisError `storage` */
  async loadAudit(query: AuditQuery): Promise<AuditPage> {
    // While the disk fails: what is there, and what waits.
    await this.saved().catch(() => {});
    const waiting = this.#records.waitingAudit(query);
    const reply = await this.#ask({ type: 'audit', query });
    if (!reply.ok) throw storageError(reply.failure, this.#dir);
    const { records, total } = reply.value as AuditPage;
    return { records: [...records, ...waiting].slice(-query.limit), total: total + waiting.length };
  }

  /** Output, in order, from number 1 of each epoch. Cheap: called for every chunk that a session writes. */
  append(sessionId: string, epoch: string, entry: Entry): void {
    if (this.#closed) return;
    const output = this.#outputOf(sessionId);
    const before = output.lost;
    output.append(epoch, entry, performance.now());
    if (output.lost && !before) this.#watchLost();
    if (output.pending) this.#commitSoon();
  }

  /** A session that was kept goes on after entry `seq`. */
  resume(sessionId: string, epoch: string, seq: number): void {
    this.#outputOf(sessionId).resume(epoch, seq);
  }

  appendEntries(sessionId: string, epoch: string, entries: readonly Entry[]): void {
    for (const entry of entries) this.append(sessionId, epoch, entry);
  }

  /**
   * The screen with its history just after entry `seq`: what came before it need not be kept any more. The array is handed over, not
   * copied: its owner must not use it again.
   */
  checkpoint(
    sessionId: string,
    epoch: string,
    seq: number,
    picture: { readonly cols: number; readonly rows: number; readonly bytes: Uint8Array },
  ): void {
    if (this.#closed) return;
    const { cols, rows } = picture;
    // A part of a larger array cannot be handed over without the rest.
    const whole = picture.bytes.length === picture.bytes.buffer.byteLength;
    const bytes = whole ? picture.bytes : picture.bytes.slice();
    this.#outputOf(sessionId).checkpoint(epoch, seq, { cols, rows, bytes });
    this.#commitSoon();
  }

  /** Resolves when all that was given before is on the disk. @throws IrisError `storage` when it cannot be. */
  async flush(): Promise<void> {
    while (this.#pending || this.#committing) {
      await (this.#committing ?? this.#commit());
      if (this.#failure) throw storageError(this.#failure, this.#dir);
    }
  }

  /** Resolves when the records that were given before are on the disk, whatever sessions write meanwhile. @throws IrisError `storage` when they can't be */
  async saved(): Promise<void> {
    // A batch that is under way may have begun without them: the next one has them.
    await this.#committing;
    // Others who waited may have begun that one.
    if (this.#changed.size > 0 || this.#committing) await this.#commit();
    if (this.#failure) throw storageError(this.#failure, this.#dir);
  }

  /** Writes what waits, if the disk lets it, and ends the thread. */
  async close(): Promise<void> {
    if (this.#closed) return;
    for (const { id, lost } of [...this.#outputs.values()]) {
      if (lost) this.#onEvent({ type: 'checkpoint-wanted', sessionId: id, quiet: true });
    }
    const done = (async () => {
      await this.flush().catch(() => {});
      await this.#ask({ type: 'close' });
    })();
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([done, new Promise((resolve) => (timer = setTimeout(resolve, CLOSE_LIMIT_MS)))]);
    clearTimeout(timer);
    this.#closed = true;
    clearTimeout(this.#commitTimer);
    clearTimeout(this.#lostTimer);
    await this.#link?.terminate();
  }

  get #pending(): boolean {
    return this.#changed.size > 0 || [...this.#outputs.values()].some((output) => output.pending);
  }

  #change(key: string, change: Change): void {
    if (this.#closed) return;
    // Deleted and inserted again: the order of keys is the order of changes.
    this.#changed.delete(key);
    this.#changed.set(key, change);
    this.#commitSoon();
  }

  #outputOf(id: string): OutputQueue {
    let output = this.#outputs.get(id);
    if (!output) {
      output = new OutputQueue(id, OUTPUT_LIMITS);
      this.#outputs.set(id, output);
    }
    return output;
  }

  #commitSoon(delayMs = COMMIT_INTERVAL_MS): void {
    if (this.#commitTimer || this.#committing || this.#closed) return;
    this.#commitTimer = setTimeout(() => {
      this.#commitTimer = undefined;
      void this.#commit();
    }, delayMs);
  }

  /** One batch. The next one waits for it: while the disk is slow, changes gather and are written together. */
  #commit(): Promise<void> {
    clearTimeout(this.#commitTimer);
    this.#commitTimer = undefined;
    this.#committing ??= this.#writeBatch().finally(() => {
      this.#committing = undefined;
      if (this.#closed) return;
      if (this.#failure) this.#commitSoon(this.#retryMs);
      else if (this.#pending) this.#commitSoon();
    });
    return this.#committing;
  }

  async #writeBatch(): Promise<void> {
    const small = new Map(this.#changed);
    const changes = [...small.values()];
    this.#changed.clear();
    const taken = [...this.#outputs.values()].filter((output) => output.pending).map((output) => output.take());
    changes.push(...taken.flatMap((output) => output.changes));
    const transfer = changes.flatMap((change) =>
      change.type === 'entries' || change.type === 'checkpoint' ? [change.bytes.buffer as ArrayBuffer] : [],
    );
    const reply = await this.#ask({ type: 'apply', changes, probe: this.#failure !== undefined }, transfer);
    for (const { done } of taken) done();
    if (reply.ok) {
      this.#records.written(small.keys());
      for (const { saved } of taken) if (saved) this.#onEvent({ type: 'saved', ...saved });
      return this.#succeeded();
    }
    // What was not written waits on, unless it has changed since; of the audit only what is still waited for.
    for (const [key, change] of small) {
      if (!this.#changed.has(key) && this.#records.wants(key, change)) this.#changed.set(key, change);
    }
    for (const output of this.#outputs.values()) output.lose(performance.now());
    if (reply.failure.kind === 'corrupt') this.#damaged(reply.failure);
    else this.#failed(reply.failure);
  }

  async #ask(request: Request, transfer: readonly ArrayBuffer[] = []): Promise<Reply> {
    try {
      if (!this.#link || this.#link.gone) {
        this.#link = new WorkerLink();
        if (request.type !== 'open') await this.#link.ask(this.#open);
      }
      return await this.#link.ask(request, transfer);
    } catch (error) {
      return { ok: false, failure: { kind: 'other', message: error instanceof Error ? error.message : String(error) } };
    }
  }

  #succeeded(): void {
    if (!this.#failure) return;
    this.#failure = undefined;
    this.#retryMs = 1000;
    this.#onEvent({ type: 'recovered' });
    this.#watchLost();
  }

  #failed(failure: StoreFailure): void {
    if (this.#failure) {
      this.#retryMs = Math.min(RETRY_LIMIT_MS, this.#retryMs * 2);
      this.#failure = failure;
      return;
    }
    this.#failure = failure;
    this.#problem(failure);
    this.#commitSoon(this.#retryMs);
  }

  /** A fresh database has begun in place of a broken one: it gets everything we have. */
  #damaged(failure: StoreFailure): void {
    this.#problem(failure);
    this.#writeAllAgain();
    this.#commitSoon();
    this.#watchLost();
  }

  #problem(failure: StoreFailure): void {
    this.#onEvent({ type: 'problem', error: storageError(failure, this.#dir) });
  }

  #writeAllAgain(): void {
    for (const session of this.#sessions.values()) {
      const key = `session ${session.id}`;
      if (!this.#changed.has(key)) this.#changed.set(key, { type: 'session', session });
    }
    for (const workspace of this.#workspaces.values()) {
      const key = `workspace ${workspace.name}`;
      if (!this.#changed.has(key)) this.#changed.set(key, { type: 'workspace', workspace });
    }
    for (const [key, change] of this.#records.kept) if (!this.#changed.has(key)) this.#changed.set(key, change);
    for (const output of this.#outputs.values()) output.lose(performance.now());
  }

  /** Looks after sessions that lost output, until each has its checkpoint. While the disk fails there is no use in one. */
  #watchLost(): void {
    clearTimeout(this.#lostTimer);
    this.#lostTimer = undefined;
    if (this.#closed || this.#failure) return;
    let nextMs = Number.POSITIVE_INFINITY;
    const now = performance.now();
    for (const output of [...this.#outputs.values()]) {
      if (!output.lost) continue;
      const quietMs = output.lost.lastAt + QUIET_MS - now;
      const restMs = Math.min(quietMs, output.lost.since + LOST_LIMIT_MS - now);
      if (restMs <= 0) this.#onEvent({ type: 'checkpoint-wanted', sessionId: output.id, quiet: quietMs <= 0 });
      if (!output.lost) continue;
      // Nobody made one: ask again later.
      if (restMs <= 0) output.lost = { since: now, lastAt: now + LOST_LIMIT_MS };
      nextMs = Math.min(nextMs, restMs <= 0 ? LOST_LIMIT_MS : restMs);
    }
    if (nextMs === Number.POSITIVE_INFINITY) return;
    this.#lostTimer = setTimeout(() => this.#watchLost(), nextMs + 1);
    this.#lostTimer.unref();
  }
}
