import { IrisError } from '../../core/index.ts';
import { withHost } from '../host.ts';
import type { VerbRun } from '../verbs/types.ts';
import { type Give, give, promptWith } from './prompt.ts';
import { addressed } from './targets.ts';
import { textOf } from './text.ts';

export const runSend: VerbRun = async (context, { args, options }) => {
  const to = addressed('send', args[0] as string | undefined, args[1] as readonly string[], options);
  const text = await textOf('send', to.words, options);
  const enter = options.enter !== false;
  if (text === '' && !enter) throw new IrisError('usage', 'send: nothing to type', { remedy: 'give TEXT or --stdin' });
  if (options.wait === true) {
    if (!enter || text.trim() === '') throw new IrisError('usage', 'send: --wait needs a text and Enter');
    return give(context, to, promptWith(text, options));
  }
  if (options.timeout !== undefined) throw new IrisError('usage', '--timeout needs --wait');
  const paste = options.paste === true || /[\r\n]/.test(text);
  const hold = options.queue !== false;
  const send: Give = (host, { id }) => host.command('session.send', { session: id, text, enter, paste, hold });
  return give(context, to, send);
};

export const runKeys: VerbRun = async (context, { args, options }) => {
  const result = await withHost(context, (host) =>
    host.command('session.keys', {
      session: args[0] as string,
      keys: [...(args[1] as readonly string[])],
      literal: options.literal === true,
    }),
  );
  if (context.json) context.value(result);
};
