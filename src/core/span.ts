/** Seconds of a unit, and of the steps it is rounded to. */
const UNITS = [
  ['d', 86_400, 3_600],
  ['h', 3_600, 60],
  ['m', 60, 5],
  ['s', 1, 1],
] as const;

/** How long something is good for, milliseconds: `2h`, `1h31m`, `30d`. Rounded, so that it is what was given for a while. */
export function spanOf(ms: number): string {
  const seconds = Math.max(0, ms / 1000);
  for (const [unit, size, step] of UNITS) {
    const rounded = Math.round(seconds / step) * step;
    if (rounded < size) continue;
    const rest = rounded % size;
    const below = UNITS[UNITS.findIndex(([one]) => one === unit) + 1];
    return `${Math.floor(rounded / size)}${unit}${rest > 0 && below ? `${Math.floor(rest / below[1])}${below[0]}` : ''}`;
  }
  return '0s';
}
