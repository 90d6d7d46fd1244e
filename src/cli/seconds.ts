import { IrisError } from '../core/index.ts';

/** `--timeout`: seconds, with a fraction if wanted, as milliseconds. */
export function timeoutOf(text: string): number {
  const seconds = Number(text);
  if (text.trim() === '' || !Number.isFinite(seconds) || seconds < 0 || seconds > 2_147_483) {
    throw new IrisError('usage', `--timeout takes seconds from 0 to 2147483, not ${text}`);
  }
  return Math.round(seconds * 1000);
}
