import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type CursorPosition, Emulator, type EmulatorOptions, type ScreenCell } from './emulator.ts';
import { openThings } from './open-things.ts';
import { descendantsOf, isAlive, type ProcessInfo, processInfo, signal, waitUntilGone } from './processes.ts';
import { openPty, type Pty } from './pty.ts';
import { type TempHome, tempHome } from './temp-home.ts';
import { DEFAULT_TIMEOUT_MS } from './wait-until.ts';

/** The program under test: `node bin/iris-tui.js` of this checkout. */
export const IRIS = [process.execPath, fileURLToPath(new URL('../../bin/iris-tui.js', import.meta.url))] as const;

/** Reading stops above this many bytes that the emulator has not parsed, and goes on when all are parsed. */
const MAX_UNPARSED_BYTES = 1 << 20;
/** The newest raw output kept for {@link Tui.output}; older bytes are dropped. */
const MAX_OUTPUT_BYTES = 8 << 20;

export interface SpawnTuiOptions {
  readonly cols?: number;
  readonly rows?: number;
  /** Program and first arguments. Default {@link IRIS}. */
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  /** Default: $HOME. */
  readonly cwd?: string;
  /** Added to the clean environment; undefined takes a variable out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Share a home (and its hub) with other programs; it is then left alone at the end. Default: a new one. */
  readonly home?: TempHome;
  /** Answer terminal queries as a present-day terminal would. Default true. */
  readonly answer?: boolean;
  readonly widths?: EmulatorOptions['widths'];
  /** Lines the outer terminal keeps. Default 1,000. */
  readonly scrollback?: number;
}

export interface Exit {
  readonly code: number;
  readonly signal: NodeJS.Signals | undefined;
}

export interface WaitForOptions {
  /** Default {@link DEFAULT_TIMEOUT_MS}. */
  readonly timeoutMs?: number;
  /** Names the condition in the message of a failure. */
  readonly what?: string;
}

/** A text on the screen, a pattern of it (rows joined by line feeds, blanks at their ends cut), or a question about it. */
export type ScreenCondition = string | RegExp | ((tui: Tui) => unknown);

const running = new Set<Tui>();
openThings().set('program in', () => ({ left: [...running].map((tui) => tui.home.path), close: disposeTuis }));

/** Ends every program that still runs: `afterEach(disposeTuis)` where `await using` does not fit. */
export async function disposeTuis(): Promise<void> {
  await Promise.all([...running].map((tui) => tui.dispose()));
}

/** Starts a program in a real PTY in front of an emulated terminal (default 80x24). `await using tui = spawnTui()` ends it. */
export function spawnTui(options: SpawnTuiOptions = {}): Tui {
  return new Tui(options);
}

interface Waiter {
  check(): boolean;
  ended(): void;
}

export class Tui implements AsyncDisposable {
  readonly home: TempHome;
  readonly emulator: Emulator;
  /** Settles when the program has ended and all it wrote is on the screen. Never rejects. */
  readonly exited: Promise<Exit>;
  /** Bytes that the program wrote to its terminal so far. */
  bytesWritten = 0;
  /** Replies that the terminal gave to queries, oldest first. At most 1,000: then the oldest go. */
  readonly replies: string[] = [];
  #exit: Exit | undefined;
  readonly #pty: Pty;
  readonly #self: ProcessInfo | undefined;
  readonly #ownsHome: boolean;
  readonly #waiters = new Set<Waiter>();
  #chunks: Buffer[] = [];
  #kept = 0;
  #unparsed = 0;
  #stalled = false;
  #disposed: Promise<void> | undefined;

