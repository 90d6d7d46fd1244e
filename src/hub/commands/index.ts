import { type HubCommandName, hubCommands, IrisError, type Role } from '../../core/index.ts';
import type { HubContext, HubViewer } from '../context.ts';
import type { Handler } from './handler.ts';
import { hubHandlers, viewerHandlers } from './hub.ts';
import { agentHandlers } from './session-agent.ts';
import { connectionHandlers } from './session-connection.ts';
import { glanceHandlers } from './session-glance.ts';
import { lifeHandlers } from './session-life.ts';
import { messageHandlers } from './session-messages.ts';
import { promptHandlers } from './session-prompt.ts';
import { report, reportHandlers } from './session-report.ts';
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
  ...teamHandlers,
  ...workspaceHandlers,
  ...viewerHandlers,
  ...hubHandlers,
};

const RANK: Record<Role, number> = { viewer: 0, typer: 1, owner: 2 };
const MANAGING: ReadonlySet<string> = new Set(['hub.status', 'hub.stop']);

/** Checks who asks and what for, then does it. @throws IrisError */
export async function runCommand(name: string, args: unknown, hub: HubContext, caller: HubViewer): Promise<unknown> {
  if (!Object.hasOwn(hubCommands, name))
    throw new IrisError('usage', `the hub knows no command ${JSON.stringify(name)}`);
  const command = hubCommands[name as HubCommandName];
  if (RANK[caller.identity.role] < RANK[command.role]) {
    throw new IrisError('not-allowed', `${name} needs the role ${command.role}`);
  }
  if (caller.identity.managing && !MANAGING.has(name)) {
    throw new IrisError('not-allowed', `${name} needs a client of the same version`);
  }
  const parsed = command.args.safeParse(args ?? {});
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new IrisError('usage', `${name}: ${issue?.path.join('.') || 'arguments'}: ${issue?.message ?? 'wrong'}`);
  }
  const handler = handlers[name as HubCommandName] as Handler<HubCommandName>;
  return handler(parsed.data as never, hub, caller);
}

/** `session.report` without a link: its token says who may. @throws IrisError */
export async function reportFromHook(args: unknown, hub: HubContext): Promise<unknown> {
  const parsed = hubCommands['session.report'].args.safeParse(args);
  if (!parsed.success) throw new IrisError('usage', 'session.report: wrong arguments');
  return report(parsed.data, hub);
}
