import { spawn } from 'node:child_process';
import { reason } from '../folder.ts';

/** A program that tells somebody something; one that takes longer is ended. */
const TIME_LIMIT_MS = 10_000;
/** At once; more are not run. */
const RUNNING_LIMIT = 8;

let running = 0;

/** Runs a program for its effect, without a shell, input or output. What goes wrong is told, and nothing waits for it. */
export function runNoticeProgram(
  [program, ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
  failed: (problem: string) => void,
): void {
  if (program === undefined) return;
  if (running >= RUNNING_LIMIT) return failed(`${program} was not run: ${RUNNING_LIMIT} others are running`);
  running += 1;
  const child = spawn(program, args, { env, cwd: '/', stdio: 'ignore', timeout: TIME_LIMIT_MS, killSignal: 'SIGKILL' });
  let over = false;
  const end = (problem?: string): void => {
    if (over) return;
    over = true;
    running -= 1;
    if (problem !== undefined) failed(`${program}: ${problem}`);
  };
  child.once('error', (error) => end(reason(error)));
  child.once('exit', (code, signal) =>
    end(code === 0 ? undefined : signal ? `ended by ${signal}` : `exit code ${code}`),
  );
  child.unref();
}
