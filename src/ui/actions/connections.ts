import { type ConnectionDetails, IrisError, plainText, type SessionInfo } from '../../core/index.ts';
import { connectionWords, endWords, symbols } from '../components/session-words.ts';
import { isAway } from '../model/make-snapshot.ts';
import { placeOf } from '../model/places.ts';
import type { ListItem } from '../model/snapshot.ts';
import { ListControl, Poll, TextControl } from '../overlays/index.ts';
import { bytes, columns, duration, wrap } from '../text.ts';
import type { Workbench } from '../workbench.ts';
import type { ActionContext } from './context.ts';
import type { Handlers } from './handlers.ts';
import { editTeam } from './teams.ts';

/** What is counted by the transports is asked for this often while it is shown. */
const POLL_MS = 1000;
/** Sessions asked at once; the others come in turn. */
const POLL_AT_ONCE = 20;
/** Columns of a log's text; longer lines are wrapped. */
const LOG_COLS = 100;

export const connectionHandlers: Handlers<'retry' | 'retry-hub' | 'stop-retrying' | 'connection-log' | 'connections'> =
  {
    retry: async ({ bench }, { session }) => {
      const { id, name, connection, process } = target(bench, session);
      if (connection.state === 'online' && ['starting', 'running'].includes(process.status)) {
        // The key that helps in an offline pane is that of `restart` elsewhere.
        bench.say(`${name} is connected`);
        return;
      }
      await bench.host.command('session.retry', { session: id });
    },
    'retry-hub': ({ bench }) => {
      if (isAway(bench.host.connection)) bench.host.retryNow();
      else bench.say('the hub is connected');
    },
    'stop-retrying': async ({ bench }, { session }) => {
      await bench.host.command('session.stop-retrying', { session: target(bench, session).id });
    },
    'connection-log': ({ bench }, { session }) => showLog(bench, target(bench, session)),
    connections: showConnections,
  };

function target(bench: Workbench, name: string | undefined): SessionInfo {
  if (name === undefined) {
    if (bench.focusedSession) return bench.focusedSession;
    throw new IrisError('failed', 'no session has the focus');
  }
  const found = bench.host.sessions.find((s) => s.name === name || s.id === name);
  const close = bench.host.sessions.filter((s) => s.name.startsWith(name) || s.id.startsWith(name));
  const one = found ?? (close.length === 1 ? close[0] : undefined);
  if (!one) throw new IrisError('not-found', `no session ${name}`);
  return one;
}

/** State in words: of the connection while it is not there, of the process once that has ended. */
function stateWord(session: SessionInfo, now: number): string {
  const { connection } = session;
  return connection.state === 'online' ? (endWords(session) ?? 'online') : connectionWords(session, now).full;
}

function linkOf(session: SessionInfo): ListItem['link'] {
  const { state } = session.connection;
  if (state === 'connecting') return 'offline';
  return state;
}

/** All sessions, and how they are connected. */
function showConnections(ctx: ActionContext): void {
  const { bench } = ctx;
  const details = new Map<string, ConnectionDetails>();
  let turn = 0;
  const ask = async (): Promise<void> => {
    const { sessions } = bench.host;
    const first = turn % Math.max(1, sessions.length);
    const now = [...sessions.slice(first), ...sessions.slice(0, first)].slice(0, POLL_AT_ONCE).map((s) => s.id);
    turn += now.length;
    const ids = new Set([...(control.selected === undefined ? [] : [control.selected]), ...now]);
    await Promise.allSettled(
      [...ids].map(async (session) =>
        details.set(session, await bench.host.command('session.connection', { session })),
      ),
    );
    bench.update();
  };
  const control: ListControl = new ListControl({
    title: 'connections',
    hint: 'Enter go · r retry · s stop retrying · l log · e edit team · / filter · Esc back',
    items: () => rows(bench, details),
    selected: bench.focusedSession?.id,
    choose: (id) => bench.goToSession(id),
    extra: {
      r: (id) => act(bench, () => bench.host.command('session.retry', { session: id })),
      s: (id) => act(bench, () => bench.host.command('session.stop-retrying', { session: id })),
      l: (id) => {
        const session = bench.session(id);
        if (session) showLog(bench, session);
        return true;
      },
      e: (id) => act(bench, () => editTeam(ctx, bench.session(id)?.team)),
    },
    below: (id) => below(bench, id === undefined ? undefined : bench.session(id), details),
    closed: () => poll.close(),
  });
  const poll = new Poll(bench.clock, POLL_MS, ask);
  bench.open(control);
}

