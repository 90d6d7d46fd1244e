import type { HostConnection, SessionHost, SessionInfo, TeamInfo, Workspace } from '../../core/index.ts';
import type { Ask } from '../company.ts';
import { endedBadly } from '../components/session-words.ts';
import { type Placed, type Placement, panes } from '../layout/index.ts';
import { whyNotAsk } from '../may-ask.ts';
import type { TuiSettings } from '../settings.ts';
import { peopleOfPane } from './people.ts';
import { placeOf } from './places.ts';
import type { Overlay, PaneItem, PaneTrouble, TabItem, ViewSnapshot } from './snapshot.ts';
import { isOver, troubleOf } from './trouble.ts';
import { troubleKeyOf, troubleKeys } from './trouble-keys.ts';
import type { View } from './view.ts';

export interface SnapshotInput {
  readonly cols: number;
  readonly rows: number;
  readonly host: SessionHost;
  readonly settings: TuiSettings;
  readonly workspace: Workspace;
  readonly view: View;
  readonly placement: Placement;
  readonly copying: ReadonlyMap<string, { readonly position: string }>;
  readonly overlay: Overlay;
  readonly message: ViewSnapshot['message'];
  readonly prefixActive: boolean;
  readonly readOnly: boolean;
  readonly ascii: boolean;
  readonly hubName: string;
  readonly heldBytes: number;
  /** Milliseconds since 1970. */
  readonly wall: number;
  /** Sessions that rang while nobody looked. */
  readonly bells: ReadonlySet<string>;
  /** Ends that were seen: `endKey`. */
  readonly seenEnds: ReadonlySet<string>;
  readonly teams: readonly TeamInfo[];
  readonly asks: readonly Ask[];
  readonly following: string | undefined;
  /** What a pane shows of its session now. */
  readonly shown: (placed: Placed) => { readonly asks: boolean; readonly cursorRow: number | undefined };
}

/** One end of one process. */
export const endKey = (session: SessionInfo): string => `${session.id} ${session.epoch}`;

export function makeSnapshot(input: SnapshotInput): ViewSnapshot {
  const { cols, rows, host, settings, workspace, view, placement } = input;
  const { connection } = host;
  const sessions = host.sessions.map((session) => asKnown(session, connection));
  const byId = new Map(sessions.map((s) => [s.id, s]));
  const tab = view.tab(workspace);
  const all = tab ? panes(tab.layout) : [];
  const focused = tab && view.focused(tab.id);
  const time = new Date(input.wall);
  const count = (test: (s: SessionInfo) => boolean): number => sessions.filter(test).length;
  return {
    cols,
    rows,
    frames: settings.frames,
    ascii: input.ascii,
    accent: settings.accent,
    tabs: workspace.tabs.map((_, i) => tabItem(input, byId, i)),
    panes: placement.panes.map(
      (p): PaneItem => ({
        paneId: p.paneId,
        number: all.findIndex((pane) => pane.id === p.paneId) + 1,
        session: byId.get(p.sessionId),
        outer: p.outer,
        inner: p.inner,
        focused: p.paneId === focused,
        zoomed: all.length > 1 && placement.panes.length === 1,
        scroll: input.copying.get(p.paneId)?.position,
        ...connectionOf(
          input,
          p,
          host.sessions.find(({ id }) => id === p.sessionId),
        ),
      }),
    ),
    dividers:
      settings.frames === 'single' ? placement.dividers.filter((d) => d.direction === 'row').map((d) => d.rect) : [],
    now: input.wall,
    counts: {
      online: count((s) => s.connection.state === 'online' && !isOver(s)),
      connecting: count((s) => s.connection.state === 'connecting' || s.connection.state === 'offline'),
      error: count((s) => s.connection.state === 'error' || (s.connection.state === 'online' && endedBadly(s))),
      waiting: count((s) => s.agent.state === 'blocked'),
    },
    overlay: input.overlay,
    message: input.message,
    prefix: settings.prefix,
    prefixActive: input.prefixActive,
    hub: {
      name: input.hubName,
      connection,
      heldBytes: input.heldBytes,
      ...(isAway(connection) ? { retryKey: troubleKeyOf('retry', settings) } : {}),
    },
    time: `${String(time.getHours()).padStart(2, '0')}:${String(time.getMinutes()).padStart(2, '0')}`,
    readOnly: input.readOnly,
    following: input.following,
  };
}

