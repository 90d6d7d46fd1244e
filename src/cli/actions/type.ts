import { IrisError } from '../../core/index.ts';
import { withHost } from '../host.ts';
import { readAllOfStdin } from '../stdin.ts';
import type { VerbRun } from '../verbs/types.ts';

/** What a hub takes in one `session.send`, in characters. */
const TEXT_LIMIT_CHARS = 1_500_000;

export const runSend: VerbRun = async (context, { args, options }) => {
  const session = args[0] as string;
  const words = args[1] as readonly string[];
  const text = options.stdin === true ? await textOfStdin(words) : words.join(' ');
  const enter = options.enter !== false;
  if (text === '' && !enter) throw new IrisError('usage', 'send: nothing to type', { remedy: 'give TEXT or --stdin' });
  const paste = options.paste === true || /[\r\n]/.test(text);
  const result = await withHost(context, (host) => host.command('session.send', { session, text, enter, paste }));
  if (context.json) context.value(result);
};

async function textOfStdin(words: readonly string[]): Promise<string> {
  if (words.length > 0) {
    throw new IrisError('usage', 'send: both TEXT and --stdin were given', { remedy: 'leave one of them out' });
  }
  // A character takes at most 4 bytes.
  const bytes = await readAllOfStdin(TEXT_LIMIT_CHARS * 4 + 1);
  const text = bytes.toString('utf8').replace(/\r?\n$/, '');
  if (text.length > TEXT_LIMIT_CHARS) {
    throw new IrisError('usage', `send: more than ${TEXT_LIMIT_CHARS} characters came in`, {
      remedy: 'write them to a file and send its name',
    });
  }
  return text;
}

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
