import { IrisError } from '../../core/index.ts';
import { withHost } from '../host.ts';
import { timeoutOf } from '../seconds.ts';
import type { VerbRun } from '../verbs/types.ts';

type State = 'working' | 'blocked' | 'idle' | 'done' | 'exited';

export const runWait: VerbRun = async (context, { args, options }) => {
  const until = options.until as State | undefined;
  const text = options.text as string | undefined;
  if ((until === undefined) === (text === undefined)) {
    throw new IrisError('usage', 'wait: either --until or --text is needed', { remedy: 'see iris-tui wait --help' });
  }
  if (text !== undefined) checkPattern(text);
  const timeoutMs = options.timeout === undefined ? undefined : timeoutOf(options.timeout as string);
  const result = await withHost(
    context,
    (host) =>
      host.command('session.wait', {
        session: args[0] as string,
        ...(until === undefined ? {} : { until }),
        ...(text === undefined ? {} : { text }),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      }),
    { stays: true },
  );
  if (context.json) context.value(result);
};

function checkPattern(text: string): void {
  try {
    new RegExp(text, 'u');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replace(/^Invalid regular expression: /, '') : '';
    throw new IrisError('usage', `wait: --text is no regular expression (${reason})`, {
      cause,
      remedy: 'write \\ before a character that stands for itself',
    });
  }
}
