import { readFileSync, statSync } from 'node:fs';
import { reasonOf } from '../folders.ts';
import { DEFAULT_CONFIG, type LoadedConfig, type Problem } from './types.ts';

export * from './types.ts';

/** A config is written by hand; what is larger is something else. */
const FILE_LIMIT_BYTES = 1024 * 1024;

/**
 * The config in force. Never fails: what can't be read or is wrong shows as problems, and defaults stand in. The parsers are loaded only
 * when there is a file.
 * @param named the user named this very file: then it has to exist.
 */
export async function loadConfig(file: string, named = false): Promise<LoadedConfig> {
  const failed = (message: string, exists: boolean): LoadedConfig => {
    const problem: Problem = { file, severity: 'error', path: '', message };
    return { config: DEFAULT_CONFIG, problems: [problem], file, exists };
  };
  let text: string;
  try {
    const size = statSync(file).size;
    if (size > FILE_LIMIT_BYTES) return failed(`is larger than ${FILE_LIMIT_BYTES / 1024 / 1024} MB`, true);
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (absent && !named) return { config: DEFAULT_CONFIG, problems: [], file, exists: false };
    return failed(`cannot be read: ${reasonOf(error)}`, !absent);
  }
  const { readConfig } = await import('./read.ts');
  return { ...readConfig(text, file), file, exists: true };
}
