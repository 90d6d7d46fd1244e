import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { IrisError } from '../../core/index.ts';

/** A process with a terminal, as the native half of node-pty gives it. */
export interface NativePty {
  /** The master: non-blocking, closed on exec. Ours to close. */
  readonly fd: number;
  readonly pid: number;
  readonly resize: (cols: number, rows: number) => void;
}

export interface NativePtyOptions {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cols: number;
  readonly rows: number;
  /** The process was reaped. Output that it wrote may still wait in the terminal. Signal 0: it exited by itself. */
  readonly onExit: (exitCode: number, signal: number) => void;
}

/**
 * What node-pty exports as `native`; not its public API, hence the exact version in package.json. Its JavaScript half is not used because
 * it destroys the terminal 200 ms after the process ended (output that waits, or is held back by us, would be lost), retries
 * a full terminal in a busy loop, and leaves IUTF8 unset when asked for bytes (then Backspace in a cooked read takes half a character).
 */
interface NativeBinding {
  fork(
    file: string,
    args: readonly string[],
    env: readonly string[],
    cwd: string,
    cols: number,
    rows: number,
    uid: number,
    gid: number,
    utf8: boolean,
    helperPath: string,
    onExit: (exitCode: number, signal: number) => void,
  ): { fd: number; pid: number; pty: string };
  resize(fd: number, cols: number, rows: number, pixelWidth: number, pixelHeight: number): void;
}

let binding: { native: NativeBinding; helperPath: string } | undefined;

/** Loaded when the first process starts: viewers never need it. */
function load(): { native: NativeBinding; helperPath: string } {
  if (binding) return binding;
  const require = createRequire(import.meta.url);
  try {
    const { native } = require('node-pty') as { native: NativeBinding };
    if (typeof native?.fork !== 'function' || typeof native.resize !== 'function') {
      throw new Error('its native part has another shape');
    }
    binding = { native, helperPath: helperPath(require) };
    return binding;
  } catch (error) {
    throw new IrisError('failed', `terminals are not available here: node-pty could not be loaded`, {
      remedy: `install again, with optional packages, on this machine (${process.platform}-${process.arch})`,
      cause: error,
    });
  }
}

/** macOS starts processes through a little program of node-pty's. */
function helperPath(require: NodeJS.Require): string {
  if (process.platform !== 'darwin') return '';
  const platform = `${process.platform}-${process.arch}`;
  const main = createRequire(require.resolve('node-pty')).resolve(`@lydell/node-pty-${platform}`);
  return join(dirname(main), '..', 'prebuilds', platform, 'spawn-helper');
}

/** Starts a process as the leader of a new session with a new terminal. @throws IrisError when there is no terminal or process left to have. */
export function forkPty(options: NativePtyOptions): NativePty {
  const { native, helperPath } = load();
  const pairs = Object.entries(options.env).map(([name, value]) => `${name}=${value}`);
  const [file = '', ...args] = options.command;
  let child: { fd: number; pid: number };
  try {
    child = native.fork(
      file,
      args,
      pairs,
      options.cwd,
      options.cols,
      options.rows,
      -1,
      -1,
      true,
      helperPath,
      options.onExit,
    );
  } catch (error) {
    throw new IrisError(
      'failed',
      `no new terminal could be started (${error instanceof Error ? error.message : error})`,
      {
        remedy: 'end something first: the limit of processes, files or terminals is reached',
        retriable: true,
        cause: error,
      },
    );
  }
  return {
    fd: child.fd,
    pid: child.pid,
    resize: (cols, rows) => native.resize(child.fd, cols, rows, 0, 0),
  };
}
