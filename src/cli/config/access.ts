import { statSync } from 'node:fs';
import type { LoadedConfig, Problem } from './types.ts';

/**
 * Who else may get at the config: whoever may write it says what is run here, and whoever may read it reads what stands in it, which can be
 * passphrases and tokens as soon as there are teams.
 */
export function checkAccess({ file, exists, config }: LoadedConfig): Problem[] {
  const stat = exists ? statSync(file, { throwIfNoEntry: false }) : undefined;
  if (!stat?.isFile()) return [];
  const warn = (message: string, remedy: string): Problem[] => [
    { file, severity: 'warning', path: '', message, remedy },
  ];
  if ((stat.mode & 0o022) !== 0)
    return warn('others may write it, and so run what they like here', `chmod 600 ${file}`);
  const mayHoldSecrets = config.teams.length > 0;
  if (mayHoldSecrets && (stat.mode & 0o044) !== 0) {
    return warn('others may read it, and it may hold secrets', `chmod 600 ${file}`);
  }
  return [];
}
