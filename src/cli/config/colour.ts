import { IrisError, nearest } from '../../core/index.ts';

const NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white', 'gray'] as const;
const BRIGHT = NAMES.slice(1, 8).map((name) => `bright-${name}`);

/**
 * A colour as Ink takes it, from what the config says: `cyan`, `bright-cyan`, `#7aa2f7`, `#7af`, or a number of the 256-colour palette.
 * @throws IrisError `usage`
 */
export function colourOf(value: string | number): string {
  const text = String(value).trim();
  if (/^\d+$/.test(text)) {
    if (Number(text) <= 255) return `ansi256(${Number(text)})`;
    throw new IrisError('usage', `there is no colour ${text}`, { remedy: 'the palette goes from 0 to 255' });
  }
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text)?.[1]?.toLowerCase();
  if (hex?.length === 6) return `#${hex}`;
  if (hex) return `#${[...hex].map((digit) => digit + digit).join('')}`;
  const name = text.toLowerCase().replace('grey', 'gray');
  if ((NAMES as readonly string[]).includes(name)) return name;
  const bright = name.replace(/^bright[- _]?/, 'bright-');
  if (BRIGHT.includes(bright)) return `${bright.slice('bright-'.length)}Bright`;
  const near = nearest(name, [...NAMES, ...BRIGHT]);
  throw new IrisError('usage', `there is no colour ${JSON.stringify(text)}`, {
    remedy: near ? `did you mean ${near}?` : 'write a name as cyan or bright-cyan, #rrggbb, or a number from 0 to 255',
  });
}
