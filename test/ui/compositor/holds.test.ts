import { afterEach, describe, expect, it } from 'vitest';
import { ArraySurface } from '../../support/array-surface.ts';
import { settle } from './fakes.ts';
import { wholeLayer } from './picture.ts';
import { disposeTerminals, twoPanes } from './two-panes.ts';

afterEach(disposeTerminals);

describe('a synchronized update of a program', () => {
  it('keeps the last frame of its pane until it ends, while others are drawn', async () => {
    const { clock, compositor, left, right, show, terminal } = await twoPanes();
    right.write(0, 0, 'before');
    compositor.invalidate();
    await clock.advance(20);
    right.synchronizing = true;
    right.clear();
    left.write(0, 0, 'other');
    compositor.invalidate();
    await clock.advance(100);
    show();
    expect(terminal.text()[0]).toBe(`${'other'.padEnd(20)}before`);
    right.write(0, 0, 'after');
    right.synchronizing = false;
    compositor.invalidate();
    await settle();
    show();
    expect(terminal.text()[0]).toBe(`${'other'.padEnd(20)}after`);
  });

  it('is drawn unfinished after 150 ms, and again each 150 ms while it goes on', async () => {
    const { clock, compositor, right, show, terminal } = await twoPanes();
    right.synchronizing = true;
    right.write(0, 0, 'half');
    compositor.invalidate();
    await clock.advance(149);
    expect(show()).toEqual([]);
    await clock.advance(1);
    show();
    expect(terminal.text()[0]!.trim()).toBe('half');
    let drawn = 0;
    for (let i = 0; i < 100; i++) {
      right.write(0, 0, `more ${i}`);
      compositor.invalidate();
      await clock.advance(6);
      drawn += show().length;
    }
    expect(drawn).toBe(4);
    await clock.advance(150);
    show();
    expect(terminal.text()[0]!.trim()).toBe('more 99');
  });

  it('that a dead program left open delays neither what comes after quiet nor the echo of a key', async () => {
    const { clock, compositor, left, show } = await twoPanes();
    left.synchronizing = true;
    left.write(0, 0, 'half');
    compositor.invalidate();
    await clock.advance(1000);
    show();
    left.write(0, 1, '$');
    compositor.invalidate();
    await settle();
    expect(show()).toHaveLength(1);
    await clock.advance(20);
    compositor.expectEcho();
    left.write(0, 1, '$ x');
    compositor.invalidate();
    await settle();
    expect(show()).toHaveLength(1);
  });

  it('is not drawn half because a key was typed', async () => {
    const { clock, compositor, left, show } = await twoPanes();
    compositor.expectEcho();
    left.synchronizing = true;
    left.write(0, 0, 'half');
    compositor.invalidate();
    await clock.advance(100);
    expect(show()).toEqual([]);
  });

  it('is held again when it has ended and begins anew', async () => {
    const { clock, compositor, right, show } = await twoPanes();
    right.synchronizing = true;
    right.write(0, 0, 'stuck');
    compositor.invalidate();
    await clock.advance(200);
    right.synchronizing = false;
    compositor.invalidate();
    await clock.advance(20);
    show();
    right.synchronizing = true;
    right.write(0, 0, 'again');
    compositor.invalidate();
    await clock.advance(149);
    expect(show()).toEqual([]);
    await clock.advance(1);
    expect(show()).toHaveLength(1);
  });

  it('keeps the cursor where the last frame had it', async () => {
    const { clock, compositor, left, show, terminal } = await twoPanes();
    left.cursor = { ...left.cursor, x: 4, y: 4 };
    left.version++;
    compositor.invalidate();
    await clock.advance(20);
    left.synchronizing = true;
    left.cursor = { ...left.cursor, x: 9, y: 9 };
    left.version++;
    compositor.invalidate();
    await clock.advance(20);
    show();
    expect(terminal.cursor()).toMatchObject({ x: 4, y: 4 });
    left.synchronizing = false;
    compositor.invalidate();
    await clock.advance(20);
    show();
    expect(terminal.cursor()).toMatchObject({ x: 9, y: 9 });
  });

  it('does not keep a pane empty that was never drawn', async () => {
    const { clock, compositor, show, terminal } = await twoPanes();
    const fresh = new ArraySurface(10, 2);
    fresh.write(0, 0, 'fresh');
    fresh.synchronizing = true;
    compositor.setLayers([wholeLayer(fresh)]);
    await clock.advance(1);
    show();
    expect(terminal.text()[0]).toBe('fresh');
  });
});
