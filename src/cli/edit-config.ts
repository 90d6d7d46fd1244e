import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { IrisError, splitWords } from '../core/index.ts';
import { readFile } from './config/index.ts';
import { findProgram } from './find-programs.ts';

/** Tried in this order where neither VISUAL nor EDITOR is set. */
const EDITORS = ['sensible-editor', 'nano', 'vim', 'vi'];
/** Editors that take `FILE:LINE`; nearly all others take `+LINE` before the file. */
const COLON_EDITORS = new Set(['hx', 'helix', 'subl', 'zed']);
const GOTO_EDITORS = new Set(['code', 'code-insiders', 'codium', 'cursor']);

/**
 * The command that opens the config in the user's editor, at a team where one is named.
 * @throws IrisError `program-missing` when there is no editor
 */
export async function editConfigCommand(
  file: string,
  team: string | undefined,
  vars: Readonly<Record<string, string | undefined>>,
): Promise<string[]> {
  const words = editorOf(vars);
  const line = await lineOfTeam(file, team);
  const name = basename(words[0] ?? '');
  if (line === undefined) return [...words, file];
  if (COLON_EDITORS.has(name)) return [...words, `${file}:${line}`];
  // Without --wait it would be gone at once, and its tab with it.
  if (GOTO_EDITORS.has(name)) return [...words, '--wait', '--goto', `${file}:${line}`];
  return [...words, `+${line}`, file];
}

function editorOf(vars: Readonly<Record<string, string | undefined>>): string[] {
  const named = vars.VISUAL || vars.EDITOR;
  if (named) return splitWords(named);
  const found = EDITORS.find((name) => findProgram(name, vars.PATH));
  if (found) return [found];
  throw new IrisError('program-missing', 'there is no editor', { remedy: 'set EDITOR' });
}

/** The line of the file, from 1, on which a team begins. */
async function lineOfTeam(file: string, team: string | undefined): Promise<number | undefined> {
  if (team === undefined || !existsSync(file)) return undefined;
  const read = readFile(file);
  if ('failed' in read) return undefined;
  const [{ LineCounter, parseDocument }, { offsetOf }] = await Promise.all([
    import('yaml'),
    import('./config/places.ts'),
  ]);
  const lines = new LineCounter();
  const document = parseDocument(read.text, { lineCounter: lines });
  if (!document.hasIn(['teams', team])) return undefined;
  const offset = offsetOf(document, ['teams', team], true);
  return offset === undefined ? undefined : lines.linePos(offset).line;
}
