import { findSession, hubAndSession, IrisError, type LinkInfo, type SessionHost } from '../../core/index.ts';
import type { Context } from '../context.ts';
import { withHost } from '../host.ts';
import type { OptionValues, VerbRun } from '../verbs/types.ts';
import { sessionNames } from './clients.ts';
import { ageOf, table } from './list.ts';

/** A link that stands within this time is told of as such; else how it goes is. */
const LINK_WITHIN_MS = 5_000;
const LOOK_EVERY_MS = 50;

export const runOpen: VerbRun = async (context, { args }) => {
  const { hub, session } = hubAndSession(args[0] as string);
  const { sessions } = await withHost(context, (host) =>
    host.command('far.open', { hub, ...(session === undefined ? {} : { sessions: [session] }) }),
  );
  if (context.json) return context.value(sessions);
  for (const { name } of sessions) context.line(name);
};

export const runClose: VerbRun = async (context, { args }) => {
  const { hub, session } = hubAndSession(args[0] as string);
  const id = await withHost(context, async (host) => {
    if (session === undefined) return (await host.command('far.close', { hub })).hub;
    const { sessions } = await host.command('session.list', {});
    return (await host.command('session.forget', { session: findSession(sessions, args[0] as string).id })).id;
  });
  if (context.json) context.value(session === undefined ? { hub: id } : { id });
};

export const runLinkAdd: VerbRun = async (context, { args, options }) => {
  const hub = await hubToLink(context, args[0] as string, options);
  const { allow, session, team } = options;
  const link = await withHost(context, async (host) => {
    await host.command('link.add', {
      hub,
      ...(allow === undefined ? {} : { allow: allow as 'view' | 'type' | 'start' }),
      ...(session === undefined ? {} : { sessions: [...(session as readonly string[])] }),
      ...(team === undefined ? {} : { teams: [...(team as readonly string[])] }),
    });
    return settled(hub, async () => (await host.command('link.list', {})).links);
  });
  if (context.json) return context.value(link);
  const { state, reason, remedy } = link.connection;
  const why = [reason, remedy && asRunner(remedy)].filter(Boolean).join(': ');
  context.line(`${hub}: ${state}${why === '' ? '' : ` (${why})`}`);
};

/** Until it stands, or somebody has to do something about it; but not for long. */
async function settled(hub: string, list: () => Promise<readonly LinkInfo[]>): Promise<LinkInfo> {
  const deadline = performance.now() + LINK_WITHIN_MS;
  for (;;) {
    const link = (await list()).find((one) => one.hub === hub);
    if (!link) throw new IrisError('failed', `the link to ${hub} was removed meanwhile`);
    const { state } = link.connection;
    if (state === 'online' || state === 'error' || performance.now() > deadline) return link;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

async function hubToLink(context: Context, given: string, options: OptionValues): Promise<string> {
  if (options.pair === undefined) {
    if (!given.includes(':')) return given;
    throw new IrisError('usage', `${given} is an address`, {
      remedy: 'give a code of iris-tui hub pair --runner there with --pair, or the name of a hub you paired with',
    });
  }
  const { pairWith } = await import('./pair.ts');
  try {
    const { hub } = await pairWith(context, given, options.pair as string, options);
    return hub.name;
  } catch (error) {
    if (!(error instanceof IrisError) || error.remedy === undefined) throw error;
    const { code, message, remedy, retriable } = error;
    throw new IrisError(code, message, { cause: error, retriable, remedy: asRunner(remedy) });
  }
}

/** What to do, of one who pairs to look there: whoever offers sessions needs another kind of code, and gives it to another verb. */
function asRunner(remedy: string): string {
  return remedy
    .replace(/iris-tui hub pair(?! --runner| prints)/g, 'iris-tui hub pair --runner')
    .replace(/iris-tui pair (\S+) CODE/g, 'iris-tui link add $1 --pair CODE');
}

export const runLinks: VerbRun = async (context) => {
  const listed = async (host: SessionHost) => ({
    ...(await host.command('link.list', {})),
    names: await sessionNames(host),
  });
  const { links, names } = await withHost(context, listed, {
    start: false,
    absent: { links: [], names: new Map<string, string>() },
  });
  if (context.json) return context.value(links);
  if (links.length === 0) {
    if (context.env.stdoutIsTerminal) context.line('no links: iris-tui link add offers sessions to another hub');
    return;
  }
  const rows = links.map(({ hub, allow, sessions, teams, connection }) => [
    hub,
    allow,
    [...(sessions ?? []).map((one) => names.get(one) ?? one), ...(teams ?? []).map((team) => `team ${team}`)].join(
      ', ',
    ) || 'everything',
    connection.state,
    ageOf(Date.now() - connection.since),
    connection.reason ?? '',
  ]);
  table(context, ['HUB', 'ALLOWED', 'OFFERED', 'STATE', 'SINCE', 'REASON'], rows);
};

export const runLinkRemove: VerbRun = async (context, { args }) => {
  const removed = await withHost(context, (host) => host.command('link.remove', { hub: args[0] as string }));
  if (context.json) context.value(removed);
};
