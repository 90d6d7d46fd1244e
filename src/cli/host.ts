import { type ConnectOptions, connectOnce } from '../client/index.ts';
import type { SessionHost } from '../core/index.ts';
import type { Context } from './context.ts';
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
  const host = await connectOnce({
    address,
    version: VERSION,
    purpose: options.purpose ?? 'use',
  });
  try {
    return await use(host);
  } finally {
    host.close();
  }
}

async function addressOf(context: Context, start: boolean): Promise<ConnectOptions['address'] | undefined> {
  if (context.far) return context.far.address({ start });
  if (start) return { socketPath: (await reachHub(context)).socket };
  const { paths } = context;
  const probe = await probeSocket(paths.socket);
  if (probe === 'silent') throw hubSilent(paths);
  return probe === 'answers' ? { socketPath: paths.socket } : undefined;
}
