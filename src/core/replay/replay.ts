import type { Entry, OutputLog, Position } from '../output/index.ts';

/** How a viewer is brought up to date. */
export type Replay =
  | { readonly kind: 'delta'; readonly entries: readonly Entry[] }
  /** Everything anew. `gap`: entries of this epoch that the viewer never saw and never will. */
  | { readonly kind: 'snapshot'; readonly gap?: { readonly from: number; readonly to: number } };

/**
 * What a viewer at `position` needs. `screen`: a delta if the log still has all of it and the size did not change in between (what a
 * resize does depends on the scrollback, which a viewer has not), else a snapshot. `log`: a delta whenever there is one.
 * Nothing is lost silently (invariant 4): what a snapshot stands for is named, but only where the viewer was in this epoch; one
 * that is new, or comes from another epoch, missed nothing it had begun to see.
 */
export function replay(
  position: Position | undefined,
  log: Pick<OutputLog, 'from' | 'first' | 'last'>,
  epoch: string,
  mode: 'screen' | 'log' = 'screen',
): Replay {
  if (position === undefined || position.epoch !== epoch) {
    // A reader of the log that begins at the beginning can have it all, if it is still there.
    const all = mode === 'log' ? log.from(0) : undefined;
    if (all) return { kind: 'delta', entries: all };
    return mode === 'log' && log.first > 1
      ? { kind: 'snapshot', gap: { from: 1, to: log.last } }
      : { kind: 'snapshot' };
  }
  // A position beyond what exists is of another life of this epoch (a hub restored from an older store): begin anew.
  if (position.seq > log.last) return { kind: 'snapshot' };
  const entries = log.from(position.seq);
  if (entries && (mode === 'log' || !entries.some((entry) => entry.kind === 'resize')))
    return { kind: 'delta', entries };
  return { kind: 'snapshot', gap: { from: position.seq + 1, to: log.last } };
}
