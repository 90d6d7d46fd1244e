import { z } from 'zod';
import { IrisError, parseCommand, parseKeyName } from '../../core/index.ts';
import { INEFFECTIVE_SECTIONS, INEFFECTIVE_SETTINGS } from './effects.ts';
import { accepted, colour, commandLine, complain, TIME_LIMIT_MS } from './fields.ts';
import { hubSchema } from './hub-schema.ts';
import { notifyKeys, settingsNotify } from './notify-schema.ts';
import { remoteOptions, teamSchema, teamsSchema } from './team-schema.ts';
import { type Bindings, BORDER_STYLES, CLIPBOARD_RULES, DEFAULT_CONFIG, PREDICT_RULES } from './types.ts';

const defaults = DEFAULT_CONFIG.settings;

const keyName = z.string().superRefine((name, context) => complain(context, () => parseKeyName(name)));
const milliseconds = z.number().int().min(0).max(10_000);

const settings = z.strictObject({
  prefix: keyName.default(defaults.prefix).describe('the key before the others, by its tmux name'),
  repeatTimeMs: milliseconds
    .default(defaults.repeatTimeMs)
    .describe('after a repeatable key, how long the next works without the prefix; 0: never'),
  escapeTimeMs: milliseconds
    .default(defaults.escapeTimeMs)
    .describe('how long a lone ESC may still become a sequence before it is the Escape key'),
  mouse: z.boolean().default(defaults.mouse).describe('take mouse events from the terminal'),
  shell: z.string().min(1).optional().describe('program of a new shell; $SHELL when left out'),
  defaultCommand: commandLine
    .optional()
    .describe('what a new session runs when nothing is named; the shell when left out'),
  scrollbackLines: z
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .default(defaults.scrollbackLines)
    .describe('lines that the hub keeps for each session; read when the hub starts'),
  borders: z.enum(BORDER_STYLES).default(defaults.borders).describe('how panes are framed'),
  clipboard: z
    .enum(CLIPBOARD_RULES)
    .default(defaults.clipboard)
    .describe('may programs set the clipboard (OSC 52)? They may never read it'),
  predict: z
    .enum(PREDICT_RULES)
    .default(defaults.predict)
    .describe('are typed characters shown, underlined, before their echo comes? auto: where it takes more than 30 ms'),
  maxProcesses: z
    .number()
    .int()
    .min(0)
    .max(1000)
    .default(defaults.maxProcesses)
    .describe('sessions of teams that run at once; one more ends the least recently used idle one; 0: no bound'),
  idleTimeout: z
    .number()
    .int()
    .min(0)
    .max(TIME_LIMIT_MS)
    .default(defaults.idleTimeout)
    .describe('milliseconds after which the idle session of a team that nobody uses is ended; 0: never'),
  sessionInitTimeout: z
    .number()
    .int()
    .min(1)
    .max(TIME_LIMIT_MS)
    .optional()
    .describe('milliseconds within which the process of a team has to run'),
  hooks: z
    .boolean()
    .default(defaults.hooks)
    .describe('give agents hooks on their command line, so that they tell what they do; from the next start of each'),
  notify: settingsNotify.optional().describe('what is told when nobody looks, and how'),
  ...accepted(INEFFECTIVE_SETTINGS),
});

const binding = z.union([z.string(), z.null()]);

function checkBindings(bindings: Record<string, unknown>, context: z.RefinementCtx): void {
  for (const [name, command] of Object.entries(bindings)) {
    if (typeof command === 'object' && command !== null) continue;
    complain(context, () => checkKeyName(name), [name], { onKey: true });
    if (typeof command === 'string') complain(context, () => parseCommand(command), [name]);
  }
}

/** `~:` without quotes is null in YAML, which arrives as an empty name. */
function checkKeyName(name: string): void {
  if (name !== '') parseKeyName(name);
  else throw new IrisError('usage', 'a key has no name', { remedy: 'write ~ as "~": without quotes it means nothing' });
}

const table = z.record(z.string(), binding).superRefine(checkBindings);
const keys = z
  .object({ root: table.optional(), prefix: table.optional() })
  .catchall(binding)
  .superRefine(checkBindings)
  .transform(({ root, prefix, ...rest }): { prefix: Bindings; root: Bindings } => ({
    prefix: { ...prefix, ...(rest as Bindings) },
    root: root ?? {},
  }));

const theme = z.strictObject({
  accent: colour.default(DEFAULT_CONFIG.theme.accent).describe('focus and highlights: a name, #rrggbb, or 0 to 255'),
});

export const configSchema = z.strictObject({
  settings: settings.prefault({}),
  keys: keys.prefault({}).describe('key name → command after the prefix; null unbinds; root: without the prefix'),
  theme: theme.prefault({}),
  hub: hubSchema.prefault({}).describe('how the hub serves other machines; read when it starts'),
  teams: teamsSchema.prefault({}).describe('agents by name: where they live and how they start'),
  ...accepted(INEFFECTIVE_SECTIONS),
});

/** Names that may stand at a path, for suggestions. */
export function namesAt(path: readonly PropertyKey[]): readonly string[] {
  const [section, , below] = path;
  if (section === undefined) return Object.keys(configSchema.shape);
  if (section === 'settings' && path[1] === 'notify') return notifyKeys;
  if (section === 'settings') return Object.keys(settings.shape);
  if (section === 'hub') return Object.keys(hubSchema.shape);
  if (section === 'theme') return Object.keys(theme.shape);
  if (section !== 'teams') return [];
  if (path.length === 2) return Object.keys(teamSchema.shape);
  if (below === 'notify') return notifyKeys;
  return below === 'remoteOptions' ? Object.keys(remoteOptions.shape) : [];
}
