import { type ClientInfo, EVERYTHING, OFFERING, spanOf, type TokenInfo, type ToldGrant } from '../../core/index.ts';
import { lifeOf } from '../duration.ts';
import { withHost } from '../host.ts';
import type { VerbRun } from '../verbs/types.ts';
import { ageOf, table } from './list.ts';

export const runClients: VerbRun = async (context) => {
  const { clients, names } = await withHost(context, async (host) => ({
    ...(await host.command('client.list', {})),
    names: await sessionNames(host),
  }));
  if (context.json) return context.value(clients);
  if (clients.length === 0) {
    if (context.env.stdoutIsTerminal) context.line('no devices: iris-tui hub pair invites one');
    return;
  }
  const rows = clients.map((one) => [
    one.name,
    one.id.slice(0, 8),
    ...hereOf(one),
    rightsOf(one.grants, names),
    one.software,
  ]);
  table(context, ['NAME', 'ID', 'SEEN', 'FROM', 'MAY', 'SOFTWARE'], rows);
};

export const runRevokeClient: VerbRun = async (context, { args }) => {
  const result = await withHost(context, (host) => host.command('client.revoke', { client: args[0] as string }));
  if (context.json) context.value(result);
};

export const runGrantClient: VerbRun = async (context, { args, options }) => {
  const { session, expires } = options;
  const wanted = {
    client: args[0] as string,
    role: args[1] as 'viewer' | 'typer' | 'owner' | 'none',
    ...(typeof session === 'string' ? { session } : {}),
    ...(typeof expires === 'string' ? { expiresInMs: lifeOf(expires, '--expires') } : {}),
  };
  const result = await withHost(context, (host) => host.command('client.grant', wanted));
  if (context.json) context.value(result);
};

export const runRenameClient: VerbRun = async (context, { args }) => {
  const wanted = { client: args[0] as string, name: args[1] as string };
  const result = await withHost(context, (host) => host.command('client.rename', wanted));
  if (context.json) context.value(result);
};

export const runTokens: VerbRun = async (context) => {
  const { tokens, names } = await withHost(context, async (host) => ({
    ...(await host.command('token.list', {})),
    names: await sessionNames(host),
  }));
  if (context.json) return context.value(tokens);
  if (tokens.length === 0) {
    if (context.env.stdoutIsTerminal) context.line('no tokens: iris-tui token create makes one');
    return;
  }
  const rows = tokens.map((one) => [
    one.name,
    one.id.slice(0, 8),
    ...hereOf(one),
    rightsOf(one.grants, names),
    spanOf(one.expiresAt - Date.now()),
  ]);
  table(context, ['NAME', 'ID', 'SEEN', 'FROM', 'MAY', 'GOOD FOR'], rows);
};

/** Only the token, on standard output: `TOKEN=$(iris-tui token create)`. */
export const runCreateToken: VerbRun = async (context, { options }) => {
  const { role, session, expires, name } = options;
  const result = await withHost(context, (host) =>
    host.command('token.create', {
      ...(typeof session === 'string' ? { session } : {}),
      ...(typeof name === 'string' ? { name } : {}),
      ...(role === undefined ? {} : { role: role as 'viewer' | 'typer' | 'owner' }),
      ...(typeof expires === 'string' ? { expiresInMs: lifeOf(expires, '--expires') } : {}),
    }),
  );
  if (context.json) context.value(result);
  else context.line(result.token);
};

export const runRevokeToken: VerbRun = async (context, { args }) => {
  const result = await withHost(context, (host) => host.command('token.revoke', { token: args[0] as string }));
  if (context.json) context.value(result);
};

interface Lists {
  command(name: 'session.list', args: object): Promise<{ sessions: readonly { id: string; name: string }[] }>;
}

/** By id, as its hub has them. */
export async function sessionNames(host: Lists): Promise<ReadonlyMap<string, string>> {
  const { sessions } = await host.command('session.list', {});
  return new Map(sessions.map(({ id, name }) => [id, name]));
}

function hereOf({ links, seenAt, seenFrom }: ClientInfo | TokenInfo): [string, string] {
  const seen = links > 0 ? `here (${links})` : seenAt === undefined ? 'never' : `${ageOf(Date.now() - seenAt)} ago`;
  return [seen, seenFrom ?? ''];
}

const RIGHTS: Readonly<Partial<Record<ToldGrant['role'], string>>> = { runner: 'offer its sessions', none: 'nothing' };

/** `viewer`, `typer of api for 2h, then viewer`, `offer its sessions`, `viewer, nothing of api`. */
function rightsOf(grants: readonly ToldGrant[], names: ReadonlyMap<string, string>): string {
  const nothing = grants.some(({ session, role }) => session === EVERYTHING && role === 'none');
  const telling = grants.filter(({ session, role }) => !(nothing && role === 'none' && session !== EVERYTHING));
  const words = [...Map.groupBy(telling, ({ session }) => session)].map(([session, several]) => {
    const where = session === EVERYTHING || session === OFFERING ? '' : ` of ${names.get(session) ?? session}`;
    // What allows more holds as long as it is there, and for less time.
    const said = several
      .toSorted((one, other) => endOf(one) - endOf(other))
      .map((one, i) => wordsOf(one, i === 0 ? where : ''));
    return said.join(', then ');
  });
  return words.join(', ') || 'nothing';
}

function wordsOf({ role, expiresAt }: ToldGrant, where: string): string {
  const end = expiresAt === undefined ? '' : ` for ${spanOf(expiresAt - Date.now())}`;
  return `${RIGHTS[role] ?? role}${where}${end}`;
}

const endOf = ({ expiresAt = Number.MAX_VALUE }: ToldGrant): number => expiresAt;
