import { createContext, Script } from 'node:vm';
import { IrisError } from '../core/index.ts';

const script = new Script('run()');

/** V8 counts time by the clock: on a machine that is busy with others, a try in which we hardly ran says nothing. So many of those are made. */
const TRIES = 6;

/**
 * Runs something that may take for ever because of a regular expression from outside, at most so long. V8 ends it even inside the matcher, so
 * `(a+)+$` is an error and not a hub that stands still. What runs must only read.
 * @throws IrisError `usage` when the time is over
 */
export function bounded<T>(limitMs: number, run: () => T): T {
  const context = createContext({ run });
  for (let tries = 1; ; tries++) {
    const before = process.cpuUsage();
    try {
      return script.runInContext(context, { timeout: limitMs }) as T;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      const { user, system } = process.cpuUsage(before);
      if (tries < TRIES && (user + system) / 1000 < limitMs / 2) continue;
      throw new IrisError('usage', 'the pattern takes too long on this text', {
        remedy: 'write it without nested repetitions',
        cause: error,
      });
    }
  }
}

/** @throws IrisError `usage` when it is no regular expression */
export function compilePattern(source: string): RegExp {
  try {
    return new RegExp(source, 'mu');
  } catch (error) {
    throw new IrisError('usage', `not a regular expression: ${(error as Error).message}`, { cause: error });
  }
}
