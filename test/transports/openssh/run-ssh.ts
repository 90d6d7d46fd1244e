import type { IrisError, LaunchSpec, RemoteOptions } from '../../../src/core/index.ts';
import { opensshTransport } from '../../../src/transports/openssh/index.ts';
import { Run } from '../../contract/transport.ts';

const runs: Run[] = [];

export interface SshRunOptions extends Partial<Omit<LaunchSpec, 'remote'>> {
  readonly options?: RemoteOptions;
  readonly farEnv?: Readonly<Record<string, string>>;
  readonly sessionId?: string;
  readonly askOn?: string;
  /** Of ssh here. */
  readonly localEnv?: Readonly<Record<string, string>>;
}

/** Starts a program through the system's ssh. `words` is what a user writes after `ssh`. */
export function runSsh(words: readonly string[], options: SshRunOptions = {}): Run {
  const { options: remoteOptions = {}, farEnv = {}, sessionId, askOn, localEnv, ...more } = options;
  const remote = { kind: 'openssh', words, options: remoteOptions } as const;
  const launch: LaunchSpec = { command: ['true'], cwd: '', env: {}, mode: 'pty', cols: 80, rows: 24, remote, ...more };
  const run = new Run(
    opensshTransport(launch, remote, {
      env: { PATH: process.env.PATH ?? '', ...localEnv },
      farEnv,
      ...(sessionId === undefined ? {} : { sessionId }),
      ...(askOn === undefined ? {} : { askOn }),
    }),
  );
  runs.push(run);
  return run;
}

export async function stopRuns(): Promise<void> {
  await Promise.all(runs.splice(0).map((run) => run.transport.stop()));
}

/** How it failed. */
export async function failureOf(run: Run): Promise<IrisError> {
  try {
    const end = await run.over();
    throw new Error(`it did not fail: ${JSON.stringify(end)}\n${run.state}`);
  } catch (error) {
    if (run.error === undefined) throw error;
    return run.error;
  }
}
