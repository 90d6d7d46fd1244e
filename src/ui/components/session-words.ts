import { plainText, type SessionInfo } from '../../core/index.ts';
import { cut, duration, type Segment } from '../text.ts';
import type { Part } from './fit.ts';

/** What gives way first in the border of a narrow pane; the symbol of the state never does. */
export const RANKS = {
  title: 0,
  typed: 1,
  askKey: 2,
  people: 3,
  roundTrip: 4,
  size: 5,
  program: 6,
  local: 7,
  longName: 8,
  noPeople: 9,
  zoomed: 10,
  name: 11,
  asks: 12,
  words: 13,
  place: 14,
  noPlace: 15,
  otherSize: 16,
  shortName: 17,
  tinyWords: 18,
  noWords: 19,
  noName: 20,
} as const;

/** Symbols with a plain form for terminals and fonts that lack them. */
export const symbols = (ascii: boolean) =>
  ascii
    ? { online: '*', connecting: 'o', error: 'x', waiting: '!', dot: '-', ellipsis: '~' }
    : { online: '●', connecting: '◌', error: '✖', waiting: '⚑', dot: '·', ellipsis: '…' };

/** How the process ended: `exited 1`, `killed by SIGTERM`. */
export function endWords(session: SessionInfo): string | undefined {
  const { status, exitCode, signal } = session.process;
  if (endedOnPurpose(session)) return 'ended';
  if (status === 'exited') return signal ? `killed by ${signal}` : `exited ${exitCode ?? '?'}`;
  if (status === 'failed') return 'failed';
  if (status === 'died') return 'died with its hub';
  return undefined;
}

/** Put down by somebody, or to make room: however its process took it, that is no failure. */
function endedOnPurpose({ process }: SessionInfo): boolean {
  return process.status === 'exited' && process.reason !== undefined && process.restartAt === undefined;
}

/** Ended in a way that somebody may want to know of. */
export function endedBadly(session: SessionInfo): boolean {
  const { status, exitCode, signal } = session.process;
  if (endedOnPurpose(session)) return false;
  return (
    status === 'failed' || status === 'died' || (status === 'exited' && (signal !== undefined || (exitCode ?? 0) !== 0))
  );
}

/** Seconds to the next attempt, as they are counted down. */
export const secondsTo = (at: number, now: number): number => Math.max(0, Math.ceil((at - now) / 1000));

/** What a session does, in full and in fewer and fewer cells. */
export interface StateWords {
  readonly full: string;
  readonly short: string;
  readonly tiny: string;
}

/** What a connection that is not online does. */
export function connectionWords({ connection }: SessionInfo, now: number): StateWords {
  const { state, attempt, nextRetryAt, reason } = connection;
  if (state === 'error') return { full: 'error', short: 'error', tiny: 'error' };
  if (state === 'connecting') {
    const full = reason === undefined ? 'connecting' : `connecting, try ${attempt}`;
    return { full, short: 'connecting', tiny: '' };
  }
  if (nextRetryAt === undefined) return { full: 'offline', short: 'offline', tiny: '' };
  const wait = `${secondsTo(nextRetryAt, now)} s`;
  return { full: `retry ${Math.max(1, attempt)} in ${wait}`, short: `retry ${wait}`, tiny: wait };
}

function ownWords(session: SessionInfo, now: number): StateWords | undefined {
  const { agent, process } = session;
  const ended = endWords(session);
  if (ended && process.restartAt !== undefined) {
    const wait = `${secondsTo(process.restartAt, now)} s`;
    return { full: `${ended}, again in ${wait}`, short: `again ${wait}`, tiny: wait };
  }
  if (ended) {
    if (endedOnPurpose(session)) return { full: ended, short: ended, tiny: ended };
    const short = process.signal ?? (process.status === 'died' ? 'died' : ended);
    return {
      full: ended,
      short,
      tiny: process.status === 'exited' ? String(process.signal ?? process.exitCode) : short,
    };
  }
  const plain = (word: string): StateWords => ({ full: word, short: word, tiny: word });
  if (process.status !== 'running') return plain(process.status);
  if (process.paused !== undefined)
    return { full: `paused: ${plainText(process.paused, 80)}`, short: 'paused', tiny: 'paused' };
  if (agent.state === 'unknown') return undefined;
  const word = agent.state === 'blocked' ? 'waiting' : agent.state;
  const since = word === 'working' || word === 'waiting' ? ` ${duration(now - agent.since)}` : '';
  return { ...plain(word), full: `${word}${since}` };
}

