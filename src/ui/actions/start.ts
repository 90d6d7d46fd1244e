import type { LayoutNode, SessionInfo } from '../../core/index.ts';
import { panes, place, type Rect, splitPane } from '../layout/index.ts';
import { ownsHub } from '../may-ask.ts';
import { addPane, addTab } from '../model/workspace-ops.ts';
import type { Workbench } from '../workbench.ts';
import type { ActionContext } from './context.ts';

/** A session that was made and does not show up by then is not waited for. */
const SHOWN_MS = 1000;

export interface StartOptions {
  readonly name?: string | undefined;
  readonly cwd?: string | undefined;
  readonly agent?: string | undefined;
  /** A team of the config: what the others leave open is as it says. */
  readonly team?: string | undefined;
  readonly command?: readonly string[] | undefined;
  /** Its pane goes when the program has ended well: what it was for is done. */
  readonly closeAtEnd?: boolean | undefined;
}

const newId = (prefix: string): string => `${prefix}-${globalThis.crypto.randomUUID().slice(0, 13)}`;

async function startSession(ctx: ActionContext, options: StartOptions, size: Rect): Promise<string | undefined> {
  const { bench, start } = ctx;
  try {
    const command =
      options.command ??
      (options.agent || options.team || bench.settings.defaultCommand.length === 0
        ? undefined
        : bench.settings.defaultCommand);
    const cwd = options.cwd ?? (options.team ? undefined : (folderHere(bench.focusedSession) ?? start.cwd));
    const info = await bench.host.command('session.new', {
      ...(options.name ? { name: options.name } : {}),
      ...(options.agent ? { agent: options.agent } : {}),
      ...(options.team ? { team: options.team } : {}),
      ...(command ? { command: [...command] } : {}),
      ...(cwd === undefined ? {} : { cwd }),
      ...(start.env ? { env: { ...start.env } } : {}),
      cols: size.cols,
      rows: size.rows,
    });
    if (options.closeAtEnd) closeAtEnd(bench, info.id);
    return info.id;
  } catch (error) {
    bench.complain(error);
    return undefined;
  }
}

/** A folder of another machine is none of ours. */
const folderHere = (session: SessionInfo | undefined): string | undefined =>
  session?.transport === 'local' ? session.cwd : undefined;

function closeAtEnd(bench: Workbench, id: string): void {
  const stop = bench.host.on(() => {
    const session = bench.session(id);
    if (session?.process.status !== 'exited') return;
    stop();
    if (session.process.exitCode === 0) bench.host.command('session.kill', { session: id }).catch(() => {});
  });
}

/** Inner rectangle of a pane in a layout, so that a program starts at the size it will have. */
function innerSize(ctx: ActionContext, layout: LayoutNode, paneId: string): Rect {
  const { bench } = ctx;
  return place(layout, bench.area, bench.settings.frames).panes.find((p) => p.paneId === paneId)?.inner ?? bench.area;
}

/** A new tab with a session; what is typed meanwhile waits for it. */
export function newTab(ctx: ActionContext, options: StartOptions = {}): Promise<void> {
  return ctx.bench.keeper.start(() => makeTab(ctx, options));
}

async function makeTab(ctx: ActionContext, options: StartOptions): Promise<void> {
  const { bench } = ctx;
  const paneId = newId('p');
  const size = innerSize(ctx, { type: 'pane', id: paneId, sessionId: '' }, paneId);
  const sessionId = await startSession(ctx, options, size);
  if (!sessionId) return;
  const tabId = newId('t');
  bench.sync.apply(addTab({ id: tabId, paneId, sessionId }));
  bench.view.follow(bench.sync.current);
  bench.goToTab(tabId);
  await whenShown(bench, sessionId);
}

/** A new session beside or below the focused one. */
export function splitFocused(
  ctx: ActionContext,
  direction: 'row' | 'column',
  before: boolean,
  options: StartOptions,
): Promise<void> {
  return ctx.bench.keeper.start(() => splitPaneOf(ctx, direction, before, options));
}

async function splitPaneOf(
  ctx: ActionContext,
  direction: 'row' | 'column',
  before: boolean,
  options: StartOptions,
): Promise<void> {
  const { bench } = ctx;
  const tab = bench.tab;
  const target = bench.focusedPaneId;
  if (!tab || !target) return makeTab(ctx, options);
  const paneId = newId('p');
  const split = (sessionId: string) => (layout: LayoutNode) =>
    splitPane(
      layout,
      panes(layout).some((p) => p.id === target) ? target : (panes(layout)[0]?.id ?? target),
      direction,
      { type: 'pane', id: paneId, sessionId },
      before,
    );
  const sessionId = await startSession(ctx, options, innerSize(ctx, split('')(tab.layout), paneId));
  if (!sessionId) return;
  bench.sync.apply(addPane(tab.id, sessionId, split(sessionId)));
  bench.view.follow(bench.sync.current);
  bench.setZoom(tab.id, false);
  bench.focusPane(paneId);
  await whenShown(bench, sessionId);
}

/** The first thing a person sees: a shell to type into, when there is no session at all. */
export async function ensureSession(ctx: ActionContext): Promise<void> {
  const { bench } = ctx;
  if (bench.host.sessions.length > 0 || bench.readOnly) bench.keeper.settleNow();
  else if (ownsHub(bench.host)) await newTab(ctx);
  else bench.say(`nothing is shared with ${bench.host.you?.name ?? 'you'} here yet`);
}

/** When a session can be typed into here; a moment after it was made the hub tells of it. */
async function whenShown(bench: Workbench, sessionId: string): Promise<void> {
  if (bench.views.get(sessionId)) return;
  await new Promise<void>((resolve) => {
    const stop = bench.changed.on(() => {
      if (bench.views.get(sessionId)) done();
    });
    const timer = bench.clock.after(SHOWN_MS, () => done());
    const done = (): void => {
      stop();
      timer.cancel();
      resolve();
    };
  });
}
