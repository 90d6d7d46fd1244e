import { IrisError } from '../../core/index.ts';

/** One word of the POSIX shell language that stands for `text` and nothing else (POSIX.1-2024, Shell Command Language, 2.2.2). */
export function quoteWord(text: string): string {
  if (text.includes('\0')) throw new IrisError('usage', 'a command cannot hold NUL characters');
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Reads the program in its first operand, of which all but plain characters are written as `\0ooo` for printf's `%b`. */
const DECODE = 'eval "$(printf %b "$0")"';

/**
 * A program for the POSIX shell as argv: `sh -c … …`. Its last word holds printable ASCII only, without quotes, exclamation marks, newlines, and
 * backslashes only before a zero: so it means the same between single quotes to sh, bash, zsh, fish (where `\'` and `\\` are special there) and csh (`!` and
 * newlines).
 */
export function shellArgv(script: string): string[] {
  return ['sh', '-c', DECODE, encode(script)];
}

/** The same as one line for whatever login shell is there: sshd hands it to that. It is replaced by sh. */
export function shellLine(script: string): string {
  return `exec sh -c '${DECODE}' '${encode(script)}'`;
}

/** Text as printf's `%b` understands it. */
export function encode(text: string): string {
  if (text.includes('\0')) throw new IrisError('usage', 'a command cannot hold NUL characters');
  let out = '';
  for (const byte of Buffer.from(text)) {
    const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x21 && byte !== 0x27 && byte !== 0x5c;
    out += plain ? String.fromCharCode(byte) : `\\0${byte.toString(8).padStart(3, '0')}`;
  }
  return out;
}
