import { applyEntry, type Screen } from '../output/index.ts';
import type { SavedOutput } from './ports.ts';

/** Brings a fresh screen to where kept output ends; returns the number of the newest entry there was, kept or not. */
export function replayOutput(screen: Screen, { checkpoint, entries, lostAfter }: SavedOutput): number {
  if (checkpoint) {
    screen.resize(checkpoint.cols, checkpoint.rows);
    screen.restore(checkpoint.bytes);
  }
  for (const entry of entries) applyEntry(screen, entry);
  return Math.max(checkpoint?.seq ?? 0, entries.at(-1)?.seq ?? 0, lostAfter ?? 0);
}
