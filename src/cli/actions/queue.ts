import { IrisError, plainText } from '../../core/index.ts';
import { withHost } from '../host.ts';
import type { VerbRun } from '../verbs/types.ts';
import { HELD } from './prompt.ts';

export const runQueue: VerbRun = async (context, { args, options }) => {
  const session = args[0] as string;
  if (options.clear === true || options.remove !== undefined) {
    if (options.clear === true && options.remove !== undefined) {
      throw new IrisError('usage', 'queue: --remove or --clear, not both');
    }
    const id = options.remove as string | undefined;
    const result = await withHost(context, (host) =>
      host.command('session.unqueue', { session, ...(id === undefined ? {} : { id }) }),
    );
    if (context.json) context.value(result);
    return;
  }
  const result = await withHost(context, (host) => host.command('session.queue', { session }));
  if (context.json) return void context.value(result);
  for (const { id, text, held, typing, length } of result.queue) {
    const shown = plainText(text.replace(/\s+/g, ' '), 72);
    context.line(`${id}  ${typing ? 'being typed' : HELD[held]}  ${shown}${length > shown.length ? '…' : ''}`);
  }
};
