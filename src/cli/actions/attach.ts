import { openScreenOn } from '../open-screen.ts';
import { tmuxTarget } from '../screen-arguments.ts';
import type { VerbRun } from '../verbs/types.ts';

export const runAttach: VerbRun = async (context, { args, options }) => {
  const target = options.target === undefined ? undefined : tmuxTarget(options.target as string);
  const session = (args[0] as string | undefined) ?? target;
  return openScreenOn(context, {
    readOnly: options.readOnly === true,
    ...(session === undefined ? {} : { session }),
  });
};
