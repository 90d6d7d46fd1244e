import type { ConnectionDetails } from '../../core/index.ts';
import type { Context } from '../context.ts';
import { withHost } from '../host.ts';
import type { VerbRun } from '../verbs/types.ts';
import { ageOf, connectionOf } from './list.ts';

export const runRetry: VerbRun = async (context, { args, options }) => {
  const session = args[0] as string;
  const command = options.stop === true ? 'session.stop-retrying' : 'session.retry';
  const info = await withHost(context, (host) => host.command(command, { session }));
  if (context.json) context.value(info);
};

export const runConnection: VerbRun = async (context, { args, options }) => {
  const session = args[0] as string;
  const details = await withHost(context, (host) => host.command('session.connection', { session }));
  const shown = options.log === false ? { ...details, log: [] } : details;
  if (context.json) context.value(shown);
  else print(context, shown);
};

function print(context: Context, details: ConnectionDetails): void {
  const { connection, launchCommand, pid, bytesIn, bytesOut, log } = details;
  const line = (name: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') context.line(`${name.padEnd(10)}  ${value}`);
  };
  line('session', `${details.name} (${details.id})`);
  line('transport', `${details.transport}, ${connection.transport}`);
  line('state', `${connectionOf(connection)}, for ${ageOf(Date.now() - connection.since)}`);
  line('reason', connection.reason);
  line('remedy', connection.remedy);
  if (connection.attempt > 0) {
    line(
      'attempt',
      connection.maxAttempts > 0 ? `${connection.attempt} of ${connection.maxAttempts}` : `${connection.attempt}`,
    );
  }
  line('round trip', connection.roundTripMs === undefined ? undefined : milliseconds(connection.roundTripMs));
  line('held', connection.heldBytes ? `${connection.heldBytes} bytes typed wait for the connection` : undefined);
  line('bytes', `${bytesIn} in, ${bytesOut} out`);
  line('process', pid === undefined || connection.transport === 'stopped' ? undefined : String(pid));
  line('command', launchCommand.map(shellWord).join(' '));
  if (log.length > 0) {
    context.line('log');
    for (const entry of log) context.line(`  ${entry}`);
  }
}

export function milliseconds(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}

/** Quoted for a shell, where that is needed. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
