import { describe, expect, it } from 'vitest';
import {
  IDLE_HOLD_MS,
  RATE_LIMIT,
  RATE_WINDOW_MS,
  type SettledState,
  Settler,
  type Sign,
} from '../../../src/core/index.ts';
import { Bench, readCast } from './replay.ts';

const sign = (state: SettledState, question?: string, holdMs?: number): Sign => ({ state, question, holdMs });

/** mulberry32: the same numbers for the same seed. */
function random(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Most changes within any second. */
function densest(times: readonly number[]): number {
  let most = 0;
  for (const from of times) {
    most = Math.max(most, times.filter((at) => at >= from && at < from + RATE_WINDOW_MS).length);
  }
  return most;
}

describe('a settled state', () => {
  it('is blocked and working at once, and idle when that lasted', () => {
    const settler = new Settler(0);
    expect(settler.observe(sign('working'), 10)).toBe(true);
    expect(settler.observe(sign('idle'), 1000)).toBe(false);
    expect(settler.nextAt).toBe(1000 + IDLE_HOLD_MS);
    expect(settler.tick(1000 + IDLE_HOLD_MS - 1)).toBe(false);
    expect(settler.tick(1000 + IDLE_HOLD_MS)).toBe(true);
    expect(settler).toMatchObject({ state: 'idle', since: 1000 });
    expect(settler.observe(sign('blocked', 'may I?'), 5000)).toBe(true);
    expect(settler).toMatchObject({ state: 'blocked', since: 5000, question: 'may I?' });
  });

  it('stays working when it looked idle between two tools', () => {
    const settler = new Settler(0);
    settler.observe(sign('working'), 0);
    for (let at = 1000; at < 60_000; at += 2000) {
      settler.observe(sign('idle'), at);
      settler.tick(at + 1000);
      expect(settler.observe(sign('working'), at + 1000)).toBe(false);
      expect(settler.state).toBe('working');
      expect(settler.since).toBe(0);
    }
  });

  it('is working when a question was answered, and idle half a second later if nothing goes on', () => {
    const settler = new Settler(0);
    settler.observe(sign('blocked', 'may I?'), 0);
    expect(settler.observe(sign('idle'), 2000)).toBe(true);
    expect(settler).toMatchObject({ state: 'working', since: 2000, question: undefined });
    expect(settler.tick(2499)).toBe(false);
    expect(settler.tick(3000)).toBe(true);
    expect(settler.state).toBe('idle');
  });

  it('keeps a question that is being redrawn, and takes a new one', () => {
    const settler = new Settler(0);
    settler.observe(sign('blocked', 'first?'), 0);
    expect(settler.observe(sign('blocked'), 100)).toBe(false);
    expect(settler.question).toBe('first?');
    expect(settler.observe(sign('blocked', 'second?'), 200)).toBe(true);
    expect(settler).toMatchObject({ question: 'second?', since: 0 });
  });

  it('waits as long as a rule says, and not longer when another rule says so too', () => {
    const settler = new Settler(0);
    settler.observe(sign('working'), 0);
    settler.observe(sign('blocked', undefined, 3000), 1000);
    expect(settler.nextAt).toBe(4000);
    expect(settler.observe(sign('blocked', 'may I?'), 2000)).toBe(true);
    expect(settler).toMatchObject({ state: 'blocked', since: 1000 });
  });

  it('changes twice a second at most, and then to what was seen last', () => {
    const settler = new Settler(0);
    const times: number[] = [];
    for (let at = 0; at < 10_000; at += 7) {
      const next = at % 2 === 0 ? sign('working') : sign('blocked', 'may I?');
      if (settler.observe(next, at)) times.push(at);
    }
    expect(times.length).toBeGreaterThan(15);
    expect(densest(times)).toBeLessThanOrEqual(RATE_LIMIT);
  });

  it('never flaps, whatever the signs', () => {
    for (let seed = 0; seed < 300; seed++) {
      const next = random(seed);
      const states: SettledState[] = ['working', 'blocked', 'idle', 'unknown'];
      const settler = new Settler(0);
      const times: number[] = [];
      let state = settler.state;
      for (let at = 0, i = 0; i < 400; i++) {
        at += Math.floor(next() ** 3 * 900);
        if (next() < 0.3) settler.tick(at);
        else {
          const hold = next() < 0.2 ? Math.floor(next() * 2000) : undefined;
          settler.observe(sign(states[Math.floor(next() * 4)]!, next() < 0.5 ? `q${i}` : undefined, hold), at);
        }
        if (settler.state !== state) times.push(at);
        state = settler.state;
        if (settler.since > at) throw new Error(`seed ${seed}: since is in the future`);
      }
      expect(times.length, `seed ${seed}`).toBeGreaterThan(20);
      expect(densest(times), `seed ${seed}`).toBeLessThanOrEqual(RATE_LIMIT);
    }
  });
});

describe('a monitor under random streams', () => {
  const casts = ['claude-done', 'codex-done', 'gemini-done'].map(readCast);
  const pieces = casts.flatMap((cast) => cast.events.filter(([, kind]) => kind === 'o').map(([, , data]) => data));
  const words = [
    '\x1b]0;✳ Claude Code\x07',
    '\x1b]0;⠂ x\x07',
    '\x1b]0;◇  Ready (x)\x07',
    '\x1b]0;✋  Action Required (x)\x07',
    '\x1b]0;✦  Working… (x)\x07',
    '\x1b]0;\x07',
    '\x1b]7501;state=working:app=codex\x07',
    '\x1b]7501;state=blocked:app=codex\x07',
    '\x1b]7501;state=idle:app=codex\x07',
    '\x1b]0;[ ! ] Action Required | x\x07',
    '\x1b]133;A\x07',
    '\x1b]133;C\x07',
    '\x1b]9;4;1;5\x07',
    '\x1b]9;4;0\x07',
    '\x07',
    '\x1b[2J',
    '\x1bc',
    '\x1b[?1049h',
    '\x1b[?1049l',
    '\x1b[?2026h',
    '\x1b[?2026l',
    '\x1b[?25l',
    '\x1b[?25h',
  ];

  it.each(Array.from({ length: 40 }, (_, i) => i))('tells of two changes a second at most (seed %i)', (seed) => {
    const next = random(seed + 1000);
    const kind = ['claude', 'codex', 'gemini', 'shell', 'command'][seed % 5]!;
    const bench = new Bench({ kind });
    for (let i = 0; i < 400; i++) {
      const pool = next() < 0.5 ? words : pieces;
      bench.write(pool[Math.floor(next() * pool.length)]!);
      bench.clock.advance(Math.floor(next() ** 4 * 700));
    }
    let state = 'unknown';
    const times: number[] = [];
    for (const change of bench.changes) {
      // idle and done are one state, seen or not.
      const now = change.state === 'done' ? 'idle' : change.state;
      if (now !== state) times.push(change.at);
      state = now;
    }
    expect(times.length).toBeGreaterThan(0);
    expect(densest(times)).toBeLessThanOrEqual(RATE_LIMIT);
    // And it comes to rest: with nothing more to see, no timer is left (but one of a silence that is waited for).
    bench.clock.advance(120_000);
    expect(bench.clock.pending).toBe(0);
  });
});
