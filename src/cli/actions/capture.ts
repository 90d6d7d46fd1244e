import { IrisError } from '../../core/index.ts';
import { withHost } from '../host.ts';
import type { VerbRun } from '../verbs/types.ts';

/** Lines of history a hub gives in one answer. */
const HISTORY_LIMIT = 1_000_000;

export const runCapture: VerbRun = async (context, { args, options }) => {
  const history =
    options.history === undefined ? 0 : wholeNumber('--history', options.history as string, HISTORY_LIMIT);
  await capture(context, args[0] as string, options.ansi === true, history);
};

export async function capture(
  context: Parameters<VerbRun>[0],
  session: string,
  ansi: boolean,
  history: number,
): Promise<void> {
  const result = await withHost(context, (host) => host.command('session.capture', { session, ansi, history }));
  if (context.json) context.value(result);
  else context.write(result.text.endsWith('\n') ? result.text : `${result.text}\n`);
}

/** A number of the command line, from 0 to `limit`. */
export function wholeNumber(option: string, text: string, limit: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > limit) {
    throw new IrisError('usage', `${option} takes a whole number from 0 to ${limit}, not ${text}`);
  }
  return value;
}
