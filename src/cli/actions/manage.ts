import type { Context } from '../context.ts';
import { withHost } from '../host.ts';
import type { VerbRun } from '../verbs/types.ts';

const first = (args: readonly unknown[]): string => args[0] as string;

/** For a script the result whole; for a person nothing, as mv and kill. */
function answer(context: Context, result: unknown): void {
  if (context.json) context.value(result);
}

export const runKill: VerbRun = async (context, { args }) => {
  answer(context, await withHost(context, (host) => host.command('session.kill', { session: first(args) })));
};

export const runRestart: VerbRun = async (context, { args }) => {
  answer(context, await withHost(context, (host) => host.command('session.restart', { session: first(args) })));
};

export const runCancel: VerbRun = async (context, { args }) => {
  answer(context, await withHost(context, (host) => host.command('session.cancel', { session: first(args) })));
};

export const runRename: VerbRun = async (context, { args }) => {
  const name = args[1] as string;
  answer(context, await withHost(context, (host) => host.command('session.rename', { session: first(args), name })));
};
