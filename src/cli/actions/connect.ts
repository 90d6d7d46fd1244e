import { once } from 'node:events';
import { connect } from 'node:net';
import { IrisError } from '../../core/index.ts';
import type { Context } from '../context.ts';
import { noHub, reachHub } from '../launch-hub.ts';
import { probeSocket } from '../probe-socket.ts';
import type { VerbRun } from '../verbs/types.ts';

/**
 * `connect --stdio`: standard input and output become a connection to this user's hub, which is started if none runs. The far end of
 * `--hub ssh://…`: whoever could run this could use the hub's socket as well.
 */
export const runConnect: VerbRun = async (context, { options }) => {
  if (options.stdio !== true) {
    throw new IrisError('usage', 'connect takes --stdio', {
      remedy: 'it is the far end of iris-tui --hub ssh://HOST; iris-tui attach opens the screen',
    });
  }
  if (context.env.stdinIsTerminal) {
    throw new IrisError('usage', 'connect --stdio speaks the protocol, not to a terminal', {
      remedy: 'iris-tui attach opens the screen',
    });
  }
  const path = options.start === false ? await running(context) : (await reachHub(context)).socket;
  const socket = connect(path);
  await once(socket, 'connect').catch((error: unknown) => {
    throw IrisError.from(error, 'hub-unreachable');
  });
  // Whichever side goes first takes the other along.
  process.stdin.pipe(socket);
  socket.pipe(process.stdout, { end: false });
  process.stdout.on('error', () => socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'close');
  process.stdin.destroy();
};

async function running({ paths }: Context): Promise<string> {
  if ((await probeSocket(paths.socket)) !== 'answers') throw noHub(paths.socket);
  return paths.socket;
}
