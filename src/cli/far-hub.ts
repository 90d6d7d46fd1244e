import { spawnSync } from 'node:child_process';
import { isatty } from 'node:tty';
import type { HubAddress } from '../client/index.ts';
import { IrisError, type Remote, transportOf } from '../core/index.ts';

/** A hub on another machine, reached through a remote command: ssh, docker exec, any prefix. */
export interface FarHub {
  /** As the user names it. */
  readonly name: string;
  /** Asked again at each attempt. @throws IrisError `not-found` */
  readonly remote: () => Promise<Remote>;
}

/**
 * What `--hub` may be besides a socket: an address of ssh, or a team of the config, whose machine is meant.
 * @throws IrisError `usage` for an address that is none
 */
export function farHubOf(given: string, team: (name: string) => Promise<Remote>): FarHub | undefined {
  if (/^[A-Za-z0-9_]/.test(given) && !/[/:]/.test(given)) return { name: given, remote: () => team(given) };
  if (!/^ssh:\/\//i.test(given)) return undefined;
  const [, user, host, port] =
    /^ssh:\/\/(?:([^@/\s]+)@)?(\[[0-9a-f:.]+\]|[^:/@\s]+)(?::(\d{1,5}))?\/?$/i.exec(given) ?? [];
  if (host === undefined || host.startsWith('-') || user?.startsWith('-')) {
    throw new IrisError('usage', `${given} is no address`, { remedy: 'write ssh://USER@HOST:PORT' });
  }
  const name = host.replace(/^\[(.*)\]$/, '$1');
  const words = [...(port === undefined ? [] : ['-p', port]), user === undefined ? name : `${user}@${name}`];
  return { name: given, remote: async () => ({ kind: 'openssh', words, options: {} }) };
}

/**
 * Leads to the hub of another machine, and starts it there if none runs. ssh may ask for what it needs the first time, on the terminal; later
 * nobody is asked, as the screen has the terminal.
 */
export function farAddress(far: FarHub, options: { readonly start: boolean }): () => Promise<HubAddress> {
  let attended = true;
  return async () => {
    const [remote, { createTransport, openStream }] = await Promise.all([
      far.remote(),
      import('../transports/index.ts'),
    ]);
    const transport = createTransport(
      transportOf(remote),
      {
        command: ['iris-tui', 'connect', '--stdio', ...(options.start ? [] : ['--no-start'])],
        cwd: '~',
        env: {},
        mode: 'pipes',
        cols: 80,
        rows: 24,
        remote,
        unattended: !attended,
      },
      { hub: '', ...(attended ? terminalForQuestions() : {}) },
    );
    const { stream, failure } = await openStream(transport).catch((error: unknown) => {
      throw notReached(IrisError.from(error));
    });
    attended = false;
    return { stream, where: far.name, failure };
  };
}

/** ssh itself has no terminal, as its input and output carry the protocol: it is told the name of ours. */
function terminalForQuestions(): { askOn?: string } {
  if (!isatty(0)) return {};
  const { stdout, status } = spawnSync('tty', { encoding: 'utf8', stdio: ['inherit', 'pipe', 'ignore'] });
  return status === 0 ? { askOn: stdout.trim() } : {};
}

/** Whatever it was that failed: for who asked, the hub is out of reach. */
function notReached({ code, message, remedy, retriable, cause }: IrisError): IrisError {
  const what = code === 'program-missing' ? 'install iris-tui there, on the PATH of your login shell' : remedy;
  return new IrisError('hub-unreachable', message, {
    retriable,
    cause,
    ...(what === undefined ? {} : { remedy: what }),
  });
}
