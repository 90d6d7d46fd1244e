import { spawnSync } from 'node:child_process';
import { isatty } from 'node:tty';
import type { ConnectAttempt, HubAddress } from '../client/index.ts';
import { IrisError, type Remote, transportOf } from '../core/index.ts';
import { beforeSignalsEnd } from './end-with-signal.ts';

/** Whoever has said nothing for so long, and asked nothing, may never do so: a name and a login take a second or two at most. */
const SILENT_AFTER_MS = 2_000;
/** And then is given up. Where somebody was asked, that takes as long as it takes. */
const GIVE_UP_AFTER_MS = 30_000;

export interface AddressOptions {
  /** Start a hub there if none runs, where that is possible. */
  readonly start: boolean;
  /** Called once if there is no answer yet and nobody was asked anything. */
  readonly silent?: () => void;
}

/** Where a hub is, asked at each attempt. */
export type Addresses = (attempt: ConnectAttempt) => Promise<HubAddress>;

/**
 * Leads to the hub of another machine, and starts it there if none runs. ssh may ask for what it needs the first time, on the terminal; later
 * nobody is asked, as the screen has the terminal.
 */
export function addressByCommand(
  name: string,
  remoteOf: () => Promise<Remote>,
  { start, silent }: AddressOptions,
): Addresses {
  let attended = true;
  return async (attempt) => {
    const [remote, { connectCommand, createTransport, endCarriers, openStream }] = await Promise.all([
      remoteOf(),
      import('../transports/index.ts'),
    ]);
    beforeSignalsEnd(endCarriers);
    const transport = createTransport(
      transportOf(remote),
      {
        command: [...connectCommand(attempt), ...(start ? [] : ['--no-start'])],
        cwd: '~',
        env: {},
        mode: 'pipes',
        cols: 80,
        rows: 24,
        remote,
        unattended: !attended,
        startTimeoutMs: GIVE_UP_AFTER_MS,
      },
      { hub: '', ...(attended ? terminalForQuestions() : {}) },
    );
    const timer = setTimeout(() => {
      if (attended && !transport.asked) silent?.();
    }, SILENT_AFTER_MS);
    const { stream, failure } = await openStream(transport)
      .catch((error: unknown) => {
        throw notReached(IrisError.from(error));
      })
      .finally(() => clearTimeout(timer));
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
  // The time is ours, not that of a team.
  const what = remedy?.replace(', or raise sessionInitTimeout', '');
  return new IrisError(code === 'unreachable' ? 'hub-unreachable' : code, message, {
    retriable,
    cause,
    ...(what === undefined ? {} : { remedy: what }),
  });
}
