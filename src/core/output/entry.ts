/** A place in a session's log. seq counts entries of one epoch, contiguous from 1; 0 is before the first. */
export interface Position {
  readonly epoch: string;
  readonly seq: number;
}

/** What the log of a session holds. Entries are numbered by the log, not here. */
export type EntryBody =
  | { readonly kind: 'output'; readonly bytes: Uint8Array }
  | { readonly kind: 'error'; readonly bytes: Uint8Array }
  | { readonly kind: 'resize'; readonly cols: number; readonly rows: number }
  | { readonly kind: 'mark'; readonly mark: string };

export type Entry = EntryBody & { readonly seq: number };

/**
 * What a viewer receives. `snapshot` replaces all that went before: a fresh screen of cols x rows, then `bytes`
 * (escape sequences that rebuild both buffers, modes and cursor) bring it to just after entry `seq`. `gap` says which entries a snapshot
 * stands for that this viewer never saw. `lostAfter`: this epoch begins, and what was written after there, in epochs before, nobody has any more; how much it
 * was is not known.
 */
export type ViewEntry =
  | Entry
  | {
      readonly kind: 'snapshot';
      readonly seq: number;
      readonly epoch: string;
      readonly cols: number;
      readonly rows: number;
      readonly bytes: Uint8Array;
      readonly gap?: { readonly from: number; readonly to: number };
      readonly lostAfter?: Position;
    };