  constructor(options: SpawnTuiOptions) {
    const cols = options.cols ?? 80;
    const rows = options.rows ?? 24;
    this.#ownsHome = options.home === undefined;
    this.home = options.home ?? tempHome();
    const extra = Object.entries({ ...this.home.env, ...options.env });
    const env = Object.fromEntries(extra.filter((e): e is [string, string] => e[1] !== undefined));
    this.emulator = new Emulator({
      cols,
      rows,
      ...(options.widths === undefined ? {} : { widths: options.widths }),
      ...(options.scrollback === undefined ? {} : { scrollback: options.scrollback }),
      reply: (text) => {
        if (options.answer === false || this.#exit !== undefined) return;
        this.replies.push(text);
        if (this.replies.length > 1_000) this.replies.shift();
        this.#pty.write(text);
      },
    });
    this.#pty = openPty({
      command: [...(options.command ?? IRIS), ...(options.args ?? [])],
      cols,
      rows,
      cwd: options.cwd ?? this.home.path,
      env,
    });
    this.#self = processInfo(this.#pty.pid);
    this.#pty.onData((bytes) => this.#received(bytes));
    this.exited = new Promise((resolve) => {
      this.#pty.onExit(({ exitCode, signal: number }) => {
        // After what is in the emulator's queue, so that the last words are on the screen.
        this.emulator.term.write('', () => {
          this.#exit = { code: exitCode, signal: signalName(number) };
          resolve(this.#exit);
          this.#look();
          for (const waiter of [...this.#waiters]) waiter.ended();
        });
      });
    });
    running.add(this);
  }

  get pid(): number {
    return this.#pty.pid;
  }

  get cols(): number {
    return this.emulator.cols;
  }

  get rows(): number {
    return this.emulator.rows;
  }

  screen(): string[] {
    return this.emulator.screen();
  }

  row(y: number): string {
    return this.emulator.row(y);
  }

  text(): string {
    return this.emulator.text();
  }

  cell(x: number, y: number): ScreenCell {
    return this.emulator.cell(x, y);
  }

  get cursor(): CursorPosition {
    return this.emulator.cursor;
  }

  get title(): string {
    return this.emulator.title;
  }

  /** undefined while it runs. */
  get exit(): Exit | undefined {
    return this.#exit;
  }

  /** Where a text stands on the screen: its column (in cells) and row; undefined when it does not. */
  find(text: string): { x: number; y: number } | undefined {
    for (let y = 0; y < this.rows; y += 1) {
      const at = this.row(y).indexOf(text);
      if (at < 0) continue;
      let seen = 0;
      for (let x = 0; x < this.cols; x += 1) {
        if (seen >= at) return { x, y };
        seen += this.cell(x, y).chars.length;
      }
    }
    return undefined;
  }

