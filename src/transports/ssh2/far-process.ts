import type { Client, ClientChannel } from 'ssh2';
import type { LaunchSpec, ProcessEnd, Transport } from '../../core/index.ts';
import { endScript, shellLine, signalScript } from '../remote/index.ts';
import type { Connection } from './connect.ts';
import { runBeside } from './far-shell.ts';
import { ping } from './internals.ts';
import { Keepalive } from './keepalive.ts';
import { LastOutput } from './last-output.ts';

/** One call of the sink gets at most this much, so that what piled up while the process was held does not stop everything else. */
const PIECE_BYTES = 64 * 1024;
/** A server may send as much as we said (2 MiB for each of two streams), and no more. Beyond this it does not keep to the protocol. */
const UNREAD_LIMIT_BYTES = 8 * 1024 * 1024;
/** Between the signals of a server that has no room for a shell beside the process. */
const STAGE_MS = 500;
/** Whoever has not answered for this long is not asked to end anything. */
const ANSWER_MS = 2_000;
/** Signals that a server takes as they are (RFC 4254, 6.9). */
const CHANNEL_SIGNALS = new Set(['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGKILL']);

export interface FarProcessEvents {
  readonly started: (process: FarProcess) => void;
  readonly output: (bytes: Uint8Array, stream: 'output' | 'error') => void;
  /** Every byte has been delivered. */
  readonly ended: (end: ProcessEnd) => void;
  /** The channel or the connection ended without a word of the process. `silentMs`: nothing came for so long. */
  readonly lost: (error: unknown, silentMs?: number) => void;
}

/** A process behind a channel of a connection. */
export class FarProcess {
  readonly #connection: Connection;
  readonly #channel: ClientChannel;
  readonly #events: FarProcessEvents;
  readonly #keepalive: Keepalive;
  readonly #lastOutput: LastOutput;
  #paused = false;
  #over = false;
  /** How the process ended, once the server said so. */
  #end: ProcessEnd | undefined;
  #turn: NodeJS.Immediate | undefined;

  /**
   * `events.started` is called before anything of the process can be heard, and may not be late.
   * @throws the error of the channel, with `reason` where the server gave one
   */
  static async start(
    connection: Connection,
    script: string,
    launch: Pick<LaunchSpec, 'mode' | 'cols' | 'rows'>,
    events: FarProcessEvents,
  ): Promise<void> {
    await openChannel(connection, script, launch, (channel) => {
      events.started(new FarProcess(connection, channel, events));
    });
  }

