import { Duplex } from 'node:stream';
import { ERROR_CODES, IrisError, type ProcessEnd, type Transport } from '../core/index.ts';

/** 126, 127: a shell could not run it (POSIX, 2.8.2); above: a signal ended it. */
const NOT_RUN = 126;
const BY_SIGNAL = 128;

export interface ProcessStream {
  /** Its standard input and output. Ends with the process; destroying it ends the process. */
  readonly stream: Duplex;
  /** Why it ended, once it has. */
  readonly failure: () => IrisError | undefined;
}

/**
 * `iris-tui connect --stdio` on another machine, run by a transport with pipes, as one stream of bytes, once it runs. On standard error there are
 * also words of profiles and of ssh, so nothing is read from it.
 * @throws IrisError when it does not come to run; `retriable` says of what class that is.
 */
export function openStream(transport: Transport): Promise<ProcessStream> {
  return new Promise((resolve, reject) => {
    let failure: IrisError | undefined;
    let spoke = false;
    const stream = new Duplex({
      read: () => transport.resume(),
      write: (chunk: Uint8Array, _encoding, done) => {
        try {
          transport.write(chunk);
          done();
        } catch (error) {
          done(IrisError.from(error));
        }
      },
      destroy: (error, done) => {
        // Nobody waits for it: what hangs is cut off with the stream.
        void transport.stop().catch(() => {});
        done(error);
      },
    });
    stream.on('error', () => {});
    const over = (error: IrisError): void => {
      failure = error;
      // What it said last is still to be read: the stream ends behind that.
      stream.push(null);
      reject(error);
    };
    transport.start({
      status: (status) => {
        if (status === 'ready') resolve({ stream, failure: () => failure });
      },
      output: (bytes, from) => {
        if (from === 'error') return;
        spoke = true;
        if (!stream.push(Buffer.from(bytes))) transport.pause();
      },
      ended: (end) => over(farEnd(end, spoke)),
      failed: over,
    });
  });
}

/**
 * Why the connection ended, told by how the program there did. One that had carried something is lost like any other, and so is one whose hub was
 * out of reach or that was ended: another attempt may do. Else the same again would fail the same way.
 */
function farEnd({ exitCode, signal }: ProcessEnd, spoke: boolean): IrisError {
  const again = { retriable: true };
  if (spoke || exitCode === 0) return new IrisError('hub-unreachable', 'the hub there is gone', again);
  if (signal !== undefined || exitCode === undefined || exitCode > BY_SIGNAL) {
    return new IrisError('hub-unreachable', `iris-tui connect was ended there (${signal ?? exitCode})`, again);
  }
  if (exitCode === ERROR_CODES['hub-unreachable']) {
    return new IrisError('hub-unreachable', 'no hub runs there, and none could be started', again);
  }
  const why = exitCode >= NOT_RUN ? 'could not be run there' : `failed there (exit code ${exitCode})`;
  return new IrisError('failed', `iris-tui connect ${why}`, {
    remedy: 'run iris-tui connect --stdio </dev/null on that machine: it says why',
  });
}
