import {
  CONTENT_CODEPOINT,
  CONTENT_COMBINED,
  CONTENT_WIDTH_SHIFT,
  type Screen,
  WORDS,
} from '../../../src/core/index.ts';

/** Everything of a screen that can be seen or asked, as text that differs where the screens do. */
export function dump(screen: Screen): string[] {
  const lines: string[] = [];
  for (let y = 0; y < screen.rows; y++) {
    const row = screen.row(y);
    let text = '';
    for (let x = 0; x < screen.cols; x++) {
      const content = row.cells[x * WORDS]!;
      const chars = content & CONTENT_COMBINED ? row.combined(x) : String.fromCodePoint(content & CONTENT_CODEPOINT);
      const extended = row.extended(x);
      const fg = row.cells[x * WORDS + 1]!;
      const bg = row.cells[x * WORDS + 2]!;
      text += `[${content >> CONTENT_WIDTH_SHIFT}${JSON.stringify(chars)}`;
      if (fg !== 0 || bg !== 0) text += `${fg.toString(16)}/${bg.toString(16)}`;
      if (extended) text += `${extended.underlineStyle},${extended.underlineColor.toString(16)},${extended.link ?? ''}`;
      text += ']';
    }
    lines.push(`${y}: ${text}`);
  }
  lines.push(`wrapped ${screen.lines(screen.screenTop, screen.rows).wrapped.map(Number).join('')}`);
  lines.push(`top ${screen.screenTop} end ${screen.endLine}`);
  lines.push(JSON.stringify({ cursor: screen.cursor, modes: screen.modes, title: screen.title, cwd: screen.cwd }));
  lines.push(`synchronizing ${screen.synchronizing}`);
  return lines;
}

/** The picture as lines without trailing blanks, for cases whose point is where text stands. */
export function picture(screen: Screen): string[] {
  return screen.capture().split('\n');
}
