import type { Tui } from './tui.ts';

const CELL = { width: 8.4, height: 17 };
const DEFAULT_FG = '#d4d4d4';
const DEFAULT_BG = '#16181d';
/** xterm's first sixteen, in a present-day dress. */
const ANSI = ['#1e2127', '#e06c75', '#98c379', '#e5c07b', '#61afef', '#c678dd', '#56b6c2', '#abb2bf'].concat([
  ...['#5c6370', '#ff7a85', '#b5e890', '#ffd689', '#7cc3ff', '#d898f0', '#6fd3e0', '#ffffff'],
]);

function paletteColor(index: number): string {
  if (index < 16) return ANSI[index] ?? DEFAULT_FG;
  const hex = (n: number): string => n.toString(16).padStart(2, '0');
  if (index >= 232) return `#${hex(8 + (index - 232) * 10).repeat(3)}`;
  const level = (n: number): number => (n === 0 ? 0 : 55 + n * 40);
  const i = index - 16;
  return `#${hex(level(Math.floor(i / 36)))}${hex(level(Math.floor(i / 6) % 6))}${hex(level(i % 6))}`;
}

const color = (kind: string, value: number, fallback: string): string =>
  kind === 'default' ? fallback : kind === 'palette' ? paletteColor(value) : `#${value.toString(16).padStart(6, '0')}`;

const escapeXml = (text: string): string => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

/** The screen of a program as a picture, cell by cell. */
export function screenToSvg(tui: Tui, title = ''): string {
  const width = Math.ceil(tui.cols * CELL.width) + 24;
  const height = tui.rows * CELL.height + 24;
  const backgrounds: string[] = [];
  const texts: string[] = [];
  for (let y = 0; y < tui.rows; y++) {
    for (let x = 0; x < tui.cols; ) {
      const cell = tui.cell(x, y);
      // A run of cells that look alike.
      let end = x + Math.max(1, cell.width);
      let chars = cell.chars;
      const look = JSON.stringify({ ...cell, chars: '', width: 0 });
      while (end < tui.cols && cell.width === 1) {
        const next = tui.cell(end, y);
        if (next.width !== 1 || JSON.stringify({ ...next, chars: '', width: 0 }) !== look) break;
        chars += next.chars;
        end++;
      }
      let fg = color(cell.fgKind, cell.fg, DEFAULT_FG);
      let bg = color(cell.bgKind, cell.bg, DEFAULT_BG);
      if (cell.inverse) [fg, bg] = [bg, fg];
      const at = { x: (12 + x * CELL.width).toFixed(1), y: 12 + y * CELL.height };
      const cols = ((end - x) * CELL.width).toFixed(1);
      if (bg !== DEFAULT_BG) {
        backgrounds.push(`<rect x="${at.x}" y="${at.y}" width="${cols}" height="${CELL.height}" fill="${bg}"/>`);
      }
      if (chars.trim() !== '' && !cell.invisible) {
        const style = [
          cell.bold ? ' font-weight="bold"' : '',
          cell.italic ? ' font-style="italic"' : '',
          cell.dim ? ' opacity="0.6"' : '',
          cell.underline ? ' text-decoration="underline"' : '',
        ].join('');
        texts.push(
          `<text x="${at.x}" y="${at.y + 13}" fill="${fg}" textLength="${cols}" lengthAdjust="spacingAndGlyphs"${style} xml:space="preserve">${escapeXml(chars)}</text>`,
        );
      }
      x = end;
    }
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14">
<title>${escapeXml(title)}</title>
<rect width="${width}" height="${height}" rx="8" fill="${DEFAULT_BG}"/>
${backgrounds.join('\n')}
${texts.join('\n')}
</svg>
`;
}
