import { type Clock, Emitter, type SessionHost, type Timer } from '../core/index.ts';
import type { Rect } from './layout/index.ts';
import { addTiled } from './model/team-tabs.ts';
import type { View } from './model/view.ts';
import { rememberView, settle, type Unsettled, unsettled } from './model/workspace-ops.ts';
import type { WorkspaceSync } from './model/workspace-sync.ts';

/** Focus and zoom are kept in the hub this long after they changed last. */
const REMEMBER_MS = 1000;
/** Another viewer that makes a session gets this long to place it before we do. */
const SETTLE_MS = 300;

/** Keeps the shared layout true: every session in a pane, and where we looked for whoever comes next. */
export class Keeper {
  /** Sessions that we are starting: whoever started them places them. */
  #starting = 0;
  readonly #idle = new Emitter<void>();
  readonly #host: SessionHost;
  readonly #clock: Clock;
  readonly #sync: WorkspaceSync;
  readonly #view: View;
  readonly #readOnly: boolean;
  readonly #area: () => Rect;
  #settleTimer: Timer | undefined;
  #rememberTimer: Timer | undefined;

  constructor(options: {
    host: SessionHost;
    clock: Clock;
    sync: WorkspaceSync;
    view: View;
    readOnly: boolean;
    /** Room for panes. */
    area: () => Rect;
  }) {
    this.#area = options.area;
    this.#host = options.host;
    this.#clock = options.clock;
    this.#sync = options.sync;
    this.#view = options.view;
    this.#readOnly = options.readOnly;
  }

  /** Something is being started; it will be placed and get the focus. */
  get busy(): boolean {
    return this.#starting > 0;
  }

  onIdle(listener: () => void): () => void {
    return this.#idle.on(listener);
  }

  /** Starts a session and places it: both are `work`. */
  async start(work: () => Promise<void>): Promise<void> {
    this.#starting += 1;
    try {
      await work();
    } finally {
      this.#starting -= 1;
      if (!this.busy) this.#idle.emit();
    }
  }

  /** Gives sessions without a pane one, and takes panes without a session away, if exactly that is still so in a moment. */
  settle(): void {
    if (this.busy || this.#settleTimer) return;
    const found = this.#unsettled();
    if (!found) return;
    const fresh = this.#sync.current.tabs.length === 0;
    this.#settleTimer = this.#clock.after(fresh ? 0 : SETTLE_MS, () => {
      this.#settleTimer = undefined;
      // A session and its pane become known one after the other: what has changed meanwhile may be on its way.
      if (JSON.stringify(found) === JSON.stringify(this.#unsettled())) this.settleNow();
      else this.settle();
    });
  }

  settleNow(): void {
    const found = this.busy ? undefined : this.#unsettled();
    if (!found) return;
    // Teams that were started together, by `up` in a shell or with the hub, are shown together.
    const teams = found.missing.filter((id) => this.#host.sessions.find((s) => s.id === id)?.team !== undefined);
    this.#sync.apply(settle(found, addTiled(teams, this.#area(), 'teams')));
  }

  remember(): void {
    if (this.#readOnly) return;
    this.#rememberTimer?.cancel();
    this.#rememberTimer = this.#clock.after(REMEMBER_MS, () => this.#keep());
  }

  /** Resolves when the hub has it, or could not be reached. */
  async rememberNow(): Promise<void> {
    if (this.#readOnly || !this.#keep()) return;
    await this.#sync.sync();
  }

  close(): void {
    this.#settleTimer?.cancel();
    this.#rememberTimer?.cancel();
  }

  #online(): boolean {
    return this.#sync.loaded && this.#host.connection.state === 'online';
  }

  #unsettled(): Unsettled | undefined {
    if (!this.#online()) return undefined;
    return unsettled(
      this.#sync.current,
      this.#host.sessions.map((s) => s.id),
    );
  }

  #keep(): boolean {
    if (!this.#online()) return false;
    this.#sync.apply(rememberView(this.#view));
    return true;
  }
}
