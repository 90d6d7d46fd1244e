import { IrisError, nearest } from '../../core/index.ts';
import type { VerbRun } from '../verbs/types.ts';
import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import { completionVerbs } from './words.ts';
import { zshScript } from './zsh.ts';

export const SHELLS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

export const runCompletion: VerbRun = async (context, { args, verbs }) => {
  const shell = args[0] as string;
  if (!Object.hasOwn(SHELLS, shell)) {
    const near = nearest(shell, Object.keys(SHELLS));
    throw new IrisError('usage', `there is no completion for ${shell}`, {
      remedy: near ? `did you mean ${near}?` : 'it is one of bash, zsh, fish',
    });
  }
  context.write(SHELLS[shell as keyof typeof SHELLS](completionVerbs(verbs)));
};
