import { type ErrorCode, IrisError, type ProcessEnd, plainText } from '../../core/index.ts';
import type { CarrierEnd } from '../remote/index.ts';
import type { Tool } from './prefix.ts';

interface Known {
  readonly says: RegExp;
  readonly code: ErrorCode;
  readonly transient: boolean;
  readonly remedy: string;
}

const known = (says: RegExp, code: ErrorCode, transient: boolean, remedy: string): Known => ({
  says,
  code,
  transient,
  remedy,
});

const NO_SHELL = known(
  /exec: "sh"|executable file not found|sh: not found|no such file or directory: unknown/i,
  'program-missing',
  false,
  'there has to be a POSIX sh: use an image that has one',
);

/** What the tools print when nothing could be started; read only until a shell has spoken from there. */
const CONTAINERS: readonly Known[] = [
  known(
    /no such container|no container with name or ID/i,
    'unreachable',
    false,
    'start the container, or correct its name in remote',
  ),
  known(
    /is not running|is restarting|is paused|container state improper|can only create exec sessions on running/i,
    'unreachable',
    true,
    'start the container',
  ),
  known(
    /permission denied.*docker.*sock|docker.*sock.*permission denied/is,
    'login-refused',
    false,
    'add the user to the group docker, and log in again',
  ),
  known(
    /cannot connect to the (docker|podman)|is the docker daemon running|error during connect|unable to connect to Podman/i,
    'unreachable',
    true,
    'start the docker service',
  ),
  known(
    /no configuration file provided|no such service/i,
    'failed',
    false,
    'name the compose file and the service in remote',
  ),
  NO_SHELL,
];
const CLUSTERS: readonly Known[] = [
  known(
    /\(NotFound\)|container \S+ is not valid|not found in pod/,
    'unreachable',
    false,
    'correct the pod, the container or the namespace in remote',
  ),
  known(/\(Forbidden\)/, 'login-refused', false, 'ask for the right to exec there'),
  known(/Unauthorized|must be logged in|getting credentials/, 'login-refused', false, 'log in to the cluster'),
  known(
    /context .* does not exist|current-context is not set|error loading config|no configuration has been provided/i,
    'failed',
    false,
    'correct the context in remote, or ~/.kube/config',
  ),
  known(/completed pod/, 'unreachable', false, 'name a pod that runs'),
  known(
    /connection to the server .* was refused|unable to connect to the server|unable to upgrade connection|container not found|\(ServiceUnavailable\)|pod does not exist|error dialing backend/i,
    'unreachable',
    true,
    'check the cluster and the network',
  ),
  NO_SHELL,
];
const OTHERS: readonly Known[] = [
  known(
    /a password is required|a terminal is required|is not in the sudoers|may not run|unknown user|incorrect password/i,
    'login-refused',
    false,
    'press R to connect and answer its question, or allow it without one',
  ),
  known(
    /operation not permitted|permission denied|must be superuser/i,
    'login-refused',
    false,
    'run it as a user who may',
  ),
];
const NETWORK: readonly Known[] = [
  known(
    /connection refused|timed out|timeout|temporarily unavailable|no route to host|connection reset|network is unreachable|no such host|could not resolve|unexpected EOF/i,
    'unreachable',
    true,
    'check the network and what it leads to',
  ),
];

const BY_TOOL: Partial<Record<Tool, readonly Known[]>> = { docker: CONTAINERS, compose: CONTAINERS, kubectl: CLUSTERS };

/** How a run ended. Once the program runs, its end is the carrier's: containers tell a signal as 128 + its number. */
export function execVerdict(tool: Tool, where: string, seen: CarrierEnd): ProcessEnd | IrisError {
  const { end, phase, shown } = seen;
  if (phase === 'started') return end;
  const last = shown.split('\n').findLast((line) => !/^(exit status|command terminated)/i.test(line)) ?? '';
  const how = end.signal === undefined ? `ended with ${end.exitCode}` : `was ended by ${end.signal}`;
  const what = `${where} ${how} before anything ran there${last === '' ? '' : `: ${plainText(last, 200)}`}`;
  if (end.signal !== undefined) return new IrisError('unreachable', what, { retriable: true });
  const found = [...(BY_TOOL[tool] ?? OTHERS), ...NETWORK].find(({ says }) => says.test(shown));
  if (!found) return new IrisError('failed', what, { remedy: 'try the command by hand, and correct remote' });
  return new IrisError(found.code, what, { retriable: found.transient, remedy: found.remedy });
}
