import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { IrisError, KNOWN_AGENTS, type Team, type Transport, transportOf } from '../../core/index.ts';
import { systemClock } from '../../protocol/index.ts';
import { table } from '../actions/list.ts';
import type { Context } from '../context.ts';
import { beforeSignalsEnd } from '../end-with-signal.ts';
import { farHubOf } from '../far-hub.ts';
import { findProgram } from '../find-programs.ts';
import { reasonOf } from '../folders.ts';
import { VERSION } from '../version.ts';
import {
  type ProbeOptions,
  probeRemoteTeam,
  programOf,
  STEPS,
  type Step,
  type StepState,
  stepsUntil,
  type TeamReport,
} from './team-probe.ts';
import { type Check, fail, ok } from './types.ts';

/** A machine that does not answer costs this much, once, however many teams live there. */
export const TEAM_TIMEOUT_MS = 10_000;
/** Logins at the same place at the same time; sshd turns some away above ten (MaxStartups, sshd_config(5)). */
const AT_ONCE = 6;
/** What does not end there by then ends with its connection, or not at all. */
const CLOSE_WITHIN_MS = 2_000;

/** Tests every team: those of one place after the first of them, everything else at the same time. */
export async function checkTeams(context: Context, teams: readonly Team[], timeoutMs: number): Promise<TeamReport[]> {
  const reports = new Map<Team, Promise<TeamReport>>();
  const { probe, close } = teams.some((team) => team.remote) ? await prober(context, timeoutMs) : {};
  const places = new Map<string, Team[]>();
  for (const team of teams) {
    if (!team.remote) reports.set(team, Promise.resolve(checkLocalTeam(team, context)));
    else {
      const key = JSON.stringify(team.remote);
      places.set(key, [...(places.get(key) ?? []), team]);
    }
  }
  for (const [first, ...others] of places.values()) {
    const answer = probe!(first!);
    reports.set(first!, answer);
    const turns = [...Array(AT_ONCE)].map(() => answer.then(() => {}));
    others.forEach((team, at) => {
      const turn = turns[at % AT_ONCE]!.then(async () => {
        const known = await answer;
        return isOfPlace(known) ? { ...known, name: team.name } : probe!(team);
      });
      turns[at % AT_ONCE] = turn.then(() => {});
      reports.set(team, turn);
    });
  }
  const all = await Promise.all(teams.map((team) => reports.get(team)!));
  await close?.();
  return all;
}

/** Would another team of the same place meet the same? */
function isOfPlace({ steps }: TeamReport): boolean {
  return [steps.program, steps.reached, steps.hostKey, steps.login].includes('fail');
}

interface Prober {
  readonly probe: (team: Team) => Promise<TeamReport>;
  /** What was started is ended, and no connection is left. */
  readonly close: () => Promise<void>;
}

async function prober(context: Context, timeoutMs: number): Promise<Prober> {
  const { createTransport, endCarriers, FarHubs } = await import('../../transports/index.ts');
  beforeSignalsEnd(endCarriers);
  const farHubs = new FarHubs({
    clock: systemClock,
    version: VERSION,
    clientId: randomUUID(),
    addressOf: ({ name }) => farHubOf(name, context.env, context.paths)!.address({ start: true }),
    open: (launch) => createTransport(transportOf(launch.remote), launch, { hub: '' }),
    onError: () => {},
  });
  const started: Transport[] = [];
  const options: ProbeOptions = {
    timeoutMs,
    transport: (launch) => {
      const transport = createTransport(transportOf(launch.remote), launch, { hub: '', farHubs });
      started.push(transport);
      return transport;
    },
  };
  const close = async (): Promise<void> => {
    const patience = new AbortController();
    const stopped = Promise.allSettled(started.map((transport) => transport.stop()));
    await Promise.race([stopped, setTimeout(CLOSE_WITHIN_MS, undefined, { signal: patience.signal })]);
    patience.abort();
    farHubs.close();
  };
  const probe = async (team: Team): Promise<TeamReport> => {
    const failed = (error: IrisError): TeamReport => {
      const { code, message, remedy } = error;
      const transport = transportOf(team.remote);
      const problem = { code, message, ...(remedy === undefined ? {} : { remedy }) };
      return { name: team.name, transport, steps: stepsUntil('program', transport), tookMs: 0, problem };
    };
    const { kind, words } = team.remote ?? { kind: 'exec', words: [] };
    const carrier = kind === 'exec' ? words[0] : 'ssh';
    if (
      (kind === 'openssh' || kind === 'exec') &&
      findProgram(carrier!, context.env.vars.PATH, context.env.home) === undefined
    ) {
      const remedy = carrier === 'ssh' ? 'install the OpenSSH client, or set ssh2: true' : 'install it';
      return failed(new IrisError('program-missing', `${carrier} is not on PATH here`, { remedy }));
    }
    try {
      return await probeRemoteTeam(team, options);
    } catch (error) {
      return failed(IrisError.from(error));
    }
  };
  return { probe, close };
}

