import { homedir } from 'node:os';
import { resolve } from 'node:path';
import {
  agentCommand,
  agentKindOf,
  baseName,
  defaultName,
  freeName,
  type HubCommandParsed,
  headlessAgent,
  IrisError,
  type Session,
  type Team,
  teamPrint,
} from '../../core/index.ts';
import { findProgram, thisUser } from '../../transports/index.ts';
import type { HubContext } from '../context.ts';
import { failedAtOnce } from '../first-moments.ts';
import { clampSize } from '../size-rule.ts';
import type { Handlers } from './handler.ts';

type Life = Pick<
  Handlers<'session'>,
  'session.list' | 'session.new' | 'session.kill' | 'session.restart' | 'session.rename' | 'session.cancel'
>;

export const lifeHandlers: Life = {
  'session.list': (_args, hub, caller) => ({
    sessions: hub.registry.list().flatMap((session) => caller.told(session.info()) ?? []),
  }),
  'session.new': async (args, hub) => {
    const before = args.key === undefined ? undefined : hub.startedBy(args.key);
    if (before) return before.info();
    hub.desk.called(args.env);
    const session = started(args, hub);
    if (args.key !== undefined) hub.startedBy(args.key, session);
    const error = await failedAtOnce(session, hub.clock);
    if (!error) return session.info();
    await hub.registry.kill(session);
    throw error;
  },
  'session.kill': async ({ session }, hub) => {
    const found = hub.registry.find(session);
    await hub.registry.kill(found);
    return { id: found.id };
  },
  'session.restart': async ({ session }, hub) => {
    const found = hub.registry.find(session);
    await hub.desk.restart(found);
    return found.info();
  },
  'session.rename': ({ session, name }, hub) => {
    const found = hub.registry.find(session);
    hub.registry.rename(found, name);
    return found.info();
  },
  'session.cancel': async ({ session }, hub) => {
    const found = hub.registry.find(session);
    const talk = hub.headless.talk(found);
    // It says itself when it has stopped: that is waited for.
    if (talk) await talk.cancel();
    else found.cancel();
    return { id: found.id };
  },
};

function started(args: HubCommandParsed<'session.new'>, hub: HubContext): Session {
  if (args.on !== undefined) return newElsewhere(args.on, args, hub);
  return args.team === undefined ? newSession(args, hub) : newOfTeam(args.team, args, hub);
}

/** In another hub, which looks programs and folders up for itself; here it is a mirror. */
function newElsewhere(on: string, args: HubCommandParsed<'session.new'>, hub: HubContext): Session {
  const { command, agent, cwd, extraEnv = {}, mode } = args;
  if (args.team !== undefined) {
    throw new IrisError('usage', 'a team says itself where it runs', { remedy: 'leave one of the two out' });
  }
  const team: Team = {
    name: on,
    remote: { kind: 'websocket', hub: hub.far.called(on), words: ['hub', on], options: {} },
    agent: agent ?? (command ? agentKindOf(command) : 'shell'),
    ...(command === undefined ? {} : { command }),
    ...(cwd === undefined ? {} : { path: cwd }),
    args: [],
    env: extraEnv,
    mode: mode === 'headless' ? mode : 'interactive',
    autostart: false,
    restart: 'never',
  };
  const { team: _team, teamPrint: _print, ...spec } = hub.desk.spec(team, args);
  const program = command ? baseName(command[0]!) : team.agent;
  let name = args.name ?? `${on}/${program}`;
  for (let n = 2; args.name === undefined && isTaken(hub)(name); n++) name = `${on}/${program}-${n}`;
  return hub.registry.create({ ...spec, mode: mode === 'pipes' ? mode : spec.mode, name });
}

function newSession(args: HubCommandParsed<'session.new'>, hub: HubContext): Session {
  const env = { ...(args.env ?? hub.env), ...args.extraEnv };
  const home = env.HOME ?? homedir();
  const cwd = resolve(home, (args.cwd ?? '').replace(/^~(?=\/|$)/, home));
  const command =
    args.command ??
    (args.agent === undefined
      ? [env.SHELL || thisUser(env).shell]
      : agentCommand(args.agent, (program) => findProgram(program, env.PATH, cwd), env.PATH ?? ''));
  if (args.mode === 'headless') headlessAgent(args.agent ?? agentKindOf(command));
  const name = args.name ?? (args.nameLike === undefined ? undefined : freeName(args.nameLike, isTaken(hub)));
  return hub.registry.create({
    command,
    cwd,
    env,
    mode: args.mode,
    ...clampSize(args),
    ...(name === undefined ? {} : { name }),
    ...(args.agent === undefined ? {} : { agent: args.agent }),
    ...(args.hooks === undefined ? {} : { hooks: args.hooks }),
  });
}

const isTaken =
  ({ registry }: HubContext) =>
  (name: string): boolean =>
    registry.list().some((session) => session.name === name);

/** What the arguments leave open is as the team says. Its name is the team's, with a number if that is taken. */
function newOfTeam(name: string, args: HubCommandParsed<'session.new'>, hub: HubContext): Session {
  const entry = hub.desk.find(name);
  const { command, agent, cwd } = args;
  const team = {
    ...entry,
    ...(command === undefined ? {} : { command, args: [] }),
    ...(agent === undefined ? {} : { agent }),
    ...(cwd === undefined ? {} : { path: cwd }),
    ...(args.mode === 'headless' ? { mode: args.mode } : {}),
  };
  const spec = hub.desk.spec(team, args, args.env);
  return hub.desk.create(entry, {
    ...spec,
    name: args.name ?? defaultName([name], isTaken(hub)),
    teamPrint: teamPrint(entry),
    ...(args.hooks === undefined ? {} : { hooks: args.hooks }),
  });
}
