import { type ConnectOptions, connectOnce } from '../client/index.ts';
import { IrisError, plainText, type SessionHost } from '../core/index.ts';
import type { Context } from './context.ts';
import { writeError } from './failure.ts';
import { tellOfSilence } from './far-hub.ts';
import { hubSilent, noHub, reachHub } from './launch-hub.ts';
import { probeSocket } from './probe-socket.ts';
import { VERSION } from './version.ts';

export interface WithHostOptions<T> {
  /** Start the hub when none runs. Default true; a hub that `--hub` names is never started. */
  readonly start?: boolean;
  /** The answer when no hub runs and none is to be started. Without it that is an error. */
  readonly absent?: T;
  /** `manage`: only to ask a hub how it is or to stop it, of whatever version it is. */
  readonly purpose?: 'use' | 'manage';
  /** Waits for something that may take long: once connected, it outlives connections and hubs, and says on standard error that it waits for one. */
  readonly stays?: boolean;
}

/** Connects to the hub, starting it if need be, and leaves it when `use` is done. */
export async function withHost<T>(
  context: Context,
  use: (host: SessionHost) => Promise<T>,
  options: WithHostOptions<T> = {},
): Promise<T> {
  const address = await addressOf(context, options.start !== false);
  if (address === undefined) {
    if ('absent' in options) return options.absent as T;
    throw noHub(context.paths.socket);
  }
  const stays = options.stays === true;
  let host: SessionHost | undefined;
  try {
    host = await connectOnce({ address, version: VERSION, purpose: options.purpose ?? 'use' }, { stays });
    if (stays && !context.json) tellOfGaps(host);
    return await use(host);
  } catch (error) {
    throw error instanceof IrisError ? withAdvice(error, context) : error;
  } finally {
    host?.close();
  }
}

/** Once for each time that it is away, with the first reason. */
function tellOfGaps(host: SessionHost): void {
  let away = false;
  host.on((event) => {
    if (event.type !== 'connection') return;
    const { state, reason, remedy } = event.connection;
    if (state === 'online') away = false;
    if (state !== 'offline' || away) return;
    away = true;
    const why = [reason ?? 'the connection to the hub broke', ...(remedy === undefined ? [] : [remedy])].join(': ');
    writeError(`iris-tui: ${plainText(why)}; this goes on once it is back\n`);
  });
}

/** A connection that broke under a single question says no more than that. */
function withAdvice(error: IrisError, { far }: Context): IrisError {
  if (error.code !== 'hub-unreachable' || !error.retriable || error.remedy !== undefined) return error;
  const status = far ? `iris-tui --hub ${far.name} hub status` : 'iris-tui hub status';
  return new IrisError(error.code, error.message, {
    cause: error,
    retriable: true,
    remedy: `try again; ${status} says how it is`,
  });
}

async function addressOf(context: Context, start: boolean): Promise<ConnectOptions['address'] | undefined> {
  if (context.far) return context.far.address({ start, ...tellOfSilence(context) });
  if (start) return { socketPath: (await reachHub(context)).socket };
  const { paths } = context;
  const probe = await probeSocket(paths.socket);
  if (probe === 'silent') throw hubSilent(paths);
  return probe === 'answers' ? { socketPath: paths.socket } : undefined;
}
