import type { AuditEntry, SavedSession, Workspace } from '../../core/index.ts';
import type { AuditPage, AuditQuery } from '../audit/index.ts';
import type { AccessRecord, AccessRecords } from '../auth/records.ts';

/** A layout as it is kept. */
export interface SavedWorkspace {
  readonly name: string;
  readonly revision: number;
  readonly savedAt: number;
  readonly workspace: Workspace;
}

/** One change, as the worker applies it. Changes of one batch are one transaction, in order. */
export type Change =
  | { readonly type: 'session'; readonly session: SavedSession }
  | { readonly type: 'session-deleted'; readonly id: string }
  /** A new run: output of earlier ones is not needed any more. */
  | { readonly type: 'epoch'; readonly id: string; readonly epoch: string }
  /** Packed entries `first` to `last`, contiguous with what is kept. */
  | {
      readonly type: 'entries';
      readonly id: string;
      readonly epoch: string;
      readonly first: number;
      readonly last: number;
      readonly bytes: Uint8Array;
    }
  /** Entries after this one are not kept, until the next checkpoint. */
  | { readonly type: 'lost'; readonly id: string; readonly epoch: string; readonly after: number }
  /** The picture just after entry `seq`; entries up to it are not needed any more. */
  | {
      readonly type: 'checkpoint';
      readonly id: string;
      readonly epoch: string;
      readonly seq: number;
      readonly cols: number;
      readonly rows: number;
      readonly bytes: Uint8Array;
    }
  | { readonly type: 'workspace'; readonly workspace: SavedWorkspace }
  | { readonly type: 'workspace-deleted'; readonly name: string }
  | ({ readonly type: 'access' } & SavedAccess)
  | { readonly type: 'access-deleted'; readonly kind: AccessKind; readonly id: string }
  | { readonly type: 'audit'; readonly record: AuditEntry };

export type SavedAccess = AccessRecord;
export type AccessKind = AccessRecord['kind'];

/** Output as the database has it. */
export interface StoredOutput {
  readonly checkpoint?: {
    readonly seq: number;
    readonly cols: number;
    readonly rows: number;
    readonly bytes: Uint8Array;
  };
  readonly segments: readonly { readonly first: number; readonly bytes: Uint8Array }[];
  readonly lostAfter?: number;
}

export type Request =
  | { readonly type: 'open'; readonly dir: string; readonly limitBytes: number }
  /** `probe`: it failed before; look first whether there is room for more than a few bytes. */
  | { readonly type: 'apply'; readonly changes: readonly Change[]; readonly probe: boolean }
  | { readonly type: 'output'; readonly id: string }
  | { readonly type: 'audit'; readonly query: AuditQuery }
  | { readonly type: 'close' };

export const NOTHING_STORED = {
  sessions: [],
  workspaces: [],
  access: { devices: [], families: [], tokens: [] },
} as const satisfies Opened;

export interface Opened {
  readonly sessions: readonly SavedSession[];
  readonly workspaces: readonly SavedWorkspace[];
  readonly access: AccessRecords;
  /** Set when reading worked and writing does not. */
  readonly readOnly?: StoreFailure;
  /** Set when a broken database was found: where it was moved to. */
  readonly movedTo?: string;
}

/** Why the database could not do something; told apart because each has its own remedy. */
export interface StoreFailure {
  readonly kind: 'full' | 'read-only' | 'corrupt' | 'busy' | 'newer' | 'other';
  readonly message: string;
  /** For `corrupt`: where the broken database was moved to; a fresh one has begun. */
  readonly movedTo?: string;
}

export type Reply =
  | { readonly ok: true; readonly value?: Opened | StoredOutput | AuditPage }
  | { readonly ok: false; readonly failure: StoreFailure };
