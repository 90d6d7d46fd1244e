import { findSession, IrisError, type SessionHost } from '../../core/index.ts';
import type { Context } from '../context.ts';
import { withHost } from '../host.ts';
import { openScreenOn } from '../open-screen.ts';
import { tmuxTarget } from '../screen-arguments.ts';
import type { OptionValues, VerbRun } from '../verbs/types.ts';
import { capture, wholeNumber } from './capture.ts';
import { sizeOf, startSession } from './new.ts';

/** capture-pane -S -: everything. */
const ALL_HISTORY = 1_000_000;

export const runNewSession: VerbRun = async (context, { args, options }) => {
  const name = (options.name ?? options.window) as string | undefined;
  if (options.attach === true && name !== undefined) {
    const sessions = await withHost(context, async (host) => host.sessions);
    if (sessions.some((session) => session.name === name))
      return openScreenOn(context, { session: name, readOnly: false });
  }
  const words = args[0] as readonly string[];
  const { width, height } = options;
  return startSession(context, {
    name,
    cwd: options.cwd as string | undefined,
    // tmux(1): one argument is a shell command, several are run as they stand.
    command: words.length === 1 ? ['sh', '-c', words[0]!] : words,
    size: width === undefined && height === undefined ? undefined : sizeOf(`${width ?? 80}x${height ?? 24}`),
    detached: options.detach === true,
  });
};

export const runAttachSession: VerbRun = async (context, { args, options }) => {
  const session = target(options) ?? (args[0] as string | undefined);
  if (options.detachOthers === true) {
    await withHost(context, async (host) => {
      const { viewers } = await host.command('viewer.list', {});
      for (const viewer of viewers) if (!viewer.self) await host.command('viewer.detach', { viewer: viewer.id });
    });
  }
  return openScreenOn(context, { readOnly: options.readOnly === true, ...(session === undefined ? {} : { session }) });
};

export const runSendKeys: VerbRun = async (context, { args, options }) => {
  const result = await withHost(context, (host) =>
    host.command('session.keys', {
      session: meant(context, host, options),
      keys: [...(args[0] as readonly string[])],
      literal: options.literal === true,
    }),
  );
  if (context.json) context.value(result);
};

export const runCapturePane: VerbRun = async (context, { options }) => {
  const session = await withHost(context, async (host) => meant(context, host, options));
  await capture(context, session, options.escapes === true, historyOf(options.start as string | undefined));
};

export const runKillSession: VerbRun = async (context, { options }) => {
  const result = await withHost(context, (host) =>
    host.command('session.kill', { session: meant(context, host, options) }),
  );
  if (context.json) context.value(result);
};

export const runHasSession: VerbRun = async (context, { options }) => {
  const found = await withHost(context, async (host) => findSession(host.sessions, meant(context, host, options)), {
    start: false,
    absent: undefined,
  });
  if (!found) throw new IrisError('not-found', `no session ${target(options) ?? ''}`.trimEnd());
  if (context.json) context.value({ id: found.id });
};

/** -S of capture-pane: 0 is the first line of the screen, -N is N lines above it, - is the oldest line. */
function historyOf(start: string | undefined): number {
  if (start === undefined) return 0;
  if (start === '-') return ALL_HISTORY;
  return start.startsWith('-') ? wholeNumber('-S', start.slice(1), ALL_HISTORY) : 0;
}

function target(options: OptionValues): string | undefined {
  return options.target === undefined ? undefined : tmuxTarget(options.target as string);
}

/** Without -t: the session whose pane we are in, or the only one there is. */
function meant(context: Context, host: SessionHost, options: OptionValues): string {
  const named = target(options) ?? context.env.vars.IRIS_SESSION_ID;
  if (named) return named;
  const [only, ...others] = host.sessions;
  if (only && others.length === 0) return only.id;
  throw new IrisError(only ? 'usage' : 'not-found', only ? 'which session?' : 'there are no sessions', {
    remedy: only ? 'name it with -t' : 'start one with iris-tui new -d',
  });
}
