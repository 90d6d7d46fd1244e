import { readFileSync, statSync } from 'node:fs';
import { reasonOf } from '../folders.ts';
import { DEFAULT_CONFIG, type LoadedConfig, type Problem } from './types.ts';

export * from './types.ts';

/** A config is written by hand; what is larger is something else. */
const FILE_LIMIT_BYTES = 1024 * 1024;

/** Whose config: its variables and its home are taken from here (an `Environment` has both). */
export interface LoadScope {
  readonly vars: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

export interface LoadOptions {
  /** The user named this very file: then it has to exist. */
  readonly named?: boolean;
  /** Who reads it, for what is said of variables that are not set. */
  readonly reader?: 'hub' | 'person';
  /** Check words for ssh as well, with what connects: not where the screen has to open at once. */
  readonly deep?: boolean;
}

/**
 * The config in force. Never fails: what can't be read or is wrong shows as problems, and defaults stand in. The parsers are loaded only
 * when there is a file.
 */
export async function loadConfig(file: string, scope: LoadScope, options: LoadOptions = {}): Promise<LoadedConfig> {
  const read = readFile(file);
  if ('failed' in read) {
    if (!read.exists && options.named !== true) {
      return { config: DEFAULT_CONFIG, problems: [], file, exists: false, intact: true };
    }
    const problem: Problem = { file, severity: 'error', path: '', message: read.failed };
    return { config: DEFAULT_CONFIG, problems: [problem], file, exists: read.exists, intact: false };
  }
  const { readConfig } = await import('./read.ts');
  const ssh = options.deep === true && read.text.includes('remote') ? { ssh: await sshCheck() } : {};
  const { config, problems, intact } = readConfig(read.text, file, {
    vars: scope.vars,
    home: scope.home,
    reader: options.reader ?? 'person',
    ...ssh,
  });
  return { config, problems, file, exists: true, intact };
}

async function sshCheck() {
  const { parseSshOptions, parseSshWords } = await import('../../transports/openssh/index.ts');
  return { words: parseSshWords, options: parseSshOptions };
}

/** The text of a config file, or why there is none. */
export function readFile(
  file: string,
): { readonly text: string } | { readonly failed: string; readonly exists: boolean } {
  try {
    if (statSync(file).size > FILE_LIMIT_BYTES) {
      return { failed: `is larger than ${FILE_LIMIT_BYTES / 1024 / 1024} MB`, exists: true };
    }
    return { text: readFileSync(file, 'utf8') };
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return { failed: `cannot be read: ${reasonOf(error)}`, exists: !absent };
  }
}
