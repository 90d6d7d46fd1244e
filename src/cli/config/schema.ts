import { z } from 'zod';
import { IrisError, parseCommand, parseKeyName, splitWords } from '../../core/index.ts';
import { colourOf } from './colour.ts';
import { type Bindings, BORDER_STYLES, CLIPBOARD_RULES, DEFAULT_CONFIG } from './types.ts';

const defaults = DEFAULT_CONFIG.settings;

/** Fails with the message and remedy of an IrisError that `check` throws. `params.onKey`: the name is wrong, not its value. */
function complain(
  context: z.RefinementCtx,
  check: () => unknown,
  path: (string | number)[] = [],
  params: { onKey?: boolean } = {},
): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof IrisError)) throw error;
    context.addIssue({ code: 'custom', path, message: error.message, params: { remedy: error.remedy, ...params } });
  }
}

const keyName = z.string().superRefine((name, context) => complain(context, () => parseKeyName(name)));
const milliseconds = z.number().int().min(0).max(10_000);
const colour = z
  .union([z.string(), z.number().int()])
  .superRefine((value, context) => complain(context, () => colourOf(value)))
  .transform(colourOf);
const commandLine = z
  .union([z.string().min(1), z.array(z.string()).min(1)])
  .superRefine((value, context) => {
    if (typeof value === 'string') complain(context, () => splitWords(value));
  })
  .transform((value): readonly string[] => (typeof value === 'string' ? splitWords(value) : value));

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
  ...noEffect([
    'sessionInitTimeout',
    'spawnTimeout',
    'responseTimeout',
    'idleTimeout',
    'maxProcesses',
    'healthCheckInterval',
    'httpPort',
    'defaultTransport',
    'wonderLoggerConfig',
    'hotReloadConfig',
    'sessionMcpEnabled',
    'sessionMcpPath',
  ]),
});

/** Keys that other programs put into the same file, or that later versions read: accepted whatever they hold. */
function noEffect<const K extends string>(names: readonly K[]): Record<K, z.ZodOptional<z.ZodUnknown>> {
  return Object.fromEntries(names.map((name) => [name, z.unknown().optional()])) as Record<
    K,
    z.ZodOptional<z.ZodUnknown>
  >;
}

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
  ...noEffect(['teams', 'hubs', 'dashboard', 'database']),
});

/** Sections and settings that are accepted and do nothing, by path. */
export function hasNoEffect(path: readonly string[]): boolean {
  if (path.length === 1) return ['teams', 'hubs', 'dashboard', 'database'].includes(path[0]!);
  if (path.length !== 2 || path[0] !== 'settings') return false;
  return settings.shape[path[1] as keyof typeof settings.shape] instanceof z.ZodOptional
    ? !['shell', 'defaultCommand'].includes(path[1]!)
    : false;
}

/** Names that may stand at a path, for suggestions. */
export function namesAt(path: readonly PropertyKey[]): readonly string[] {
  const [section] = path;
  if (section === undefined) return Object.keys(configSchema.shape);
  if (section === 'settings') return Object.keys(settings.shape);
  if (section === 'theme') return Object.keys(theme.shape);
  return [];
}

/** For editors: JSON Schema of what may be written (draft 2020-12). */
export function jsonSchema(): unknown {
  return z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' });
}
