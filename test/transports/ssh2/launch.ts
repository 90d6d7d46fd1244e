import { expect } from 'vitest';
import type { IrisError, LaunchSpec, RemoteOptions, Transport } from '../../../src/core/index.ts';
import { ssh2Transport } from '../../../src/transports/ssh2/index.ts';
import { Run } from '../../contract/transport.ts';
import { type Sshd, waitUntil } from '../../support/index.ts';

export interface Ssh2Launch extends Partial<Omit<LaunchSpec, 'remote'>> {
  readonly words: readonly string[];
  readonly options?: RemoteOptions;
  /** Of the hub: the agent's socket. */
  readonly hubEnv?: Record<string, string>;
  readonly sessionId?: string;
}

let sessions = 0;

export function ssh2(launch: Ssh2Launch): Transport {
  const { words, options = {}, hubEnv = {}, sessionId = `ssh2-${process.pid}-${++sessions}`, ...rest } = launch;
  return ssh2Transport(
    {
      command: ['sh'],
      cwd: '',
      env: {},
      mode: 'pty',
      cols: 80,
      rows: 24,
      ...rest,
      remote: { kind: 'ssh2', words, options },
    },
    { identity: { id: sessionId, name: 'test' }, env: hubEnv },
  );
}

/** Runs that are stopped with `stopRuns`. */
const runs: Run[] = [];

export function run(launch: Ssh2Launch): Run {
  const one = new Run(ssh2(launch));
  runs.push(one);
  return one;
}

/** A shell script in place of the command. */
export function shell(script: string, launch: Ssh2Launch): Run {
  return run({ ...launch, command: ['sh', '-c', script] });
}

export async function stopRuns(): Promise<void> {
  await Promise.all(runs.splice(0).map((one) => one.transport.stop()));
}

/** Why it failed, once it has. */
export async function failure(one: Run): Promise<IrisError> {
  await waitUntil(() => one.isOver, 'it is over', { detail: () => one.text });
  if (!one.error) throw new Error(`it did not fail: ${one.text}`);
  expect(one.transport.status).toBe('stopped');
  return one.error;
}

/** Words for a host without the client's configuration, but with its known hosts. */
export function onlyTo(sshd: Sshd): string[] {
  const known = `UserKnownHostsFile=${sshd.knownHosts}`;
  return [
    '-o',
    known,
    '-o',
    'IdentityAgent=none',
    '-o',
    'IdentitiesOnly=yes',
    '-p',
    String(sshd.port),
    `${sshd.user}@${sshd.host}`,
  ];
}
