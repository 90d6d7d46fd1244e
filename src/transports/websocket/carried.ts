import type { ConnectAttempt, HubAddress } from '../../client/index.ts';
import type { LaunchSpec, Transport } from '../../core/index.ts';
import { openStream } from '../stream.ts';

/** What leads to the hub of another machine: its own program there, which starts that hub if none runs; unasked, not one that somebody stopped. */
export function connectCommand({ asked }: ConnectAttempt): readonly string[] {
  return ['iris-tui', 'connect', '--stdio', ...(asked ? [] : ['--unless-stopped'])];
}

/** Makes the transport of a launch that has no session. */
export type OpenTransport = (launch: LaunchSpec) => Transport;

/**
 * The hub of the machine that a command leads to, for one connection. Nobody is asked for anything.
 * @throws IrisError with the class of the failure: `program-missing` where iris-tui is not installed there
 */
export async function carriedAddress(
  remote: NonNullable<LaunchSpec['remote']>,
  open: OpenTransport,
  attempt: ConnectAttempt,
): Promise<HubAddress> {
  const { persist: _persist, ...options } = remote.options;
  const transport = open({
    command: connectCommand(attempt),
    cwd: '~',
    env: {},
    mode: 'pipes',
    cols: 80,
    rows: 24,
    remote: { ...remote, options },
    unattended: true,
  });
  const { stream, failure } = await openStream(transport);
  return { stream, where: remote.words.join(' '), failure };
}
