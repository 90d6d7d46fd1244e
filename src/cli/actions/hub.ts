import { type HubCommandResult, IrisError } from '../../core/index.ts';
import type { Context } from '../context.ts';
import { withHost } from '../host.ts';
import { noHub, reachHub } from '../launch-hub.ts';
import { flagWords, networkFlags } from '../network-options.ts';
import { START_AGAIN } from '../pending-config.ts';
import { confirm } from '../stdin.ts';
import type { VerbRun } from '../verbs/types.ts';
import { ageOf } from './list.ts';

/** A hub ends its sessions within 10 s; then it leaves. */
const STOP_DEADLINE_MS = 15_000;

type Status = HubCommandResult<'hub.status'>;

export const runHubStart: VerbRun = async (context, { options }) => {
  const flags = networkFlags(options, context.env.cwd);
  const { started, socket } = await reachHub(context, flagWords(flags));
  const status = await statusOf({ ...context, paths: { ...context.paths, socket } });
  if (!started && flags.listen !== undefined && status.listen !== flags.listen) {
    const now = status.listen === undefined ? 'on no network' : `on ${status.listen}`;
    throw new IrisError('conflict', `the hub is already running (pid ${status.pid}), and listens ${now}`, {
      remedy: START_AGAIN,
    });
  }
  if (context.json) context.value(status);
  else {
    context.line(`${started ? 'hub started' : 'the hub is already running'} (pid ${status.pid})`);
    for (const line of [...networkLines(status), ...configLines(status)]) context.line(line);
  }
};

export const runHubStatus: VerbRun = async (context) => {
  const status = await statusOf(context);
  if (context.json) return context.value(status);
  const { pid, version, protocol, socket, sessions, viewers, uptimeMs, rssBytes } = status;
  context.line(`running    pid ${pid}, for ${ageOf(uptimeMs)}`);
  context.line(`version    ${version}, protocol ${protocol}`);
  context.line(`socket     ${socket}`);
  for (const line of [...networkLines(status), ...configLines(status)]) context.line(line);
  context.line(`sessions   ${sessions}`);
  context.line(`viewers    ${viewers}`);
  context.line(`memory     ${(rssBytes / 1024 / 1024).toFixed(0)} MB`);
};

export const runHubStop: VerbRun = async (context, { options }) => {
  const { pid } = await statusOf(context);
  try {
    await stop(context, options.force === true);
  } catch (error) {
    // Sessions run: whoever is asked and says yes has said yes to ending them.
    if (!(error instanceof IrisError) || error.code !== 'conflict') throw error;
    const answer = context.json ? undefined : await confirm(context.env, `${error.message}. Stop the hub, and them?`);
    if (answer === undefined) throw error;
    if (!answer) throw new IrisError('cancelled', 'the hub was left running');
    await stop(context, true);
  }
  if (!context.far) await gone(pid);
  if (context.json) context.value({ stopped: true, pid });
  else context.line(`hub stopped (pid ${pid})`);
};

function stop(context: Context, force: boolean): Promise<unknown> {
  return withHost(context, (host) => host.command('hub.stop', { force }), { start: false, purpose: 'manage' });
}

export const runHubRun: VerbRun = async (context, { options }) => {
  const flags = networkFlags(options, context.env.cwd);
  const { runHub } = await import('../run-hub.ts');
  await runHub(context.env, { background: options.background === true, flags });
};

async function statusOf(context: Context): Promise<Status> {
  const status = await withHost<Status | undefined>(context, (host) => host.command('hub.status', {}), {
    start: false,
    absent: undefined,
    purpose: 'manage',
  });
  if (!status) throw noHub(context.paths.socket);
  return status;
}

/** How it is with the network; nothing where the hub serves this machine only. */
function networkLines({ listen, url, fingerprint, networkProblem, networkWarnings = [] }: Status): string[] {
  if (networkProblem !== undefined) return [`network    none: ${networkProblem}`];
  if (listen === undefined) return [];
  return [
    `network    ${url ?? listen} (listens on ${listen})`,
    `cert       ${fingerprint ?? 'none: without TLS'}`,
    ...networkWarnings.map((warning) => `warning    ${warning}`),
  ];
}

function configLines({ pendingConfig }: Status): string[] {
  return pendingConfig === undefined ? [] : [`config     ${pendingConfig}: ${START_AGAIN}`];
}

/** Until the process is no more: what comes after may start a new hub at once. */
async function gone(pid: number): Promise<void> {
  const deadline = performance.now() + STOP_DEADLINE_MS;
  while (isAlive(pid)) {
    if (performance.now() > deadline) {
      throw new IrisError('timed-out', `the hub (pid ${pid}) has not ended after ${STOP_DEADLINE_MS / 1000} s`, {
        remedy: `kill ${pid}`,
      });
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
