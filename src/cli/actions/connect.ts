import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { IrisError } from '../../core/index.ts';
import { turnedAway } from '../../protocol/index.ts';
import type { Context } from '../context.ts';
import { noHub, reachHub } from '../launch-hub.ts';
import { probeSocket } from '../probe-socket.ts';
import type { VerbRun } from '../verbs/types.ts';

/** A request comes with the connection; over a slow one some round trips later. */
const ASKS_WITHIN_MS = 5_000;

/**
 * `connect --stdio`: standard input and output become a connection to this user's hub, which is started if none runs. The far end of
 * `--hub ssh://…`: whoever could run this could use the hub's socket as well. What its exit codes mean to the near end is in docs/protocol.md.
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
  let socket: Socket;
  try {
    socket = connect(await socketOf(context, options));
    await once(socket, 'connect');
  } catch (error) {
    const failure = ofTheHub(error);
    await answer(failure);
    throw failure;
  }
  // Whichever side goes first takes the other along.
  process.stdin.pipe(socket);
  socket.pipe(process.stdout, { end: false });
  process.stdout.on('error', () => socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'close');
  process.stdin.destroy();
};

/** No hub now says nothing of the next attempt: one may be on its way. */
function ofTheHub(error: unknown): IrisError {
  const { code, message, remedy, retriable } = IrisError.from(error, 'hub-unreachable');
  return new IrisError(code, message, {
    cause: error,
    retriable: retriable || code === 'hub-unreachable',
    ...(remedy === undefined ? {} : { remedy }),
  });
}

/**
 * Whoever speaks the protocol is told in answer to its request: on standard error it would stand among whatever a profile prints there. Where
 * nothing is asked, nothing is answered.
 */
async function answer(failure: IrisError): Promise<void> {
  const { stdin, stdout } = process;
  const asked = await once(stdin, 'readable', { signal: AbortSignal.timeout(ASKS_WITHIN_MS) }).then(
    () => stdin.read() !== null,
    () => false,
  );
  if (asked) await new Promise((resolve) => stdout.write(turnedAway(failure), resolve));
  stdin.destroy();
}

async function socketOf(context: Context, options: Parameters<VerbRun>[1]['options']): Promise<string> {
  const { socket, hubStopped } = context.paths;
  const stopped = options.unlessStopped === true && existsSync(hubStopped);
  if (options.start !== false && !stopped) return (await reachHub(context)).socket;
  if ((await probeSocket(socket)) === 'answers') return socket;
  throw stopped
    ? new IrisError('hub-unreachable', 'the hub there was stopped', { remedy: 'retry starts it' })
    : new IrisError('hub-unreachable', noHub(socket).message, { remedy: 'start one there: iris-tui hub start' });
}
