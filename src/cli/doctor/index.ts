import { IrisError, type Team } from '../../core/index.ts';
import { noTeam } from '../actions/find-team.ts';
import { checkAccess } from '../config/access.ts';
import { type LoadedConfig, loadConfig, problemLine } from '../config/index.ts';
import type { Context } from '../context.ts';
import { type AgentFound, findAgents } from '../find-programs.ts';
import type { Paths } from '../paths.ts';
import { loadRules, rulesFolder } from '../rules.ts';
import type { OptionValues, VerbRun } from '../verbs/types.ts';
import { checkHooks } from './hooks.ts';
import { checkHub } from './hub.ts';
import { checkHubView } from './hub-view.ts';
import { checkKnownHubs } from './known-hubs.ts';
import { checkFolders, checkNode, checkPty, checkSecrets, checkShell } from './system.ts';
import { checkTeams, printTeams, TEAM_TIMEOUT_MS, teamsCheck } from './teams.ts';
import { checkLocale, checkTerminal } from './terminal.ts';
import { type Check, fail, ok, warn } from './types.ts';

const MARKS: Readonly<Record<Check['status'], string>> = { ok: 'ok  ', warn: 'warn', fail: 'FAIL' };

export const runDoctor: VerbRun = async (context, { args, options }) => {
  const { env, paths } = context;
  const named = paths.configFrom === 'IRIS_CONFIG_PATH';
  const loaded = await loadConfig(paths.configFile, env, { named, deep: true });
  const { config } = loaded;
  const teams = options.teams === false ? [] : chosen(args[0] as readonly string[], config.teams, context);
  // They take as long as the slowest of them: everything else is looked at meanwhile.
  const tested = checkTeams(context, teams, timeoutOf(options));
  const knownHubs = checkKnownHubs(context);
  const agents = findAgents(env.vars.PATH);
  const checks: Check[] = [
    checkNode(),
    await checkPty(),
    ...(await checkHub(context)),
    ...checkFolders(paths, env),
    ...checkSecrets(paths),
    checkTerminal(env),
    checkLocale(env),
    checkShell(config.settings.shell, env),
    checkConfig(loaded),
    ...(await checkHubView(context, config.teams)),
    ...(await checkRules(paths)),
    checkHooks(config.settings.hooks),
    checkAgents(agents),
  ];
  checks.push(...(await knownHubs));
  const reports = await tested;
  checks.push(...teamsCheck(reports));
  const works = checks.every((check) => check.status !== 'fail');
  if (context.json) context.value({ ok: works, checks, agents, teams: reports });
  else {
    print(context, checks, agents);
    if (reports.length > 0) {
      context.line('');
      printTeams(context, reports);
    }
  }
  return works ? 0 : 1;
};

/** @throws IrisError `not-found` */
function chosen(names: readonly string[], teams: readonly Team[], context: Context): readonly Team[] {
  const known = teams.map((team) => team.name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw noTeam(context, unknown, known);
  return names.length === 0 ? teams : teams.filter((team) => names.includes(team.name));
}

function timeoutOf({ timeout }: OptionValues): number {
  if (timeout === undefined) return TEAM_TIMEOUT_MS;
  const seconds = Number(timeout);
  if (!(seconds > 0 && seconds <= 3600)) throw new IrisError('usage', `--timeout takes seconds, not ${timeout}`);
  return seconds * 1000;
}

function checkConfig(loaded: LoadedConfig): Check {
  const { file, exists, problems } = loaded;
  const [first, ...others] = problems.filter((problem) => problem.severity === 'error').map(problemLine);
  if (first !== undefined) {
    const more = others.length > 0 ? ` and ${others.length} more` : '';
    return fail('config', `${first}${more}`, 'iris-tui config check lists them all');
  }
  const [open] = checkAccess(loaded);
  if (open) return warn('config', `${file}: ${open.message}`, open.remedy ?? '');
  return ok('config', exists ? file : `${file} (none: defaults are used)`);
}

async function checkRules(paths: Paths): Promise<Check[]> {
  const folder = rulesFolder(paths);
  const { files, problems } = await loadRules(folder);
  const [first, ...others] = problems;
  if (first === undefined) return files.length === 0 ? [] : [ok('rules', `${files.length} in ${folder}`)];
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  return [fail('rules', `${first}${more}`, 'iris-tui rules list has them all')];
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