/** A team of this machine is only looked at. */
function checkLocalTeam(team: Team, { env }: Context): TeamReport {
  const report = (failed: Step | undefined, rest: Partial<TeamReport>): TeamReport => ({
    name: team.name,
    transport: 'local',
    steps: stepsUntil(failed, 'local'),
    tookMs: 0,
    ...rest,
  });
  const folder = folderProblem(team.path ?? env.home);
  if (folder !== undefined) {
    return report('folder', {
      problem: { code: 'folder-missing', message: folder, remedy: 'make it, or correct path' },
    });
  }
  if (team.agent === 'shell' && team.command === undefined) return report(undefined, {});
  const program = programOf(team);
  const found = findProgram(program, team.env.PATH ?? env.vars.PATH, team.path ?? env.home);
  if (found !== undefined) return report(undefined, { agent: found });
  const install = KNOWN_AGENTS.find((agent) => agent.program === program)?.install;
  const remedy = `${install === undefined ? 'install it' : `install it (${install})`}, or set claudePath`;
  const message = program.includes('/') ? `there is no program ${program}` : `${program} is not on PATH`;
  return report('agent', { problem: { code: 'program-missing', message, remedy } });
}

function folderProblem(path: string): string | undefined {
  try {
    return statSync(path).isDirectory() ? undefined : `${path} is not a folder`;
  } catch (error) {
    return `${path}: ${reasonOf(error)}`;
  }
}

const MARKS: Readonly<Record<StepState, string>> = { ok: 'ok', fail: 'FAIL', none: '-', unknown: '?' };
const HEADINGS: Readonly<Record<Step, string>> = {
  program: 'PROGRAM',
  reached: 'REACHED',
  hostKey: 'HOST KEY',
  login: 'LOGIN',
  folder: 'FOLDER',
  agent: 'AGENT',
};

/** The table of teams, and under it what to do. */
export function printTeams(context: Context, reports: readonly TeamReport[]): void {
  const rows = reports.map(({ name, transport, steps, agent, tookMs }) => [
    name,
    transport,
    ...STEPS.map((step) => MARKS[steps[step]]),
    tookMs > 0 ? `${tookMs} ms` : '',
    agent ?? '',
  ]);
  table(context, ['TEAM', 'TRANSPORT', ...STEPS.map((step) => HEADINGS[step]), 'TOOK', ''], rows, true);
  for (const { name, problem } of reports) {
    if (problem) context.line(`${name}: ${problem.message}${problem.remedy ? `: ${problem.remedy}` : ''}`);
  }
}

/** One line about all of them. */
export function teamsCheck(reports: readonly TeamReport[]): Check[] {
  const bad = reports.filter((report) => report.problem !== undefined).map((report) => report.name);
  if (reports.length === 0) return [];
  if (bad.length === 0) return [ok('teams', `${reports.length} tested`)];
  return [fail('teams', `${bad.length} of ${reports.length} cannot be started (${bad.join(', ')})`, 'see below')];
}
