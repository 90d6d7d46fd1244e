import type { IrisError, LaunchSpec } from '../../../src/core/index.ts';
import { execTransport } from '../../../src/transports/exec/index.ts';
import { Run } from '../../contract/transport.ts';

const runs: Run[] = [];

export interface ExecRunOptions extends Partial<Omit<LaunchSpec, 'remote'>> {
  readonly localEnv: Readonly<Record<string, string>>;
  readonly farEnv?: Readonly<Record<string, string>>;
  readonly sessionId?: string;
}

/** Starts a program behind a command prefix. */
export function runExec(words: readonly string[], options: ExecRunOptions): Run {
  const { localEnv, farEnv = {}, sessionId, ...more } = options;
  const remote = { kind: 'exec', words, options: {} } as const;
  const launch: LaunchSpec = { command: ['true'], cwd: '', env: {}, mode: 'pty', cols: 80, rows: 24, remote, ...more };
  const context = { env: localEnv, farEnv, ...(sessionId === undefined ? {} : { sessionId }) };
  const run = new Run(execTransport(launch, remote, context));
  runs.push(run);
  return run;
}

export async function stopExecRuns(): Promise<void> {
  await Promise.all(runs.splice(0).map((run) => run.transport.stop()));
}

/** How it failed. */
export async function execFailure(run: Run): Promise<IrisError> {
  try {
    const end = await run.over();
    throw new Error(`it did not fail: ${JSON.stringify(end)}\n${run.state}`);
  } catch (error) {
    if (run.error === undefined) throw error;
    return run.error;
  }
}
