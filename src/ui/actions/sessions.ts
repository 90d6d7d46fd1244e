import { encodePaste, IrisError, type SessionInfo } from '../../core/index.ts';
import { panes } from '../layout/index.ts';
import { livesElsewhere } from '../model/places.ts';
import { isOver } from '../model/trouble.ts';
import { ConfirmControl, PromptControl } from '../overlays/index.ts';
import { CopyMode } from '../panes/copy-mode.ts';
import type { ActionContext } from './context.ts';
import type { Handlers } from './handlers.ts';
import {
  chooseSession,
  chooseViewer,
  confirmKill,
  pickProgram,
  showHelp,
  showMessages,
  waitingSessions,
} from './lists.ts';
import { openCommandPrompt, runWorkspace } from './prompt.ts';
import { splitFocused } from './start.ts';

const encoder = new TextEncoder();

export const sessionHandlers: Handlers<
  | 'split-pane'
  | 'new-session'
  | 'choose-session'
  | 'choose-viewer'
  | 'kill-pane'
  | 'next-session'
  | 'previous-session'
  | 'next-waiting'
  | 'rename-session'
  | 'restart'
  | 'cancel'
  | 'send-keys'
  | 'send-prefix'
  | 'copy-mode'
  | 'paste'
> = {
  'split-pane': (ctx, args) => splitFocused(ctx, args.horizontal ? 'row' : 'column', args.before ?? false, args),
  'new-session': pickProgram,
  'choose-session': chooseSession,
  'choose-viewer': chooseViewer,
  'kill-pane': (ctx, { force }) => {
    const session = ctx.bench.focusedSession;
    if (!session) return;
    const question = livesElsewhere(session)
      ? `close ${session.name}? it goes on at ${session.hub}`
      : `kill pane ${session.name}?`;
    confirmKill(ctx, question, [session.id], force);
  },
  'next-session': (ctx) => stepSession(ctx, 1),
  'previous-session': (ctx) => stepSession(ctx, -1),
  'next-waiting': ({ bench }) => {
    const waiting = waitingSessions(bench);
    // From one that waits to the next: pressed again and again it visits them all.
    const at = waiting.findIndex((s) => s.id === bench.focusedSession?.id);
    const next = waiting[(at + 1) % Math.max(1, waiting.length)];
    if (next) bench.goToSession(next.id);
    else bench.say('nobody waits for you');
  },
  'rename-session': ({ bench }, args) => {
    const session = bench.focusedSession;
    if (!session) return;
    const apply = (text: string): void => {
      const name = text.trim();
      if (name === '' || name === session.name) return;
      bench.host
        .command('session.rename', { session: session.id, name })
        .catch((error: unknown) => bench.complain(error));
    };
    if (args.name !== undefined) return apply(args.name);
    bench.open(new PromptControl({ label: 'session name:', text: session.name, submit: apply }));
  },
  restart: ({ bench }, { force }) => {
    const session = bench.focusedSession;
    if (!session) return;
    const restart = (): void => {
      bench.host.command('session.restart', { session: session.id }).catch((error: unknown) => bench.complain(error));
    };
    if (force || isOver(session)) restart();
    else bench.open(new ConfirmControl(`end what runs in ${session.name}, and start it again?`, restart));
  },
  cancel: ({ bench }) =>
    withSession(bench.focusedSession, (session) => bench.host.command('session.cancel', { session })),
  'send-keys': ({ bench }, { keys, literal }) =>
    withSession(bench.focusedSession, (session) =>
      bench.host.command('session.keys', { session, keys: [...keys], literal: literal ?? false }),
    ),
  'send-prefix': (ctx) => ctx.typeKey(ctx.bench.settings.prefix),
  'copy-mode': (ctx, { up }) =>
    openCopyMode(ctx, ctx.bench.focusedPaneId, false, (mode) => {
      if (up) mode.page(-1);
    }),
  paste: (ctx) => {
    const view = ctx.bench.focusedView;
    if (ctx.buffer === '') throw new IrisError('failed', 'nothing was copied yet');
    view?.write(encodePaste(encoder.encode(ctx.buffer), view.screen.modes));
  },
};

export const programHandlers: Handlers<
  'command-prompt' | 'help' | 'messages' | 'refresh' | 'detach' | 'suspend' | 'workspace' | 'predict'
> = {
  'command-prompt': (ctx, { text }) => openCommandPrompt(ctx, text ?? ''),
  help: showHelp,
  messages: showMessages,
  refresh: ({ outside }) => outside.redraw(),
  detach: ({ outside }) => outside.exit({ kind: 'detached' }),
  suspend: ({ outside }) => outside.suspend(),
  workspace: (ctx, { action, name }) => runWorkspace(ctx, action, name),
  predict: ({ bench }, { mode }) => {
    if (mode !== undefined) bench.views.predict = mode;
    bench.say(`predict: ${bench.views.predict}`);
  },
};

const withSession = (session: SessionInfo | undefined, act: (id: string) => Promise<unknown>): unknown =>
  session && act(session.id);

function stepSession({ bench }: ActionContext, by: 1 | -1): void {
  const ids = bench.sync.current.tabs.flatMap((t) => panes(t.layout).map((p) => p.sessionId));
  const next = ids[(ids.indexOf(bench.focusedSession?.id ?? '') + by + ids.length) % Math.max(1, ids.length)];
  if (next) bench.goToSession(next);
}

/** Enters copy mode in a pane, or goes on in the one that is open. */
export async function openCopyMode(
  { bench }: ActionContext,
  paneId: string | undefined,
  leaveAtEnd: boolean,
  then: (mode: CopyMode) => void = () => {},
): Promise<void> {
  const placed = bench.placement.panes.find((p) => p.paneId === paneId);
  const view = placed && bench.views.get(placed.sessionId);
  if (!placed || !view) return;
  let mode = bench.copying.get(placed.paneId);
  if (!mode) {
    mode = await CopyMode.open(bench.host, placed.sessionId, view.screen, leaveAtEnd, () => bench.update());
    const open = bench.copying.get(placed.paneId);
    if (open) {
      mode.close();
      mode = open;
    } else {
      view.stopGuessing();
      bench.copying.set(placed.paneId, mode);
    }
  }
  then(mode);
  bench.update();
}
