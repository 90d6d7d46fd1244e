import { textWidth } from '../core/index.ts';

const ANSI = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])/g;

/**
 * Cells that a text takes, escape sequences left out, by the same tables as the screens. The build puts this in the place of the package of this
 * name, for Ink too: what is measured and what is drawn then agree, and the package's emoji expression costs 30 ms at its first use.
 */
export default function stringWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  return textWidth(text.includes('\x1b') ? text.replace(ANSI, '') : text);
}
