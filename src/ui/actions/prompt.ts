import {
  commandNames,
  DEFAULT_PREFIX_KEYS,
  IrisError,
  others,
  resolveCommandName,
  usageOf,
  viewerCommands,
} from '../../core/index.ts';
import { LAYOUT_NAMES } from '../layout/index.ts';
import { PromptControl, TextControl } from '../overlays/index.ts';
import type { ActionContext } from './context.ts';

/** The command prompt: names and arguments of the one table are completed, lines of earlier runs come back with the arrows. */
export function openCommandPrompt(ctx: ActionContext, text: string): void {
  const { history } = ctx.start;
  ctx.bench.open(
    new PromptControl({
      label: ':',
      text,
      history: [...ctx.typedLines],
      complete: (before) => completions(before, namesOf(ctx)),
      cancelWhenEmpty: true,
      submit: (line) => {
        if (line.trim() === '') return;
        if (ctx.typedLines.at(-1) !== line.trim()) {
          ctx.typedLines.push(line.trim());
          history.add(line.trim());
        }
        ctx.runLine(line);
      },
    }),
  );
}

const namesOf = ({ bench }: ActionContext): Names => ({
  teams: bench.teams.list.map((team) => team.name),
  sessions: bench.host.sessions.map((session) => session.name),
  people: [
    ...new Set(
      [...bench.company.asks, ...(bench.focusedSession ? others(bench.focusedSession) : [])].map(({ name }) => name),
    ),
  ],
});

/** Names that commands take. */
export interface Names {
  readonly teams: readonly string[];
  readonly sessions: readonly string[];
  /** Who else is on the session that one looks at. */
  readonly people: readonly string[];
}

/** What the last word of a line could become. */
export function completions(before: string, names: Names = { teams: [], sessions: [], people: [] }): readonly string[] {
  const words = before.split(' ');
  const word = words.at(-1) ?? '';
  const match = (candidates: readonly string[]): string[] => candidates.filter((c) => c.startsWith(word));
  if (words.length === 1) return match(commandNames);
  let name: keyof typeof viewerCommands;
  try {
    name = resolveCommandName(words[0] ?? '');
  } catch {
    return [];
  }
  const spec = viewerCommands[name];
  if (word.startsWith('-')) return match(Object.keys('flags' in spec ? spec.flags : {}).map((letter) => `-${letter}`));
  if (name === 'select-layout') return match(LAYOUT_NAMES);
  if (name === 'predict') return words.length === 2 ? match(['auto', 'always', 'never']) : [];
  if (name === 'workspace') return words.length === 2 ? match(['save', 'load', 'list', 'delete']) : [];
  if (name === 'up' || name === 'down') return match(names.teams.filter((team) => !words.slice(1, -1).includes(team)));
  if (name === 'follow' || name.endsWith('-keyboard')) return words.length === 2 ? match(names.people) : [];
  if (name === 'edit-team') return words.length === 2 ? match(names.teams) : [];
  if (name === 'retry' || name === 'stop-retrying' || name === 'connection-log')
    return words.length === 2 ? match(names.sessions) : [];
  if ((name === 'new-tab' || name === 'split-pane') && words.at(-2) === '-t') return match(names.teams);
  if (name === 'new-tab' || name === 'split-pane')
    return words.at(-2) === '-a' ? match(['claude', 'codex', 'gemini', 'opencode', 'aider']) : [];
  if (name === 'send-keys') return match(Object.keys(DEFAULT_PREFIX_KEYS).filter((key) => key.length > 1));
  return word === '' ? [usageOf(name)] : [];
}

export async function runWorkspace(
  ctx: ActionContext,
  action: 'save' | 'load' | 'list' | 'delete',
  name: string | undefined,
): Promise<void> {
  const { bench } = ctx;
  if (action === 'list') {
    const { workspaces } = await bench.host.command('workspace.list', {});
    const lines = workspaces.map(
      (w) => `${w.name}  ${w.tabs} tab${w.tabs === 1 ? '' : 's'}  ${new Date(w.savedAt).toLocaleString()}`,
    );
    bench.open(new TextControl('saved layouts', lines.length > 0 ? lines : ['none yet: workspace save NAME']));
    return;
  }
  if (name === undefined)
    throw new IrisError('usage', `workspace ${action} needs a name`, { remedy: `workspace ${action} NAME` });
  if (action === 'save') {
    await bench.keeper.rememberNow();
    await bench.host.command('workspace.save', { name });
    bench.say(`layout saved as ${name}`);
  } else if (action === 'load') {
    await bench.host.command('workspace.load', { name });
    bench.sync.heard();
    bench.say(`layout ${name} loaded`);
  } else {
    await bench.host.command('workspace.delete', { name });
    bench.say(`layout ${name} deleted`);
  }
}
