import { IrisError } from '../../core/index.ts';
import { panes } from '../layout/index.ts';
import { moveTab, renameTab } from '../model/workspace-ops.ts';
import { PromptControl } from '../overlays/index.ts';
import type { ActionContext } from './context.ts';
import type { Handlers } from './handlers.ts';
import { chooseTab, confirmKill, find } from './lists.ts';
import { newTab } from './start.ts';

export const tabHandlers: Handlers<
  | 'new-tab'
  | 'select-tab'
  | 'next-tab'
  | 'previous-tab'
  | 'last-tab'
  | 'rename-tab'
  | 'move-tab'
  | 'kill-tab'
  | 'choose-tab'
  | 'find'
> = {
  'new-tab': newTab,
  'select-tab': (ctx, { tab: number }) => {
    // Tabs count from 1; 0 stands for the tenth, where it lies on the keyboard.
    const tab = ctx.bench.sync.current.tabs[(number === 0 ? 10 : number) - 1];
    if (!tab) throw new IrisError('failed', `there is no tab ${number}`);
    ctx.bench.goToTab(tab.id);
  },
  'next-tab': (ctx) => stepTab(ctx, 1),
  'previous-tab': (ctx) => stepTab(ctx, -1),
  'last-tab': ({ bench }) => {
    const [, last] = bench.view.recent;
    if (!last) throw new IrisError('failed', 'no tab was used before this one');
    bench.goToTab(last);
  },
  'rename-tab': ({ bench }, args) => {
    const tab = bench.tab;
    if (!tab) return;
    const apply = (name: string): void => bench.sync.apply(renameTab(tab.id, name.trim()));
    if (args.name !== undefined) return apply(args.name);
    const text = bench.snapshot.tabs.find((t) => t.id === tab.id)?.name ?? '';
    bench.open(new PromptControl({ label: 'tab name:', text, submit: apply }));
  },
  'move-tab': ({ bench }, args) => {
    const tab = bench.tab;
    if (!tab) return;
    const apply = (to: number): void => bench.sync.apply(moveTab(tab.id, Math.max(0, to - 1)));
    if (args.to !== undefined) return apply(args.to);
    const submit = (text: string): void => {
      if (/^\d+$/.test(text)) apply(Number(text));
      else bench.say(`not a number: ${text}`, 'error');
    };
    bench.open(new PromptControl({ label: 'move tab to number:', submit }));
  },
  'kill-tab': (ctx, { force }) => {
    const tab = ctx.bench.tab;
    if (!tab) return;
    const ids = panes(tab.layout).map((p) => p.sessionId);
    const name = ctx.bench.snapshot.tabs.find((t) => t.id === tab.id)?.name ?? '';
    confirmKill(ctx, `kill tab ${name} with ${ids.length} session${ids.length === 1 ? '' : 's'}?`, ids, force);
  },
  'choose-tab': chooseTab,
  find: (ctx, args) => {
    if (args.text !== undefined) return find(ctx, args.text);
    const submit = (text: string): void => {
      if (text) find(ctx, text).catch((error: unknown) => ctx.bench.complain(error));
    };
    ctx.bench.open(new PromptControl({ label: 'find:', submit }));
  },
};

function stepTab(ctx: ActionContext, by: 1 | -1): void {
  const { tabs } = ctx.bench.sync.current;
  const at = tabs.findIndex((t) => t.id === ctx.bench.tab?.id);
  const next = tabs[(at + by + tabs.length) % Math.max(1, tabs.length)];
  if (next) ctx.bench.goToTab(next.id);
}
