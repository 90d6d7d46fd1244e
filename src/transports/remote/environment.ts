import { IrisError } from '../../core/index.ts';
import { TERM_PROGRAM } from '../local/index.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Say how the shell there works, or were set by it for good reason. */
const FORBIDDEN = new Set(['IFS', 'SHELLOPTS', 'BASHOPTS', 'PPID', 'UID', 'EUID', 'PWD', 'OLDPWD', '_']);

/**
 * What is added to the environment there. IRIS_HUB is not: the hub's socket is on this machine.
 * @throws IrisError `usage` for a name that is none
 */
export function remoteEnvironment(
  added: Readonly<Record<string, string>>,
  identity: { readonly id: string; readonly name: string } | undefined,
  terminal: boolean,
): Record<string, string> {
  for (const [name, value] of Object.entries(added)) {
    if (!NAME.test(name) || FORBIDDEN.has(name)) {
      throw new IrisError('usage', `${JSON.stringify(name)} cannot be a variable of the environment`, {
        remedy: 'names have letters, digits and _, and begin with no digit; IFS, UID and the like are the shell’s own',
      });
    }
    if (value.includes('\0')) throw new IrisError('usage', `the value of ${name} holds a NUL character`);
  }
  return {
    ...(terminal ? { TERM: 'xterm-256color', COLORTERM: 'truecolor', TERM_PROGRAM } : {}),
    ...added,
    ...(identity ? { IRIS_TUI: '1', IRIS_SESSION_ID: identity.id, IRIS_SESSION_NAME: identity.name } : {}),
  };
}
