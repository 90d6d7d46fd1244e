import type { AgentReport } from '../agent/index.ts';
import { IrisError, plainText } from '../errors.ts';
import { transportOf, withoutSecrets } from '../team/remote.ts';
import type { Transport } from '../transport.ts';
import { type Connected, connectionInfo } from './connection.ts';
import type { SavedConversation } from './conversation.ts';
import type { ConnectionDetails, ProcessStatus, SessionInfo, SessionMode } from './info.ts';
import { keptFar, mirroredInfo } from './mirror.ts';
import type { Person, TypedBy } from './people.ts';
import type { SavedSession, SessionDeps, SessionSpec } from './ports.ts';
import type { SessionState } from './state.ts';

const TITLE_LIMIT_BYTES = 256;

/** A session as reports see it. */
export interface Reported extends Connected {
  readonly id: string;
  readonly name: string;
  readonly team: string | undefined;
  readonly agentKind: string;
  readonly agent: AgentReport;
  readonly begun: 'restarted' | 'resumed' | undefined;
  readonly endedWhy: string | undefined;
  readonly heldWhy: string | undefined;
  readonly pid: number | undefined;
  readonly epoch: string;
  readonly log: { readonly last: number };
  readonly screen: { readonly title: string };
  readonly cols: number;
  readonly rows: number;
  readonly cwd: string;
  readonly command: readonly string[];
  readonly mode: SessionMode;
  readonly viewers: number;
  readonly people: readonly Person[];
  readonly typedBy: TypedBy | undefined;
  readonly queued: number;
  readonly createdAt: number;
}

/** A session as `ls --json` prints it. */
export function sessionInfo(
  session: Reported & { readonly remote: SessionSpec['remote']; readonly far: SavedSession['far'] },
  { hub, hubId, clock }: Pick<SessionDeps, 'hub' | 'hubId' | 'clock'>,
): SessionInfo {
  const { agent } = session;
  const [now, wall] = [clock.now(), clock.wall()];
  const info: SessionInfo = {
    id: session.id,
    name: session.name,
    ...(session.team === undefined ? {} : { team: session.team }),
    ...(hubId === undefined ? {} : { via: [hubId] }),
    hub: farHubName(session) ?? hub,
    transport: session.far ? 'websocket' : transportOf(session.remote),
    agent: {
      kind: agent.kind,
      state: agent.state,
      since: agent.since,
      ...(agent.question === undefined ? {} : { question: agent.question }),
      ...(agent.prompt === undefined ? {} : { prompt: agent.prompt }),
      ...(session.queued === 0 ? {} : { queued: session.queued }),
    },
    connection: connectionInfo(session, now, wall),
    process: processInfo(session, now, wall),
    epoch: session.epoch,
    seq: session.log.last,
    cols: session.cols,
    rows: session.rows,
    title: cutTitle(session.screen.title),
    cwd: session.cwd,
    command: session.command,
    mode: session.mode,
    viewers: session.viewers,
    ...(session.people.length === 0 ? {} : { people: session.people }),
    ...(session.typedBy ? { typedBy: session.typedBy } : {}),
    createdAt: session.createdAt,
  };
  return session.far?.info ? mirroredInfo(info, session.far.info, hubId) : info;
}

/** Of a session that lives in another hub: what that one is called here. */
function farHubName({ remote, far }: { remote: SessionSpec['remote']; far: SavedSession['far'] }): string | undefined {
  if (!remote || (remote.kind !== 'websocket' && !far)) return undefined;
  if (remote.kind === 'websocket' && remote.hub.kind !== 'carried') return remote.hub.name;
  return plainText(remote.words.at(-1) ?? 'hub', 256);
}

/** A connection looked at closely. `transport`: the newest, also when it is over. */
export function connectionDetails(info: SessionInfo, newest: Transport | undefined): ConnectionDetails {
  const { id, name, transport, connection, command } = info;
  const { metrics, launchCommand = command, diagnostics = [], pid } = newest ?? {};
  return {
    id,
    name,
    transport,
    connection,
    launchCommand,
    ...(pid === undefined ? {} : { pid }),
    bytesIn: metrics?.bytesIn ?? 0,
    bytesOut: metrics?.bytesOut ?? 0,
    log: diagnostics,
  };
}

function processInfo(
  { state, pid, begun, endedWhy, heldWhy }: Reported,
  now: number,
  wall: number,
): SessionInfo['process'] {
  const status: ProcessStatus = state.kind;
  switch (state.kind) {
    case 'starting':
    case 'running':
    case 'stopping':
      return {
        status,
        ...(pid === undefined ? {} : { pid }),
        ...(begun ? { begun } : {}),
        ...(heldWhy === undefined ? {} : { paused: heldWhy }),
      };
    case 'exited': {
      const { again, end } = state;
      if (!again) return { status, ...end, ...(endedWhy === undefined ? {} : { reason: endedWhy }) };
      const restartAt = Math.round(wall + Math.max(0, again.at - now));
      return { status, ...end, restartAt, reason: 'its rule starts it again' };
    }
    case 'failed':
      return { status, reason: state.error.line };
    case 'offline':
    case 'died':
      return { status };
  }
}

