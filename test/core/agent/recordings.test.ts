import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { IDLE_HOLD_MS, Screen } from '../../../src/core/index.ts';
import { Bench, type Cast, readCast } from './replay.ts';
import { REACTION_MS, type Score, score, truthOf } from './truth.ts';

const FOLDER = new URL('../../fixtures/recordings/', import.meta.url);
const NAMES = readdirSync(FOLDER)
  .map((name) => name.replace('.cast', ''))
  .filter((name) => /^(claude|codex|gemini)-(idle|working|permission|done|\d+)$/.test(name));
const kindOf = (name: string): string => name.split('-')[0]!;

function scored(name: string, size: { cols?: number; rows?: number } = {}): Score {
  const cast = readCast(name);
  const bench = new Bench({ kind: kindOf(name), cols: size.cols ?? cast.cols, rows: size.rows ?? cast.rows });
  bench.play(cast);
  return score(truthOf(cast), bench.changes, IDLE_HOLD_MS);
}

/** Everything up to that time, in one write. */
function upTo(cast: Cast, ms: number): string {
  return cast.events
    .filter(([at, kind]) => kind === 'o' && at * 1000 < ms)
    .map(([, , data]) => data)
    .join('');
}

describe('recordings of real agents, as they were made', () => {
  it.each(NAMES)('%s: blocked only with a dialog, in the right state 99 %% of the time', (name) => {
    const { total, right, settled, settledTotal, blocked, blockedRight } = scored(name);
    expect(total).toBeGreaterThan(1000);
    expect(blockedRight).toBe(blocked);
    expect(settled / settledTotal).toBeGreaterThanOrEqual(0.99);
    expect(right / total).toBeGreaterThanOrEqual(0.95);
  });

  it('are 99 % right in all, and every dialog was found', () => {
    const scores = NAMES.map((name) => scored(name));
    const sum = (part: keyof Score): number => scores.reduce((total, each) => total + each[part], 0);
    expect(sum('settled') / sum('settledTotal')).toBeGreaterThanOrEqual(0.99);
    expect(sum('blockedRight')).toBe(sum('blocked'));
    for (const name of NAMES) {
      const dialogs = truthOf(readCast(name)).filter(({ state }) => state === 'blocked');
      const cast = readCast(name);
      const bench = new Bench({ kind: kindOf(name), cols: cast.cols, rows: cast.rows }).play(cast);
      expect(bench.changes.filter(({ state }) => state === 'blocked').length, name).toBeGreaterThanOrEqual(
        dialogs.length,
      );
    }
  });

  it.each(NAMES)('%s: says what is asked', (name) => {
    const cast = readCast(name);
    const bench = new Bench({ kind: kindOf(name), cols: cast.cols, rows: cast.rows }).play(cast);
    for (const phase of truthOf(cast).filter(({ state }) => state === 'blocked')) {
      const questions = bench.changes
        .filter(({ at, state }) => state === 'blocked' && at >= phase.from - 10 && at < phase.to)
        .map(({ question }) => question);
      expect(questions.at(-1)).toMatch(
        /touch \w+\.txt.* · (Do you want to proceed|Would you like to run the following command|Allow execution of \[Shell\])\?$/,
      );
    }
  });
});

describe('recordings of agents that set no title and say nothing of themselves', () => {
  const silent = (name: string): Score => {
    const cast = readCast(name);
    const bare = (data: string): string => data.replace(/\x1b\](?:0|2|7501);[^\x07\x1b]*(?:\x07|\x1b\\)/g, '');
    const bench = new Bench({ kind: kindOf(name), cols: cast.cols, rows: cast.rows });
    bench.play({ ...cast, events: cast.events.map(([at, kind, data]) => [at, kind, bare(data)] as const) });
    return score(truthOf(cast), bench.changes, IDLE_HOLD_MS);
  };

  it.each(NAMES)('%s: blocked only with a dialog', (name) => {
    const { blocked, blockedRight } = silent(name);
    expect(blockedRight).toBe(blocked);
    expect(blocked > 0).toBe(truthOf(readCast(name)).some(({ state }) => state === 'blocked'));
  });

  it.each(NAMES.filter((name) => /^(claude|gemini)-[a-z]/.test(name)))('%s: right by its screen alone', (name) => {
    const { settled, settledTotal } = silent(name);
    expect(settled / settledTotal).toBeGreaterThanOrEqual(0.99);
  });
});

describe('recordings on a screen of another size', () => {
  const own = NAMES.filter((name) => !/\d$/.test(name));

  it.each(own)('%s, on a wider and higher one: as right as on its own', (name) => {
    const { settled, settledTotal, blocked, blockedRight } = scored(name, { cols: 200, rows: 50 });
    expect(blockedRight).toBe(blocked);
    expect(settled / settledTotal).toBeGreaterThanOrEqual(0.99);
  });

  it.each(own)('%s, on one too narrow, where it is a heap of rows: never blocked without a dialog', (name) => {
    const { blocked, blockedRight } = scored(name, { cols: 80, rows: 24 });
    expect(blockedRight).toBe(blocked);
  });
});

describe('recordings all at once', () => {
  it.each(NAMES)('%s: what stands at the end of each phase is seen for what it is', (name) => {
    const cast = readCast(name);
    let looked = 0;
    for (const phase of truthOf(cast)) {
      if (phase.state === 'starting' || phase.to - phase.from < 500) continue;
      const bench = new Bench({ kind: kindOf(name), cols: cast.cols, rows: cast.rows });
      // Not its last moment: there the next may have begun. And not long enough for codex to insist on a dialog it has yet to draw.
      bench.show(upTo(cast, phase.to - 200), 2500);
      expect(bench.state, `at ${Math.round(phase.to)} ms`).toBe(phase.state);
      looked += 1;
    }
    expect(looked).toBeGreaterThan(0);
  });

  it('a state is told 150 ms after the bytes at the latest, holds apart', () => {
    const late: number[] = [];
    for (const name of NAMES) {
      const cast = readCast(name);
      for (const phase of truthOf(cast)) {
        if (phase.state !== 'blocked') continue;
        const before = upTo(cast, phase.from - 20);
        const bench = new Bench({ kind: kindOf(name), cols: cast.cols, rows: cast.rows });
        bench.show(before, 3000);
        const from = bench.time;
        bench.show(upTo(cast, phase.from + 200).slice(before.length), 1000);
        late.push(bench.changes.find(({ state, at }) => state === 'blocked' && at >= from)!.at - from);
      }
    }
    expect(late.length).toBeGreaterThan(15);
    expect(Math.max(...late)).toBeLessThanOrEqual(REACTION_MS);
  });
});

it('a screen that is looked at keeps its version: nothing is written to it', () => {
  const cast = readCast('claude-permission');
  const bench = new Bench();
  bench.play(cast);
  const { version } = bench.screen;
  const untouched = new Screen({ cols: cast.cols, rows: cast.rows, scrollback: 1000 });
  for (const [, kind, data] of cast.events) if (kind === 'o') untouched.write(new TextEncoder().encode(data));
  expect(version).toBe(untouched.version);
  expect(bench.screen.capture()).toBe(untouched.capture());
});
