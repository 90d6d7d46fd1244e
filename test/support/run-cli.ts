import { spawn } from 'node:child_process';
import type { TempHome } from './temp-home.ts';
import { IRIS } from './tui.ts';
import { DEFAULT_TIMEOUT_MS } from './wait-until.ts';

export interface CliResult {
  /** 128 + number when a signal ended it, as shells have it. */
  readonly code: number;
  readonly signal: NodeJS.Signals | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly tookMs: number;
}

export interface RunCliOptions {
  readonly home: TempHome;
  /** Its stdin; nothing (an end of file at once) by default. */
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Default {@link IRIS}. */
  readonly command?: readonly string[];
  /** Called with all of its stdout so far, whenever there is more. */
  readonly heard?: (stdout: string) => void;
  /** It is killed and the promise rejects then. Default 60,000. */
  readonly timeoutMs?: number;
}

/** Output beyond this is dropped. */
const MAX_OUTPUT_BYTES = 64 << 20;

/** Runs a command of the program without a terminal, and collects what it says. Its hub stays: it belongs to the home. */
export function runCli(args: readonly string[], options: RunCliOptions): Promise<CliResult> {
  const [file, ...first] = options.command ?? IRIS;
  if (file === undefined) throw new Error('runCli needs a command');
  const env = Object.fromEntries(
    Object.entries({ ...options.home.env, ...options.env }).filter((e) => e[1] !== undefined),
  );
  const startedAt = performance.now();
  const child = spawn(file, [...first, ...args], { cwd: options.cwd ?? options.home.path, env, stdio: 'pipe' });
  const collect = (stream: NodeJS.ReadableStream) => {
    const chunks: Buffer[] = [];
    let length = 0;
    stream.on('data', (bytes: Buffer) => {
      length += bytes.length;
      if (length <= MAX_OUTPUT_BYTES) chunks.push(bytes);
    });
    return () => Buffer.concat(chunks).toString('utf8');
  };
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  if (options.heard) child.stdout.on('data', () => options.heard?.(stdout()));
  // A program that ends without reading all of its input is no error of ours.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  return new Promise((resolve, reject) => {
    const timeoutMs = options.timeoutMs ?? 60_000;
    const line = `iris-tui ${args.join(' ')}`;
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${line} did not end within ${timeoutMs} ms\nstdout: ${stdout()}\nstderr: ${stderr()}`));
    }, timeoutMs);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    // `exit`, not `close`: a hub that kept our pipes open must show as a failure of its own test, not hang every test.
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      const ended = () =>
        resolve({
          code: code ?? 128,
          signal: signal ?? undefined,
          stdout: stdout(),
          stderr: stderr(),
          tookMs: performance.now() - startedAt,
        });
      const grace = setTimeout(ended, DEFAULT_TIMEOUT_MS);
      child.on('close', () => {
        clearTimeout(grace);
        ended();
      });
    });
  });
}
