import stringWidth from './string-width.ts';

/** Cells that a text takes. */
export const widthOf = (text: string): number => stringWidth(text);

/** A text cut to `cols` cells, the cut shown by an ellipsis; never longer, never half a character. */
export function cut(text: string, cols: number, ellipsis = '…'): string {
  if (cols <= 0) return '';
  if (widthOf(text) <= cols) return text;
  let out = '';
  let used = 0;
  // Made here: loading it takes longer than most of the start, and few texts are cut.
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)) {
    const w = widthOf(segment);
    if (used + w > cols - 1) break;
    out += segment;
    used += w;
  }
  return out + ellipsis;
}

/** Cut or filled with blanks to exactly `cols` cells. */
export function pad(text: string, cols: number): string {
  const short = cut(text, cols);
  return short + ' '.repeat(Math.max(0, cols - widthOf(short)));
}

/** A run of text in one style. */
export interface Segment {
  readonly text: string;
  readonly color?: string | undefined;
  readonly background?: string | undefined;
  readonly bold?: boolean | undefined;
  readonly dim?: boolean | undefined;
  readonly inverse?: boolean | undefined;
}

export const segmentsWidth = (segments: readonly Segment[]): number =>
  segments.reduce((n, s) => n + widthOf(s.text), 0);

/** The first `cols` cells of a line. */
export function cutSegments(segments: readonly Segment[], cols: number): Segment[] {
  if (segmentsWidth(segments) <= cols) return [...segments];
  const out: Segment[] = [];
  let left = cols;
  for (const segment of segments) {
    if (left <= 0) break;
    const w = widthOf(segment.text);
    // The ellipsis belongs to the first segment that does not fit whole, or whose followers don't.
    if (w < left) {
      out.push(segment);
      left -= w;
    } else {
      const text = w === left ? cut(`${segment.text}x`, left) : cut(segment.text, left);
      out.push({ ...segment, text });
      left = 0;
    }
  }
  return out;
}

/** `left` and `right` on one line of `cols` cells, `fill` between; the right side is the last to be cut. */
export function spread(left: readonly Segment[], right: readonly Segment[], cols: number, fill: Segment): Segment[] {
  const r = cutSegments(right, cols);
  const l = cutSegments(left, cols - segmentsWidth(r));
  const gap = Math.max(0, cols - segmentsWidth(r) - segmentsWidth(l));
  return [...l, { ...fill, text: fill.text.repeat(gap) }, ...r];
}

/** A duration as people read it: 0:42, 12:05, 3h04, 2d. */
export function duration(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 3600) return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`;
  const h = Math.floor(s / 3600);
  if (h < 48) return `${h}h${String(Math.floor((s % 3600) / 60)).padStart(2, '0')}`;
  return `${Math.floor(h / 24)}d`;
}

/** Words on lines of at most `cols` cells, at most `limit` of them; a word that is longer is broken. */
export function wrap(text: string, cols: number, limit = 100): string[] {
  const lines: string[] = [];
  let line = '';
  for (let word of text.split(/ +/).filter(Boolean)) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) <= cols) {
      line += ` ${word}`;
      continue;
    }
    if (line !== '') lines.push(line);
    while (widthOf(word) > cols) {
      let head = '';
      for (const c of word) {
        if (widthOf(head + c) > cols) break;
        head += c;
      }
      if (head === '') break;
      lines.push(head);
      word = word.slice(head.length);
    }
    line = word;
  }
  if (line !== '') lines.push(line);
  if (lines.length <= limit) return lines;
  return [...lines.slice(0, limit - 1), `${lines[limit - 1]!.slice(0, Math.max(0, cols - 1))}…`];
}

/** Bytes as people read them: 512 B, 12 kB, 3.4 MB. */
export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  for (const [unit, size] of [
    ['kB', 1e3],
    ['MB', 1e6],
    ['GB', 1e9],
  ] as const) {
    const n = count / size;
    if (n < 9.95) return `${n.toFixed(1)} ${unit}`;
    if (n < 999.5) return `${Math.round(n)} ${unit}`;
  }
  return `${Math.round(count / 1e12)} TB`;
}

/** Rows of cells with each column as wide as its widest cell; columns that are empty throughout are left out. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => widthOf(row[i] ?? ''))));
  return rows.map((row) =>
    row
      .flatMap((cell, i) => (widths[i] ? [pad(cell, widths[i])] : []))
      .join('  ')
      .trimEnd(),
  );
}
