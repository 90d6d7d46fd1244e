import {
  type Clock,
  Emitter,
  IrisError,
  type PaneNode,
  type SessionHost,
  type SessionInfo,
  type Surface,
  type Tab,
} from '../core/index.ts';
import { Attempts } from './attempts.ts';
import { BadNews } from './bad-news.ts';
import { Company } from './company.ts';
import { MIN_COLS, MIN_ROWS } from './components/App.tsx';
import { FocusReports } from './focus-reports.ts';
import { Gaze } from './gaze.ts';
import { Hold } from './hold.ts';
import { Keeper } from './keeper.ts';
import { fits, type Placed, type Placement, panes, place, placeTab, type Rect } from './layout/index.ts';
import { askingWithinRole } from './may-ask.ts';
import { whyNotType } from './may-type.ts';
import { Messages } from './messages.ts';
import { makeSnapshot } from './model/make-snapshot.ts';
import type { Overlay, ViewSnapshot } from './model/snapshot.ts';
import { View } from './model/view.ts';
import { WorkspaceSync } from './model/workspace-sync.ts';
import { overlayRoom } from './overlay-room.ts';
import type { OverlayControl } from './overlays/index.ts';
import type { CopyMode } from './panes/copy-mode.ts';
import type { SessionView } from './panes/session-view.ts';
import { makePicture, moved, type Picture, shownOf } from './picture.ts';
import { Prediction } from './prediction/index.ts';
import { SessionNews } from './session-news.ts';
import { SessionViews } from './session-views.ts';
import type { TuiSettings } from './settings.ts';
import { Teams } from './teams.ts';
import { Ticker } from './ticker.ts';
import { Unseen } from './unseen.ts';

const NO_OVERLAY: Overlay = { kind: 'none' };

export interface WorkbenchOptions {
  readonly host: SessionHost;
  readonly clock: Clock;
  readonly settings: TuiSettings;
  readonly cols: number;
  readonly rows: number;
  readonly ascii: boolean;
  readonly readOnly: boolean;
  readonly hubName: string;
}

/**
 * The state of this viewer: the shared layout, where it looks, what is open above it; and what follows from these, a snapshot for the chrome
 * and layers for the compositor. It decides nothing about keys and commands.
 */
export class Workbench {
  readonly host: SessionHost;
  readonly clock: Clock;
  readonly settings: TuiSettings;
  readonly sync: WorkspaceSync;
  readonly view = new View();
  readonly views: SessionViews;
  readonly readOnly: boolean;
  /** Something is to be drawn again: the snapshot changed. */
  readonly changed = new Emitter<void>();
  /** Only cells of a session changed: the hot path. */
  readonly dirty = new Emitter<void>();
  readonly messages: Messages;
  readonly keeper: Keeper;
  readonly focusReports: FocusReports;
  readonly gaze: Gaze;
  readonly teams: Teams;
  readonly company: Company;
  /** Copy mode by pane. */
  readonly copying = new Map<string, CopyMode>();
  cols: number;
  rows: number;
  prefixActive = false;
  readonly #options: WorkbenchOptions;
  #overlay: OverlayControl | undefined;
  readonly #unseen = new Unseen();
  readonly #attempts = new Attempts(() => this.clock.wall());
  #placement: Placement = { panes: [], dividers: [] };
  #snapshot: ViewSnapshot | undefined;
  #picture: Picture = { layers: [], cursor: undefined };
  #scheduled = false;
  readonly #hold: Hold;
  readonly #news = new SessionNews();
  /** Typed bytes that wait for the hub, by session. */
  readonly #held = new Map<string, number>();
  readonly #badNews: BadNews;
  readonly #ticker: Ticker;
  #closed = false;
  readonly #undo: (() => void)[] = [];

