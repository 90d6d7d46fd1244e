import { statSync } from 'node:fs';
import { IrisError } from '../../core/index.ts';
import { ageOf } from '../actions/list.ts';
import type { Context } from '../context.ts';
import { withHost } from '../host.ts';
import { START_AGAIN } from '../pending-config.ts';
import { VERSION } from '../version.ts';
import { type Check, fail, ok, warn } from './types.ts';

/** Asks the hub, if one runs. Starts none. */
export async function checkHub(context: Context): Promise<Check[]> {
  const { socket } = context.paths;
  try {
    const status = await withHost(context, (host) => host.command('hub.status', {}), {
      start: false,
      absent: undefined,
      purpose: 'manage',
    });
    if (!status)
      return [ok('hub', 'not running: it is started when it is needed'), ok('socket', `${socket} (not there yet)`)];
    const {
      pid,
      version,
      sessions,
      uptimeMs,
      socket: its,
      networkProblem,
      networkWarnings = [],
      pendingConfig,
    } = status;
    const detail = `pid ${pid}, ${version}, for ${ageOf(uptimeMs)}, ${sessions} ${sessions === 1 ? 'session' : 'sessions'}`;
    const hub = version === VERSION ? ok('hub', detail) : warn('hub', `${detail}; this is ${VERSION}`, START_AGAIN);
    const network =
      networkProblem === undefined
        ? []
        : [
            warn(
              'network',
              networkProblem,
              'the hub tries again by itself; what is wrong in its config counts from its next start',
            ),
          ];
    const warnings = networkWarnings.map((warning) => warn('certificate', warning, ''));
    const pending = pendingConfig === undefined ? [] : [warn('config of hub', pendingConfig, START_AGAIN)];
    return [hub, ...(context.far ? [] : [checkSocket(its)]), ...network, ...warnings, ...pending];
  } catch (error) {
    const { message, remedy } = IrisError.from(error);
    return [fail('hub', message, remedy ?? `see ${context.paths.hubLog}`)];
  }
}

function checkSocket(path: string): Check {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isSocket()) return warn('socket', `${path} is gone`, 'the hub makes it again within seconds');
  if ((stat.mode & 0o077) !== 0) return warn('socket', `others may use ${path}`, `chmod 600 ${path}`);
  return ok('socket', path);
}