  private constructor(connection: Connection, channel: ClientChannel, events: FarProcessEvents) {
    this.#connection = connection;
    this.#channel = channel;
    this.#events = events;
    const { client, socket, settings } = connection;
    this.#lastOutput = new LastOutput(
      (answered) => ping(client, answered),
      () => this.#complete(),
    );
    this.#keepalive = new Keepalive(client, {
      intervalMs: settings.aliveIntervalMs,
      countMax: settings.aliveCountMax,
      dead: (silentMs) => this.#lost(undefined, silentMs),
    });
    socket.on('data', () => this.#heard());
    for (const [stream, name] of [
      [channel, 'output'],
      [channel.stderr, 'error'],
    ] as const) {
      // Not `data`: ssh2 makes the stream end, and an ended stream flows again by itself.
      stream.on('readable', () => this.#deliver(name));
    }
    channel.on('exit', (code: number | null, signal?: string) => {
      this.#end = code === null ? { signal: signal ?? 'SIGKILL' } : { exitCode: code };
      this.#lastOutput.processEnded();
    });
    let streams = 2;
    const streamEnded = (): void => {
      streams -= 1;
      if (streams === 0) this.#complete();
    };
    channel.on('end', streamEnded);
    channel.stderr.on('end', streamEnded);
    channel.on('error', () => {});
    let failure: unknown;
    client.on('error', (error) => {
      failure ??= error;
    });
    // With an exit status the end of the output decides; without one nobody will say how it ended.
    channel.on('close', (code: unknown, signal: unknown) => {
      if (code === undefined && signal === undefined) setImmediate(() => this.#lost(failure));
    });
    client.on('close', () => this.#lost(failure));
  }

  /** Closes the channel: a terminal is hung up by that. */
  hangUp(): void {
    this.#channel.close();
  }

  get roundTripMs(): number | undefined {
    return this.#keepalive.roundTripMs;
  }

  /** Waits to be sent: what the window of the channel does not take yet. */
  get pendingBytes(): number {
    return this.#channel.writableLength;
  }

  write(bytes: Uint8Array): void {
    // The caller may use its array again; the stream keeps what it could not send.
    if (this.#channel.writable) this.#channel.write(Buffer.from(bytes));
  }

  resize(cols: number, rows: number): void {
    this.#channel.setWindow(rows, cols, 0, 0);
  }

  pause(): void {
    this.#paused = true;
    this.#lastOutput.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#lastOutput.resume();
    this.#deliver('output');
    this.#deliver('error');
  }

  #heard(): void {
    this.#keepalive.heard();
    if (this.#channel.readableLength + this.#channel.stderr.readableLength > UNREAD_LIMIT_BYTES) {
      this.#lost(new Error('the server sent more than it was allowed to'));
    }
  }

  #deliver(name: 'output' | 'error'): void {
    const stream = name === 'output' ? this.#channel : this.#channel.stderr;
    let room = PIECE_BYTES;
    while (!this.#paused && !this.#over) {
      const held = stream.readableLength;
      // Asked of an empty stream, it says `end`.
      const bytes = stream.read(held > 0 ? Math.min(held, room) : undefined) as Buffer | null;
      if (bytes === null) return;
      this.#events.output(bytes, name);
      this.#lastOutput.delivered(bytes.length);
      room -= bytes.length;
      if (room <= 0) {
        this.#turn ??= setImmediate(() => {
          this.#turn = undefined;
          this.#deliver('output');
          this.#deliver('error');
        });
        return;
      }
    }
  }

  /** To the foreground group of its terminal, or to its group. `pid`: its number there. */
  async signal(name: Parameters<Transport['signal']>[0], pid: number): Promise<void> {
    const code = await runBeside(this.#client, shellLine(signalScript(pid, name)));
    // No second channel: the server itself may pass some on, to the group of the process.
    if (code === undefined && CHANNEL_SIGNALS.has(name) && !this.#over) this.#channel.signal(name.slice(3));
  }

  /** HUP, TERM, KILL to what runs there. */
  async end(pid: number, sessionId: string | undefined): Promise<void> {
    // Of a machine that does not answer nothing can be asked: its sshd will notice that we are gone.
    if (!(await this.#answers())) return;
    const code = await runBeside(this.#client, shellLine(endScript(pid, sessionId)));
    if (code !== undefined || this.#over) return;
    for (const name of ['HUP', 'TERM', 'KILL']) {
      this.#channel.signal(name);
      if (await this.#overWithin(STAGE_MS)) return;
    }
  }

  #answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), ANSWER_MS);
      const answered = (): void => {
        clearTimeout(timer);
        resolve(true);
      };
      if (!ping(this.#client, answered)) answered();
    });
  }

  #overWithin(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const until = performance.now() + ms;
      const look = (): void => {
        if (this.#over || performance.now() >= until) resolve(this.#over);
        else setTimeout(look, 20);
      };
      look();
    });
  }

  get #client(): Client {
    return this.#connection.client;
  }

  /** What has come is delivered first. */
  #lost(error: unknown, silentMs?: number): void {
    if (this.#over) return;
    this.#paused = false;
    for (const [stream, name] of [
      [this.#channel, 'output'],
      [this.#channel.stderr, 'error'],
    ] as const) {
      const bytes = stream.readableLength > 0 ? (stream.read() as Buffer | null) : null;
      if (bytes) this.#events.output(bytes, name);
    }
    const end = this.#end;
    this.#finish(() => (end ? this.#events.ended(end) : this.#events.lost(error, silentMs)));
  }

  /** All of the output has come. Without a word of how it ended, what becomes of the channel tells. */
  #complete(): void {
    const end = this.#end;
    if (end) this.#finish(() => this.#events.ended(end));
  }

  #finish(tell: () => void): void {
    if (this.#over) return;
    this.#over = true;
    this.#keepalive.stop();
    this.#lastOutput.stop();
    clearImmediate(this.#turn);
    tell();
  }
}

function openChannel(
  connection: Connection,
  script: string,
  { mode, cols, rows }: Pick<LaunchSpec, 'mode' | 'cols' | 'rows'>,
  opened: (channel: ClientChannel) => void,
): Promise<void> {
  const { client, mayForwardAgent, settings } = connection;
  const pty = mode === 'pty' ? { term: 'xterm-256color', cols, rows, width: 0, height: 0 } : undefined;
  const agentForward = mayForwardAgent && settings.forwardedAgent !== undefined;
  return new Promise((resolve, reject) => {
    const lost = (): void => reject(new Error('the connection was closed'));
    client.once('close', lost);
    try {
      client.exec(
        shellLine(script),
        { ...(pty ? { pty } : {}), ...(agentForward ? { agentForward } : {}) },
        (error, channel) => {
          client.removeListener('close', lost);
          if (error) reject(error);
          else {
            // At once: what follows in the same packet of the network may be its end already.
            opened(channel);
            resolve();
          }
        },
      );
    } catch (error) {
      reject(error);
    }
  });
}
