import { createRequire } from 'node:module';
import type { ReadStream } from 'node:tty';

/** What we use of node-pty, with bytes instead of strings. */
export interface Pty {
  readonly pid: number;
  readonly process: string;
  onData(listener: (bytes: Buffer) => void): { dispose(): void };
  onExit(listener: (exit: { exitCode: number; signal?: number }) => void): { dispose(): void };
  write(data: Uint8Array | string): void;
  resize(cols: number, rows: number): void;
  kill(signal?: string): void;
  pause(): void;
  resume(): void;
}

interface NodePty {
  spawn(
    file: string,
    args: readonly string[],
    options: { cols: number; rows: number; cwd: string; env: Record<string, string>; name: string; encoding: null },
  ): Pty & { readonly _socket: ReadStream };
}

// Its type declarations name the package under another name than the one we install it by.
const nodePty: NodePty = createRequire(import.meta.url)('node-pty');

/** Starts a program in a real PTY whose output arrives as bytes, all of it before its exit. The environment is exactly `env` (and PWD). */
export function openPty(options: {
  readonly command: readonly string[];
  readonly cols: number;
  readonly rows: number;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}): Pty {
  const [file, ...args] = options.command;
  if (file === undefined) throw new Error('openPty needs a command');
  const pty = nodePty.spawn(file, args, {
    cols: options.cols,
    rows: options.rows,
    cwd: options.cwd,
    env: { ...options.env },
    name: options.env.TERM ?? 'xterm-256color',
    encoding: null,
  });
  closeWhenRead(pty._socket);
  return pty;
}

/**
 * node-pty closes a terminal 200 ms after its program has ended, read or not, for systems that never say that it has. On a busy machine that would be before
 * its last words were read: it is closed once there is nothing to be read.
 */
function closeWhenRead(socket: ReadStream): void {
  const destroy = socket.destroy.bind(socket);
  let idleRounds = 0;
  socket.on('data', () => {
    idleRounds = 0;
  });
  const look = (): void => {
    if (socket.isPaused()) socket.once('resume', () => setImmediate(look));
    else if (++idleRounds > 2) destroy();
    else setImmediate(look);
  };
  socket.destroy = (error) => {
    if (error) return destroy(error);
    look();
    return socket;
  };
}