/** Is nothing under way to the hub? */
export function isAway({ state }: HostConnection): boolean {
  return state === 'offline' || state === 'error';
}

/** While the hub is away nobody knows how it stands with a session: then the hub's own connection is the one to tell of. */
function asKnown(session: SessionInfo, { state, since, attempt, nextRetryAt, reason }: HostConnection): SessionInfo {
  if (state === 'online') return session;
  const { maxAttempts, transport } = session.connection;
  const until = nextRetryAt === undefined ? {} : { nextRetryAt };
  const why = reason === undefined ? {} : { reason };
  return { ...session, connection: { state, since, attempt, maxAttempts, transport, ...until, ...why } };
}

/** What is said above its screen is of its own connection: of the hub's the status line tells. */
function connectionOf(
  input: SnapshotInput,
  placed: Placed,
  session: SessionInfo | undefined,
): Pick<PaneItem, 'place' | 'trouble' | 'people'> {
  if (!session) return { place: '', trouble: undefined };
  const place = placeOf(session, input.teams);
  const people = peopleOfPane(session, input.host.you, input.asks, input.settings, input.readOnly);
  const { asks, cursorRow } = input.shown(placed);
  const kind = troubleOf(session, asks, input.wall);
  if (kind === undefined) return { place, people, trouble: undefined };
  const trouble: PaneTrouble = {
    kind,
    keys: troubleKeys(
      session,
      input.settings,
      (command) => !input.readOnly && whyNotAsk(input.host, command, session.id) === undefined,
    ),
    cursorRow,
  };
  return { place, people, trouble };
}

/** The worst of several connections. */
function worst(sessions: readonly SessionInfo[]): TabItem['connection'] {
  const states = new Set(sessions.map((s) => s.connection.state));
  if (states.has('error')) return 'error';
  return states.has('offline') || states.has('connecting') ? 'offline' : 'online';
}

function tabItem(input: SnapshotInput, byId: ReadonlyMap<string, SessionInfo>, index: number): TabItem {
  const { workspace, view } = input;
  const tab = workspace.tabs[index]!;
  const inside = panes(tab.layout);
  const sessions = inside.flatMap((p) => byId.get(p.sessionId) ?? []);
  const focused = inside.find((p) => p.id === view.focused(tab.id));
  const [current, last] = view.recent;
  return {
    id: tab.id,
    number: index + 1,
    // The user's own name; else that of the session where the focus is.
    name: tab.named ? tab.name : (byId.get(focused?.sessionId ?? '')?.name ?? '…'),
    active: tab.id === current,
    last: tab.id === last,
    zoomed: view.zoomed.has(tab.id),
    synchronized: view.synchronized.has(tab.id),
    waiting: sessions.some((s) => s.agent.state === 'blocked'),
    bell: sessions.some((s) => input.bells.has(s.id)),
    ended: sessions.some((s) => endedBadly(s) && !input.seenEnds.has(endKey(s))),
    connection: worst(sessions),
  };
}

/** A view of nothing, with one pane's frame. */
export const EMPTY_SNAPSHOT: ViewSnapshot = {
  cols: 80,
  rows: 24,
  frames: 'box',
  ascii: false,
  accent: 'cyan',
  tabs: [
    {
      id: '',
      number: 1,
      name: '',
      active: true,
      last: false,
      zoomed: false,
      synchronized: false,
      bell: false,
      waiting: false,
      ended: false,
      connection: 'online',
    },
  ],
  panes: [
    {
      paneId: '',
      number: 1,
      session: undefined,
      outer: { x: 0, y: 1, cols: 80, rows: 22 },
      inner: { x: 1, y: 2, cols: 78, rows: 20 },
      focused: true,
      zoomed: false,
      scroll: undefined,
      place: '',
      trouble: undefined,
    },
  ],
  dividers: [],
  now: 0,
  counts: { online: 0, connecting: 0, error: 0, waiting: 0 },
  overlay: { kind: 'none' },
  message: undefined,
  prefix: '',
  prefixActive: false,
  hub: { name: '', connection: { state: 'connecting', since: 0, attempt: 0 }, heldBytes: 0 },
  time: '',
  readOnly: false,
};
