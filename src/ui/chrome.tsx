import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import chalk from 'chalk';
import { type Instance, render } from 'ink';
import { Screen, type Surface } from '../core/index.ts';
import { App, type ViewStore } from './components/App.tsx';

const encoder = new TextEncoder();

/** What Ink takes for its terminal: it has a size, and every write is one whole frame. */
class VirtualStdout extends EventEmitter {
  readonly isTTY = true;
  readonly writable = true;
  columns: number;
  rows: number;
  readonly #frame: (text: string) => void;

  constructor(cols: number, rows: number, frame: (text: string) => void) {
    super();
    this.columns = cols;
    this.rows = rows;
    this.#frame = frame;
  }

  write(text: string, ...rest: unknown[]): boolean {
    if (text !== '') this.#frame(text);
    const done = rest.findLast((r) => typeof r === 'function');
    if (done) queueMicrotask(done as () => void);
    return true;
  }
}

/**
 * Everything around the panes: Ink renders whole frames (its `debug` option: unthrottled, no cursor movement of its own) into a screen
 * that the compositor shows. Only rows that changed are parsed again.
 */
export class Chrome {
  readonly #screen: Screen;
  readonly #stdout: VirtualStdout;
  readonly #ink: Instance;
  #lines: string[] = [];
  #disposed = false;
  readonly #changed: () => void;

  constructor(store: ViewStore, cols: number, rows: number, changed: () => void) {
    // The chrome is drawn in full colour into cells; the compositor reduces it to what the terminal can show.
    chalk.level = 3;
    this.#changed = changed;
    this.#screen = new Screen({ cols, rows, scrollback: 0 });
    this.#screen.write(encoder.encode('\x1b[?7l\x1b[?25l'));
    this.#stdout = new VirtualStdout(cols, rows, (text) => this.#draw(text));
    this.#ink = render(<App store={store} />, {
      stdout: this.#stdout as unknown as NodeJS.WriteStream,
      stderr: this.#stdout as unknown as NodeJS.WriteStream,
      stdin: new Readable({ read() {} }) as unknown as NodeJS.ReadStream,
      debug: true,
      interactive: true,
      exitOnCtrlC: false,
      patchConsole: false,
    });
  }

  get surface(): Surface {
    return this.#screen;
  }

  resize(cols: number, rows: number): void {
    this.#screen.resize(cols, rows);
    this.#screen.write(encoder.encode('\x1b[0m\x1b[2J'));
    this.#lines = [];
    this.#stdout.columns = cols;
    this.#stdout.rows = rows;
    this.#stdout.emit('resize');
  }

  /** Idempotent. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#ink.unmount();
    this.#ink.cleanup();
    this.#screen.dispose();
  }

  #draw(frame: string): void {
    if (this.#disposed) return;
    const lines = frame.split('\n').slice(0, this.#screen.rows);
    let out = '';
    for (let y = 0; y < this.#screen.rows; y++) {
      const line = lines[y] ?? '';
      if (this.#lines[y] === line) continue;
      out += `\x1b[${y + 1};1H\x1b[0m\x1b[2K${line}`;
    }
    if (out === '') return;
    this.#lines = lines;
    while (this.#lines.length < this.#screen.rows) this.#lines.push('');
    this.#screen.write(encoder.encode(out));
    this.#changed();
  }
}

/** Renders once for nobody. The first render compiles what the following ones use, 40 ms that pass while a hub starts. */
export function warmUp(store: ViewStore): void {
  new Chrome(store, 80, 24, () => {}).dispose();
}
