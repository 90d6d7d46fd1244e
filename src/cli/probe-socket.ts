import { statSync } from 'node:fs';
import { connect } from 'node:net';
import { IrisError } from '../core/index.ts';

export type HubProbe = 'answers' | 'absent' | 'silent';

/** Does a hub listen there? `silent`: something is there that neither accepts nor refuses within the deadline. */
export function probeSocket(socket: string, deadlineMs = 2000): Promise<HubProbe> {
  if (statSync(socket, { throwIfNoEntry: false }) === undefined) return Promise.resolve('absent');
  return new Promise((resolve, reject) => {
    const link = connect(socket);
    const done = (answer: HubProbe): void => {
      clearTimeout(timer);
      link.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => done('silent'), deadlineMs);
    link.once('connect', () => done('answers'));
    link.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EACCES' || error.code === 'EPERM') {
        clearTimeout(timer);
        const message = `the hub's socket ${socket} may not be used by this user`;
        reject(
          new IrisError('not-allowed', message, {
            cause: error,
            remedy: 'run as the user who started it, or set IRIS_HOME',
          }),
        );
      } else done('absent');
    });
  });
}
