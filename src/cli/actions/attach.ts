import { openScreenOn } from '../open-screen.ts';
import type { VerbRun } from '../verbs/index.ts';

export const runAttach: VerbRun = async (context, { args, options }) => {
  const session = (args[0] ?? options.target) as string | undefined;
  return openScreenOn(context, {
    readOnly: options.readOnly === true,
    ...(session === undefined ? {} : { session }),
  });
};
