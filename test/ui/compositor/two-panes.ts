import { Compositor, FULL_CAPABILITIES } from '../../../src/ui/compositor/index.ts';
import { ArraySurface } from '../../support/array-surface.ts';
import { HandClock, MemorySink, settle } from './fakes.ts';
import { Terminal, wholeLayer } from './picture.ts';

export const COLS = 40;
export const ROWS = 12;
const terminals: Terminal[] = [];

/** For `afterEach`. */
export function disposeTerminals(): void {
  for (const terminal of terminals.splice(0)) terminal.dispose();
}

/** Gone with `disposeTerminals`. */
export function newTerminal(cols: number, rows: number): Terminal {
  const terminal = new Terminal(cols, rows);
  terminals.push(terminal);
  return terminal;
}

/** Two panes side by side, drawn once. */
export async function twoPanes() {
  const clock = new HandClock();
  const sink = new MemorySink();
  const compositor = new Compositor({ sink, clock, capabilities: FULL_CAPABILITIES });
  const terminal = newTerminal(COLS, ROWS);
  const left = new ArraySurface(20, ROWS);
  const right = new ArraySurface(20, ROWS);
  left.cursor = { x: 0, y: 0, visible: true, shape: undefined, blink: false };
  compositor.setSize(COLS, ROWS);
  compositor.setLayers([wholeLayer(left), wholeLayer(right, { x: 20, y: 0 })]);
  compositor.setCursor({ surface: left });
  await settle();
  const show = (): string[] => {
    const written = sink.take();
    for (const frame of written) terminal.write(frame);
    return written;
  };
  show();
  await clock.advance(1000);
  return { clock, sink, compositor, terminal, left, right, show };
}
