import { IrisError, type ViewerCall } from '../../core/index.ts';
import { connectionHandlers } from './connections.ts';
import type { ActionContext } from './context.ts';
import { fleetHandlers } from './fleet.ts';
import type { Handlers } from './handlers.ts';
import { hubHandlers } from './hubs.ts';
import { paneHandlers } from './pane-moves.ts';
import { mustBeAllowed } from './roles.ts';
import { programHandlers, sessionHandlers } from './sessions.ts';
import { sharingHandlers } from './sharing.ts';
import { tabHandlers } from './tabs.ts';
import { teamHandlers } from './teams.ts';

const handlers: Handlers = {
  ...tabHandlers,
  ...paneHandlers,
  ...sessionHandlers,
  ...fleetHandlers,
  ...programHandlers,
  ...connectionHandlers,
  ...teamHandlers,
  ...hubHandlers,
  ...sharingHandlers,
};

/** Commands that change sessions or the shared layout: not for a viewer that may only look. */
const CHANGING: ReadonlySet<string> = new Set<ViewerCall['name']>([
  ...([
    'new-tab',
    'split-pane',
    'new-session',
    'rename-tab',
    'move-tab',
    'kill-tab',
    'kill-pane',
    'break-pane',
    'swap-pane',
  ] as const),
  ...([
    'rotate-panes',
    'resize-pane',
    'next-layout',
    'select-layout',
    'rename-session',
    'restart',
    'cancel',
    'send-keys',
  ] as const),
  ...(['ask-keyboard', 'give-keyboard', 'decline-keyboard', 'take-keyboard'] as const),
  ...(['send-prefix', 'paste', 'retry', 'stop-retrying', 'up', 'down', 'edit-team', 'open', 'close'] as const),
]);

/** Does what a command says. Some answer later; what goes wrong is said in the status line. */
export async function run(ctx: ActionContext, call: ViewerCall): Promise<void> {
  try {
    if (ctx.bench.readOnly && CHANGING.has(call.name)) throw new IrisError('not-allowed', 'this viewer is read-only');
    mustBeAllowed(ctx.bench, call);
    // The table pairs each name with its own arguments; TypeScript can't follow that through an index.
    const handler = handlers[call.name] as (ctx: ActionContext, args: unknown) => unknown;
    await handler(ctx, call.args);
  } catch (error) {
    ctx.bench.complain(error);
  }
}