  constructor(given: WorkbenchOptions) {
    const options = { ...given, host: askingWithinRole(given.host) };
    this.#options = options;
    this.host = options.host;
    this.clock = options.clock;
    this.settings = options.settings;
    this.cols = options.cols;
    this.rows = options.rows;
    this.readOnly = options.readOnly;
    this.sync = new WorkspaceSync(options.host, options.readOnly);
    const prediction = new Prediction(options.host, options.clock, options.settings.predict);
    this.views = new SessionViews({ ...options, prediction }, (view) => this.#viewChanged(view));
    this.keeper = new Keeper({ ...options, sync: this.sync, view: this.view, area: () => this.area });
    this.messages = new Messages(options.clock, () => this.update());
    this.gaze = new Gaze(options.host);
    this.teams = new Teams(options.host);
    this.company = new Company(this);
    this.#badNews = new BadNews(this, options.hubName);
    this.#undo.push(this.teams.changed.on(() => this.update()));
    this.#undo.push(this.teams.problem.on((line) => this.messages.config(line)));
    this.#ticker = new Ticker(options.clock, () => this.update());
    this.#hold = new Hold(options.clock, () => this.update());
    this.focusReports = new FocusReports((id) => (whyNotType(this, id) === undefined ? this.views.get(id) : undefined));
    this.#undo.push(this.sync.changed.on(() => this.update()));
    this.#undo.push(this.host.on((event) => this.#hostSaid(event)));
    if (this.host.connection.state === 'online') this.sync.heard();
  }

  // ---- what is where

  get tab(): Tab | undefined {
    return this.view.tab(this.sync.current);
  }

  get focusedPaneId(): string | undefined {
    const tab = this.tab;
    return tab && this.view.focused(tab.id);
  }

  get focusedSession(): SessionInfo | undefined {
    const pane = this.#focusedPane(this.tab);
    return pane && this.session(pane.sessionId);
  }

  get focusedView(): SessionView | undefined {
    const id = this.focusedSession?.id;
    return id === undefined ? undefined : this.views.get(id);
  }

  session(id: string): SessionInfo | undefined {
    return this.host.sessions.find((s) => s.id === id);
  }

  get placement(): Placement {
    return this.#placement;
  }

  /** Where all panes of a tab are when none is zoomed. */
  fullPlacement(tab: Tab): Placement {
    const { frames } = this.settings;
    return fits(tab.layout, this.area, frames) ? place(tab.layout, this.area, frames) : this.#placement;
  }

  /** Between tab bar and status line. */
  get area(): Rect {
    return { x: 0, y: 1, cols: this.cols, rows: this.rows - 2 };
  }

  get tooSmall(): boolean {
    return this.cols < MIN_COLS || this.rows < MIN_ROWS;
  }

  // ---- changes

  resize(cols: number, rows: number): void {
    this.cols = cols;
    this.rows = rows;
    this.update();
  }

  goToTab(tabId: string): void {
    if (this.tab?.id === tabId) return;
    this.view.goToTab(tabId);
    this.#hold.begin(tabId);
    this.#moved();
  }

  focusPane(paneId: string): void {
    const tab = this.sync.current.tabs.find((t) => panes(t.layout).some((p) => p.id === paneId));
    if (!tab) return;
    this.view.focusPane(tab.id, paneId);
    if (this.tab?.id !== tab.id) this.goToTab(tab.id);
    this.#moved();
  }

  #moved(): void {
    this.company.moved();
    this.keeper.remember();
    this.update();
  }

  /** Goes to the pane of a session, wherever it is. */
  goToSession(sessionId: string): boolean {
    for (const tab of this.sync.current.tabs) {
      const pane = panes(tab.layout).find((p) => p.sessionId === sessionId);
      if (!pane) continue;
      if (this.view.zoomed.has(tab.id) && this.view.focused(tab.id) !== pane.id) this.view.setZoom(tab.id, false);
      this.focusPane(pane.id);
      return true;
    }
    return false;
  }

  setZoom(tabId: string, zoomed: boolean): void {
    this.view.setZoom(tabId, zoomed);
    this.#moved();
  }

  open(overlay: OverlayControl): void {
    const before = this.#overlay;
    this.#overlay = overlay;
    before?.closed?.();
    this.update();
  }

  get overlay(): OverlayControl | undefined {
    return this.#overlay;
  }

  closeOverlay(overlay = this.#overlay): void {
    if (this.#overlay !== overlay) return;
    this.#overlay = undefined;
    overlay?.closed?.();
    this.update();
  }

  /** `about`: takes the place of what was said last, if that was about the same. */
  say(text: string, kind: 'info' | 'error' = 'info', about?: string): void {
    this.messages.say(text, kind, about);
  }

  unsay(text: string): void {
    this.messages.unsay(text);
  }

  complain(error: unknown): void {
    this.say(IrisError.from(error).line, 'error');
  }

  setPrefixActive(active: boolean): void {
    if (this.prefixActive === active) return;
    this.prefixActive = active;
    this.update();
  }

  closeCopy(paneId: string): void {
    this.copying.get(paneId)?.close();
    if (this.copying.delete(paneId)) this.update();
  }

  /** Draws soon: once for all changes of this turn. */
  update(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      if (!this.#closed) this.#compose();
    });
  }

  get snapshot(): ViewSnapshot {
    this.#snapshot ??= this.#makeSnapshot();
    return this.#snapshot;
  }

  get picture(): Picture {
    return this.#picture;
  }

