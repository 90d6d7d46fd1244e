import {
  findSession,
  IrisError,
  plainText,
  type SessionHost,
  type SessionInfo,
  type ViewEntry,
} from '../../core/index.ts';
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
  const follow = options.follow === true;
  await withHost(
    context,
    async (host) => {
      const session = findSession(host.sessions, args[0] as string);
      if (!follow && (session.seq === 0 || (since !== undefined && since >= session.seq))) return;
      const printer = new Printer(context, raw);
      await readLog(host, session, { after: since ?? 0, follow, printer });
      printer.end();
    },
    { stays: follow },
  );
};

/** Prints the log of this run: what there is, or until it ends; then over as many connections as that takes. */
function readLog(
  host: SessionHost,
  session: SessionInfo,
  { after, follow, printer }: { after: number; follow: boolean; printer: Printer },
): Promise<void> {
  return new Promise((resolve, reject) => {
    let newest = 0;
    let away = false;
    const end = (settle: () => void): void => {
      stop();
      attachment.detach();
      settle();
    };
    const done = (): void => end(resolve);
    /** Nothing more will come: the process has ended and all it wrote is here. */
    const complete = (): boolean => {
      const now = host.sessions.find((one) => one.id === session.id);
      if (!now) {
        if (away) printer.remark(`${session.name} is gone: what it wrote while the connection was away is lost`);
        return true;
      }
      // Another process: the rest of this one comes before its first word.
      if (now.epoch !== session.epoch) return false;
      return newest >= now.seq && ['exited', 'failed', 'died'].includes(now.process.status);
    };
    const stop = host.on((event) => {
      if (event.type === 'sessions' && follow && complete()) done();
      if (event.type !== 'connection' || event.connection.state === 'online') return;
      away = true;
      // Whatever is asked of a host that does not come back says why.
      if (event.connection.state === 'error') end(() => void host.command('session.list', {}).catch(reject));
    });
    const attachment = host.attach(session.id, {
      mode: 'log',
      entries: true,
      after: { epoch: session.epoch, seq: after },
      readOnly: true,
      onAttached: () => {
        away = false;
      },
      onEntry: async (entry) => {
        if (entry.kind === 'snapshot' && entry.epoch !== session.epoch) {
          if (entry.lostAfter) printer.remark(`what came after entry ${entry.lostAfter.seq} is no longer kept`);
          return done();
        }
        // A hub that lost its newest entries when it was killed shows an older screen: all of that has been printed.
        if (entry.seq <= newest) return follow && complete() ? done() : undefined;
        newest = entry.seq;
        await printer.print(entry, session.epoch);
        if (follow ? complete() : newest >= session.seq) done();
      },
      onEnd: (reason) => end(() => (reason ? reject(reason) : resolve())),
    });
  });
}

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
    if (missing) {
      const stands = 'bytes' in entry && entry.bytes.length > 0 ? ': what was on the screen stands for them' : '';
      this.remark(`entries ${missing.from} to ${missing.to} are no longer kept${stands}`);
    }
    if (this.#context.json) await this.#write(`${JSON.stringify(this.#asJson(entry, epoch))}\n`);
    else if (entry.kind === 'output' || entry.kind === 'error' || entry.kind === 'snapshot') {
      await this.#write(
        this.#raw ? entry.bytes : this.#plain.push(this.#decoder.decode(entry.bytes, { stream: true })),
      );
    }
  }

  /** Beside what is printed; with --json the entries say it themselves. */
  remark(text: string): void {
    if (!this.#context.json) writeError(`iris-tui: ${plainText(text)}\n`);
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
