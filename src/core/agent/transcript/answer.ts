import type { CompiledTranscript } from '../prompt/compile.ts';
import { GAP } from './follower.ts';

/** Characters of the prompt's first line that must stand in the transcript; an agent may have wrapped the rest, or put a chip in its place. */
const PROMPT_CHARS = 24;

/**
 * What an agent wrote after the newest prompt: rows of its transcript, top to bottom, without those of its input box. The texts of the agent
 * are taken, tools and notices between them left out; rows that it wrapped stay as they are. undefined: the prompt is not to be found in them.
 *
 * @param from - all rows from this one on are known to have come after the prompt, be it to be seen or not
 */
export function readAnswer(
  rows: readonly string[],
  prompt: string,
  rules: CompiledTranscript,
  from?: number,
): string | undefined {
  const found = promptRow(rows, prompt, rules, from !== undefined);
  const start = found ?? (from === undefined ? undefined : from - 1);
  if (start === undefined) return undefined;
  const pieces: string[][] = [];
  let piece: string[] | undefined;
  let pinned = false;
  for (const row of rows.slice(start + 1)) {
    const afterGap = pinned;
    pinned = row === GAP;
    // What was missed is said where it was in the middle of a text.
    if (pinned) piece?.push(row);
    // What stays at the top of a picture is no new prompt.
    else if (afterGap && rules.prompt.test(row)) continue;
    else if (rules.says.test(row)) {
      piece = [row.replace(rules.says, '')];
      pieces.push(piece);
    } else if (rules.other.test(row) || rules.chrome.test(row) || rules.prompt.test(row)) piece = undefined;
    else piece?.push(outdented(row, rules.indent));
  }
  const texts = pieces.map((lines) => lines.join('\n').trimEnd()).filter((text) => text.trim() !== '');
  // With something missing, silence may be what was missed.
  if (texts.length === 0 && rows.includes(GAP)) return undefined;
  return texts.join('\n\n');
}

/** The lowest row of the transcript that holds the prompt, or else (unless `exact`) the lowest that holds any. */
function promptRow(
  rows: readonly string[],
  prompt: string,
  rules: CompiledTranscript,
  exact: boolean,
): number | undefined {
  const wanted = squeezed(prompt.trim().split('\n')[0] ?? '').slice(0, PROMPT_CHARS);
  let any: number | undefined;
  for (let i = rows.length - 1; i >= 0; i--) {
    const row = rows[i]!;
    if (!rules.prompt.test(row) || rows[i - 1] === GAP) continue;
    any ??= i;
    const said = squeezed(row.replace(rules.prompt, ''));
    if (said !== '' && (said.startsWith(wanted) || wanted.startsWith(said))) return i;
  }
  return exact ? undefined : any;
}

function squeezed(text: string): string {
  return text.replace(/\s+/gu, ' ').trim();
}

function outdented(row: string, most: number): string {
  let at = 0;
  while (at < most && row[at] === ' ') at++;
  return row.slice(at);
}