/** One cell and a blank. */
export function stateSymbol(session: SessionInfo, ascii: boolean): Segment {
  const s = symbols(ascii);
  const { connection, agent } = session;
  if (connection.state === 'error') return { text: `${s.error} `, color: 'red' };
  if (connection.state !== 'online') return { text: `${s.connecting} `, color: 'yellow' };
  if (endedBadly(session)) return { text: `${s.error} `, color: 'red' };
  if (endWords(session)) return { text: `${s.online} `, dim: true };
  if (agent.state === 'blocked') return { text: `${s.waiting} `, color: 'yellow' };
  return { text: `${s.online} `, color: 'green' };
}

/** State as shown at the right of a pane's border: symbol, where it runs, what it does. */
export function stateParts(session: SessionInfo, place: string, ascii: boolean, now: number): Part[] {
  const words = session.connection.state === 'online' ? ownWords(session, now) : connectionWords(session, now);
  const gap = words ? ` ${symbols(ascii).dot} ` : '';
  const symbol = stateSymbol(session, ascii);
  const site = plainText(place, 64);
  const wordsPart: Part | undefined = words && {
    segments: [{ text: words.full }],
    shrinks: [
      { rank: RANKS.words, to: [{ text: words.short }] },
      { rank: RANKS.tinyWords, to: [{ text: words.tiny }] },
      { rank: RANKS.noWords, to: { min: 2 } },
    ],
  };
  // Here is where nobody doubts that it is; another host is worth more.
  const nothing: Segment[] = words ? [{ text: ' ' }] : [];
  const placeShrinks =
    session.transport === 'local'
      ? [{ rank: RANKS.local, to: nothing }]
      : [
          { rank: RANKS.place, to: [{ text: ` ${cut(site, 8)}${gap}` }] },
          { rank: RANKS.noPlace, to: nothing },
        ];
  return [
    { segments: [{ ...symbol, text: symbol.text.trimEnd() }] },
    { segments: [{ text: ` ${site}${gap}` }], shrinks: placeShrinks },
    ...(wordsPart ? [wordsPart] : []),
    ...roundTripPart(session, ascii),
  ];
}

/** From here on nobody answers: the number is how long that has been so. */
const SILENT_MS = 3_000;

/** How long the way there and back takes; of less than a millisecond nobody wants to know. */
function roundTripPart({ connection: { state, roundTripMs } }: SessionInfo, ascii: boolean): Part[] {
  const ms = Math.round(roundTripMs ?? 0);
  if (state !== 'online' || ms < 1) return [];
  const words = ms < SILENT_MS ? `${ms} ms` : `no answer for ${duration(ms)}`;
  return [
    {
      segments: [{ text: ` ${symbols(ascii).dot} ${words}`, dim: ms < SILENT_MS }],
      shrinks: [{ rank: ms < SILENT_MS ? RANKS.roundTrip : RANKS.noPlace, to: [] }],
    },
  ];
}

/** The program, as people name it: an agent by its name, else the base name of the command. */
export function programName(session: SessionInfo): string {
  if (session.agent.kind && session.agent.kind !== 'shell' && session.agent.kind !== 'command')
    return session.agent.kind;
  // Of another machine's shell only the words that find it are known.
  if (session.transport !== 'local' && session.agent.kind === 'shell') return 'shell';
  const program = session.command[0] ?? '';
  return plainText(program.slice(program.lastIndexOf('/') + 1).replace(/^-/, ''), 64);
}
