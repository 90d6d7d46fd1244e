import { loneWidth, parseKeyName, Screen, type Surface } from '../../../src/core/index.ts';
import { codeAt, widthAt } from '../../../src/ui/prediction/edited-row.ts';
import { Guesses, type Pace } from '../../../src/ui/prediction/model.ts';
import { PredictedSurface } from '../../../src/ui/prediction/predicted-surface.ts';
import type { Step } from '../../../src/ui/prediction/steps.ts';
import { stepOf } from '../../../src/ui/prediction/steps.ts';

export const PACE: Pace = { settleMs: 100, expireMs: 1_000 };
const FG_UNDERLINE = 0x10000000;
const encoder = new TextEncoder();

/** A viewer's screen, what is guessed on top of it, and a clock that is moved by hand. */
export class Typist {
  readonly screen: Screen;
  readonly guesses: Guesses;
  readonly surface: PredictedSurface;
  now = 1_000;

  constructor(printed = '$ ', cols = 20, rows = 4) {
    this.screen = new Screen({ cols, rows, scrollback: 0 });
    this.screen.write(encoder.encode(printed));
    this.guesses = new Guesses(this.screen);
    this.surface = new PredictedSurface(this.screen, this.guesses);
  }

  /** Presses keys: each character of a text, or one key by its name. */
  type(text: string): this {
    for (const char of text) this.step(stepOf(parseKeyName(char === ' ' ? 'Space' : char)));
    return this;
  }

  press(...names: string[]): this {
    for (const name of names) this.step(stepOf(parseKeyName(name)));
    return this;
  }

  step(step: Step | 'nothing' | 'other'): void {
    if (step === 'other') this.interrupt();
    else if (step !== 'nothing') this.guesses.typed(step, this.now, PACE);
  }

  interrupt(): this {
    this.guesses.interrupted(this.now, PACE);
    return this;
  }

  /** Output of the session arrives. */
  print(text: string): this {
    this.screen.write(encoder.encode(text));
    this.guesses.heard(this.now);
    return this;
  }

  resize(cols: number, rows: number): this {
    this.screen.resize(cols, rows);
    this.guesses.heard(this.now);
    return this;
  }

  pass(ms: number): this {
    this.now += ms;
    this.guesses.passed(this.now);
    return this;
  }

  /** What is guessed, in its place: `_` under each character that waits for its echo. */
  row(y = this.surface.cursor.y): string {
    const { cells } = this.surface.row(y);
    let out = '';
    for (let x = 0; x < this.surface.cols; x++) {
      if (widthAt(this.surface.row(y), x) === 0) continue;
      out += textAt(this.surface, x, y);
      if (cells[x * 3 + 1]! & FG_UNDERLINE) out += '_';
    }
    return out.trimEnd();
  }

  get cursor(): [number, number] {
    const { x, y } = this.surface.cursor;
    return [x, y];
  }
}

export function textAt(surface: Surface, x: number, y: number): string {
  const code = codeAt(surface.row(y), x);
  return code < 0 ? surface.row(y).combined(x) : String.fromCodePoint(code);
}

/** Every cell with its look, and the cursor: two surfaces that say the same here look the same. */
export function picture(surface: Surface): unknown {
  const { x, y, visible } = surface.cursor;
  return [
    x,
    y,
    visible,
    ...Array.from({ length: surface.rows }, (_, row) => [...surface.row(row).cells.slice(0, surface.cols * 3)]),
  ];
}

/** A line editor as shells have one: what it answers to a key. Its line is a prompt and what was typed. */
export class LineEditor {
  #before: string[] = [];
  #after: string[] = [];

  answer(step: Step): string {
    const tail = (): string => this.#after.join('');
    const back = (): string => '\b'.repeat(this.#after.reduce((sum, c) => sum + loneWidth(c.codePointAt(0)!), 0));
    switch (step.kind) {
      case 'text': {
        const char = String.fromCodePoint(step.code);
        this.#before.push(char);
        return `${char}${tail()}${back()}`;
      }
      case 'erase': {
        const gone = this.#before.pop();
        if (gone === undefined) return '\x07';
        const width = loneWidth(gone.codePointAt(0)!);
        return `${'\b'.repeat(width)}${tail()}${' '.repeat(width)}${'\b'.repeat(width)}${back()}`;
      }
      case 'left': {
        const over = this.#before.pop();
        if (over === undefined) return '\x07';
        this.#after.unshift(over);
        return '\b'.repeat(loneWidth(over.codePointAt(0)!));
      }
      case 'right': {
        const over = this.#after.shift();
        if (over === undefined) return '\x07';
        this.#before.push(over);
        return over;
      }
      case 'enter': {
        const rest = tail();
        this.#before = [];
        this.#after = [];
        return `${rest}\r\n$ `;
      }
      case 'unknown':
        return '';
    }
  }
}
