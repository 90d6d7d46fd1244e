import type { Entry, Epoch, Position } from '../core/index.ts';
import type { Send } from './flow.ts';

const NOTHING = new Uint8Array(0);

/** One entry as one message. */
export function sendEntry(send: Send, epoch: string, entry: Entry): void {
  switch (entry.kind) {
    case 'output':
    case 'error':
      send(epoch, entry.seq, { kind: entry.kind }, entry.bytes);
      return;
    case 'resize':
      send(epoch, entry.seq, { kind: 'resize', cols: entry.cols, rows: entry.rows }, NOTHING);
      return;
    case 'mark':
      send(epoch, entry.seq, { kind: 'mark', mark: entry.mark }, NOTHING);
  }
}

/**
 * An empty screen before the first entry of an epoch, or before the first that is kept: `gap` is what was there before. `lostAfter`: what came after there,
 * before this epoch, is not to be had.
 */
export function sendBeginning(
  send: Send,
  { id, cols, rows }: Epoch,
  lostAfter: Position | undefined,
  gap?: { readonly from: number; readonly to: number },
): void {
  send(
    id,
    gap?.to ?? 0,
    { kind: 'snapshot', cols, rows, ...(lostAfter ? { lostAfter } : {}), ...(gap ? { gap } : {}) },
    NOTHING,
  );
}
