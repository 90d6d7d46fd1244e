import { IrisError, splitWords } from '../../core/index.ts';
import { expand, missingVariables, type Piece, parseTemplate, type Variables } from './variables.ts';

export type Path = readonly (string | number)[];

/** A value whose variables can't be replaced. */
export interface VariableProblem {
  readonly path: Path;
  /** The variable that is missing, to point at it. */
  readonly name?: string;
  readonly message: string;
  readonly remedy?: string;
}

export interface Interpolated {
  /** As `data`, with variables replaced, and without the values where that was not possible. */
  readonly data: unknown;
  readonly written: Written;
  readonly problems: readonly VariableProblem[];
}

/** What stands in the file where a value is another text, as variables were replaced. Such values are never shown: they may be secrets. */
export class Written {
  readonly #texts = new Map<string, string>();

  set(path: Path, text: string): void {
    this.#texts.set(path.join('\0'), text);
  }

  at(path: readonly PropertyKey[]): string | undefined {
    return this.#texts.get(path.map(String).join('\0'));
  }
}

/** How the walk treats what it meets. */
export interface InterpolateRules {
  /** Not read at all: what has no effect needs no variables. */
  readonly skip: (path: Path) => boolean;
  /** A text that will be split into words: what a variable holds stays in its word, blanks and all, as in the quotes of a shell. */
  readonly isLine: (path: Path) => boolean;
  /** What to do about a variable that is not set. */
  readonly missing: (name: string) => string;
}

const GONE = Symbol('no value');

/** Replaces variables in the values (never the names) of plain data. Makes new data: aliases of YAML share theirs. */
export function interpolate(data: unknown, vars: Variables, rules: InterpolateRules): Interpolated {
  const written = new Written();
  const problems: VariableProblem[] = [];

  const text = (value: string, path: Path): unknown => {
    if (!value.includes('$')) return value;
    let pieces: readonly Piece[];
    try {
      pieces = parseTemplate(value);
    } catch (error) {
      const { message, remedy } = IrisError.from(error);
      problems.push({ path, message, ...(remedy === undefined ? {} : { remedy }) });
      return GONE;
    }
    const missing = missingVariables(pieces, vars);
    for (const name of missing) {
      problems.push({ path, name, message: `the variable ${name} is not set`, remedy: rules.missing(name) });
    }
    if (missing.length > 0) return GONE;
    const expanded = expand(pieces, vars);
    if (expanded !== value) written.set(path, value);
    return (pieces.length > 1 && rules.isLine(path) && expandWords(pieces, vars)) || expanded;
  };

  const walk = (value: unknown, path: Path): unknown => {
    if (rules.skip(path)) return value;
    if (typeof value === 'string') return text(value, path);
    if (Array.isArray(value)) {
      const items = value.map((item, at) => walk(item, [...path, at]));
      return items.includes(GONE) ? GONE : items;
    }
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(([key, item]) => {
      // No map of JavaScript can be trusted with this one: it would be dropped on the way, without a word.
      if (key === '__proto__') problems.push({ path: [...path, key], message: '"__proto__" may be no name' });
      return [key, key === '__proto__' ? GONE : walk(item, [...path, key])] as const;
    });
    return Object.fromEntries(entries.filter(([, item]) => item !== GONE));
  };

  return { data: walk(data, []), written, problems };
}

/** A character of the private use area (Unicode 23.5) stands for each variable while the line is split. */
const STAND_IN = 0xe000;

/** The words of a line, each with the values of its own variables; undefined where the line can't be split. */
function expandWords(pieces: readonly Piece[], vars: Variables): string[] | undefined {
  if (pieces.length > 256 || pieces.some((piece) => typeof piece === 'string' && /[\ue000-\ue0ff]/.test(piece))) {
    return undefined;
  }
  const line = pieces
    .map((piece, at) => (typeof piece === 'string' ? piece : String.fromCharCode(STAND_IN + at)))
    .join('');
  try {
    return splitWords(line).map((word) =>
      word.replace(/[\ue000-\ue0ff]/g, (char) => expand([pieces[char.charCodeAt(0) - STAND_IN]!], vars)),
    );
  } catch {
    return undefined; // The schema says what is wrong with it.
  }
}
