import type { AgentReport } from '../agent/index.ts';
import { IrisError, plainText } from '../errors.ts';
import type { ProcessStatus, SessionInfo } from './info.ts';
import type { SavedSession, SessionDeps } from './ports.ts';
import type { SessionState } from './state.ts';

const TITLE_LIMIT_BYTES = 256;

/** A session as reports see it. */
export interface Reported {
  readonly id: string;
  readonly name: string;
  readonly team: string | undefined;
  readonly agentKind: string;
  readonly agent: AgentReport;
  readonly state: SessionState;
  readonly pid: number | undefined;
  readonly epoch: string;
  readonly log: { readonly last: number };
  readonly screen: { readonly title: string };
  readonly cols: number;
  readonly rows: number;
  readonly cwd: string;
  readonly command: readonly string[];
  readonly mode: 'pty' | 'pipes';
  readonly viewers: number;
  readonly createdAt: number;
}

/** A session as `ls --json` prints it. */
export function sessionInfo(session: Reported, deps: Pick<SessionDeps, 'hub' | 'transportKind'>): SessionInfo {
  const { agent, state } = session;
  return {
    id: session.id,
    name: session.name,
    ...(session.team === undefined ? {} : { team: session.team }),
    hub: deps.hub,
    transport: deps.transportKind,
    agent: {
      kind: agent.kind,
      state: agent.state,
      since: agent.since,
      ...(agent.question === undefined ? {} : { question: agent.question }),
      ...(agent.prompt === undefined ? {} : { prompt: agent.prompt }),
    },
    connection: {
      state: 'online',
      since: session.createdAt,
      attempt: 0,
      maxAttempts: 0,
      transport: TRANSPORT_STATUS[state.kind],
    },
    process: processInfo(state, session.pid),
    epoch: session.epoch,
    seq: session.log.last,
    cols: session.cols,
    rows: session.rows,
    title: cutTitle(session.screen.title),
    cwd: session.cwd,
    command: session.command,
    mode: session.mode,
    viewers: session.viewers,
    createdAt: session.createdAt,
  };
}

const TRANSPORT_STATUS = {
  starting: 'spawning',
  running: 'ready',
  stopping: 'terminating',
  exited: 'stopped',
  failed: 'stopped',
  died: 'stopped',
} as const;

function processInfo(state: SessionState, pid: number | undefined): SessionInfo['process'] {
  const status: ProcessStatus = state.kind;
  switch (state.kind) {
    case 'starting':
    case 'running':
    case 'stopping':
      return { status, ...(pid === undefined ? {} : { pid }) };
    case 'exited':
      return { status, ...state.end };
    case 'failed':
      return { status, reason: state.error.line };
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

export function savedSession(session: Reported, env: Readonly<Record<string, string>>): SavedSession {
  const { state } = session;
  return {
    id: session.id,
    name: session.name,
    ...(session.team === undefined ? {} : { team: session.team }),
    agentKind: session.agentKind,
    command: session.command,
    cwd: session.cwd,
    env: keptEnvironment(env),
    mode: session.mode,
    cols: session.cols,
    rows: session.rows,
    createdAt: session.createdAt,
    epoch: session.epoch,
    status: savedStatus(state),
  };
}

function savedStatus(state: SessionState): SavedSession['status'] {
  switch (state.kind) {
    case 'starting':
    case 'running':
    case 'stopping':
      return { kind: 'live' };
    case 'exited':
      return { kind: 'exited', end: state.end };
    case 'failed':
      return { kind: 'failed', reason: state.error.line };
    case 'died':
      return { kind: 'died' };
  }
}

/** What a kept session is now: a process that lived under another hub has died. */
export function stateOf(saved: SavedSession): SessionState {
  switch (saved.status.kind) {
    case 'exited':
      return { kind: 'exited', end: saved.status.end };
    case 'failed':
      return { kind: 'failed', error: new IrisError('failed', saved.status.reason) };
    case 'live':
    case 'died':
      return { kind: 'died' };
  }
}
