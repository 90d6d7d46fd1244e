import { spawnSync } from 'node:child_process';
import { isatty } from 'node:tty';
import type { HubAddress } from '../client/index.ts';
import { IrisError, type Remote, transportOf } from '../core/index.ts';

/** A hub on another machine, reached through a remote command: ssh, docker exec, any prefix. */
export interface FarHub {
  /** As the user names it. */
  readonly name: string;
  readonly remote: Remote;
}

/** What `--hub` may be besides a socket: an address of ssh. Names of the config are looked up by the caller. */
export function farHubOf(given: string): FarHub | undefined {
  if (!/^ssh:\/\//i.test(given)) return undefined;
  const [, user, host, port] = /^ssh:\/\/(?:([^@/]+)@)?(\[[0-9a-f:.]+\]|[^:/@]+)(?::(\d{1,5}))?\/?$/i.exec(given) ?? [];
  if (host === undefined || host.startsWith('-') || user?.startsWith('-')) {
    throw new IrisError('usage', `${given} is no address`, { remedy: 'write ssh://USER@HOST:PORT' });
  }
  const name = host.replace(/^\[(.*)\]$/, '$1');
  const words = [...(port === undefined ? [] : ['-p', port]), user === undefined ? name : `${user}@${name}`];
  return { name: given, remote: { kind: 'openssh', words, options: {} } };
}

/**
 * Leads to the hub of another machine, and starts it there if none runs. ssh may ask for what it needs the first time, on the terminal; later
 * nobody is asked, as the screen has the terminal.
 */
export function farAddress(far: FarHub, options: { readonly start: boolean }): () => Promise<HubAddress> {
  let attended = true;
  return async () => {
    const { createTransport, openStream } = await import('../transports/index.ts');
    const transport = createTransport(
      transportOf(far.remote),
      {
        command: ['iris-tui', 'connect', '--stdio', ...(options.start ? [] : ['--no-start'])],
        cwd: '~',
        env: {},
        mode: 'pipes',
        cols: 80,
        rows: 24,
        remote: far.remote,
        unattended: !attended,
      },
      { hub: '', ...(attended ? terminalForQuestions() : {}) },
    );
    const { stream, failure } = await openStream(transport);
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
