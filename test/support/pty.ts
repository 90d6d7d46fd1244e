import { createRequire } from 'node:module';

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
  ): Pty;
}

// Its type declarations name the package under another name than the one we install it by.
const nodePty: NodePty = createRequire(import.meta.url)('node-pty');

/** Starts a program in a real PTY whose output arrives as bytes. The environment is exactly `env` (and PWD). */
export function openPty(options: {
  readonly command: readonly string[];
  readonly cols: number;
  readonly rows: number;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}): Pty {
  const [file, ...args] = options.command;
  if (file === undefined) throw new Error('openPty needs a command');
  return nodePty.spawn(file, args, {
    cols: options.cols,
    rows: options.rows,
    cwd: options.cwd,
    env: { ...options.env },
    name: options.env.TERM ?? 'xterm-256color',
    encoding: null,
  });
}
