import { IrisError, plainText } from '../../core/index.ts';
import type { RemoteFailure } from './gate.ts';

/** Leads to the hub there. */
const OWN_PROGRAM = 'iris-tui';

export interface RemotePlace {
  /** The host, or the prefix, as people know it. */
  readonly where: string;
  readonly command: readonly string[];
  readonly path: string;
}

/** What the start script found missing there. Permanent: somebody has to do what the remedy says. */
export function startFailure(why: RemoteFailure, detail: string, place: RemotePlace): IrisError {
  const { where, path } = place;
  const program = place.command[0] ?? '';
  switch (why) {
    case 'no-terminal':
      return new IrisError('failed', `${where} gives no terminal`, {
        remedy: 'allow one there (PermitTTY, no-pty in authorized_keys), or use mode: headless',
      });
    case 'no-folder': {
      const remedy = `make it there, or correct the path`;
      if (detail === 'file') return new IrisError('folder-missing', `${path} on ${where} is not a folder`, { remedy });
      if (detail === 'closed') {
        return new IrisError('folder-missing', `the folder ${path} on ${where} may not be entered`, {
          remedy: 'allow it there, or choose another path',
        });
      }
      return new IrisError('folder-missing', `there is no folder ${path === '' ? '~' : path} on ${where}`, { remedy });
    }
    case 'no-program': {
      const remedy =
        program === OWN_PROGRAM
          ? `install ${OWN_PROGRAM} there, on the PATH of your login shell`
          : 'install it there, or set claudePath (or command) to where it is';
      if (detail === 'path') return new IrisError('program-missing', `there is no ${program} on ${where}`, { remedy });
      if (detail === 'folder')
        return new IrisError('program-missing', `${program} on ${where} is a folder`, { remedy });
      return new IrisError(
        'program-missing',
        `no ${program} on the remote PATH of ${where} (${plainText(detail, 300)})`,
        {
          remedy,
        },
      );
    }
    case 'not-executable':
      return new IrisError('program-missing', `${plainText(detail)} on ${where} is not executable`, {
        remedy: `chmod +x ${plainText(detail)} there`,
      });
    case 'no-interpreter':
      return new IrisError(
        'program-missing',
        `${program} on ${where} is run by ${plainText(detail)}, which is missing`,
        {
          remedy: `install ${plainText(detail)} there, or put it on the PATH`,
        },
      );
  }
}

/** It did not come so far within the time it was given. Transient. */
export function startTimeout(where: string, timeoutMs: number, phase: 'connecting' | 'shell' | 'profile'): IrisError {
  const seconds = Math.ceil(timeoutMs / 1000);
  const what = {
    connecting: `${where} did not answer within ${seconds} s`,
    shell: `nothing was started on ${where} within ${seconds} s`,
    profile: `the login shell on ${where} was not ready within ${seconds} s`,
  }[phase];
  const remedy = {
    connecting: 'check the network and the address, or raise sessionInitTimeout',
    shell: 'look there whether it is overloaded, or raise sessionInitTimeout',
    profile: 'look at what .profile does there, or raise sessionInitTimeout',
  }[phase];
  return new IrisError('unreachable', what, { remedy, retriable: true });
}
