import { Duplex } from 'node:stream';
import { IrisError, plainText, type Transport } from '../core/index.ts';

/** What the process says on its standard error is kept up to this, to explain its end; older text is dropped. */
const WORDS_LIMIT_CHARS = 4_096;

export interface ProcessStream {
  /** Its standard input and output. Ends with the process; destroying it ends the process. */
  readonly stream: Duplex;
  /** Why it ended, once it has. */
  readonly failure: () => IrisError | undefined;
}

/**
 * The process of a transport with pipes as one stream of bytes, once it runs.
 * @throws IrisError when it does not come to run; `retriable` says of what class that is.
 */
export function openStream(transport: Transport): Promise<ProcessStream> {
  return new Promise((resolve, reject) => {
    let failure: IrisError | undefined;
    let words = '';
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
      stream.push(null);
      stream.destroy();
      reject(error);
    };
    transport.start({
      status: (status) => {
        if (status === 'ready') resolve({ stream, failure: () => failure });
      },
      output: (bytes, from) => {
        if (from === 'error') words = `${words}${Buffer.from(bytes).toString('utf8')}`.slice(-WORDS_LIMIT_CHARS);
        else if (!stream.push(Buffer.from(bytes))) transport.pause();
      },
      ended: ({ exitCode, signal }) => {
        const last = words.trim().split('\n').at(-1) ?? '';
        const how = signal ?? (exitCode === undefined ? '' : `exit code ${exitCode}`);
        const line = last === '' ? `the program on the far side ended (${how})` : plainText(last);
        over(new IrisError('hub-unreachable', line, { retriable: exitCode !== 0 && last === '' }));
      },
      failed: over,
    });
  });
}
