import { homedir } from 'node:os';
import { isatty } from 'node:tty';

/** Everything this program takes from outside, read once at the start: no other room reads `process.env`. */
export interface Environment {
  readonly vars: Readonly<Record<string, string | undefined>>;
  /** Absolute; the home folder when the working folder was deleted under us. */
  readonly cwd: string;
  readonly home: string;
  /** -1 where the system has no user ids. */
  readonly uid: number;
  readonly platform: NodeJS.Platform;
  readonly stdinIsTerminal: boolean;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  /** `IRIS_DEBUG=1`: stacks are shown. */
  readonly debug: boolean;
}

export function readEnvironment(): Environment {
  const vars = process.env;
  const home = vars.HOME || homedir();
  return {
    vars,
    cwd: workingFolder(home),
    home,
    uid: process.getuid?.() ?? -1,
    platform: process.platform,
    stdinIsTerminal: isatty(0),
    stdoutIsTerminal: isatty(1),
    stderrIsTerminal: isatty(2),
    debug: vars.IRIS_DEBUG !== undefined && vars.IRIS_DEBUG !== '' && vars.IRIS_DEBUG !== '0',
  };
}

/** The names a hub sets inside a pane. They describe that pane, so nothing that outlives it may inherit them. */
const PANE_VARIABLES: readonly string[] = ['IRIS_TUI', 'IRIS_SESSION_ID', 'IRIS_SESSION_NAME', 'IRIS_HUB'];
/** Of a script, to a hub on the network: no program that is started here may have it. */
const TOKEN_VARIABLE = 'IRIS_TOKEN';
/** How a hub tells its starter, or systemd, that it is up; nobody else's. */
const READY_VARIABLES: readonly string[] = ['IRIS_READY_FD', 'NOTIFY_SOCKET'];

/** The environment for a process of its own: everything that is set, without what describes the pane we may be in. */
export function environmentForOthers(vars: Environment['vars']): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(vars)) {
    const ours = READY_VARIABLES.includes(name) || name === TOKEN_VARIABLE || PANE_VARIABLES.includes(name);
    if (value !== undefined && !ours) out[name] = value;
  }
  return out;
}

function workingFolder(home: string): string {
  try {
    return process.cwd();
  } catch {
    return home;
  }
}
