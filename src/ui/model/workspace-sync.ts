import { Emitter, IrisError, type SessionHost, type Workspace } from '../../core/index.ts';
import { EMPTY_WORKSPACE, type WorkspaceOp } from './workspace-ops.ts';

/**
 * The shared layout as this viewer sees it: what the hub has, with our own changes on top. Each change is sent with the revision it stands on;
 * where another viewer was faster, the newer layout is fetched and our change applied to that.
 */
export class WorkspaceSync {
  readonly changed = new Emitter<void>();
  readonly #host: SessionHost;
  readonly #name: string;
  readonly #readOnly: boolean;
  #base: Workspace = EMPTY_WORKSPACE;
  #revision = -1;
  /** Ours, not yet confirmed, oldest first. Bounded by how fast a person types. */
  #pending: WorkspaceOp[] = [];
  #current: Workspace = EMPTY_WORKSPACE;
  #busy: Promise<void> | undefined;
  #stale = true;
  #closed = false;

  /** `readOnly`: changes are this viewer's alone and never sent. */
  constructor(host: SessionHost, readOnly = false, name = 'main') {
    this.#host = host;
    this.#readOnly = readOnly;
    this.#name = name;
  }

  /** The hub has told us at least once. */
  get loaded(): boolean {
    return this.#revision >= 0;
  }

  get current(): Workspace {
    return this.#current;
  }

  apply(op: WorkspaceOp): void {
    this.#pending.push(op);
    this.#current = op(this.#current);
    this.changed.emit();
    void this.sync();
  }

  /** The hub says that revision `revision` exists, or we were away: fetch if that is news. */
  heard(revision?: number): void {
    if (revision !== undefined && revision <= this.#revision) return;
    this.#stale = true;
    void this.sync();
  }

  /** Resolves when everything of ours is with the hub, or it can't be reached (then the next `heard` goes on). */
  sync(): Promise<void> {
    this.#busy ??= this.#run().finally(() => {
      this.#busy = undefined;
    });
    return this.#busy;
  }

  close(): void {
    this.#closed = true;
  }

  async #run(): Promise<void> {
    // A microtask later, so that several changes of one key press go together.
    await Promise.resolve();
    while (!this.#closed && (this.#stale || (this.#pending.length > 0 && !this.#readOnly))) {
      try {
        if (this.#stale) {
          const answer = await this.#host.command('workspace.get', { name: this.#name });
          this.#stale = false;
          this.#take(answer.revision, answer.workspace);
          continue;
        }
        const ops = this.#pending.slice();
        const workspace = ops.reduce((w, op) => op(w), this.#base);
        const { revision } = await this.#host.command('workspace.put', {
          name: this.#name,
          revision: this.#revision,
          workspace,
        });
        this.#pending.splice(0, ops.length);
        this.#take(revision, workspace);
      } catch (error) {
        if (error instanceof IrisError && error.code === 'conflict') {
          this.#stale = true;
          continue;
        }
        this.#stale = true;
        return;
      }
    }
  }

  #take(revision: number, workspace: Workspace): void {
    this.#revision = revision;
    this.#base = workspace;
    this.#current = this.#pending.reduce((w, op) => op(w), workspace);
    this.changed.emit();
  }
}
