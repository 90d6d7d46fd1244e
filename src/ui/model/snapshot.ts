import type { HostConnection, SessionInfo } from '../../core/index.ts';
import type { FrameStyle, Rect } from '../layout/index.ts';
import type { FleetOverlay } from './fleet.ts';
import type { PanePeople } from './people.ts';
import type { TroubleKind } from './trouble.ts';
import type { TroubleKey } from './trouble-keys.ts';

/** All that the chrome shows, at one moment; components draw it and know nothing else. */
export interface ViewSnapshot {
  readonly cols: number;
  readonly rows: number;
  readonly frames: FrameStyle;
  /** Plain ASCII where the terminal can't show more. */
  readonly ascii: boolean;
  readonly accent: string;
  readonly tabs: readonly TabItem[];
  readonly panes: readonly PaneItem[];
  /** Columns between neighbours, with `single` frames. */
  readonly dividers: readonly Rect[];
  /** Milliseconds since 1970 when this was made. */
  readonly now: number;
  readonly counts: {
    readonly online: number;
    readonly connecting: number;
    readonly error: number;
    readonly waiting: number;
  };
  readonly overlay: Overlay;
  readonly message: { readonly text: string; readonly kind: 'info' | 'error' } | undefined;
  readonly prefix: string;
  readonly prefixActive: boolean;
  readonly hub: {
    readonly name: string;
    readonly connection: HostConnection;
    /** Connects at once, after the prefix; while it is away. */
    readonly retryKey?: string | undefined;
    /** Typed, and not with it yet. */
    readonly heldBytes: number;
  };
  /** HH:MM. */
  readonly time: string;
  readonly readOnly: boolean;
  /** Who is followed: this viewer looks where they look. */
  readonly following?: string | undefined;
}

export interface TabItem {
  readonly id: string;
  readonly number: number;
  readonly name: string;
  readonly active: boolean;
  readonly last: boolean;
  readonly zoomed: boolean;
  /** What is typed goes to all of its panes. */
  readonly synchronized: boolean;
  readonly bell: boolean;
  /** An agent of it waits for an answer. */
  readonly waiting: boolean;
  /** A session of it ended or failed and nobody looked yet. */
  readonly ended: boolean;
  /** The worst connection of its sessions. */
  readonly connection: 'online' | 'offline' | 'error';
}

export interface PaneItem {
  readonly paneId: string;
  readonly number: number;
  readonly session: SessionInfo | undefined;
  readonly outer: Rect;
  readonly inner: Rect;
  readonly focused: boolean;
  readonly zoomed: boolean;
  /** Copy mode: "12/3456", or what was searched. */
  readonly scroll: string | undefined;
  /** Where its session runs, for people: `local`, a host, a container. */
  readonly place: string;
  readonly trouble: PaneTrouble | undefined;
  readonly people?: PanePeople | undefined;
}

/** What is said above the screen of a session that has no connection. */
export interface PaneTrouble {
  readonly kind: TroubleKind;
  readonly keys: readonly TroubleKey[];
  /** The row of the pane in which the program's cursor is, from 0: it stays visible where that is possible. */
  readonly cursorRow: number | undefined;
}

export interface ListItem {
  readonly id: string;
  /** Shown first, and what the filter looks at. */
  readonly label: string;
  readonly detail: string;
  readonly mark?: 'current' | 'ended' | 'bell' | undefined;
  /** In the place of the mark: how its connection stands. */
  readonly link?: 'online' | 'offline' | 'error' | undefined;
}

export type Overlay =
  | { readonly kind: 'none' }
  | { readonly kind: 'text'; readonly title: string; readonly lines: readonly string[]; readonly top: number }
  | {
      readonly kind: 'list';
      readonly title: string;
      readonly items: readonly ListItem[];
      readonly selected: number;
      readonly filter: string;
      readonly hint: string;
      /** More about the selected item, a line each. */
      readonly below?: readonly string[];
    }
  | {
      readonly kind: 'prompt';
      readonly label: string;
      readonly text: string;
      /** Code units before the cursor. */
      readonly cursor: number;
      /** What Tab would choose from. */
      readonly candidates: readonly string[];
    }
  | FleetOverlay
  | { readonly kind: 'confirm'; readonly question: string }
  | { readonly kind: 'numbers' }
  | { readonly kind: 'clock'; readonly paneId: string };
