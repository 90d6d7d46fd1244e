import {
  IrisError,
  KNOWN_AGENTS,
  type LaunchSpec,
  type ProcessEnd,
  plainText,
  type Team,
  type TeamInfo,
  type Transport,
  transportOf,
} from '../../core/index.ts';

/** How a team was found to be. `none`: it has no such step; `unknown`: an earlier one failed. */
export type StepState = 'ok' | 'fail' | 'none' | 'unknown';
export const STEPS = ['program', 'reached', 'hostKey', 'login', 'folder', 'agent'] as const;
/** In the order in which a start passes them. */
export type Step = (typeof STEPS)[number];

export interface TeamReport {
  readonly name: string;
  readonly transport: TeamInfo['transport'];
  readonly steps: Readonly<Record<Step, StepState>>;
  /** What the agent said of itself: its version, or where it is. */
  readonly agent?: string;
  readonly roundTripMs?: number;
  readonly tookMs: number;
  readonly problem?: { readonly code: string; readonly message: string; readonly remedy?: string };
}

/** What an agent prints about its version; the rest is not read. */
const OUTPUT_LIMIT_BYTES = 4096;
/** Once it runs, its version is worth this much time. */
const VERSION_MS = 4_000;
const GRACE_MS = 2_000;

export interface ProbeOptions {
  /** Makes the transport of a team. */
  readonly transport: (launch: LaunchSpec) => Transport;
  readonly timeoutMs: number;
}

/** Starts what is harmless of a team on another machine, as its session would be started, with nobody there to answer questions. */
export async function probeRemoteTeam(team: Team, { transport, timeoutMs }: ProbeOptions): Promise<TeamReport> {
  const startedAt = performance.now();
  const kind = transportOf(team.remote);
  const report = (steps: TeamReport['steps'], rest: Partial<TeamReport>): TeamReport => ({
    name: team.name,
    transport: kind,
    steps,
    tookMs: Math.round(performance.now() - startedAt),
    ...rest,
  });
  const outcome = await run(team, transport, timeoutMs);
  const { error, output, end, roundTripMs } = outcome;
  const timing = roundTripMs === undefined ? {} : { roundTripMs };
  if (error) {
    const { code, message } = error;
    const remedy = remedyHere(error);
    const problem = { code, message, ...(remedy === undefined ? {} : { remedy }) };
    return report(stepsUntil(stepOf(error, kind), kind), { ...timing, problem });
  }
  const said = firstLine(output);
  if (asksForVersion(team) || end?.exitCode === 0) {
    return report(stepsUntil(undefined, kind), { ...timing, ...(said === '' ? {} : { agent: said }) });
  }
  const program = team.command?.[0] ?? '';
  const problem = {
    code: 'program-missing',
    message: `${program} was not found on the PATH there`,
    remedy: 'name it by its whole path, if it is there',
  };
  return report(stepsUntil('agent', kind), { ...timing, problem });
}

/** Here nothing is tried again, as it is in a session, and another option has the time. */
function remedyHere({ code, remedy }: IrisError): string | undefined {
  if (code !== 'unreachable') return remedy;
  return remedy?.replace('raise sessionInitTimeout', '--timeout') ?? 'check the network and the address';
}

interface Outcome {
  readonly error?: IrisError;
  readonly end?: ProcessEnd;
  readonly output: string;
  readonly roundTripMs?: number | undefined;
}

function run(team: Team, make: ProbeOptions['transport'], timeoutMs: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    let timer: NodeJS.Timeout | undefined;
    const transport = make({
      command: harmless(team),
      cwd: team.path ?? '',
      env: team.env,
      mode: 'pipes',
      cols: 80,
      rows: 24,
      ...(team.remote ? { remote: team.remote } : {}),
      unattended: true,
      startTimeoutMs: timeoutMs,
    });
    // A transport keeps its own time; this is for one that does not.
    timer = setTimeout(() => over({ error: silent(team, timeoutMs) }), timeoutMs + GRACE_MS);
    const over = (how: Pick<Outcome, 'error' | 'end'>): void => {
      clearTimeout(timer);
      const output = Buffer.concat(chunks).toString('utf8');
      const { roundTripMs } = transport.metrics;
      // What still runs there is ended in any case; nobody waits for that longer than for an answer.
      void transport.stop().catch(() => {});
      resolve({ ...how, output, roundTripMs });
    };
    transport.start({
      status: (status) => {
        if (status !== 'ready') return;
        clearTimeout(timer);
        timer = setTimeout(() => over({}), VERSION_MS);
      },
      output: (bytes) => {
        if (length < OUTPUT_LIMIT_BYTES) chunks.push(bytes.slice(0, OUTPUT_LIMIT_BYTES - length));
        length += bytes.length;
      },
      ended: (end) => over({ end }),
      failed: (error) => over({ error }),
    });
  });
}

function silent(team: Team, timeoutMs: number): IrisError {
  return new IrisError('unreachable', `${team.name} did not answer within ${Math.ceil(timeoutMs / 1000)} s`, {
    remedy: 'check the network and the address',
  });
}

/** Only what we know is asked for its version; of anything else it is looked where it is. */
function asksForVersion(team: Team): boolean {
  return team.command === undefined;
}

function harmless(team: Team): readonly string[] {
  if (team.command) return ['sh', '-c', 'command -v -- "$1"', 'sh', team.command[0]!];
  return team.agent === 'shell' ? ['true'] : [programOf(team), '--version'];
}

/** What a team's session runs, as it is looked up. */
export function programOf(team: Team): string {
  const known = KNOWN_AGENTS.find((agent) => agent.name === team.agent);
  return team.command?.[0] ?? team.claudePath ?? known?.program ?? team.agent;
}

/** The step that a failure belongs to. */
function stepOf({ code }: IrisError, kind: TeamReport['transport']): Step {
  switch (code) {
    case 'usage':
      return 'program';
    case 'unreachable':
    case 'timed-out':
      return 'reached';
    case 'host-key':
      return 'hostKey';
    case 'login-refused':
      return 'login';
    case 'folder-missing':
      return 'folder';
    case 'program-missing':
      return 'agent';
    default:
      return kind === 'exec' ? 'reached' : 'login';
  }
}

export function stepsUntil(failed: Step | undefined, kind: TeamReport['transport']): Record<Step, StepState> {
  const none: Readonly<Record<TeamReport['transport'], readonly Step[]>> = {
    local: ['program', 'reached', 'hostKey', 'login'],
    openssh: [],
    ssh2: ['program'],
    exec: ['hostKey', 'login'],
    websocket: ['program', 'hostKey'],
  };
  let state: StepState = 'ok';
  const steps = STEPS.map((step) => {
    if (none[kind].includes(step) && step !== failed) return [step, 'none'] as const;
    if (step === failed) {
      state = 'unknown';
      return [step, 'fail'] as const;
    }
    return [step, state] as const;
  });
  return Object.fromEntries(steps) as Record<Step, StepState>;
}

function firstLine(text: string): string {
  return plainText(text.split('\n').find((line) => line.trim() !== '') ?? '', 100).trim();
}
