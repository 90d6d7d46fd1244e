import { afterEach, describe, expect, it } from 'vitest';
import { Compositor, FULL_CAPABILITIES, type Layer } from '../../../src/ui/compositor/index.ts';
import { ArraySurface } from '../../support/array-surface.ts';
import { HandClock, MemorySink, settle } from './fakes.ts';
import { type Terminal, wholeLayer } from './picture.ts';
import { disposeTerminals, newTerminal, ROWS, twoPanes } from './two-panes.ts';

afterEach(disposeTerminals);

/** Fills a surface with text that is different each time. */
function flood(surface: ArraySurface, round: number): void {
  for (let y = 0; y < surface.rows; y++)
    surface.write(
      0,
      y,
      String(round * 7919 + y * 104729)
        .padEnd(surface.cols, 'abcdef'[round % 6])
        .slice(0, surface.cols),
    );
}

describe('pace', () => {
  it('writes the first change after quiet before time moves', async () => {
    const { compositor, left, show } = await twoPanes();
    left.set(0, 0, 'a');
    compositor.invalidate();
    await settle();
    expect(show()).toEqual(['a\r']);
  });

  it('makes one frame of all changes of one tick', async () => {
    const { compositor, left, right, show, terminal } = await twoPanes();
    for (const [at, char] of [...'hello'].entries()) {
      left.set(at, 3, char);
      compositor.invalidate();
      right.set(at, 4, char);
      compositor.invalidate();
    }
    await settle();
    expect(show()).toHaveLength(1);
    expect(terminal.text().slice(3, 5)).toEqual(['hello', `${' '.repeat(20)}hello`]);
  });

  it('lets 16 ms pass between two frames, and then shows the newest state only', async () => {
    const { clock, compositor, left, show } = await twoPanes();
    for (const char of 'abc') {
      left.set(0, 0, char);
      compositor.invalidate();
      await settle();
    }
    expect(show()).toEqual(['a\r']);
    await clock.advance(15);
    expect(show()).toEqual([]);
    await clock.advance(1);
    expect(show()).toEqual(['c\r']);
  });

  it('writes nothing, and keeps no timer, when nothing changed', async () => {
    const { clock, compositor, left, show } = await twoPanes();
    for (let i = 0; i < 5; i++) {
      left.version++;
      compositor.invalidate();
      await clock.advance(20);
    }
    const { frames } = compositor;
    expect(show()).toEqual([]);
    await clock.advance(1000);
    expect(compositor.frames).toBe(frames);
    expect(clock.timers).toBe(0);
  });

  it('counts frames and bytes as they reach the terminal', async () => {
    const { compositor, sink, left } = await twoPanes();
    const before = { bytes: compositor.bytesWritten, frames: compositor.frames };
    flood(left, 1);
    compositor.invalidate();
    await settle();
    expect(compositor.frames - before.frames).toBe(1);
    expect(compositor.bytesWritten - before.bytes).toBe(sink.writes[0]!.length);
  });

  it('shows the focused pane at once while another pane floods, and only that pane', async () => {
    const { clock, compositor, left, right, show, terminal } = await twoPanes();
    for (let round = 0; round < 10; round++) {
      flood(right, round);
      compositor.invalidate();
      await clock.advance(7);
    }
    show();
    flood(right, 99);
    const before = terminal.text()[2]!.slice(20);
    left.write(0, 2, 'echo');
    compositor.invalidate();
    await settle();
    const [frame, ...more] = show();
    expect(more).toEqual([]);
    expect(frame).toContain('echo');
    expect(terminal.text()[2]).toBe(`${'echo'.padEnd(20)}${before}`);
    await clock.advance(16);
    show();
    expect(terminal.text()[2]!.slice(20)).not.toBe(before);
  });

  it('draws the echo of a key at once in a pane that floods, but once a key', async () => {
    const { clock, compositor, left, show } = await twoPanes();
    flood(left, 1);
    compositor.invalidate();
    await settle();
    expect(show()).toHaveLength(1);
    await clock.advance(2);
    compositor.expectEcho();
    for (const char of 'xyz') {
      left.set(5, 5, char);
      compositor.invalidate();
      await settle();
    }
    expect(show().map((frame) => frame.replaceAll(/\x1b\[[\d;?]*[A-Za-z]/g, '').trim())).toEqual(['x']);
  });

  it('waits longer after a large frame, 50 ms at most', async () => {
    const clock = new HandClock();
    const sink = new MemorySink();
    const compositor = new Compositor({ sink, clock, capabilities: FULL_CAPABILITIES });
    const surface = new ArraySurface(200, 60);
    compositor.setSize(200, 60);
    compositor.setLayers([wholeLayer(surface)]);
    await settle();
    await clock.advance(1000);
    sink.take();
    for (let x = 0; x < 200; x++)
      for (let y = 0; y < 60; y++) surface.set(x, y, 'ab'[(x + y) % 2]!, 1, { fg: 0x3000000 + x * 1000 + y });
    compositor.invalidate();
    await settle();
    expect(sink.take()[0]!.length).toBeGreaterThan(20_000);
    surface.set(0, 0, 'z');
    compositor.invalidate();
    await clock.advance(49);
    expect(sink.take()).toEqual([]);
    await clock.advance(1);
    expect(sink.take()).toHaveLength(1);
  });
});

describe('a frame', () => {
  it('is one write inside a synchronized update', async () => {
    const { compositor, left, right, show } = await twoPanes();
    flood(left, 3);
    flood(right, 4);
    compositor.invalidate();
    await settle();
    const written = show();
    expect(written).toHaveLength(1);
    expect(written[0]!.startsWith('\x1b[?2026h')).toBe(true);
    expect(written[0]!.endsWith('\x1b[?2026l')).toBe(true);
    expect(written[0]!.split('\x1b[?2026').length).toBe(3);
  });

  it('is not composed while the terminal has not drained, and holds the newest state when it has', async () => {
    const { clock, compositor, sink, left, show, terminal } = await twoPanes();
    sink.isDrained = false;
    left.write(0, 0, 'first');
    compositor.invalidate();
    await settle();
    expect(show()).toHaveLength(1);
    for (let round = 0; round < 50; round++) {
      left.write(0, 0, `round ${round}`);
      compositor.invalidate();
      await clock.advance(20);
      compositor.flush();
    }
    expect(show()).toEqual([]);
    sink.drain();
    await settle();
    expect(show()).toHaveLength(1);
    expect(terminal.text()[0]).toBe('round 49');
  });

  it('after a redraw has every cell in it', async () => {
    const { clock, compositor, left, show, terminal } = await twoPanes();
    left.write(0, 0, 'stays');
    compositor.invalidate();
    await clock.advance(20);
    show();
    terminal.write('\x1b[r\x1b[H\x1b[41mrubbish\x1b[J\x1b[?25l');
    compositor.redraw();
    await clock.advance(20);
    show();
    expect(terminal.text()).toEqual(['stays', ...Array(ROWS - 1).fill('')]);
    expect(terminal.cells().every((cell) => cell.bg === 0)).toBe(true);
    expect(terminal.cursor()).toEqual({ x: 0, y: 0, shape: 0 });
  });

  it('costs nothing when the same layers are set again', async () => {
    const { clock, compositor, left, right, show } = await twoPanes();
    left.write(0, 0, 'text');
    compositor.invalidate();
    await clock.advance(20);
    show();
    compositor.setLayers([wholeLayer(left), wholeLayer(right, { x: 20, y: 0 })]);
    await clock.advance(20);
    expect(show()).toEqual([]);
  });

  it('is not written before the size of the terminal is known', async () => {
    const sink = new MemorySink();
    const compositor = new Compositor({ sink, clock: new HandClock(), capabilities: FULL_CAPABILITIES });
    const surface = new ArraySurface(4, 1);
    surface.write(0, 0, 'text');
    compositor.setLayers([wholeLayer(surface)]);
    compositor.setCursor({ surface });
    await settle();
    compositor.flush();
    expect(sink.writes).toEqual([]);
    compositor.setSize(4, 1);
    await settle();
    expect(sink.take().join('')).toContain('text');
  });

  it('is not written after dispose, which leaves no timer and no listener', async () => {
    const { clock, compositor, sink, left, show } = await twoPanes();
    left.set(0, 0, 'a');
    compositor.invalidate();
    await settle();
    left.set(0, 0, 'b');
    compositor.invalidate();
    expect(clock.timers).toBe(1);
    show();
    compositor.dispose();
    compositor.dispose();
    compositor.invalidate();
    compositor.flush();
    expect(clock.timers).toBe(0);
    expect(sink.listeners).toBe(0);
    await clock.advance(100);
    expect(show()).toEqual([]);
  });
});

describe('layers', () => {
  const drawn = async (layers: readonly Layer[], cols = 12, rows = 4): Promise<Terminal> => {
    const sink = new MemorySink();
    const compositor = new Compositor({ sink, clock: new HandClock(), capabilities: FULL_CAPABILITIES });
    const terminal = newTerminal(cols, rows);
    compositor.setSize(cols, rows);
    compositor.setLayers(layers);
    compositor.flush();
    for (const frame of sink.take()) terminal.write(frame);
    return terminal;
  };

  it('that lie above hide what is below, and half a wide character is never shown', async () => {
    const below = new ArraySurface(12, 4);
    for (let x = 0; x < 12; x += 2) below.set(x, 0, '漢', 2);
    const above = new ArraySurface(3, 1);
    above.write(0, 0, 'abc');
    const terminal = await drawn([wholeLayer(below), { ...wholeLayer(above), rect: { x: 3, y: 0, cols: 3, rows: 1 } }]);
    expect(terminal.text()[0]).toBe('漢 abc漢漢漢');
  });

  it('larger than their surface are padded with dim dots when they ask for it', async () => {
    const small = new ArraySurface(2, 1);
    small.write(0, 0, 'ab');
    const layer: Layer = { surface: small, rect: { x: 1, y: 1, cols: 5, rows: 2 }, source: { x: 0, y: 0 } };
    expect((await drawn([layer])).text()).toEqual(['', ' ab', '', '']);
    expect((await drawn([{ ...layer, padding: 'dots' }])).text()).toEqual(['', ' ab···', ' ·····', '']);
  });

  it('show highlights inverse, and a wide character is highlighted as a whole', async () => {
    const surface = new ArraySurface(12, 1);
    surface.write(0, 0, 'ab');
    surface.set(2, 0, '漢', 2);
    const terminal = await drawn([{ ...wholeLayer(surface), highlights: [{ row: 0, from: 1, to: 3 }] }]);
    expect(
      terminal
        .cells()
        .slice(0, 5)
        .map((cell) => cell.fgFlags !== 0),
    ).toEqual([false, true, true, true, false]);
  });
});
