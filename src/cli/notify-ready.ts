import { execFile } from 'node:child_process';
import type { Environment } from './environment.ts';

/** Tells systemd that the hub serves, where it waits for that (Type=notify of a unit, with NotifyAccess=all). */
export function notifyReady({ vars }: Pick<Environment, 'vars'>): void {
  const { NOTIFY_SOCKET, PATH } = vars;
  if (!NOTIFY_SOCKET) return;
  // Without the program there is nobody to tell.
  execFile(
    'systemd-notify',
    ['--ready'],
    { env: { NOTIFY_SOCKET, ...(PATH === undefined ? {} : { PATH }) } },
    () => {},
  );
}
