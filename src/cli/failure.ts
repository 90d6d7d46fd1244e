import { appendFileSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { IrisError } from '../core/index.ts';
import type { Environment } from './environment.ts';
import { resolvePaths } from './paths.ts';

/** Stacks of defects, started over when the file has grown past this. */
const CRASH_LOG_LIMIT_BYTES = 1024 * 1024;

/** The file descriptors are written to directly: at the end of a process nothing waits for a stream. */
export function writeError(text: string): void {
  try {
    process.stderr.write(text);
  } catch {
    // Nobody is left to be told.
  }
}

/**
 * Tells of a failure and returns the exit code. A person gets one line on standard error; with `--json` it is one line of JSON there,
 * {code, message, remedy?}, and standard output stays empty. A defect (anything that is not an IrisError) leaves its stack in a file.
 */
export function reportFailure(error: unknown, options: { json: boolean; env: Environment }): number {
  const { json, env } = options;
  const known = error instanceof IrisError ? error : defect(error, env);
  if (json) {
    const { code, message, remedy } = known;
    writeError(`${JSON.stringify(remedy === undefined ? { code, message } : { code, message, remedy })}\n`);
  } else {
    writeError(`iris-tui: ${known.line}\n`);
  }
  if (env.debug && error instanceof Error) writeError(`${error.stack}\n`);
  return known.exitCode;
}

/** Something that should not be possible: one line for the user, the stack for a file. */
function defect(error: unknown, env: Environment): IrisError {
  const message = error instanceof Error ? error.message : String(error);
  const { crashLog } = resolvePaths(env);
  const kept = keepStack(crashLog, error);
  const where = kept ? `its stack is in ${crashLog}` : 'IRIS_DEBUG=1 shows its stack';
  return new IrisError('failed', `internal error (${firstLine(message)})`, { cause: error, remedy: where });
}

function keepStack(path: string, error: unknown): boolean {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const text = `${new Date().toISOString()} ${error instanceof Error ? error.stack : String(error)}\n`;
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    (size > CRASH_LOG_LIMIT_BYTES ? writeFileSync : appendFileSync)(path, text, { mode: 0o600 });
    return true;
  } catch {
    return false;
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}

/** Whoever reads our output may leave early (`| head`): that is no failure, and nothing to talk about. */
export function endQuietlyOnBrokenPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE' || error.code === 'EIO') process.exit(process.exitCode ?? 0);
      throw error;
    });
  }
}
