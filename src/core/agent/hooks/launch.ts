import { baseName } from '../../session/agents.ts';

/** gemini reads settings of the lowest rank from the file that this variable names. */
export const GEMINI_SETTINGS_VARIABLE = 'GEMINI_CLI_SYSTEM_DEFAULTS_PATH';
/** An agent waits at most so long for a hook, seconds (gemini: milliseconds). */
const TIMEOUT_S = 5;

/** What is to be known before hooks can be given to an agent. */
export interface HookSetup {
  /** The program that hooks run, as argv with absolute paths; the name of the agent follows. */
  readonly program: readonly string[];
  /** codex's config names a `notify` of the user's own: it takes only one. */
  readonly codexNotifies?: boolean;
  /** Where gemini finds its hooks (`geminiSettings`); absent: it would not read them. */
  readonly geminiFile?: string;
}

/** How an agent is started with its hooks, or why it is started without. */
export type HookPlan =
  | { readonly kind: 'hooks'; readonly command: readonly string[]; readonly env: Readonly<Record<string, string>> }
  | { readonly kind: 'none'; readonly why: string };

/**
 * The command and environment that make an agent tell what it does. Nothing of the user's is changed: claude and codex take hooks on the command
 * line, gemini from a file that a variable names. Only the agent's own program gets them: what a wrapper does with further arguments, nobody knows.
 */
export function withHooks(
  agent: string,
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  setup: HookSetup,
): HookPlan {
  const [program, ...args] = command;
  if (agent !== 'claude' && agent !== 'codex' && agent !== 'gemini') return none(`${agent} has no hooks that we know`);
  if (program === undefined || baseName(program) !== agent)
    return none(`${program ?? 'nothing'} is not ${agent} itself`);
  const line = hookLine([...setup.program, agent]);
  if (agent === 'claude') return withSettings(program, args, line);
  if (agent === 'codex') {
    if (setup.codexNotifies || args.some((arg) => /^(--config=|-c)?\s*notify\s*=/.test(arg))) {
      return none('a notify program of your own is set, and codex takes only one');
    }
    // codex runs it without a shell, with its JSON as the last argument.
    const notify = ['/bin/sh', '-c', hookLine([...setup.program, agent], '"$1"'), 'iris-tui'];
    return { kind: 'hooks', command: [program, '-c', `notify=${JSON.stringify(notify)}`, ...args], env: {} };
  }
  if (env[GEMINI_SETTINGS_VARIABLE] !== undefined) return none(`${GEMINI_SETTINGS_VARIABLE} is set already`);
  if (setup.geminiFile === undefined)
    return none('gemini reads hooks only from a file that root owns, or from your own settings');
  return { kind: 'hooks', command, env: { [GEMINI_SETTINGS_VARIABLE]: setup.geminiFile } };
}

/** Of a settings file for gemini. */
export function geminiSettings(program: readonly string[]): string {
  const hook = {
    type: 'command',
    name: 'iris-tui',
    command: hookLine([...program, 'gemini']),
    timeout: TIMEOUT_S * 1000,
  };
  const events = ['SessionStart', 'BeforeAgent', 'AfterTool', 'Notification', 'AfterAgent', 'SessionEnd'];
  return JSON.stringify({ hooks: Object.fromEntries(events.map((event) => [event, [{ hooks: [hook] }]])) });
}

/** Since 2.0.45. With an event that it does not know claude takes none of the settings, and says so: what later ones add (of failures) is left out. */
const CLAUDE_EVENTS = [
  'SessionStart',
  'UserPromptSubmit',
  'PreToolUse',
  'PostToolUse',
  'PermissionRequest',
  'Notification',
  'Stop',
  'SessionEnd',
] as const;

function withSettings(program: string, args: readonly string[], line: string): HookPlan {
  // `async`: claude does not wait for it.
  const entry = { hooks: [{ type: 'command', command: line, timeout: TIMEOUT_S, async: true }] };
  const hooks: Record<string, unknown[]> = Object.fromEntries(CLAUDE_EVENTS.map((event) => [event, [entry]]));
  const end = args.indexOf('--');
  const options = end < 0 ? args : args.slice(0, end);
  const at = options.findIndex((arg) => arg === '--settings' || arg.startsWith('--settings='));
  if (at < 0) return { kind: 'hooks', command: [program, '--settings', JSON.stringify({ hooks }), ...args], env: {} };
  const apart = options[at] === '--settings';
  const own = settingsIn(apart ? args[at + 1] : options[at]!.slice('--settings='.length));
  if (!own) return none('--settings names a file of your own, and claude takes only one');
  const merged = { ...own, hooks: mergedHooks(isRecord(own.hooks) ? own.hooks : {}, hooks) };
  const rest = args.filter((_, i) => i !== at && !(apart && i === at + 1));
  return { kind: 'hooks', command: [program, '--settings', JSON.stringify(merged), ...rest], env: {} };
}

/** Settings that stand on the command line themselves; undefined: a file's name, or no JSON. */
function settingsIn(text: string | undefined): Record<string, unknown> | undefined {
  if (!text?.trimStart().startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function mergedHooks(own: Record<string, unknown>, ours: Record<string, unknown[]>): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...own };
  for (const [event, entries] of Object.entries(ours)) {
    merged[event] = [...(Array.isArray(own[event]) ? own[event] : []), ...entries];
  }
  return merged;
}

/** A line for a shell that ends with 0 and says nothing, also where the program is gone. */
function hookLine(words: readonly string[], last = ''): string {
  return `{ ${words.map(quoted).join(' ')} ${last}; } >/dev/null 2>&1 || :`;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function none(why: string): HookPlan {
  return { kind: 'none', why };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