  /** The newest raw bytes (at most 8 MiB) since the start, or since `clearOutput`. */
  output(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  clearOutput(): void {
    this.#chunks = [];
    this.#kept = 0;
  }

  /** Types: bytes as they are, a string as UTF-8. */
  send(input: string | Uint8Array): void {
    if (this.#exit !== undefined)
      throw new Error(`the program has ended, so it cannot be sent ${JSON.stringify(input)}`);
    this.#pty.write(typeof input === 'string' ? Buffer.from(input) : input);
  }

  resize(cols: number, rows: number): void {
    this.emulator.resize(cols, rows);
    this.#pty.resize(cols, rows);
  }

  /** The terminal stops reading, as a slow or suspended one does. */
  stall(): void {
    this.#stalled = true;
    this.#pty.pause();
  }

  unstall(): void {
    this.#stalled = false;
    this.#pty.resume();
  }

  /**
   * Waits until the screen answers the condition; looked at after each change, never in the middle of a synchronized update.
   * Fails at the deadline or when the program ends first, and shows the screen then.
   */
  waitFor(condition: ScreenCondition, options: WaitForOptions = {}): Promise<void> {
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const what =
      options.what ?? (typeof condition === 'function' ? condition.toString() : `the screen shows ${show(condition)}`);
    const holds = () => {
      if (typeof condition === 'function') return Boolean(condition(this));
      return typeof condition === 'string' ? this.text().includes(condition) : this.text().search(condition) >= 0;
    };
    // Made here, so that its stack leads to the test.
    const failure = new Error();
    return new Promise((resolve, reject) => {
      const finish = (error?: unknown) => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        if (error === undefined) resolve();
        else reject(error);
      };
      const fail = (why: string) => {
        failure.message = `${why}: ${what}\n${this.emulator.picture()}`;
        failure.stack = `Error: ${failure.message}\n${failure.stack?.split('\n').slice(1).join('\n')}`;
        finish(failure);
      };
      const waiter: Waiter = {
        check: () => {
          try {
            if (!holds()) return false;
            finish();
          } catch (error) {
            finish(error);
          }
          return true;
        },
        ended: () => fail(`the program ended (code ${this.#exit?.code}, signal ${this.#exit?.signal}) before`),
      };
      const timer = setTimeout(() => {
        if (!waiter.check()) fail(`waited ${timeoutMs} ms in vain`);
      }, timeoutMs);
      this.#waiters.add(waiter);
      if (!this.emulator.synchronizing && waiter.check()) return;
      if (this.#exit !== undefined) waiter.ended();
    });
  }

  /** Settles when nothing was written for `quietMs` (default 100): for what must NOT happen, and before counting bytes. */
  async settle(quietMs = 100, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    for (let seen = -1; seen !== this.bytesWritten; ) {
      if (performance.now() > deadline) {
        throw new Error(`it never stopped writing for ${quietMs} ms\n${this.emulator.picture()}`);
      }
      seen = this.bytesWritten;
      await new Promise((resolve) => setTimeout(resolve, quietMs));
    }
  }

  /** Signals the program itself (not its hub). Default SIGTERM. */
  kill(name: NodeJS.Signals = 'SIGTERM'): void {
    if (this.#self !== undefined) signal(this.#self, name);
  }

  /** Ends the program and what it left below itself; with it its home (and hub), unless that was given. Idempotent. */
  dispose(): Promise<void> {
    this.#disposed ??= this.#end();
    return this.#disposed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #end(): Promise<void> {
    const own = this.#self === undefined ? [] : [this.#self, ...descendantsOf(this.#self.pid)];
    // A program that runs in a home that stays may have a hub there: only what hangs on this terminal ends here.
    if (this.#stalled) this.unstall();
    if (this.#self !== undefined && isAlive(this.#self)) {
      this.kill('SIGHUP');
      await waitUntilGone([this.#self], 2_000).catch(() => this.kill('SIGKILL'));
    }
    await this.exited;
    if (this.#ownsHome) await this.home.dispose();
    const left = own.filter(
      (p) => isAlive(p) && (this.#ownsHome || !this.home.processes().some((h) => h.pid === p.pid)),
    );
    for (const target of left) signal(target, 'SIGKILL');
    this.emulator.dispose();
    running.delete(this);
  }

  #received(bytes: Buffer): void {
    this.bytesWritten += bytes.length;
    this.#chunks.push(bytes);
    this.#kept += bytes.length;
    while (this.#kept > MAX_OUTPUT_BYTES) this.#kept -= this.#chunks.shift()?.length ?? 0;
    this.#unparsed += bytes.length;
    if (this.#unparsed > MAX_UNPARSED_BYTES) this.#pty.pause();
    this.emulator.term.write(bytes, () => {
      this.#unparsed -= bytes.length;
      if (this.#unparsed === 0 && !this.#stalled) this.#pty.resume();
      this.#look();
    });
  }

  #look(): void {
    if (this.emulator.synchronizing) return;
    for (const waiter of [...this.#waiters]) waiter.check();
  }
}

function show(condition: string | RegExp): string {
  return typeof condition === 'string' ? JSON.stringify(condition) : String(condition);
}

function signalName(number: number | undefined): NodeJS.Signals | undefined {
  if (!number) return undefined;
  const found = Object.entries(constants.signals).find(([, value]) => value === number);
  return found?.[0] as NodeJS.Signals | undefined;
}
