import { withHost } from '../host.ts';
import type { VerbRun } from '../verbs/types.ts';
import { ageOf, table } from './list.ts';

export const runSave: VerbRun = async (context, { args }) => {
  const result = await withHost(context, (host) => host.command('workspace.save', { name: args[0] as string }));
  if (context.json) context.value(result);
};

export const runLoad: VerbRun = async (context, { args }) => {
  const result = await withHost(context, (host) => host.command('workspace.load', { name: args[0] as string }));
  if (context.json) context.value(result);
};

export const runDelete: VerbRun = async (context, { args }) => {
  const result = await withHost(context, (host) => host.command('workspace.delete', { name: args[0] as string }));
  if (context.json) context.value(result);
};

export const runList: VerbRun = async (context, { options }) => {
  const names = options.names === true;
  const { workspaces } = await withHost(context, (host) => host.command('workspace.list', {}), {
    start: !names,
    absent: { workspaces: [] },
  });
  if (context.json) return void context.value(workspaces);
  if (names) {
    for (const { name } of workspaces) context.line(name);
    return;
  }
  const rows = workspaces.map((w) => [
    w.name,
    w.tabs === 1 ? '1 tab' : `${w.tabs} tabs`,
    `${ageOf(Date.now() - w.savedAt)} ago`,
  ]);
  table(context, ['NAME', 'TABS', 'SAVED'], rows);
};
