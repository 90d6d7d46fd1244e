import { afterEach, describe, expect, test } from 'vitest';
import { type Size, SizeRule } from '../../src/hub/size-rule.ts';
import { closeAll, eventually, newSession, onlineClient, openHub, Watcher } from './support/index.ts';

afterEach(closeAll);

describe('the size of a session', () => {
  function rule() {
    const applied: string[] = [];
    const sizes = new SizeRule<string>(({ cols, rows }: Size) => void applied.push(`${cols}x${rows}`));
    return { sizes, last: () => applied.at(-1) };
  }

  test('is that of the only viewer, and follows its window', () => {
    const { sizes, last } = rule();
    sizes.wish('a', { cols: 80, rows: 24 });
    expect(last()).toBe('80x24');
    sizes.wish('a', { cols: 100, rows: 30 });
    expect(last()).toBe('100x30');
  });

  test('is not changed by a second viewer that only looks, however its window changes', () => {
    const { sizes, last } = rule();
    sizes.wish('a', { cols: 80, rows: 24 });
    sizes.wish('phone', { cols: 30, rows: 60 });
    sizes.wish('phone', { cols: 60, rows: 30 });
    expect(last()).toBe('80x24');
  });

  test('goes to whoever types, and stays there until another does', () => {
    const { sizes, last } = rule();
    sizes.wish('a', { cols: 80, rows: 24 });
    sizes.wish('b', { cols: 120, rows: 40 });
    sizes.typed('b');
    expect(last()).toBe('120x40');
    sizes.wish('a', { cols: 81, rows: 25 });
    expect(last()).toBe('120x40');
    sizes.typed('a');
    expect(last()).toBe('81x25');
    sizes.wish('a', { cols: 82, rows: 26 });
    expect(last()).toBe('82x26');
  });

  test('goes to the one who is left, but stays when several are', () => {
    const { sizes, last } = rule();
    for (const [viewer, cols] of [
      ['a', 80],
      ['b', 100],
      ['c', 120],
    ] as const)
      sizes.wish(viewer, { cols, rows: 24 });
    sizes.typed('a');
    sizes.left('a');
    expect(last()).toBe('80x24');
    sizes.left('c');
    expect(last()).toBe('100x24');
  });

  test('has bounds', () => {
    const { sizes, last } = rule();
    sizes.wish('a', { cols: 10_000, rows: 10_000 });
    expect(last()).toBe('1000x500');
    sizes.wish('a', { cols: 1, rows: 1 });
    expect(last()).toBe('2x1');
  });

  test('reaches the process and every viewer', async () => {
    const { socket } = await openHub();
    const first = await onlineClient(socket);
    const second = await onlineClient(socket);
    const session = await newSession(first, 'trap "stty size" WINCH; echo ready; while :; do read x; done');
    const a = new Watcher(first, session.id, { cols: 90, rows: 30 });
    await a.shows('ready');
    await eventually('the session has the size of its only viewer', () => a.screen.cols === 90 && a.screen.rows === 30);
    const b = new Watcher(second, session.id, { cols: 40, rows: 10 });
    await b.shows('ready');
    expect([b.screen.cols, b.screen.rows]).toEqual([90, 30]);
    b.type('\r');
    await b.shows('10 40');
    await eventually('the first sees that size too', () => a.screen.cols === 40 && a.screen.rows === 10);
    second.close();
    await eventually('the one who is left decides again', () => a.screen.cols === 90 && a.screen.rows === 30);
  });
});
