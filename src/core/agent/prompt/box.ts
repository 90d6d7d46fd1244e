import type { Surface } from '../../output/cells.ts';
import { type TailRows, typedText } from '../rows.ts';
import type { CompiledBox } from './compile.ts';

/** An agent's input box, as it stands on the screen. */
export interface InputBox {
  /** What was typed into it, rows joined by line feeds; '' when it is empty. On a small screen it may be only a part. */
  readonly text: string;
  /** Nothing is typed, and it takes prompts: what is pasted now stands there alone. */
  readonly free: boolean;
  /** Its first row of text on the screen. */
  readonly top: number;
}

/** Rows of text in a box that are read at most. */
const ROWS_LIMIT = 60;

/** The input box at the lower end of the screen; undefined: none is to be seen. */
export function findBox(tail: TailRows, surface: Surface, shape: CompiledBox): InputBox | undefined {
  for (let i = 0; i < shape.last; i++) {
    const row = tail.at(i);
    if (row === undefined) return undefined;
    if (!shape.first.test(row)) continue;
    // Its edge may be above the screen.
    const above = tail.at(i + 1);
    if (shape.above && above !== undefined && !shape.above.test(above)) continue;
    const below = lowerEdge(tail, i, shape.below);
    if (below === undefined) continue;
    if (shape.notUnder && someUnder(tail, below, shape.notUnder)) return undefined;
    return read(tail, surface, shape, i, below);
  }
  return undefined;
}

/** Index of the row below the text. */
function lowerEdge(tail: TailRows, first: number, below: RegExp): number | undefined {
  for (let i = first - 1; i >= 0 && i >= first - ROWS_LIMIT; i--) {
    if (below.test(tail.at(i) ?? '')) return i;
  }
  // An empty row may be the last of the screen.
  return below.test('') ? -1 : undefined;
}

function someUnder(tail: TailRows, below: number, pattern: RegExp): boolean {
  for (let i = below - 1; i >= 0; i--) if (pattern.test(tail.at(i)!)) return true;
  return false;
}

function read(tail: TailRows, surface: Surface, shape: CompiledBox, first: number, below: number): InputBox {
  const rows: string[] = [];
  const sign = shape.first.exec(tail.at(first)!)![0].length;
  for (let i = first; i > below; i--) {
    const y = tail.last - i;
    const text = typedText(surface, y);
    rows.push((i === first ? text.slice(sign) : text).trim());
  }
  const typed = rows.join('\n').trim();
  const text = shape.placeholder?.test(typed) ? '' : typed;
  const other = shape.other?.test(tail.at(first)!) ?? false;
  return { text, free: text === '' && !other, top: tail.last - first };
}
