import { type AgentPrompt, plainText, type SessionInfo } from '../../core/index.ts';

/** What a session needs of people, most first. A connection that needs somebody is worse than an agent that has finished. */
const NEEDS = ['blocked', 'error', 'done', 'working', 'idle', 'unknown', 'ended'] as const;
type Need = (typeof NEEDS)[number];

function needOf({ agent, connection, process }: SessionInfo): Need {
  if (['exited', 'failed', 'died'].includes(process.status)) return 'ended';
  if (connection.state === 'error') return 'error';
  return agent.state === 'exited' ? 'ended' : agent.state;
}

/** By need; of the same need, what is so for longest comes first. */
export function byNeed(sessions: readonly SessionInfo[]): SessionInfo[] {
  const rank = (session: SessionInfo): number => NEEDS.indexOf(needOf(session));
  return sessions.toSorted(
    (a, b) => rank(a) - rank(b) || a.agent.since - b.agent.since || a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1),
  );
}

/** One agent in the fleet view. */
export interface FleetRow {
  readonly session: SessionInfo;
  /** Where it runs, for people. */
  readonly place: string;
  /** What it asks, else the last line of its screen. */
  readonly line: string;
  /** Cost or use, where the agent shows it. */
  readonly usage: string;
  /** It has the focus here. */
  readonly current: boolean;
}

/** The fleet view at one moment: the rows that fit, and what the selected one asks. */
export interface FleetOverlay {
  readonly kind: 'fleet';
  readonly title: string;
  /** Those in the window. */
  readonly rows: readonly FleetRow[];
  /** Of `rows`. */
  readonly selected: number;
  /** How many are above and below the window. */
  readonly before: number;
  readonly after: number;
  /** Columns as wide as all rows need, also those outside of the window: nothing moves when it does. */
  readonly widths: FleetWidths;
  /** Rows that are kept for the question of the selected session; 0: nobody asks anything. */
  readonly panel: number;
  readonly asks: AgentPrompt | undefined;
  /** In the place of `asks`: it waits, and what for can't be answered from here. */
  readonly asksElse: string | undefined;
  readonly filter: string;
  readonly hint: string;
  /** Stands there when no row is left. */
  readonly empty: string;
  /** A reply that is being typed. */
  readonly reply: { readonly label: string; readonly text: string; readonly cursor: number } | undefined;
}

export interface FleetWidths {
  readonly name: number;
  readonly kind: number;
  readonly usage: number;
  readonly place: number;
}

/** Columns of the terminal that a text takes, as far as that is wanted here. */
export type Measure = (text: string) => number;

export function fleetWidths(
  rows: readonly FleetRow[],
  kindOf: (session: SessionInfo) => string,
  measure: Measure,
): FleetWidths {
  const widest = (text: (row: FleetRow) => string): number =>
    rows.reduce((n, row) => Math.max(n, measure(text(row))), 0);
  return {
    name: widest((row) => plainText(row.session.name)),
    kind: widest((row) => kindOf(row.session)),
    usage: widest((row) => row.usage),
    place: rows.some((row) => row.session.transport !== 'local') ? widest((row) => row.place) : 0,
  };
}

/** Rows for the question below the list: none when nobody asks, and never more than a part of the room. */
export function panelRows(room: number, someoneAsks: boolean): number {
  if (!someoneAsks || room < 5) return 0;
  return room < 12 ? 2 : Math.min(9, Math.floor(room * 0.4));
}
