import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { WriteStream } from 'node:tty';

/** A descriptor of a terminal; `own`: with an open file description of our own, so that O_NONBLOCK stays with us. */
export interface TtyDescriptor {
  readonly fd: number;
  readonly own: boolean;
}

/**
 * Opens the terminal behind `fd` again. O_NONBLOCK belongs to the open file description, which we share with the shell and with everything it starts:
 * setting it there breaks them ("resource temporarily unavailable"). /dev/tty stands in where the device may not be opened again (after `su`, or in
 * a container that does not have it) or where there is no /proc. Without both, the shared descriptor is used as it is: writing may then block.
 */
export function openTty(fd: number, access: 'read' | 'write'): TtyDescriptor {
  const flags =
    (access === 'read' ? constants.O_RDONLY : constants.O_WRONLY) | constants.O_NONBLOCK | constants.O_NOCTTY;
  const device = fstatSync(fd).rdev;
  for (const path of [`/proc/self/fd/${fd}`, '/dev/tty']) {
    try {
      const opened = openSync(path, flags);
      if (path === '/dev/tty' || fstatSync(opened).rdev === device) return { fd: opened, own: true };
      closeSync(opened);
    } catch {
      // The next may do.
    }
  }
  return { fd, own: false };
}

/** Columns and rows of the terminal behind `fd`; undefined when it does not say. */
export function ttySize(fd: number): { cols: number; rows: number } | undefined {
  const { fd: opened, own } = openTty(fd, 'write');
  if (!own) return undefined;
  let stream: WriteStream;
  try {
    // The one public way to TIOCGWINSZ. It owns the descriptor from here on.
    stream = new WriteStream(opened);
  } catch {
    closeSync(opened);
    return undefined;
  }
  stream.on('error', () => {});
  const { columns, rows } = stream;
  stream.destroy();
  return columns > 0 && rows > 0 ? { cols: columns, rows } : undefined;
}
