import { plainText, type SessionInfo } from '../../core/index.ts';
import { duration, type Segment } from '../text.ts';

/** Symbols with a plain form for terminals and fonts that lack them. */
export const symbols = (ascii: boolean) =>
  ascii
    ? { online: '*', connecting: 'o', error: 'x', waiting: '!', dot: '-', ellipsis: '~' }
    : { online: '●', connecting: '◌', error: '✖', waiting: '⚑', dot: '·', ellipsis: '…' };

/** How the process ended: `exited 1`, `killed by SIGTERM`. */
export function endWords(session: SessionInfo): string | undefined {
  const { status, exitCode, signal } = session.process;
  if (status === 'exited') return signal ? `killed by ${signal}` : `exited ${exitCode ?? '?'}`;
  if (status === 'failed') return 'failed';
  if (status === 'died') return 'died with its hub';
  return undefined;
}

/** State as shown at the right of a pane's border: symbol, transport, what it does. */
export function stateSegments(session: SessionInfo, ascii: boolean, now: number): Segment[] {
  const s = symbols(ascii);
  const { connection, agent, process } = session;
  const bad =
    process.status === 'failed' ||
    process.status === 'died' ||
    (process.exitCode ?? 0) !== 0 ||
    process.signal !== undefined;
  const ended = endWords(session);
  if (connection.state === 'offline' || connection.state === 'connecting') {
    const next =
      connection.nextRetryAt === undefined
        ? ''
        : ` in ${Math.max(0, Math.ceil((connection.nextRetryAt - now) / 1000))} s`;
    const what = connection.state === 'connecting' ? 'connecting' : `retry ${connection.attempt}${next}`;
    return [{ text: `${s.connecting} `, color: 'yellow' }, { text: `${session.transport} ${s.dot} ${what}` }];
  }
  if (connection.state === 'error')
    return [{ text: `${s.error} `, color: 'red' }, { text: `${session.transport} ${s.dot} error` }];
  const symbol: Segment = ended
    ? { text: `${bad ? s.error : s.online} `, color: bad ? 'red' : undefined, dim: !bad }
    : {
        text: `${agent.state === 'blocked' ? s.waiting : s.online} `,
        color: agent.state === 'blocked' ? 'yellow' : 'green',
      };
  const known = agent.state === 'unknown' ? '' : agent.state === 'blocked' ? 'waiting' : agent.state;
  const since = known === 'working' || known === 'waiting' ? ` ${duration(now - agent.since)}` : '';
  const word = ended ?? (process.status === 'running' ? known : process.status);
  return [symbol, { text: session.transport }, ...(word ? [{ text: ` ${s.dot} ${word}${since}` }] : [])];
}

/** The program, as people name it: an agent by its name, else the base name of the command. */
export function programName(session: SessionInfo): string {
  if (session.agent.kind && session.agent.kind !== 'shell' && session.agent.kind !== 'command')
    return session.agent.kind;
  const program = session.command[0] ?? '';
  return plainText(program.slice(program.lastIndexOf('/') + 1).replace(/^-/, ''), 64);
}
