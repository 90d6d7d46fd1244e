import { resolve } from 'node:path';
import { checkAccess } from '../config/access.ts';
import { type LoadedConfig, loadConfig, type Problem, problemLine } from '../config/index.ts';
import type { Context } from '../context.ts';
import { withHost } from '../host.ts';
import { START_AGAIN } from '../pending-config.ts';
import { loadRules, rulesFolder } from '../rules.ts';
import type { VerbRun } from '../verbs/types.ts';

export const runConfigPath: VerbRun = async (context) => {
  const { configFile, configFrom } = context.paths;
  const { exists } = await loadConfig(configFile, context.env);
  if (context.json) context.value({ path: configFile, from: configFrom, exists });
  else context.line(configFile);
};

export const runConfigCheck: VerbRun = async (context, { args }) => {
  const given = args[0] as string | undefined;
  const file = given === undefined ? context.paths.configFile : resolve(context.env.cwd, given);
  const named = given !== undefined || context.paths.configFrom === 'IRIS_CONFIG_PATH';
  const loaded = await loadConfig(file, context.env, { named, deep: true });
  const { exists } = loaded;
  // Rules for agents stand beside the config in force, not beside any file that is checked.
  const rules = given === undefined ? (await loadRules(rulesFolder(context.paths))).problems : [];
  const pending = given === undefined ? await pendingOf(context, loaded) : [];
  const problems = [...checkAccess(loaded), ...loaded.problems, ...rules.map(problemOfRules), ...pending];
  const errors = problems.filter((problem) => problem.severity === 'error').length;
  if (context.json) context.value({ file, exists, ok: errors === 0, problems });
  else {
    for (const problem of problems) context.line(problemLine(problem));
    if (problems.length === 0)
      context.line(exists ? `${file}: no problems` : `${file}: there is none; defaults are used`);
  }
  return errors > 0 ? 1 : 0;
};

/** `FILE: what is wrong`, as rules are told of. */
function problemOfRules(line: string): Problem {
  const [, file = '', message = line] = /^(\/[^:]*): (.*)$/s.exec(line) ?? [];
  return { file, severity: 'error', path: '', message };
}

/** What a hub that runs has not taken up. Starts none; one that does not answer is not what is asked here. */
async function pendingOf(context: Context, { file }: LoadedConfig): Promise<Problem[]> {
  try {
    const how = { start: false, absent: undefined, purpose: 'manage' } as const;
    const status = await withHost(context, (host) => host.command('hub.status', {}), how);
    if (status?.pendingConfig === undefined) return [];
    return [{ file, severity: 'notice', path: '', message: status.pendingConfig, remedy: START_AGAIN }];
  } catch {
    return [];
  }
}

export const runConfigShow: VerbRun = async (context) => {
  const { configFile, configFrom } = context.paths;
  const { showConfig } = await import('../config/show.ts');
  const { shown, problems } = showConfig(configFile, context.env, { named: configFrom === 'IRIS_CONFIG_PATH' });
  if (context.json) return void context.value(shown);
  const { stringify } = await import('yaml');
  for (const problem of problems) {
    if (problem.severity === 'error') context.line(`# ${problemLine(problem)}`);
  }
  context.write(stringify(shown));
};

export const runConfigSchema: VerbRun = async (context) => {
  const { jsonSchema } = await import('../config/json-schema.ts');
  context.value(jsonSchema());
};
