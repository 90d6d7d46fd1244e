import {
  EVERYTHING,
  FOR_ALL,
  findSession,
  type HubCommandName,
  hubCommands,
  IrisError,
  problemOf,
} from '../../core/index.ts';
import type { HubContext, HubViewer } from '../context.ts';
import { mustHave } from '../principal.ts';
import { ViewerActs } from '../viewer-acts.ts';
import { deedOf, whyOf } from './deed.ts';
import { farHandlers } from './far.ts';
import type { Handler } from './handler.ts';
import { hubHandlers, viewerHandlers } from './hub.ts';
import { networkHandlers, TELLS_ITSELF } from './network.ts';
import { agentHandlers } from './session-agent.ts';
import { connectionHandlers } from './session-connection.ts';
import { glanceHandlers } from './session-glance.ts';
import { lifeHandlers } from './session-life.ts';
import { messageHandlers } from './session-messages.ts';
import { promptHandlers } from './session-prompt.ts';
import { report, reportHandlers } from './session-report.ts';
import { sharingHandlers } from './session-sharing.ts';
import { textHandlers } from './session-text.ts';
import { typingHandlers } from './session-typing.ts';
import { waitHandlers } from './session-wait.ts';
import { teamHandlers } from './team.ts';
import { workspaceHandlers } from './workspace.ts';

/** One handler for every command of the table: the type says when one is missing. */
const handlers: { readonly [N in HubCommandName]: Handler<N> } = {
  ...lifeHandlers,
  ...typingHandlers,
  ...promptHandlers,
  ...messageHandlers,
  ...textHandlers,
  ...waitHandlers,
  ...agentHandlers,
  ...reportHandlers,
  ...glanceHandlers,
  ...connectionHandlers,
  ...farHandlers,
  ...sharingHandlers,
  ...teamHandlers,
  ...workspaceHandlers,
  ...viewerHandlers,
  ...networkHandlers,
  ...hubHandlers,
};

/** Whom they are about is looked at first: those who are here, or at the hub where the session lives. */
const HERE: ReadonlySet<string> = new Set([
  'session.ask',
  'session.heard',
  'session.unask',
  'session.grant',
  'session.take',
]);
/** Typing, by other means than keys. */
const TYPES: ReadonlySet<string> = new Set([
  'session.send',
  'session.keys',
  'session.prompt',
  'session.answer',
  'session.cancel',
]);
const MANAGING: ReadonlySet<string> = new Set(['hub.status', 'hub.stop']);

/** Checks who asks and what for, then does it. @throws IrisError */
export async function runCommand(name: string, args: unknown, hub: HubContext, caller: HubViewer): Promise<unknown> {
  if (!Object.hasOwn(hubCommands, name))
    throw new IrisError('usage', `the hub knows no command ${JSON.stringify(name)}`);
  const command = hubCommands[name as HubCommandName];
  if (caller.identity.managing && !MANAGING.has(name)) {
    throw new IrisError('not-allowed', `${name} needs a client of the same version`);
  }
  const parsed = command.args.safeParse(args ?? {});
  if (!parsed.success) {
    throw new IrisError('usage', problemOf(parsed.error, name));
  }
  const data = permitted(name as HubCommandName, parsed.data, hub, caller);
  return told(name as HubCommandName, data, hub, caller, () => done(name as HubCommandName, data, hub, caller));
}

/** Here, or at the hub where the session lives. */
function done(name: HubCommandName, args: object, hub: HubContext, caller: HubViewer): unknown {
  const elsewhere =
    'session' in args && !name.startsWith('viewer.') && !HERE.has(name) && hub.registry.get(args.session as string);
  const forwarded = elsewhere && hub.far.forwarded(elsewhere, name, args);
  if (forwarded) return forwarded;
  if (TYPES.has(name) && 'session' in args) hub.sessions.get(args.session as string)?.typed(caller);
  const handler = handlers[name] as Handler<HubCommandName>;
  return handler(args as never, hub, caller);
}

/** What needs an owner is written down when it is done or has failed, and with what exactly: nobody can ask those sessions afterwards. */
async function told(
  name: HubCommandName,
  args: object,
  hub: HubContext,
  caller: HubViewer,
  run: () => unknown,
): Promise<unknown> {
  if (hubCommands[name].role !== 'owner') return run();
  const session = 'session' in args ? (args.session as string) : undefined;
  const act = new ViewerActs(hub, caller).begun(name, session, deedOf(name, args as never, hub));
  try {
    const result = await run();
    if (!TELLS_ITSELF.has(name)) act.done(name === 'session.new' ? (result as { id: string }).id : undefined);
    return result;
  } catch (error) {
    act.failed(whyOf(error, args));
    throw error;
  }
}

/**
 * Arguments with the session's id in place of what it was called. What the caller may not see is not there for it, and what it may see and not
 * do is refused, and written down.
 * @throws IrisError
 */
function permitted(name: HubCommandName, args: object, hub: HubContext, caller: HubViewer): object {
  const { role } = hubCommands[name];
  const wanted: unknown = 'session' in args ? args.session : undefined;
  let session: string | undefined;
  if (typeof wanted === 'string') {
    session = seen(name, wanted, hub, caller);
  }
  try {
    if (caller.identity.principal.kind === 'hub') mustBeOfferable(name, args);
    if (!FOR_ALL.has(name) && !mayTakeBack(name, session, hub, caller)) {
      mustHave(name === 'session.take' ? caller.identity.principal : caller, role, session ?? EVERYTHING, name);
    }
  } catch (error) {
    new ViewerActs(hub, caller).denied(name, session);
    throw error;
  }
  // It may take hours to answer.
  if (role === 'typer' && !TELLS_ITSELF.has(name)) new ViewerActs(hub, caller).did(name, session);
  return session === undefined ? args : { ...args, session };
}

/**
 * A hub that sessions were offered to gets sessions, whatever it may do with them: nothing of the hub itself, and none of a third hub.
 * @throws IrisError `not-allowed`
 */
function mustBeOfferable(name: HubCommandName, args: object): void {
  const offered = name.startsWith('session.') || name === 'team.list' || name === 'hub.status';
  if (offered && !('on' in args && args.on !== undefined)) return;
  throw new IrisError('not-allowed', `${name} is not for a hub that sessions are offered to`);
}

/** Whoever handed the keyboard over may have it back, though they only look now. Of an owner's, what was taken from one link does not count. */
function mayTakeBack(name: HubCommandName, session: string | undefined, hub: HubContext, caller: HubViewer): boolean {
  return name === 'session.take' && session !== undefined && hub.sharing.handedOver(caller, session);
}

/** What somebody does not see is not there for them; that they asked for it is written down. @throws IrisError */
function seen(name: string, wanted: string, hub: HubContext, caller: HubViewer): string {
  const all = hub.registry.list();
  try {
    return findSession(
      all.filter(({ id }) => caller.sees(id)),
      wanted,
    ).id;
  } catch (error) {
    const hidden = all.find((one) => one.id === wanted || one.name === wanted);
    if (hidden && !caller.sees(hidden.id)) new ViewerActs(hub, caller).denied(name, hidden.id);
    throw error;
  }
}

/** `session.report` without a link: its token says who may. @throws IrisError */
export async function reportFromHook(args: unknown, hub: HubContext): Promise<unknown> {
  const parsed = hubCommands['session.report'].args.safeParse(args);
  if (!parsed.success) throw new IrisError('usage', 'session.report: wrong arguments');
  return report(parsed.data, hub);
}
