import { encode } from 'uqr';

/** Cameras want it light around the picture: four modules by the book (ISO/IEC 18004), two do. */
const BORDER = 2;
const BLACK_ON_WHITE = '\u001b[30;107m';
const RESET = '\u001b[0m';

/** A text as lines of half blocks: two rows of the picture a line. With colour it is black on white whatever the terminal's colours are. */
export function qrLines(text: string, { colour }: { readonly colour: boolean }): { lines: string[]; width: number } {
  const { data, size } = encode(text, { ecc: 'L', border: BORDER });
  const lines: string[] = [];
  for (let y = 0; y < size; y += 2) {
    let line = '';
    for (let x = 0; x < size; x++) line += block(data[y]?.[x] ?? false, data[y + 1]?.[x] ?? false, colour);
    lines.push(colour ? `${BLACK_ON_WHITE}${line}${RESET}` : line);
  }
  return { lines, width: size };
}

/** Without colour terminals are taken for dark ones: what is light in the picture is drawn. */
function block(upper: boolean, lower: boolean, colour: boolean): string {
  const [top, bottom] = colour ? [upper, lower] : [!upper, !lower];
  if (top) return bottom ? '█' : '▀';
  return bottom ? '▄' : ' ';
}
