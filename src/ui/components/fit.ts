import { cut, type Segment, segmentsWidth } from '../text.ts';

/** A way to take less room. Those of the lowest rank are taken first; of one rank, in the order of the parts. */
export interface Shrink {
  readonly rank: number;
  /** What stands there instead; or how few cells the one run of text may be cut to. */
  readonly to: readonly Segment[] | { readonly min: number };
}

/** A part of a line, and how it gives way. */
export interface Part {
  readonly segments: readonly Segment[];
  readonly shrinks?: readonly Shrink[];
}

/**
 * The parts of a line with `cols` cells for all of them: what matters least is shortened or left out first. When nothing can give way any
 * more the parts may still be too wide; the caller cuts.
 */
export function fitParts(parts: readonly Part[], cols: number): Segment[][] {
  const out = parts.map((part) => [...part.segments]);
  let over = out.reduce((n, segments) => n + segmentsWidth(segments), 0) - cols;
  if (over <= 0) return out;
  const all = parts.flatMap((part, at) => (part.shrinks ?? []).map((shrink) => ({ at, ...shrink })));
  for (const { at, to } of all.toSorted((a, b) => a.rank - b.rank)) {
    if (over <= 0) break;
    const before = out[at]!;
    const width = segmentsWidth(before);
    if ('min' in to) {
      const [run] = before;
      if (!run || width <= to.min) continue;
      out[at] = [{ ...run, text: cut(run.text, Math.max(to.min, width - over)) }];
    } else out[at] = [...to];
    over -= width - segmentsWidth(out[at]!);
  }
  return out;
}
