import type { Entry } from '../../core/index.ts';

/**
 * Log entries in one blob, as a segment row has them: for each one byte of kind, four of length (little-endian), the body.
 * Numbers are not written: a segment knows its first and the rest follow. Bodies: bytes; resize: cols and rows, four bytes each; mark: UTF-8.
 */
const KINDS = ['output', 'error', 'resize', 'mark'] as const;
const HEADER_BYTES = 5;
const RESIZE_BYTES = 8;

/** What an entry takes in a segment. */
export function packedBytes(entry: Entry): number {
  return HEADER_BYTES + body(entry).length;
}

function body(entry: Entry): Uint8Array {
  switch (entry.kind) {
    case 'output':
    case 'error':
      return entry.bytes;
    case 'mark':
      return new TextEncoder().encode(entry.mark);
    case 'resize': {
      const bytes = new Uint8Array(RESIZE_BYTES);
      const view = new DataView(bytes.buffer);
      view.setUint32(0, entry.cols, true);
      view.setUint32(4, entry.rows, true);
      return bytes;
    }
  }
}

export function packEntries(entries: readonly Entry[]): Uint8Array<ArrayBuffer> {
  const bodies = entries.map(body);
  const out = new Uint8Array(bodies.reduce((sum, bytes) => sum + HEADER_BYTES + bytes.length, 0));
  const view = new DataView(out.buffer);
  let at = 0;
  for (const [i, bytes] of bodies.entries()) {
    out[at] = KINDS.indexOf(entries[i]!.kind);
    view.setUint32(at + 1, bytes.length, true);
    out.set(bytes, at + HEADER_BYTES);
    at += HEADER_BYTES + bytes.length;
  }
  return out;
}

/** Entries of a segment, numbered from `first`. What is cut short or unknown ends it. */
export function unpackEntries(packed: Uint8Array, first: number): Entry[] {
  const entries: Entry[] = [];
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  for (let at = 0; at + HEADER_BYTES <= packed.length; ) {
    const kind = KINDS[packed[at]!];
    const end = at + HEADER_BYTES + view.getUint32(at + 1, true);
    if (kind === undefined || end > packed.length) break;
    const bytes = packed.subarray(at + HEADER_BYTES, end);
    const seq = first + entries.length;
    if (kind === 'resize') {
      const size = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      entries.push({ kind, seq, cols: size.getUint32(0, true), rows: size.getUint32(4, true) });
    } else if (kind === 'mark') entries.push({ kind, seq, mark: new TextDecoder().decode(bytes) });
    else entries.push({ kind, seq, bytes });
    at = end;
  }
  return entries;
}
