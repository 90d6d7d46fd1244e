import { describe, expect, test } from 'vitest';
import { Heartbeat } from '../../../src/core/index.ts';
import { FakeClock } from './fake-clock.ts';

function beat(options: { bytesHeard?: () => number; quiet?: (isQuiet: boolean) => void } = {}) {
  const clock = new FakeClock();
  const log: string[] = [];
  const heartbeat = new Heartbeat({
    clock,
    everyMs: 10_000,
    deadAfterMs: 30_000,
    ping: () => log.push(`ping ${clock.now() - 1_000}`),
    dead: () => log.push(`dead ${clock.now() - 1_000}`),
    ...options,
  });
  return { clock, log, heartbeat };
}

describe('the heartbeat', () => {
  test('pings every 10 s, and a peer that says nothing is dead after 30 s', () => {
    const { clock, log } = beat();
    clock.advance(60_000);
    expect(log).toEqual(['ping 10000', 'ping 20000', 'dead 30000']);
    expect(clock.pending).toBe(0);
  });

  test('a peer that is heard lives on', () => {
    const { clock, log, heartbeat } = beat();
    for (let i = 0; i < 100; i++) {
      clock.advance(9_000);
      heartbeat.heard();
    }
    expect(log.filter((line) => line.startsWith('dead'))).toEqual([]);
    heartbeat.stop();
    expect(clock.pending).toBe(0);
  });

  test('bytes of a message that is not complete yet count as life', () => {
    let bytes = 0;
    const { clock, log } = beat({ bytesHeard: () => bytes });
    for (let i = 0; i < 30; i++) {
      bytes += 1;
      clock.advance(5_000);
    }
    expect(log.some((line) => line.startsWith('dead'))).toBe(false);
    clock.advance(40_000);
    expect(log.at(-1)).toMatch(/^dead/);
  });

  test('[T6] bytes of a message that was heard are not taken for a later sign of life: dead 30 s after it, to the millisecond', () => {
    let bytes = 0;
    const { clock, log, heartbeat } = beat({ bytesHeard: () => bytes });
    clock.advance(10_001);
    bytes += 100;
    heartbeat.heard();
    clock.advance(29_999);
    expect(log.some((line) => line.startsWith('dead'))).toBe(false);
    clock.advance(1);
    expect(log.at(-1)).toBe('dead 40001');
  });

  test('[T8] a process that stood still for 25 s or 10 min does not take its peer for dead', () => {
    for (const stopMs of [25_000, 600_000]) {
      const { clock, log, heartbeat } = beat();
      clock.advance(9_000);
      clock.stall(stopMs);
      // What the peer sent meanwhile is read right after.
      clock.advance(100);
      heartbeat.heard();
      clock.advance(29_000);
      expect(log.some((line) => line.startsWith('dead'))).toBe(false);
      heartbeat.stop();
    }
  });

  test('a peer that died while we stood still is found out within 35 s', () => {
    const { clock, log } = beat();
    clock.advance(9_000);
    clock.stall(100_000);
    const woke = clock.now();
    clock.advance(35_000);
    expect(log.at(-1)).toMatch(/^dead/);
    expect(Number(log.at(-1)!.slice(5)) + 1_000 - woke).toBeLessThanOrEqual(35_000);
  });

  test('a peer that owes an answer for 3 s is told of, once, and when it is heard again', () => {
    const told: [number, boolean][] = [];
    const { clock, heartbeat } = beat({ quiet: (isQuiet) => told.push([clock.now() - 1_000, isQuiet]) });
    clock.advance(10_100);
    heartbeat.heard();
    clock.advance(20_000);
    expect(told).toEqual([[23_000, true]]);
    heartbeat.heard();
    expect(told).toEqual([
      [23_000, true],
      [30_100, false],
    ]);
    // We stood still ourselves: nobody owes us anything yet.
    clock.stall(15_000);
    expect(told).toHaveLength(2);
    heartbeat.stop();
  });

  test('where the way is in doubt the peer is asked at once, and is dead after 10 s; it lives on when it is heard', () => {
    const { clock, log, heartbeat } = beat();
    clock.advance(4_000);
    heartbeat.probe();
    clock.advance(9_999);
    expect(log).toEqual(['ping 4000']);
    clock.advance(1);
    expect(log).toEqual(['ping 4000', 'dead 14000']);
    expect(clock.pending).toBe(0);
    heartbeat.probe();
    expect(log).toHaveLength(2);

    const lives = beat();
    lives.heartbeat.probe();
    lives.clock.advance(5_000);
    // Asked again meanwhile: the first question is the one that counts.
    lives.heartbeat.probe();
    lives.heartbeat.heard();
    lives.clock.advance(29_999);
    expect(lives.log.some((line) => line.startsWith('dead'))).toBe(false);
    lives.heartbeat.stop();

    const late = beat();
    late.heartbeat.probe();
    // We stood still ourselves: what it said waits to be read.
    late.clock.stall(12_000);
    expect(late.log.some((line) => line.startsWith('dead'))).toBe(false);
    late.heartbeat.stop();
  });

  test('[T9] a wall clock that moves an hour changes nothing', () => {
    const { clock, log, heartbeat } = beat();
    clock.setWall(clock.wall() + 3_600_000);
    clock.advance(15_000);
    heartbeat.heard();
    clock.setWall(clock.wall() - 7_200_000);
    clock.advance(15_000);
    expect(log.some((line) => line.startsWith('dead'))).toBe(false);
    heartbeat.stop();
  });
});
