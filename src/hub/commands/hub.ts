import { EVERYTHING, IrisError, includes, type Role } from '../../core/index.ts';
import { PROTOCOL } from '../../protocol/index.ts';
import type { HubViewer } from '../context.ts';
import type { NetworkState } from '../network/options.ts';
import type { Handlers } from './handler.ts';

export const hubHandlers: Handlers<'hub'> = {
  'hub.status': (_args, hub, caller) => ({
    pid: process.pid,
    version: hub.version,
    protocol: PROTOCOL,
    socket: hub.socket,
    ...networkOf(hub.network),
    ...(hub.pendingConfig === undefined ? {} : { pendingConfig: hub.pendingConfig }),
    sessions: [...hub.sessions.keys()].filter((id) => caller.sees(id)).length,
    // Whoever asks is not looking at anything.
    viewers: [...hub.viewers.values()].filter((viewer) => viewer !== caller).length,
    uptimeMs: Math.round(hub.clock.now() - hub.startedAt),
    rssBytes: process.memoryUsage.rss(),
  }),
  'hub.stop': ({ force }, hub) => {
    const live = hub.registry.list().filter((session) => session.live && !session.mirrored).length;
    if (live > 0 && !force) {
      throw new IrisError('conflict', `${live} ${live === 1 ? 'session is' : 'sessions are'} still running`, {
        remedy: 'end them first, or stop with --force',
      });
    }
    hub.stopForGood();
    return { stopped: true };
  },
};

function networkOf({ listen, url, fingerprint, problem, warnings }: NetworkState) {
  return {
    ...(listen === undefined ? {} : { listen }),
    ...(url === undefined ? {} : { url }),
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(problem === undefined ? {} : { networkProblem: problem }),
    ...(warnings === undefined ? {} : { networkWarnings: warnings }),
  };
}

/** Sessions that are named of a viewer. */
const MAX_WATCHED = 16;

/** Those who see one session see who is on it; whoever sees everything sees everybody. */
function knows(caller: HubViewer, { watched }: HubViewer): boolean {
  return caller.sees(EVERYTHING) || [...watched].some((id) => caller.sees(id));
}

/** Where somebody is, is not for guests of a session. */
function addressOf(viewer: HubViewer, caller: HubViewer): { from?: string } {
  const { from } = viewer.identity;
  return from === undefined || (viewer !== caller && !caller.sees(EVERYTHING)) ? {} : { from };
}

/** On everything, or else the most on what it watches. */
function roleOfViewer(viewer: HubViewer): { role?: Role } {
  const roles = [EVERYTHING, ...viewer.watched].flatMap((one) => viewer.roleOn(one) ?? []);
  const role =
    viewer.roleOn(EVERYTHING) ?? roles.reduce<Role | undefined>((a, b) => (a && includes(a, b) ? a : b), undefined);
  return role ? { role } : {};
}

export const viewerHandlers: Handlers<'viewer'> = {
  'viewer.list': (_args, hub, caller) => ({
    viewers: [...hub.viewers.values()]
      .filter((viewer) => viewer === caller || knows(caller, viewer))
      .map((viewer) => ({
        id: viewer.id,
        name: viewer.identity.principal.name,
        ...addressOf(viewer, caller),
        ...roleOfViewer(viewer),
        software: viewer.identity.software,
        since: viewer.since,
        sessions: [...viewer.watched].filter((id) => caller.sees(id)).length,
        watched: [...viewer.watched].filter((id) => caller.sees(id)).slice(0, MAX_WATCHED),
        self: viewer === caller,
      })),
  }),
  'viewer.detach': ({ viewer: id }, hub, caller) => {
    const viewer = hub.viewers.get(id);
    if (!viewer) throw new IrisError('not-found', `there is no viewer ${id}`);
    const reason = viewer === caller ? 'detached' : 'another viewer asked this one to leave';
    viewer.event({ type: 'detached', reason });
    viewer.link.close('detached', reason);
    return { id };
  },
  'viewer.focus': (focus, hub, caller) => {
    hub.sharing.looks(caller, focus);
    return {};
  },
  'viewer.follow': ({ viewer: wanted }, hub, caller) => {
    if (hub.viewers.get(caller.id) !== caller) throw new IrisError('usage', 'only who stays can follow');
    const leader = hub.sharing.follow(caller, wanted);
    return leader ? { viewer: leader.id, name: leader.identity.principal.name } : {};
  },
};
