/** Looks of a transcript, as SGR (ECMA-48 8.3.117). Colour only for what failed and what waits; the rest is bold and dim. */
const sgr =
  (on: string, off: string) =>
  (text: string): string =>
    `\x1b[${on}m${text}\x1b[${off}m`;

export const bold = sgr('1', '22');
export const dim = sgr('2', '22');
export const faint = sgr('2;3', '22;23');
export const heading = sgr('1;4', '22;24');
export const code = sgr('36', '39');
export const red = sgr('31', '39');
export const yellow = sgr('33', '39');

/** Text without its SGR. */
export function plainOf(text: string): string {
  return text.replace(/\u001b\[[0-9;]*m/g, '');
}
