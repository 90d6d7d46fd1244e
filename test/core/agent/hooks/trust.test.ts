import { describe, expect, it } from 'vitest';
import { HookTrust } from '../../../../src/core/index.ts';
import { Bench, readCast } from '../replay.ts';

const osc = (text: string): string => `\x1b]${text}\x07`;
const BOX = `\x1b[2J\x1b[H\x1b[?25l${'─'.repeat(60)}\r\n❯ \r\n${'─'.repeat(60)}\r\n  ? for shortcuts`;
const IDLE = BOX + osc('0;✳ Claude Code');
const WORKS = osc('0;⠂ Claude Code');
const asking = readCast('claude-permission');
const dialog = asking.events.filter(([at, kind]) => at < 11 && kind === 'o').map(([, , data]) => data);

const seen = (state: 'working' | 'blocked' | 'idle', holdMs?: number) => ({ state, holdMs });
const bench = (): Bench => new Bench({ kind: 'claude', cols: asking.cols, rows: asking.rows });

describe('what a hook said', () => {
  it('counts at once, and while the terminal agrees or says nothing', () => {
    const one = bench();
    one.monitor.say('hook', 'working');
    expect(one.state).toBe('working');
    one.clock.advance(60_000);
    expect(one.state).toBe('working');
    one.show(WORKS, 60_000);
    expect(one.explain()).toMatchObject({ state: 'working', authority: 'hook' });
  });

  it('yields to an interrupt, which no hook tells, after a second and a half', () => {
    const one = bench();
    one.monitor.say('hook', 'working');
    one.show(WORKS, 5000);
    one.show(IDLE, 1400);
    expect(one.state).toBe('working');
    one.clock.advance(300);
    expect(one.explain()).toMatchObject({ state: 'done', authority: 'terminal' });
    one.monitor.say('hook', 'working');
    expect(one.explain()).toMatchObject({ state: 'working', authority: 'hook' });
  });

  it('is not refuted by a moment between two tools', () => {
    const one = bench();
    one.monitor.say('hook', 'working');
    for (let i = 0; i < 20; i++) one.show(IDLE, 1000).show(WORKS, 300);
    expect(one.changes.map(({ state }) => state)).toEqual(['working']);
  });

  it('is told before a dialog is drawn, and ends when that has been answered', () => {
    const one = bench();
    one.monitor.say('hook', 'working');
    one.show(WORKS, 1000);
    one.monitor.say('hook', 'blocked', 'Bash: touch made.txt');
    one.clock.advance(1000);
    expect(one.monitor.report).toMatchObject({ state: 'blocked', question: 'Bash: touch made.txt' });
    for (const data of dialog) one.write(data);
    one.clock.advance(60_000);
    expect(one.explain()).toMatchObject({ state: 'blocked', authority: 'hook' });
    one.show(BOX + WORKS, 200);
    expect(one.state).toBe('working');
  });

  it('that it works is not heard while a dialog stands there: the hook of another tool', () => {
    const one = bench();
    one.monitor.say('hook', 'blocked');
    for (const data of dialog) one.write(data);
    one.clock.advance(500);
    one.monitor.hear({ kind: 'state', state: 'working' });
    one.clock.advance(5000);
    expect(one.changes.map(({ state }) => state)).not.toContain('working');
    expect(one.state).toBe('blocked');
  });

  it('that it works does not hide a dialog', () => {
    const one = bench();
    one.monitor.say('hook', 'working');
    for (const data of dialog) one.write(data);
    one.clock.advance(500);
    expect(one.explain()).toMatchObject({ state: 'blocked', authority: 'terminal' });
  });

  it('is forgotten after ten minutes without a word and without output', () => {
    const one = bench();
    one.monitor.say('hook', 'working');
    one.clock.advance(599_000);
    expect(one.state).toBe('working');
    one.show('a byte', 599_000);
    expect(one.state).toBe('working');
    one.clock.advance(2000);
    expect(one.explain()).toMatchObject({ state: 'unknown', authority: 'terminal' });
  });

  it('is over when the agent says so: then the terminal decides', () => {
    const one = bench();
    one.show(IDLE);
    one.monitor.say('hook', 'working');
    one.monitor.hear({ kind: 'over' });
    one.clock.advance(2000);
    expect(one.explain()).toMatchObject({ state: 'done', authority: 'terminal' });
  });

  it('is not lost when much is said at once', () => {
    const one = bench();
    one.monitor.say('hook', 'working');
    one.clock.advance(20);
    one.monitor.say('hook', 'blocked', 'Bash');
    one.clock.advance(20);
    one.monitor.say('hook', 'idle');
    one.clock.advance(20);
    one.monitor.say('hook', 'blocked', 'Edit');
    one.clock.advance(3000);
    expect(one.monitor.report).toMatchObject({ state: 'blocked', question: 'Edit' });
    one.monitor.say('hook', 'working');
    one.clock.advance(20);
    one.monitor.say('hook', 'idle');
    one.clock.advance(3000);
    expect(one.state).toBe('done');
  });

  it('as a hint does not contradict the terminal, and is not believed afterwards', () => {
    const one = bench();
    one.show(WORKS);
    one.monitor.hear({ kind: 'state', state: 'idle', hint: true });
    expect(one.explain()).toMatchObject({ state: 'working', authority: 'terminal' });
    one.show(IDLE, 100);
    expect(one.state).toBe('working');
    one.monitor.hear({ kind: 'state', state: 'idle', hint: true });
    expect(one.explain()).toMatchObject({ state: 'done', authority: 'terminal' });
  });
});

describe('the judgement', () => {
  it('begins anew when the terminal agrees in between', () => {
    const trust = new HookTrust('working', 0);
    expect(trust.judge(seen('idle'), 0, 0)).toBe('believed');
    expect(trust.judge(seen('working'), 1000, 1000)).toBe('believed');
    expect(trust.judge(seen('idle'), 2000, 2000)).toBe('believed');
    expect(trust.judge(seen('idle'), 2000, 3400)).toBe('believed');
    expect(trust.nextAt).toBe(3500);
    expect(trust.judge(seen('idle'), 2000, 3500)).toBe('refuted');
  });

  it('takes a rule that is not sure of itself for what it is', () => {
    const working = new HookTrust('working', 0);
    expect(working.judge(seen('idle', 5000), 0, 0)).toBe('believed');
    expect(working.judge(seen('idle', 5000), 0, 4900)).toBe('believed');
    expect(working.judge(seen('idle', 5000), 0, 5000)).toBe('refuted');
    const blocked = new HookTrust('blocked', 0);
    expect(blocked.judge(seen('idle', 5000), 0, 0)).toBe('believed');
    expect(blocked.judge(seen('idle', 5000), 0, 60_000)).toBe('believed');
    expect(blocked.judge(seen('idle'), 0, 60_000)).toBe('believed');
    expect(blocked.judge(seen('idle'), 0, 61_500)).toBe('refuted');
  });

  it('waits a second for a dialog that nothing has taken the place of', () => {
    const trust = new HookTrust('blocked', 0);
    expect(trust.judge(undefined, 0, 60_000)).toBe('believed');
    expect(trust.judge(seen('blocked'), 0, 60_000)).toBe('believed');
    expect(trust.judge(undefined, 0, 61_000)).toBe('believed');
    expect(trust.judge(undefined, 0, 62_000)).toBe('refuted');
  });
});
