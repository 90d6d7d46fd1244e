import { hasNoEffect } from './effects.ts';
import { type LoadOptions, type LoadScope, readFile } from './index.ts';
import type { Path } from './interpolate.ts';
import { type Reading, readConfig } from './read.ts';
import { isSecret, MASK } from './secrets.ts';
import type { Problem } from './types.ts';

export interface ShownConfig {
  /** A config again: what is in force, in the words of the file, with defaults. */
  readonly shown: Readonly<Record<string, unknown>>;
  readonly problems: readonly Problem[];
}

/**
 * The config in force, for people and scripts. A value with variables is shown as it is written, never with what they hold; passphrases and
 * variables with a telling name are masked. What is wrong or has no effect is left out.
 */
export function showConfig(file: string, scope: LoadScope, options: LoadOptions = {}): ShownConfig {
  const read = readFile(file);
  const text = 'text' in read ? read.text : '';
  const reading = readConfig(text, file, { ...scope, reader: options.reader ?? 'person' });
  const failed = 'failed' in read && (read.exists || options.named === true) ? read.failed : undefined;
  const problems: readonly Problem[] =
    failed === undefined ? reading.problems : [{ file, severity: 'error', path: '', message: failed }];
  return { shown: shownOf(reading), problems };
}

function shownOf({ data, config, checked, written }: Reading): Record<string, unknown> {
  const show = (value: unknown, path: Path): unknown => {
    if (isSecret(path)) return value === undefined ? undefined : MASK;
    const text = written.at(path);
    if (text !== undefined) return text;
    if (Array.isArray(value)) return value.map((item, at) => show(item, [...path, at]));
    if (typeof value !== 'object' || value === null) return value;
    const known = Object.entries(value).filter(([key]) => !hasNoEffect([...path, key]));
    return Object.fromEntries(known.map(([key, item]) => [key, show(item, [...path, key])]));
  };
  const file = show(data, []) as Record<string, Record<string, unknown> | undefined>;
  const teams = Object.entries(file.teams ?? {}).map(([name, team]) => {
    const { mode, autostart, restart } = checked?.teams[name] ?? {};
    const agent = config.teams.find((one) => one.name === name)?.agent;
    return [name, { ...(agent === undefined ? {} : { agent }), mode, autostart, restart, ...(team as object) }];
  });
  return {
    settings: { ...config.settings, ...file.settings },
    keys: file.keys ?? {},
    theme: { ...config.theme, ...file.theme },
    ...(file.hub && Object.keys(file.hub).length > 0 ? { hub: file.hub } : {}),
    teams: Object.fromEntries(teams),
  };
}
