import { DEFAULT_PREFIX_KEYS, formatKeyName, parseKeyName } from '../../core/index.ts';
import type { TuiSettings } from '../settings.ts';

/** The key after the prefix that a command has: the user's own before the default. Undefined: none. */
export function boundKey({ prefixKeys }: Pick<TuiSettings, 'prefixKeys'>, command: string): string | undefined {
  const own = Object.entries(prefixKeys);
  const bound = own.find(([, line]) => line === command)?.[0];
  if (bound !== undefined) return canonical(bound);
  const key = Object.entries(DEFAULT_PREFIX_KEYS).find(([, line]) => line === command)?.[0];
  return key !== undefined && !own.some(([name]) => canonical(name) === key) ? key : undefined;
}

/** As it is pressed; one that no key has stays as it was written, and never matches. */
export function canonical(name: string): string {
  try {
    return formatKeyName(parseKeyName(name));
  } catch {
    return name;
  }
}
