import { IrisError } from '../core/index.ts';

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** `90s`, `30m`, `2h`, `7d`, `4w` as milliseconds. @throws IrisError `usage` */
export function durationOf(text: string, option: string): number {
  const [, count, unit] = /^(\d{1,9})([smhdw])$/.exec(text.trim()) ?? [];
  const ms = Number(count) * (UNITS[unit ?? ''] ?? Number.NaN);
  if (ms > 0) return ms;
  throw new IrisError('usage', `${option} takes a duration, not ${text}`, { remedy: 'as 30m, 2h, 7d or 4w' });
}

/** As a right or a token may last, from a second to ten years (of 366 days). @throws IrisError `usage` */
export function lifeOf(text: string, option: string): number {
  const ms = durationOf(text, option);
  if (ms <= 10 * 366 * UNITS.d!) return ms;
  throw new IrisError('usage', `${option}: at most 10 years`);
}

/** A duration before now, or a time as a date is written (2026-03-01, 2026-03-01T14:00), as milliseconds since 1970. @throws IrisError `usage` */
export function sinceOf(text: string, option: string, now: number): number {
  if (/^\d+[smhdw]$/.test(text.trim())) return now - durationOf(text, option);
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text.length === 10 ? `${text}T00:00` : text) : Number.NaN;
  if (Number.isFinite(at)) return at;
  throw new IrisError('usage', `${option} takes a duration or a time, not ${text}`, {
    remedy: 'as 2h, 7d, 2026-03-01 or 2026-03-01T14:00',
  });
}
