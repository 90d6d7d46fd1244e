import { IrisError } from '../../core/index.ts';

/** Where `${NAME}` is looked up: the environment of the process that reads the config. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** A text in pieces: as it stands, or a variable. */
export type Piece = string | Variable;

export interface Variable {
  readonly name: string;
  /** What stands after `:-`, taken when the variable is not set or empty, as in a shell. */
  readonly fallback?: readonly Piece[];
}

/** Variables in the defaults of variables; deeper is a mistake, and would only cost stack. */
const DEPTH_LIMIT = 8;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;

/**
 * Reads `${NAME}`, `${NAME:-default}` and `$$`, which is one dollar sign (so `$${` writes `${`). Any other dollar sign is itself.
 * @throws IrisError `usage` where `${` begins no variable
 */
export function parseTemplate(text: string): readonly Piece[] {
  return parsePieces(text, 0, 0).pieces;
}

/** Ends after the closing brace when `depth` > 0, else at the end of the text. */
function parsePieces(text: string, from: number, depth: number): { pieces: Piece[]; end: number } {
  const pieces: Piece[] = [];
  let plain = '';
  let at = from;
  const flush = (): void => {
    if (plain !== '') pieces.push(plain);
    plain = '';
  };
  while (at < text.length) {
    const char = text[at]!;
    if (depth > 0 && char === '}') {
      flush();
      return { pieces, end: at + 1 };
    }
    const next = char === '$' ? text[at + 1] : undefined;
    if (next === '$') {
      plain += '$';
      at += 2;
    } else if (next === '{') {
      flush();
      const { variable, end } = parseVariable(text, at, depth);
      pieces.push(variable);
      at = end;
    } else {
      plain += char;
      at += 1;
    }
  }
  if (depth > 0) throw malformed(text, from, 'is not closed', 'add } where it ends');
  flush();
  return { pieces, end: at };
}

function parseVariable(text: string, start: number, depth: number): { variable: Variable; end: number } {
  NAME.lastIndex = start + 2;
  const name = NAME.exec(text)?.[0];
  if (name === undefined) throw malformed(text, start, 'names no variable');
  const after = start + 2 + name.length;
  if (text[after] === '}') return { variable: { name }, end: after + 1 };
  if (text[after] === undefined) throw malformed(text, start, 'is not closed', 'add } where it ends');
  if (!text.startsWith(':-', after))
    throw malformed(text, start, 'is no variable', 'a name and } or :-default} belong there');
  if (depth >= DEPTH_LIMIT) throw malformed(text, start, 'stands in too many others');
  const { pieces, end } = parsePieces(text, after + 2, depth + 1);
  return { variable: { name, fallback: pieces }, end };
}

function malformed(text: string, at: number, what: string, remedy = 'write $${ for the two characters'): IrisError {
  return new IrisError('usage', `${text.slice(at, at + 24)} ${what}`, { remedy });
}

/** The variables of a template that have neither a value nor a default. */
export function missingVariables(pieces: readonly Piece[], vars: Variables): string[] {
  const missing = pieces.flatMap((piece) => {
    if (typeof piece === 'string' || isSet(vars, piece)) return [];
    return piece.fallback ? missingVariables(piece.fallback, vars) : [piece.name];
  });
  return [...new Set(missing)];
}

/** The text with values in place of variables; one that is missing counts as empty. A value is never read again for variables. */
export function expand(pieces: readonly Piece[], vars: Variables): string {
  return pieces
    .map((piece) => {
      if (typeof piece === 'string') return piece;
      return isSet(vars, piece) ? vars[piece.name]! : expand(piece.fallback ?? [], vars);
    })
    .join('');
}

/** With a default an empty variable counts as none (`:-` of a shell); without one, empty is a value. */
function isSet(vars: Variables, { name, fallback }: Variable): boolean {
  if (!Object.hasOwn(vars, name)) return false;
  const value = vars[name];
  return value !== undefined && (fallback === undefined || value !== '');
}
