import { loadConfig, problemLine } from '../config/index.ts';
import type { Context } from '../context.ts';
import { type AgentFound, findAgents } from '../find-programs.ts';
import type { VerbRun } from '../verbs/types.ts';
import { checkHooks } from './hooks.ts';
import { checkHub } from './hub.ts';
import { checkFolders, checkNode, checkPty, checkShell } from './system.ts';
import { checkLocale, checkTerminal } from './terminal.ts';
import { type Check, fail, ok, warn } from './types.ts';

const MARKS: Readonly<Record<Check['status'], string>> = { ok: 'ok  ', warn: 'warn', fail: 'FAIL' };

export const runDoctor: VerbRun = async (context) => {
  const { env, paths } = context;
  const { config, problems, exists } = await loadConfig(paths.configFile, env, {
    named: paths.configFrom === 'IRIS_CONFIG_PATH',
  });
  const agents = findAgents(env.vars.PATH);
  const checks: Check[] = [
    checkNode(),
    await checkPty(),
    ...(await checkHub(context)),
    ...checkFolders(paths, env),
    checkTerminal(env),
    checkLocale(env),
    checkShell(config.settings.shell, env),
    checkConfig(paths.configFile, exists, problems.filter((p) => p.severity === 'error').map(problemLine)),
    checkHooks(config.settings.hooks),
    checkAgents(agents),
  ];
  const works = checks.every((check) => check.status !== 'fail');
  if (context.json) context.value({ ok: works, checks, agents });
  else print(context, checks, agents);
  return works ? 0 : 1;
};

function checkConfig(file: string, exists: boolean, errors: readonly string[]): Check {
  const [first, ...others] = errors;
  if (first !== undefined) {
    const more = others.length > 0 ? ` and ${others.length} more` : '';
    return fail('config', `${first}${more}`, 'iris-tui config check lists them all');
  }
  return ok('config', exists ? file : `${file} (none: defaults are used)`);
}

function checkAgents(agents: readonly AgentFound[]): Check {
  const found = agents.filter((agent) => agent.path !== undefined);
  if (found.length > 0) return ok('agents', found.map((agent) => agent.name).join(', '));
  return warn('agents', 'none is on PATH', 'install one: they are listed below');
}

function print(context: Context, checks: readonly Check[], agents: readonly AgentFound[]): void {
  const width = Math.max(...checks.map((check) => check.name.length));
  for (const { status, name, detail, remedy } of checks) {
    context.line(`${MARKS[status]}  ${name.padEnd(width)}  ${detail}${remedy ? `: ${remedy}` : ''}`);
  }
  context.line('');
  for (const agent of agents) context.line(`${agent.name.padEnd(8)}  ${agent.path ?? `not on PATH: ${agent.install}`}`);
}