function act(bench: Workbench, run: () => Promise<unknown>): boolean {
  if (bench.readOnly) bench.say('this viewer is read-only', 'error');
  else run().catch((error: unknown) => bench.complain(error));
  return true;
}

function rows(bench: Workbench, details: ReadonlyMap<string, ConnectionDetails>): ListItem[] {
  const now = bench.clock.wall();
  const { sessions } = bench.host;
  const cells = sessions.map((s) => {
    const known = details.get(s.id);
    const { connection } = s;
    const rtt = connection.roundTripMs;
    const tries = connection.maxAttempts > 0 && connection.state !== 'online' ? `of ${connection.maxAttempts}` : '';
    return [
      `${stateWord(s, now)}${tries && ` ${tries}`}`,
      placeOf(s, bench.teams.list),
      s.transport,
      `since ${duration(now - connection.since)}`,
      rtt === undefined ? '' : `${rtt < 10 ? rtt.toFixed(1) : Math.round(rtt)} ms`,
      known ? `${bytes(known.bytesIn)} in` : '',
      known ? `${bytes(known.bytesOut)} out` : '',
    ];
  });
  const lines = columns(cells);
  return sessions.map((s, i) => ({ id: s.id, label: s.name, detail: lines[i] ?? '', link: linkOf(s) }));
}

function below(
  bench: Workbench,
  session: SessionInfo | undefined,
  details: ReadonlyMap<string, ConnectionDetails>,
): string[] {
  if (!session) return ['', ''];
  const known = details.get(session.id);
  const { reason, remedy } = session.connection;
  const dot = symbols(bench.snapshot.ascii).dot;
  const words = [reason, remedy && `to do: ${remedy}`].filter(Boolean).join(` ${dot} `);
  const command = shown(known?.launchCommand ?? session.command);
  return [`$ ${command}`, words].map((line) => plainText(line, 128));
}

/** A command as one would type it. */
const shown = (command: readonly string[]): string =>
  command.map((word) => (/^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ');

/** Everything about one connection, with what the transport itself says; kept true while it is open. */
function showLog(bench: Workbench, { id, name }: SessionInfo): void {
  let details: ConnectionDetails | undefined;
  const ask = async (): Promise<void> => {
    details = await bench.host.command('session.connection', { session: id });
    bench.update();
  };
  const poll = new Poll(bench.clock, POLL_MS, ask);
  bench.open(
    new TextControl(
      `connection of ${plainText(name)}`,
      () => {
        const session = bench.session(id);
        return session ? logLines(bench, session, details) : ['the session is gone'];
      },
      () => poll.close(),
    ),
  );
}

function logLines(bench: Workbench, session: SessionInfo, details: ConnectionDetails | undefined): string[] {
  const now = bench.clock.wall();
  const { reason, remedy, since, roundTripMs } = session.connection;
  const room = Math.max(20, Math.min(LOG_COLS, bench.cols - 8));
  const line = (label: string, text: string): string[] =>
    wrap(text, room - 9).map((part, i) => `${(i === 0 ? label : '').padEnd(9)}${part}`);
  const log = details?.log ?? [];
  return [
    ...line('state', `${stateWord(session, now)}, since ${new Date(since).toTimeString().slice(0, 8)}`),
    ...line('where', `${placeOf(session, bench.teams.list)} (${session.transport})`),
    ...(reason ? line('reason', plainText(reason)) : []),
    ...(remedy ? line('to do', plainText(remedy)) : []),
    ...line('command', plainText(shown(details?.launchCommand ?? session.command))),
    ...(details ? line('bytes', `${bytes(details.bytesIn)} in, ${bytes(details.bytesOut)} out`) : []),
    ...(roundTripMs === undefined ? [] : line('answers', `in ${roundTripMs} ms`)),
    '',
    ...(log.length > 0
      ? ['its log, newest first:', ...log.toReversed().flatMap((text) => wrap(plainText(text), room))]
      : ['nothing in its log']),
  ];
}
