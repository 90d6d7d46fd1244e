import { spawnSync } from 'node:child_process';
import { isatty } from 'node:tty';
import type { ConnectAttempt, HubAddress } from '../client/index.ts';
import { IrisError, type Remote, transportOf } from '../core/index.ts';

/** Where a hub is, asked at each attempt. */
export type Addresses = (attempt: ConnectAttempt) => Promise<HubAddress>;

/**
 * Leads to the hub of another machine, and starts it there if none runs. ssh may ask for what it needs the first time, on the terminal; later
 * nobody is asked, as the screen has the terminal.
 */
export function addressByCommand(
  name: string,
  remoteOf: () => Promise<Remote>,
  options: { readonly start: boolean },
): Addresses {
  let attended = true;
  return async (attempt) => {
    const [remote, { connectCommand, createTransport, openStream }] = await Promise.all([
      remoteOf(),
      import('../transports/index.ts'),
    ]);
    const transport = createTransport(
      transportOf(remote),
      {
        command: [...connectCommand(attempt), ...(options.start ? [] : ['--no-start'])],
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
    return { stream, where: name, failure };
  };
}

/** ssh itself has no terminal, as its input and output carry the protocol: it is told the name of ours. */
function terminalForQuestions(): { askOn?: string } {
  if (!isatty(0)) return {};
  const { stdout, status } = spawnSync('tty', { encoding: 'utf8', stdio: ['inherit', 'pipe', 'ignore'] });
  return status === 0 ? { askOn: stdout.trim() } : {};
}

/** A machine that does not answer is a hub out of reach, as one on the network would be; what somebody has to put right keeps its class. */
function notReached({ code, message, remedy, retriable, cause }: IrisError): IrisError {
  const what = code === 'program-missing' ? 'install iris-tui there, on the PATH of your login shell' : remedy;
  return new IrisError(code === 'unreachable' ? 'hub-unreachable' : code, message, {
    retriable,
    cause,
    ...(what === undefined ? {} : { remedy: what }),
  });
}
