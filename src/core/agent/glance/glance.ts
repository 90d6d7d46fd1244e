import { plainText } from '../../errors.ts';
import type { Surface } from '../../output/cells.ts';
import { TailRows } from '../rows.ts';
import { signsOf } from './signs.ts';

/** A session at a glance. */
export interface Glance {
  /** The last row of its screen that says something; '' when there is none. */
  readonly line: string;
  /** Cost or use, as the agent shows it: `$0.42`, `1.2k tokens`, `62% left`. */
  readonly usage?: string;
}

/** Rows that are looked at, from the last. */
const ROWS = 60;
/** Among so many of the last rows agents show what they have used. */
const USAGE_ROWS = 14;
const LINE_LIMIT = 300;

/** `boxTop`: row of the agent's input box on the screen; what was said stands above it. */
export function glance(surface: Surface, kind: string, boxTop?: number): Glance {
  const tail = new TailRows(surface);
  const signs = signsOf(kind);
  let usage: string | undefined;
  for (let i = 0; i < USAGE_ROWS && usage === undefined; i++) {
    const row = tail.at(i);
    if (row === undefined) break;
    for (const pattern of signs.usage) usage ??= pattern.exec(row)?.[1];
  }
  const used = usage === undefined ? {} : { usage };
  const from = boxTop === undefined ? 0 : Math.max(0, tail.last - boxTop + 1);
  for (let i = from; i < from + ROWS; i++) {
    const row = tail.at(i);
    if (row === undefined) break;
    if (!/[\p{L}\p{N}]/u.test(row) || signs.skip.some((pattern) => pattern.test(row))) continue;
    return { line: bare(row), ...used };
  }
  return { line: '', ...used };
}

/** Without frames and bullets around it. */
function bare(row: string): string {
  const text = row.replace(/[\u2500-\u259f]/gu, ' ').replace(/\s+/gu, ' ');
  return plainText(text, LINE_LIMIT)
    .replace(/^[ ●•✦⎿└]+/u, '')
    .trim();
}
