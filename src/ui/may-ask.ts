import {
  FOR_ALL,
  type HubCommandName,
  hubCommands,
  IrisError,
  includes,
  type Role,
  type SessionHost,
  type SessionInfo,
} from '../core/index.ts';
import { livesElsewhere } from './model/places.ts';

type Known = Pick<SessionHost, 'you' | 'sessions'>;

/** Of a session that lives in another hub these are for the hub we are on: what that other one allows does not matter. */
const ABOUT_THE_MIRROR: ReadonlySet<HubCommandName> = new Set([
  'session.forget',
  'session.retry',
  'session.stop-retrying',
]);
/** Whoever handed the keyboard over may take it back, though they only look now: the hub knows who did. */
const HUB_DECIDES: ReadonlySet<HubCommandName> = new Set(['session.take']);

/** Does this viewer own the hub as whoever sits at it does? A hub that says nothing of it is one's own. */
export function ownsHub({ you }: Pick<SessionHost, 'you'>): boolean {
  return you === undefined || you.role === 'owner';
}

/**
 * Why a hub would refuse a command for want of a role, as it told what one may do; undefined: it would not. `session`: the id of the one that it
 * is about. `what`: what the user knows it by.
 */
export function whyNotAsk(
  host: Known,
  name: HubCommandName,
  session?: string,
  what: string = name,
): IrisError | undefined {
  if (FOR_ALL.has(name) || HUB_DECIDES.has(name)) return undefined;
  const about = session === undefined ? undefined : host.sessions.find(({ id }) => id === session);
  // It has gone, and the hub says so.
  if (session !== undefined && !about) return undefined;
  const own = about ? roleOn(host, about, name) : ownsHub(host) ? 'owner' : host.you?.role;
  const { role: wanted } = hubCommands[name];
  if (own && includes(own, wanted)) return undefined;
  return new IrisError('not-allowed', `${what} needs the role ${wanted} of ${about?.name ?? 'this hub'}`, {
    remedy: own ? `you are ${own}: ask whoever shares it` : 'ask whoever owns it',
  });
}

function roleOn(host: Known, session: SessionInfo, name: HubCommandName): Role {
  if (ABOUT_THE_MIRROR.has(name) && livesElsewhere(session) && ownsHub(host)) return 'owner';
  return session.role ?? 'owner';
}

/** The same hub, which is not asked for what it would refuse: each refusal is written down there, as if somebody had tried something. */
export function askingWithinRole(host: SessionHost): SessionHost {
  return {
    get connection() {
      return host.connection;
    },
    get hub() {
      return host.hub;
    },
    get you() {
      return host.you;
    },
    get sessions() {
      return host.sessions;
    },
    on: (listener) => host.on(listener),
    attach: (session, options) => host.attach(session, options),
    command: (name, args) => {
      const why = whyNotAsk(host, name, 'session' in args ? (args.session as string) : undefined);
      return why ? Promise.reject(why) : host.command(name, args);
    },
    retryNow: () => host.retryNow(),
    close: () => host.close(),
  };
}
