import { resolve } from 'node:path';
import { loadConfig, problemLine } from '../config/index.ts';
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
  const { problems, exists } = await loadConfig(file, context.env, { named });
  const errors = problems.filter((problem) => problem.severity === 'error').length;
  if (context.json) context.value({ file, exists, ok: errors === 0, problems });
  else {
    for (const problem of problems) context.line(problemLine(problem));
    if (problems.length === 0)
      context.line(exists ? `${file}: no problems` : `${file}: there is none; defaults are used`);
  }
  return errors > 0 ? 1 : 0;
};

export const runConfigShow: VerbRun = async (context) => {
  const { config, problems } = await loadConfig(context.paths.configFile, context.env);
  if (context.json) return void context.value(config);
  const { stringify } = await import('yaml');
  for (const problem of problems) {
    if (problem.severity === 'error') context.line(`# ${problemLine(problem)}`);
  }
  context.write(stringify(config));
};

export const runConfigSchema: VerbRun = async (context) => {
  const { jsonSchema } = await import('../config/json-schema.ts');
  context.value(jsonSchema());
};
