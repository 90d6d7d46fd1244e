import { IrisError } from '../../core/index.ts';
import { readAllOfStdin } from '../stdin.ts';
import type { OptionValues } from '../verbs/types.ts';

/** What a hub takes in one text, in characters. */
const TEXT_LIMIT_CHARS = 1_500_000;

/** The words, joined by blanks, or with --stdin what comes from there, without its last line feed. */
export async function textOf(verb: string, words: readonly string[], options: OptionValues): Promise<string> {
  if (options.stdin !== true) return words.join(' ');
  if (words.length > 0) {
    throw new IrisError('usage', `${verb}: both TEXT and --stdin were given`, { remedy: 'leave one of them out' });
  }
  // A character takes at most 4 bytes.
  const bytes = await readAllOfStdin(TEXT_LIMIT_CHARS * 4 + 1);
  const text = bytes.toString('utf8').replace(/\r?\n$/, '');
  if (text.length > TEXT_LIMIT_CHARS) {
    throw new IrisError('usage', `${verb}: more than ${TEXT_LIMIT_CHARS} characters came in`, {
      remedy: 'write them to a file and send its name',
    });
  }
  return text;
}