/** Control characters removed, at most 256 bytes of UTF-8, whole characters. */
export function cutTitle(title: string): string {
  const plain = plainText(title, TITLE_LIMIT_BYTES).trim();
  const room = new Uint8Array(TITLE_LIMIT_BYTES);
  const { read } = new TextEncoder().encodeInto(plain, room);
  return plain.slice(0, read);
}

/**
 * The part of an environment that is kept on disk, so that a session of a killed hub can be started again. A list of what is
 * known to be harmless, not of what is secret: keys and tokens have too many names.
 */
const KEPT_NAMES = new Set(
  ['PATH HOME USER LOGNAME SHELL LANG LANGUAGE TZ TMPDIR EDITOR VISUAL PAGER DISPLAY WAYLAND_DISPLAY SSH_AUTH_SOCK']
    .concat(
      'VIRTUAL_ENV CONDA_PREFIX CONDA_DEFAULT_ENV JAVA_HOME GOPATH GOROOT CARGO_HOME RUSTUP_HOME NODE_PATH PYENV_ROOT',
    )
    .concat('NVM_DIR NVM_BIN VOLTA_HOME PNPM_HOME BUN_INSTALL DBUS_SESSION_BUS_ADDRESS')
    .flatMap((names) => names.split(' ')),
);
const KEPT_PREFIXES = ['LC_', 'XDG_'];

export function keptEnvironment(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => KEPT_NAMES.has(name) || KEPT_PREFIXES.some((p) => name.startsWith(p))),
  );
}

/** What is kept beside what a report says. */
export interface Kept extends Reported {
  readonly spec: SessionSpec;
  readonly conversation: SavedConversation | undefined;
  readonly agentSession: string | undefined;
  readonly far: SavedSession['far'];
  readonly wanted: boolean;
}

export function savedSession(session: Kept): SavedSession {
  const { state, spec, conversation, agentSession } = session;
  const { teamPrint, remote, restart, startTimeoutMs, maxAttempts, giveUpAfterMs, resumes, hooks } = spec;
  return {
    id: session.id,
    name: session.name,
    ...(session.team === undefined ? {} : { team: session.team }),
    agentKind: session.agentKind,
    command: session.command,
    cwd: session.cwd,
    env: keptEnvironment(spec.env),
    mode: session.mode,
    cols: session.cols,
    rows: session.rows,
    createdAt: session.createdAt,
    epoch: session.epoch,
    ...(teamPrint === undefined ? {} : { teamPrint }),
    ...(remote === undefined ? {} : { remote: withoutSecrets(remote) }),
    ...(restart === undefined ? {} : { restart }),
    ...(startTimeoutMs === undefined ? {} : { startTimeoutMs }),
    ...(maxAttempts === undefined ? {} : { maxAttempts }),
    ...(giveUpAfterMs === undefined ? {} : { giveUpAfterMs }),
    ...(resumes === undefined ? {} : { resumes }),
    ...(hooks === undefined ? {} : { hooks }),
    ...(conversation === undefined ? {} : { conversation }),
    ...(agentSession === undefined ? {} : { agentSession }),
    ...(session.far ? { far: keptFar(session.far) } : {}),
    ...(session.far && session.state.kind === 'offline' ? { awaySince: session.connectionSince } : {}),
    ...(session.wanted ? { wanted: true } : {}),
    status: savedStatus(state),
  };
}

function savedStatus(state: SessionState): SavedSession['status'] {
  switch (state.kind) {
    case 'starting':
    case 'running':
    case 'stopping':
    case 'offline':
      return { kind: 'live' };
    case 'exited':
      return { kind: 'exited', end: state.end };
    case 'failed':
      return {
        kind: 'failed',
        reason: state.error.message,
        ...(state.error.remedy ? { remedy: state.error.remedy } : {}),
      };
    case 'died':
      return { kind: 'died' };
  }
}

/** What a kept session is now: a process that lived under another hub has died. */
export function stateOf(
  { status, far, remote, awaySince }: SavedSession,
  { now, wall }: { readonly now: number; readonly wall: number },
): SessionState {
  // It lives elsewhere, and did not end with that hub: it is only not connected yet.
  if (status.kind === 'live' && (far || (remote?.kind === 'websocket' && remote.session !== undefined))) {
    const error = new IrisError('unreachable', 'this hub has just started', { retriable: true });
    const lostAt = awaySince === undefined ? now : now - Math.max(0, wall - awaySince);
    return { kind: 'offline', error, attempt: 1, lostAt, restarts: 0 };
  }
  switch (status.kind) {
    case 'exited':
      return { kind: 'exited', end: status.end };
    case 'failed': {
      const error = new IrisError(
        'failed',
        status.reason,
        status.remedy === undefined ? {} : { remedy: status.remedy },
      );
      return { kind: 'failed', error, attempt: 0 };
    }
    case 'live':
    case 'died':
      return { kind: 'died' };
  }
}
