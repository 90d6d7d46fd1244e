import { findSession, IrisError, type Position, type ViewEntry } from '../../core/index.ts';
import type { Context } from '../context.ts';
import { writeError } from '../failure.ts';
import { withHost } from '../host.ts';
import { PlainText } from '../plain-output.ts';
import type { VerbRun } from '../verbs/types.ts';
import { wholeNumber } from './capture.ts';

export const runLogs: VerbRun = async (context, { args, options }) => {
  const raw = options.raw === true;
  if (raw && context.env.stdoutIsTerminal) {
    throw new IrisError('usage', 'logs: --raw would let the program drive this terminal', {
      remedy: 'send it to a file or a pipe, or use iris-tui attach',
    });
  }
  const since =
    options.since === undefined ? undefined : wholeNumber('--since', options.since as string, Number.MAX_SAFE_INTEGER);
  await withHost(context, async (host) => {
    const session = findSession(host.sessions, args[0] as string);
    const printer = new Printer(context, raw);
    const follow = options.follow === true;
    if (!follow && (session.seq === 0 || (since !== undefined && since >= session.seq))) return;
    const after: Position = { epoch: session.epoch, seq: since ?? 0 };
    await new Promise<void>((resolve, reject) => {
      const done = (): void => {
        stop();
        attachment.detach();
        resolve();
      };
      let newest = 0;
      /** Nothing more will come: the process has ended and all it wrote is here. */
      const complete = (): boolean => {
        const now = host.sessions.find((one) => one.id === session.id);
        if (!now) return true;
        // Another process: the rest of this one comes before its first word.
        if (now.epoch !== session.epoch) return false;
        return newest >= now.seq && ['exited', 'failed', 'died'].includes(now.process.status);
      };
      const stop = host.on((event) => {
        if (event.type === 'connection' && event.connection.state !== 'online') {
          stop();
          reject(new IrisError('hub-unreachable', event.connection.reason ?? 'the connection to the hub was lost'));
        } else if (event.type === 'sessions' && follow && complete()) done();
      });
      const attachment = host.attach(session.id, {
        mode: 'log',
        entries: true,
        after,
        readOnly: true,
        onEntry: async (entry) => {
          if (entry.kind === 'snapshot' && entry.epoch !== session.epoch) return done();
          newest = entry.seq;
          await printer.print(entry, session.epoch);
          if (follow ? complete() : newest >= session.seq) done();
        },
        onEnd: (reason) => {
          stop();
          if (reason) reject(reason);
          else resolve();
        },
      });
    });
    printer.end();
  });
};

/** Writes entries as bytes, as text, or as one JSON object a line. Waits while the reader of our output does not keep up. */
class Printer {
  readonly #context: Context;
  readonly #raw: boolean;
  readonly #plain = new PlainText();
  readonly #decoder = new TextDecoder();

  constructor(context: Context, raw: boolean) {
    this.#context = context;
    this.#raw = raw;
  }

  async print(entry: ViewEntry, epoch: string): Promise<void> {
    const missing = entry.kind === 'snapshot' ? entry.gap : undefined;
    const bytes = 'bytes' in entry ? entry.bytes : new Uint8Array(0);
    if (missing && !this.#context.json) {
      writeError(
        `iris-tui: entries ${missing.from} to ${missing.to} are no longer kept${bytes.length > 0 ? ': what was on the screen stands for them' : ''}\n`,
      );
    }
    if (this.#context.json) await this.#write(`${JSON.stringify(this.#asJson(entry, epoch))}\n`);
    else if (entry.kind === 'output' || entry.kind === 'error' || entry.kind === 'snapshot') {
      await this.#write(
        this.#raw ? entry.bytes : this.#plain.push(this.#decoder.decode(entry.bytes, { stream: true })),
      );
    }
  }

  end(): void {
    if (!this.#raw && !this.#context.json) this.#context.write(this.#plain.end());
  }

  #asJson(entry: ViewEntry, epoch: string): Record<string, unknown> {
    if (!('bytes' in entry)) return { epoch, ...entry };
    const { bytes, ...rest } = entry;
    return { epoch, ...rest, data: Buffer.from(bytes).toString('base64') };
  }

  #write(data: string | Uint8Array): Promise<void> | void {
    if (data.length === 0 || process.stdout.write(data)) return;
    return new Promise((resolve) => process.stdout.once('drain', resolve));
  }
}
