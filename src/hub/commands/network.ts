import { EVERYTHING, IrisError, OFFERING, plainText, spanOf, toldGrants } from '../../core/index.ts';
import type { HubContext, HubViewer } from '../context.ts';
import type { Handlers } from './handler.ts';

type Network = Handlers<'pair'> & Handlers<'client'> & Handlers<'token'> & Handlers<'audit'>;

/** What these do is told to the audit whoever does it, also at this machine, and with what exactly. */
export const TELLS_ITSELF: ReadonlySet<string> = new Set([
  'pair.create',
  'client.revoke',
  'client.grant',
  'client.rename',
  'token.create',
  'token.revoke',
  'session.grant',
  'session.take',
]);

export const networkHandlers: Network = {
  'pair.create': ({ session = EVERYTHING, role, runner, expiresInMs, name }, hub, caller) => {
    if (runner && (role !== undefined || session !== EVERYTHING)) {
      throw new IrisError('usage', 'a runner offers its sessions, and may do nothing else here', {
        remedy: 'invite it without a role and a session; for more, invite it once more',
      });
    }
    const may = runner ? 'runner' : (role ?? 'viewer');
    const { url, fingerprint, problem } = hub.network;
    if (url === undefined) {
      throw new IrisError('failed', `this hub does not listen on the network${problem ? ` (${problem})` : ''}`, {
        remedy: 'stop it, then: iris-tui hub start --listen HOST:PORT; or hub.listen in the config',
      });
    }
    const { code, expiresAt } = hub.access.codes.make({
      grant: runner ? { session: OFFERING, role: 'owner' } : { session, role: role ?? 'viewer' },
      by: caller.identity.principal.name,
      ...(expiresInMs === undefined ? {} : { grantMs: expiresInMs }),
      ...(name === undefined ? {} : { name }),
    });
    tell(
      hub,
      caller,
      'pair.create',
      [
        may,
        ...(expiresInMs === undefined ? [] : [`for ${spanOf(expiresInMs)}`]),
        ...(name === undefined ? [] : [`as ${name}`]),
      ].join(' '),
      session,
    );
    return {
      code,
      url,
      ...(fingerprint === undefined ? {} : { fingerprint }),
      expiresAt,
      role: may,
      ...(session === EVERYTHING ? {} : { session }),
    };
  },
  'client.list': (_args, hub) => ({
    clients: hub.access.devices.map(({ thumbprint: _key, ...device }) => ({
      ...device,
      grants: toldGrants(device.grants),
      links: linksOf(hub, device.id),
    })),
  }),
  'client.revoke': async ({ client }, hub, caller) => {
    const { id, name } = hub.access.findDevice(client);
    tell(hub, caller, 'client.revoke', called({ id, name }));
    hub.access.revokeDevice(id);
    await hub.access.saved();
    return { id, name };
  },
  'client.grant': async ({ client, session = EVERYTHING, role, expiresInMs }, hub, caller) => {
    const { id, name } = hub.access.findDevice(client);
    const end = expiresInMs === undefined ? {} : { expiresAt: hub.clock.wall() + expiresInMs };
    hub.access.setGrants(id, session, [{ session, role, ...end }]);
    const span = expiresInMs === undefined ? '' : ` for ${spanOf(expiresInMs)}`;
    tell(hub, caller, 'client.grant', `${called({ id, name })}: ${role}${span}`, session);
    await hub.access.saved();
    return { id, name, grants: toldGrants(hub.access.device(id)?.grants ?? []) };
  },
  'client.rename': async ({ client, name: wanted }, hub, caller) => {
    const before = hub.access.findDevice(client);
    const { id, name } = hub.access.rename(before, wanted);
    tell(hub, caller, 'client.rename', `${called(before)} is ${name}`);
    for (const shared of hub.sessions.values()) shared.peopleChanged();
    await hub.access.saved();
    return { id, name };
  },
  'token.create': async ({ session = EVERYTHING, role, expiresInMs, name }, hub, caller) => {
    const { record, token } = hub.access.createToken({ name, session, role, lifeMs: expiresInMs });
    await hub.access.saved();
    tell(hub, caller, 'token.create', `${called(record)}: ${role} for ${spanOf(expiresInMs)}`, session);
    return { id: record.id, name: record.name, token, expiresAt: record.expiresAt };
  },
  'token.list': (_args, hub) => ({
    tokens: hub.access.tokens.map(({ digest: _secret, ...token }) => ({ ...token, links: linksOf(hub, token.id) })),
  }),
  'token.revoke': async ({ token }, hub, caller) => {
    const { id, name } = hub.access.findToken(token);
    tell(hub, caller, 'token.revoke', called({ id, name }));
    hub.access.revokeToken(id);
    await hub.access.saved();
    return { id, name };
  },
  'audit.list': (wanted, hub) => hub.audit.query(wanted),
};

function linksOf(hub: HubContext, principal: string): number {
  const viewers = [...hub.viewers.values()].filter(({ identity }) => identity.principal.id === principal).length;
  // Of a runner we are the viewer.
  return viewers + (hub.far.hasRunner(principal) ? 1 : 0);
}

/** As `clients` and `token ls` list them: two may share a name. */
function called({ id, name }: { readonly id: string; readonly name: string }): string {
  return `${name} (${id.slice(0, 8)})`;
}

function tell(hub: HubContext, { identity }: HubViewer, action: string, detail: string, session = EVERYTHING): void {
  const { kind, id, name } = identity.principal;
  hub.audit.record({
    who: { kind, id, name },
    ...(identity.from === undefined ? {} : { from: identity.from }),
    action,
    ...(session === EVERYTHING ? {} : { session }),
    outcome: 'ok',
    detail: plainText(detail, 512),
  });
}
