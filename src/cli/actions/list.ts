import { isOwn, plainText, type SessionInfo, SITS_HERE } from '../../core/index.ts';
import type { Context } from '../context.ts';
import { withHost } from '../host.ts';
import type { VerbRun } from '../verbs/types.ts';

export const runList: VerbRun = async (context, { options }) => {
  const names = options.names === true;
  const { sessions } = await withHost(context, (host) => host.command('session.list', {}), {
    start: !names,
    absent: { sessions: [] },
  });
  if (context.json) context.value(sessions);
  else if (names) for (const session of sessions) context.line(session.name);
  else printTable(context, sessions);
};

function printTable(context: Context, sessions: readonly SessionInfo[]): void {
  if (sessions.length === 0) {
    // For people only: a script that counts lines must see none.
    if (context.env.stdoutIsTerminal) context.line('no sessions: start one with iris-tui new');
    return;
  }
  const rows = sessions.map((session) => [
    session.name,
    session.agent.kind,
    stateOf(session),
    linkOf(session),
    `${session.cols}x${session.rows}`,
    ageOf(Date.now() - session.createdAt),
    watchersOf(session),
    session.cwd,
  ]);
  table(context, ['NAME', 'KIND', 'STATE', 'CONNECTION', 'SIZE', 'AGE', 'VIEWERS', 'FOLDER'], rows);
}

/** Names that fit beside the number. */
const NAMED = 3;

/** How many watch it, and who, where that is not just whoever sits here; who typed last. */
function watchersOf({ viewers, people = [], typedBy }: SessionInfo): string {
  const guests = people.some((one) => !isOwn(one, SITS_HERE));
  const names = people.slice(0, NAMED).map(({ name }) => plainText(name, 32));
  const who = guests ? `: ${[...names, ...(viewers > names.length ? ['…'] : [])].join(', ')}` : '';
  const typed = typedBy && !isOwn(typedBy, SITS_HERE) ? `${plainText(typedBy.name, 32)} typed` : '';
  return [viewers > 0 ? `${viewers} watching${who}` : '', typed].filter(Boolean).join('; ');
}

/** What matters most about a session, in few words. */
export function stateOf(session: SessionInfo): string {
  const { status, exitCode, signal, restartAt, reason } = session.process;
  if (status === 'exited') {
    if (reason !== undefined && restartAt === undefined) return 'ended';
    const how = signal ?? exitCode;
    const again = restartAt === undefined ? '' : `, again in ${ageOf(restartAt - Date.now())}`;
    return `${how === undefined ? 'exited' : `exited (${how})`}${again}`;
  }
  if (status !== 'running') return status;
  if (session.connection.state !== 'online') return session.connection.state;
  return session.agent.state === 'unknown' ? 'running' : session.agent.state;
}

/** `local`, or the transport, and how the connection is while there is one to speak of. */
function linkOf({ transport, connection, process }: SessionInfo): string {
  if (transport === 'local') return 'local';
  const over = process.status === 'exited' || process.status === 'died';
  return over ? transport : `${transport} ${connectionOf(connection)}`;
}

/** `online`, `connecting (attempt 2)`, `offline, retry in 4s`, `error`. */
export function connectionOf({ state, attempt, nextRetryAt }: SessionInfo['connection']): string {
  if (state === 'connecting' && attempt > 1) return `connecting (attempt ${attempt})`;
  if (state !== 'offline' || nextRetryAt === undefined) return state;
  return `offline, retry in ${ageOf(nextRetryAt - Date.now())}`;
}

/** `42s`, `7m`, `3h`, `12d`. */
export function ageOf(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

/** Columns as wide as their widest cell, two blanks apart; the heading only for people, or where nothing else says what the cells are. */
export function table(
  context: Context,
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  headed = context.env.stdoutIsTerminal,
): void {
  const clean = rows.map((row) => row.map((cell) => plainText(cell, 512)));
  const all = headed ? [heading, ...clean] : clean;
  const widths = heading.map((_, i) => Math.max(...all.map((row) => (row[i] ?? '').length)));
  for (const row of all)
    context.line(
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}
