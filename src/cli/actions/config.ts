import { resolve } from 'node:path';
import { checkAccess } from '../config/access.ts';
import { loadConfig, type Problem, problemLine } from '../config/index.ts';
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
  const problems = [...checkAccess(loaded), ...loaded.problems, ...rules.map(problemOfRules)];
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
