import { IrisError, nearest, type Tab } from '../../core/index.ts';
import {
  LAYOUT_NAMES,
  type LayoutName,
  neighbour,
  panes,
  presetLayout,
  resizePane,
  rotatePanes,
  spreadEvenly,
  swapPanes,
} from '../layout/index.ts';
import { addTab, changeLayout } from '../model/workspace-ops.ts';
import { ClockControl, NumbersControl } from '../overlays/index.ts';
import type { ActionContext } from './context.ts';
import { directionOf, type Handlers } from './handlers.ts';

export const paneHandlers: Handlers<
  | 'select-pane'
  | 'next-pane'
  | 'last-pane'
  | 'display-panes'
  | 'zoom'
  | 'synchronize-panes'
  | 'break-pane'
  | 'swap-pane'
  | 'rotate-panes'
  | 'resize-pane'
  | 'next-layout'
  | 'select-layout'
  | 'clock'
> = {
  'select-pane': (ctx, args) => {
    const { bench } = ctx;
    if (args.last) return goToLast(ctx);
    if (args.pane !== undefined) return goToPaneNumber(ctx, args.pane);
    const direction = directionOf(args);
    const tab = bench.tab;
    const from = bench.focusedPaneId;
    if (!direction || !tab || !from) return;
    const id = neighbour(bench.fullPlacement(tab).panes, from, direction, bench.view.focus.get(tab.id) ?? []);
    if (id) moveFocus(ctx, id);
  },
  'next-pane': (ctx) => {
    const all = paneIds(ctx.bench.tab);
    const next = all[(all.indexOf(ctx.bench.focusedPaneId ?? '') + 1) % Math.max(1, all.length)];
    if (next) moveFocus(ctx, next);
  },
  'last-pane': goToLast,
  'display-panes': (ctx) => {
    const control = new NumbersControl(
      (n) => goToPaneNumber(ctx, n),
      (_, text) => {
        if (text !== undefined) ctx.typeKey(text);
      },
    );
    ctx.bench.open(control);
    // tmux's display-panes-time is 1 s; reading twelve numbers takes a little longer.
    ctx.bench.clock.after(1500, () => ctx.bench.closeOverlay(control));
  },
  zoom,
  'synchronize-panes': ({ bench }, { state }) => {
    const { tab, view } = bench;
    if (!tab) return;
    view.setSynchronized(tab.id, state === undefined ? !view.synchronized.has(tab.id) : state === 'on');
    bench.update();
  },
  'break-pane': ({ bench }) => {
    const session = bench.focusedSession;
    const paneId = bench.focusedPaneId;
    if (!session || !paneId || paneIds(bench.tab).length < 2)
      throw new IrisError('failed', 'this pane is alone in its tab');
    const id = `t-${globalThis.crypto.randomUUID().slice(0, 13)}`;
    bench.sync.apply(addTab({ id, paneId, sessionId: session.id }));
    bench.view.follow(bench.sync.current);
    bench.goToTab(id);
  },
  'swap-pane': ({ bench }, { up }) => {
    const tab = bench.tab;
    const all = paneIds(tab);
    const at = all.indexOf(bench.focusedPaneId ?? '');
    const other = all[(at + (up ? all.length - 1 : 1)) % Math.max(1, all.length)];
    const self = all[at];
    if (tab && self && other && self !== other)
      bench.sync.apply(changeLayout(tab.id, (l) => swapPanes(l, self, other)));
  },
  'rotate-panes': (ctx, { down }) => changeTab(ctx, (layout) => rotatePanes(layout, !down)),
  'resize-pane': (ctx, args) => {
    const { bench } = ctx;
    if (args.zoom) return zoom(ctx);
    const direction = directionOf(args);
    const paneId = bench.focusedPaneId;
    if (!direction || !paneId) return;
    changeTab(ctx, (layout) =>
      resizePane(layout, bench.area, bench.settings.frames, paneId, direction, args.cells ?? 1),
    );
  },
  'next-layout': (ctx) => {
    const tab = ctx.bench.tab;
    if (!tab) return;
    const at = ((ctx.lastPreset.get(tab.id) ?? -1) + 1) % LAYOUT_NAMES.length;
    ctx.lastPreset.set(tab.id, at);
    const name = LAYOUT_NAMES[at] ?? 'tiled';
    changeTab(ctx, (layout) => presetLayout(layout, name));
  },
  'select-layout': (ctx, { layout: name, spread }) => {
    if (spread) return changeTab(ctx, spreadEvenly);
    if (!isLayoutName(name)) {
      const near = nearest(name ?? '', LAYOUT_NAMES);
      const remedy = near ? `did you mean ${near}?` : LAYOUT_NAMES.join(', ');
      throw new IrisError('usage', `no such layout: ${name ?? '(none given)'}`, { remedy });
    }
    changeTab(ctx, (layout) => presetLayout(layout, name));
  },
  clock: ({ bench }) => {
    if (bench.focusedPaneId) bench.open(new ClockControl(bench.focusedPaneId));
  },
};

const isLayoutName = (name: string | undefined): name is LayoutName =>
  (LAYOUT_NAMES as readonly (string | undefined)[]).includes(name);

const paneIds = (tab: Tab | undefined): string[] => (tab ? panes(tab.layout).map((p) => p.id) : []);

function goToLast(ctx: ActionContext): void {
  const tab = ctx.bench.tab;
  const last = tab && ctx.bench.view.focus.get(tab.id)?.[1];
  if (!last) throw new IrisError('failed', 'no pane was used before this one');
  moveFocus(ctx, last);
}

function goToPaneNumber(ctx: ActionContext, number: number): void {
  const pane = paneIds(ctx.bench.tab)[number - 1];
  if (!pane) throw new IrisError('failed', `there is no pane ${number}`);
  moveFocus(ctx, pane);
}

/** Going to another pane of a zoomed tab shows them all again, as in tmux. */
function moveFocus(ctx: ActionContext, paneId: string): void {
  const { bench } = ctx;
  const tab = bench.tab;
  if (tab && bench.view.zoomed.has(tab.id) && paneId !== bench.focusedPaneId) bench.setZoom(tab.id, false);
  bench.focusPane(paneId);
}

export function zoom({ bench }: ActionContext): void {
  const tab = bench.tab;
  if (!tab) return;
  if (paneIds(tab).length < 2) throw new IrisError('failed', 'this pane is alone in its tab');
  bench.setZoom(tab.id, !bench.view.zoomed.has(tab.id));
}

function changeTab({ bench }: ActionContext, change: Parameters<typeof changeLayout>[1]): void {
  const tab = bench.tab;
  if (!tab) return;
  bench.setZoom(tab.id, false);
  bench.sync.apply(changeLayout(tab.id, change));
}
