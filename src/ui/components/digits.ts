/** Digits of five rows by three columns, for pane numbers and the clock. */
const SHAPES: Readonly<Record<string, readonly string[]>> = {
  '0': ['###', '# #', '# #', '# #', '###'],
  '1': ['  #', '  #', '  #', '  #', '  #'],
  '2': ['###', '  #', '###', '#  ', '###'],
  '3': ['###', '  #', '###', '  #', '###'],
  '4': ['# #', '# #', '###', '  #', '  #'],
  '5': ['###', '#  ', '###', '  #', '###'],
  '6': ['###', '#  ', '###', '# #', '###'],
  '7': ['###', '  #', '  #', '  #', '  #'],
  '8': ['###', '# #', '###', '# #', '###'],
  '9': ['###', '# #', '###', '  #', '###'],
  ':': [' ', '#', ' ', '#', ' '],
};

/** Rows of a text in big digits; every `#` is drawn as two cells of `ink`. */
export function bigDigits(text: string, ink: string): string[] {
  return Array.from({ length: 5 }, (_, row) =>
    [...text].map((c) => (SHAPES[c]?.[row] ?? '').replaceAll('#', ink + ink).replaceAll(' ', '  ')).join('  '),
  );
}

/** Cells that `bigDigits` takes. */
export const bigDigitsCols = (text: string): number => (bigDigits(text, '#')[0] ?? '').length;