  close(): void {
    this.#closed = true;
    this.#overlay?.closed?.();
    for (const undo of this.#undo) undo();
    this.#ticker.stop();
    this.keeper.close();
    this.messages.close();
    this.gaze.close();
    this.teams.close();
    this.company.close();
    for (const copy of this.copying.values()) copy.close();
    this.sync.close();
    this.views.close();
  }

  #hostSaid(event: Parameters<Parameters<SessionHost['on']>[0]>[0]): void {
    switch (event.type) {
      case 'connection':
        if (event.connection.state === 'online') this.sync.heard();
        this.#badNews.connection(event.connection);
        this.update();
        break;
      case 'workspace':
        this.sync.heard(event.revision);
        break;
      case 'bell':
        this.#unseen.rang(event.sessionId, this.#placedSession(event.sessionId) !== undefined);
        this.update();
        break;
      case 'held':
        if (event.bytes > 0) this.#held.set(event.sessionId, event.bytes);
        else this.#held.delete(event.sessionId);
        this.update();
        break;
      case 'sessions':
        if (this.#news.changed(this.host.sessions, this.#placement.panes)) this.update();
    }
  }

  #viewChanged(view: SessionView): void {
    this.#badNews.ended(view);
    if (view.ended) this.update();
    const placed = this.#placedSession(view.sessionId);
    if (!placed) return;
    // What lies above it may have to go: ssh asks something.
    if (this.#snapshot?.panes.some((p) => p.paneId === placed.paneId && p.trouble)) this.update();
    // A picture that waited for this view, or a part of a larger screen that must follow its cursor.
    if (moved(this.#picture, placed, view.surface)) this.update();
    else this.dirty.emit();
  }

  #placedSession(sessionId: string): Placed | undefined {
    return this.#placement.panes.find((p) => p.sessionId === sessionId);
  }

  #compose(): void {
    const workspace = this.sync.current;
    this.keeper.settle();
    this.view.follow(workspace);
    const tab = this.tab;
    const focused = this.#focusedPane(tab);
    const placement = this.#place(tab, focused);
    this.#attempts.follow(this.host.sessions);
    const alive = new Set(this.host.sessions.map((s) => s.id));
    const shown = placement.panes.filter((p) => alive.has(p.sessionId));
    for (const p of shown) this.views.show(p.sessionId, p.inner, this.clock.now());
    this.views.prune(alive, new Set(shown.map((p) => p.sessionId)));
    const there = new Set(workspace.tabs.flatMap((t) => panes(t.layout).map((p) => p.id)));
    for (const paneId of this.copying.keys()) if (!there.has(paneId)) this.closeCopy(paneId);
    const views = shown.map((p) => this.views.get(p.sessionId));
    if (this.#hold.holds(tab?.id, views)) return;
    for (const { sessionId } of shown) this.#unseen.looked(sessionId, this.session(sessionId));
    this.#placement = placement;
    this.focusReports.focus(focused?.sessionId);
    // The fleet view covers all panes: nobody sees what is done below it.
    this.gaze.look(new Set(this.#overlay?.overlay.kind === 'fleet' ? [] : shown.map((p) => p.sessionId)));
    this.#snapshot = this.#makeSnapshot();
    if (this.#overlay) this.#overlay.visibleRows = overlayRoom(this.snapshot);
    this.changed.emit();
    this.#ticker.follow(this.snapshot);
  }

  #focusedPane(tab: Tab | undefined): PaneNode | undefined {
    return tab && panes(tab.layout).find((p) => p.id === this.view.focused(tab.id));
  }

  #place(tab: Tab | undefined, focused: PaneNode | undefined): Placement {
    if (!tab || !focused || this.tooSmall) return { panes: [], dividers: [] };
    return placeTab(tab.layout, focused, this.view.zoomed.has(tab.id), this.area, this.settings.frames);
  }

  #makeSnapshot(): ViewSnapshot {
    const { cols, rows, host, settings, view, copying, prefixActive, readOnly } = this;
    return makeSnapshot({
      cols,
      rows,
      host,
      settings,
      view,
      copying,
      prefixActive,
      readOnly,
      ascii: this.#options.ascii || settings.ascii,
      hubName: this.#options.hubName,
      heldBytes: [...this.#held.values()].reduce((sum, bytes) => sum + bytes, 0),
      wall: this.clock.wall(),
      workspace: this.sync.current,
      placement: this.#placement,
      overlay: this.#overlay?.overlay ?? NO_OVERLAY,
      message: this.messages.current,
      bells: this.#unseen.bells,
      seenEnds: this.#unseen.seenEnds,
      teams: this.teams.list,
      asks: this.company.asks,
      following: this.company.following,
      shown: (placed) => shownOf(placed, this.views.get(placed.sessionId), this.#attempts.begunAt(placed.sessionId)),
    });
  }

  /** Layers for the compositor; the chrome is drawn before this is asked. */
  makePicture(chrome: Surface): Picture {
    const { cols, rows, tooSmall, copying, views, focusedPaneId, snapshot } = this;
    this.#picture = makePicture({
      chrome,
      cols,
      rows,
      copying,
      views,
      focusedPaneId,
      snapshot,
      panes: tooSmall ? [] : this.#placement.panes,
      tooSmall,
    });
    return this.#picture;
  }
}
