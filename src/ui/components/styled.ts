import chalk, { type ChalkInstance } from 'chalk';
import type { Segment } from '../text.ts';

/** Colours as the config and Ink name them: `cyan`, `#rrggbb`, `ansi256(n)`. */
function inColor(pen: ChalkInstance, color: string, ground: 'fore' | 'back'): ChalkInstance {
  if (color.startsWith('#')) return ground === 'fore' ? pen.hex(color) : pen.bgHex(color);
  const index = /^ansi256\(\s?(\d+)\s?\)$/.exec(color)?.[1];
  if (index !== undefined) return ground === 'fore' ? pen.ansi256(Number(index)) : pen.bgAnsi256(Number(index));
  const name = ground === 'fore' ? color : `bg${color[0]?.toUpperCase()}${color.slice(1)}`;
  const named: unknown = pen[name as 'red'];
  return typeof named === 'function' ? (named as ChalkInstance) : pen;
}

/**
 * Runs of text as one string with SGR sequences, as Ink's own `Text` makes it. One node of Ink's for a whole row, or many: a node a run costs as much
 * again as all the rest of a frame.
 */
export function styled(segments: readonly Segment[]): string {
  let out = '';
  for (const { text, color, background, bold, dim, inverse } of segments) {
    if (text === '') continue;
    let pen: ChalkInstance = chalk;
    if (inverse) pen = pen.inverse;
    if (bold) pen = pen.bold;
    if (background !== undefined) pen = inColor(pen, background, 'back');
    if (color !== undefined) pen = inColor(pen, color, 'fore');
    if (dim) pen = pen.dim;
    out += pen === chalk ? text : pen(text);
  }
  return out;
}
