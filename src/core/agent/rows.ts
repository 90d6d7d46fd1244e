import {
  BG_DIM,
  type CellRow,
  CONTENT_CODEPOINT,
  CONTENT_COMBINED,
  CONTENT_WIDTH_SHIFT,
  type Surface,
  WORDS,
} from '../output/cells.ts';

/** Characters of a row that are looked at: patterns stay quick on a terminal of any width. */
const ROW_LIMIT = 400;
const NO_BREAK_SPACE = 0xa0;

/** The rows of a screen from the last that is not empty upwards, as text, each read when it is first asked for. */
export class TailRows {
  readonly #surface: Surface;
  readonly #texts: (string | undefined)[] = [];
  /** Number on the screen of the last row that is not empty; -1 when all are. */
  readonly last: number;

  constructor(surface: Surface) {
    this.#surface = surface;
    let y = surface.rows - 1;
    while (y >= 0 && isEmpty(surface.row(y), surface.cols)) y--;
    this.last = y;
  }

  /** Does text stand down to the last row of the screen, or the one before? */
  get fills(): boolean {
    return this.last >= this.#surface.rows - 2;
  }

  /** Counted from the bottom: 0 is the last row that is not empty. undefined: above the screen. */
  at(index: number): string | undefined {
    const y = this.last - index;
    if (y < 0) return undefined;
    let text = this.#texts[index];
    if (text === undefined) {
      text = rowText(this.#surface.row(y), this.#surface.cols);
      this.#texts[index] = text;
    }
    return text;
  }
}

function isEmpty(row: CellRow, cols: number): boolean {
  const { cells } = row;
  for (let i = 0; i < cols * WORDS; i += WORDS) {
    const content = cells[i]!;
    if (content & CONTENT_COMBINED) return false;
    const code = content & CONTENT_CODEPOINT;
    if (code !== 0 && code !== 32 && code !== NO_BREAK_SPACE) return false;
  }
  return true;
}

/** Text of a row of the screen without what is dim: in an input box, nobody typed that. */
export function typedText(surface: Surface, y: number): string {
  return rowText(surface.row(y), surface.cols, true);
}

function rowText(row: CellRow, cols: number, withoutDim = false): string {
  const { cells } = row;
  const end = Math.min(cols, ROW_LIMIT);
  let text = '';
  for (let x = 0; x < end; x++) {
    const content = cells[x * WORDS]!;
    const code = content & CONTENT_CODEPOINT;
    if (withoutDim && cells[x * WORDS + 2]! & BG_DIM) text += ' ';
    else if (content & CONTENT_COMBINED) text += row.combined(x);
    else if (code === 0 || code === NO_BREAK_SPACE) text += ' ';
    else text += code < 0x10000 ? String.fromCharCode(code) : String.fromCodePoint(code);
    if (content >> CONTENT_WIDTH_SHIFT === 2) x++;
  }
  return text.trimEnd();
}
