import { type HubCommandName, type HubCommandParsed, IrisError, plainText } from '../../core/index.ts';
import type { HubContext } from '../context.ts';

/** Of one name or program; and of a whole detail. */
const WORD_CHARS = 64;
const DETAIL_CHARS = 256;

type Parsed = { readonly [N in HubCommandName]: HubCommandParsed<N> };
type Said = { readonly [N in HubCommandName]?: (args: Parsed[N], hub: HubContext) => string | undefined };

/** What a command was about, beside its session: names alone. Arguments of programs, environments and texts may hold secrets. */
const SAID: Said = {
  'session.new': ({ command, agent, team, on, mode }) =>
    listed([
      command && programOf(command),
      agent && `agent ${short(agent)}`,
      team && `team ${short(team)}`,
      on && `on ${short(on)}`,
      mode === 'pty' ? undefined : mode,
    ]) ?? 'a shell',
  'session.rename': ({ name }) => `is ${short(name)}`,
  'team.up': ({ teams }) => teamsOf(teams),
  'team.down': ({ teams }) => teamsOf(teams),
  'far.open': ({ hub, sessions }) => listed([short(hub), sessions && `${sessions.map(short).join(' ')}`]),
  'far.close': ({ hub }) => short(hub),
  'link.add': ({ hub, allow, sessions, teams }) =>
    listed([
      `${short(hub)} may ${allow}`,
      sessions && `sessions ${sessions.map(short).join(' ')}`,
      teams && `teams ${teams.map(short).join(' ')}`,
    ]),
  'link.remove': ({ hub }) => short(hub),
  'client.revoke': ({ client }) => short(client),
  'client.grant': ({ client, role }) => `${short(client)}: ${role}`,
  'client.rename': ({ client, name }) => `${short(client)} is ${short(name)}`,
  'token.create': ({ name, role }) => `${short(name)}: ${role}`,
  'token.revoke': ({ token }) => short(token),
  'viewer.detach': ({ viewer }, hub) => hub.viewers.get(viewer)?.identity.principal.name ?? short(viewer),
  'hub.stop': ({ force }) => (force ? 'forced' : undefined),
};

/** For the audit: what exactly somebody wanted. Undefined: the name of the command says it. */
export function deedOf<N extends HubCommandName>(name: N, args: Parsed[N], hub: HubContext): string | undefined {
  const said = SAID[name]?.(args, hub);
  return said === undefined ? undefined : plainText(said, DETAIL_CHARS);
}

/** Why it failed, in short, and without what `deedOf` leaves out. */
export function whyOf(error: unknown, args: object): string {
  const { message } = IrisError.from(error);
  const [program = ''] = 'command' in args && Array.isArray(args.command) ? (args.command as string[]) : [];
  const shown = bare(program);
  return plainText(program === shown ? message : message.replaceAll(program, shown), DETAIL_CHARS);
}

/** `make and 2 arguments`: which they were is not told, as passwords and keys stand there. */
function programOf([program = '', ...args]: readonly string[]): string {
  const more = args.length === 0 ? '' : ` and ${args.length} ${args.length === 1 ? 'argument' : 'arguments'}`;
  return `${short(bare(program))}${more}`;
}

/** A whole line, or the setting of a variable, that somebody gave as the program is cut where more than a program begins. */
function bare(program: string): string {
  return program.replace(/[\s=].*/s, ' …');
}

function teamsOf(teams: readonly string[] | undefined): string {
  return teams ? teams.map(short).join(' ') : 'all teams';
}

function listed(parts: readonly (string | undefined | '')[]): string | undefined {
  return parts.filter(Boolean).join(', ') || undefined;
}

const short = (text: string): string => plainText(text, WORD_CHARS);
