import { describe, expect, it } from 'vitest';
import { parseRuleFile, RuleBook } from '../../../src/core/index.ts';
import { Bench, readCast } from './replay.ts';

const osc = (text: string): string => `\x1b]${text}\x07`;
const WORKS = osc('0;⠂ Claude Code');
const RESTS = osc('0;✳ Claude Code');
const BOX = `\x1b[2J\x1b[H\x1b[?25l${'─'.repeat(60)}\r\n❯ \r\n${'─'.repeat(60)}\r\n  ? for shortcuts`;

const states = (bench: Bench): string[] => bench.changes.map(({ state }) => state);

/** An agent that has worked and become idle. */
function finished(look?: (bench: Bench) => void): Bench {
  const bench = new Bench({ kind: 'claude' });
  bench.show(BOX + RESTS);
  look?.(bench);
  bench.show(WORKS, 5000);
  bench.show(RESTS, 1400);
  expect(bench.state).toBe('working');
  bench.clock.advance(200);
  return bench;
}

describe('done', () => {
  it('is idle that nobody has seen', () => {
    const bench = finished();
    expect(bench.state).toBe('done');
    const { since } = bench.monitor.report;
    bench.clock.advance(60_000);
    bench.monitor.seen();
    expect(bench.state).toBe('idle');
    expect(bench.monitor.report.since).toBe(since);
    expect(bench.clock.wall() - since).toBeGreaterThan(61_000);
    expect(states(bench)).toEqual(['idle', 'working', 'done', 'idle']);
  });

  it('is not said while somebody looks, nor of an agent that has just started', () => {
    expect(finished((bench) => bench.monitor.look(true)).state).toBe('idle');
    const left = finished((bench) => {
      bench.monitor.look(true);
      bench.monitor.look(false);
    });
    expect(left.state).toBe('done');
    left.monitor.look(true);
    expect(left.state).toBe('idle');
  });

  it('ends when it works again, and begins anew', () => {
    const bench = finished();
    bench.show(WORKS, 2000);
    expect(bench.state).toBe('working');
    bench.monitor.seen();
    bench.show(RESTS, 2000);
    expect(bench.state).toBe('done');
  });
});

describe('a question', () => {
  const WAITS = osc('0;[ ! ] Action Required | x');
  const DIALOG =
    '\x1b[2J\x1b[H\x1b[?25l  Would you like to run it?\r\n\r\n› 1. Yes, proceed (y)\r\n  2. No (esc)\r\n\r\n  Press enter to confirm or esc to cancel';
  const asking = (): Bench => {
    const bench = new Bench({ kind: 'codex' });
    bench.show(osc('7501;state=blocked:app=codex') + WAITS, 200);
    return bench;
  };

  it('is told whole: an agent that says that it waits is waited for while it draws what it asks', () => {
    const bench = asking();
    expect(bench.state).toBe('unknown');
    bench.show(DIALOG, 60);
    expect(bench.changes).toMatchObject([{ state: 'blocked', question: 'Would you like to run it?' }]);
  });

  it('that is not understood is told soon all the same', () => {
    const bench = asking();
    bench.show('Do something, please', 100);
    expect(bench.state).toBe('blocked');
    expect(bench.monitor.report.question).toBeUndefined();
    bench.show(DIALOG, 60);
    expect(bench.monitor.report.question).toBe('Would you like to run it?');
  });
});

describe('looking at the screen', () => {
  it('happens after output, every 50 ms at most, and never without', () => {
    const bench = new Bench({ kind: 'claude' });
    let reads = 0;
    const modes = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(bench.screen), 'modes')!;
    Object.defineProperty(bench.screen, 'modes', {
      get: () => {
        reads += 1;
        return modes.get!.call(bench.screen);
      },
    });
    for (let i = 0; i < 10_000; i++) {
      bench.write('x');
      if (i % 10 === 0) bench.clock.advance(1);
    }
    expect(bench.time).toBe(1000);
    expect(reads).toBeLessThanOrEqual(21);
    expect(reads).toBeGreaterThanOrEqual(10);
    bench.clock.advance(10_000);
    const after = reads;
    bench.clock.advance(60_000);
    expect(reads).toBe(after);
    expect(bench.clock.pending).toBe(0);
  });

  it('does not happen at all in a shell that says nothing of itself', () => {
    const bench = new Bench({ kind: 'shell' });
    for (let i = 0; i < 100; i++) bench.write('plain output\r\n');
    expect(bench.clock.pending).toBe(0);
    expect(bench.state).toBe('unknown');
  });

  it('waits for a frame to be whole, but not for ever', () => {
    const bench = new Bench({ kind: 'claude' });
    bench.show(RESTS + BOX);
    bench.show(`\x1b[?2026h${WORKS}`, 100);
    expect(bench.state).toBe('idle');
    bench.clock.advance(150);
    expect(bench.state).toBe('working');
  });

  it('ends with the process', () => {
    const bench = new Bench({ kind: 'claude' });
    bench.show(WORKS);
    bench.write(RESTS);
    bench.monitor.ended();
    expect(bench.clock.pending).toBe(0);
    bench.show(WORKS);
    expect(bench.state).toBe('exited');
    expect(states(bench)).toEqual(['working', 'exited']);
  });
});

it('a question that is gone is no question, even where nothing else is understood', () => {
  const cast = readCast('claude-permission');
  const bench = new Bench({ kind: 'claude' });
  bench.play({ ...cast, events: cast.events.filter(([at]) => at < 11) });
  expect(bench.state).toBe('blocked');
  bench.show('\x1b]0;?\x07\x1b[2J\x1b[Hsomething new', 900);
  expect(bench.state).toBe('blocked');
  bench.clock.advance(200);
  expect(bench.state).toBe('working');
  expect(bench.monitor.report.question).toBeUndefined();
});

describe('a shell', () => {
  it('with marks works while a command runs', () => {
    const bench = new Bench({ kind: 'shell' });
    bench.show(`${osc('133;A')}$ ${osc('133;B')}`);
    expect(bench.state).toBe('idle');
    bench.show(osc('133;C;cmdline=make'), 1000);
    expect(bench.state).toBe('working');
    bench.show(osc('133;D;0') + osc('133;A'));
    expect(bench.state).toBe('done');
  });

  it('does not flicker with commands that are over at once', () => {
    const bench = new Bench({ kind: 'shell' });
    bench.show(osc('133;A'));
    for (let i = 0; i < 20; i++) {
      bench.show(osc('133;C'), 150);
      bench.show(osc('133;D') + osc('133;A'), 500);
    }
    expect(states(bench)).toEqual(['idle']);
  });

  it('without marks is unknown, whatever it prints and however silent it is', () => {
    const bench = new Bench({ kind: 'shell' });
    bench.show('$ make\r\nesc to interrupt\r\n', 600_000);
    bench.show('\x07');
    bench.show(osc('9;finished'));
    expect(bench.changes).toEqual([]);
  });
});

describe('an agent that is started in a shell', () => {
  it.each(['claude', 'codex', 'gemini'])('%s is recognised, and from then on judged by its own rules', (agent) => {
    const cast = readCast(`${agent}-done`);
    const bench = new Bench({ kind: 'shell', cols: cast.cols, rows: cast.rows });
    bench.show(`user@host:~$ ${agent}\r\n`);
    const own = new Bench({ kind: agent, cols: cast.cols, rows: cast.rows });
    bench.play({ ...cast, events: cast.events.map(([at, kind, data]) => [at + 10, kind, data] as const) });
    own.play(cast);
    expect(bench.changes.every(({ kind }) => kind === agent)).toBe(true);
    const busy = (each: Bench) => states(each).filter((state) => state === 'working' || state === 'blocked');
    expect(busy(bench)).toEqual(busy(own));
  });

  it('has gone when its title is taken back', () => {
    const bench = new Bench({ kind: 'shell' });
    bench.show(BOX + RESTS);
    expect(bench.changes.at(-1)).toMatchObject({ kind: 'claude', state: 'idle' });
    bench.show(osc('0;'));
    expect(bench.changes.at(-1)).toMatchObject({ kind: 'shell', state: 'unknown' });
    expect(bench.monitor.report.kind).toBe('shell');
  });

  it('has gone when the shell shows its prompt', () => {
    const bench = new Bench({ kind: 'shell' });
    bench.show(`${osc('133;A')}$ `);
    bench.show(osc('133;C') + BOX + WORKS + RESTS);
    bench.show(WORKS);
    expect(bench.monitor.report).toMatchObject({ kind: 'claude', state: 'working' });
    bench.show(`\x1b[?25h\r\n${osc('133;D;137')}${osc('133;A')}$ `);
    expect(bench.monitor.report).toMatchObject({ kind: 'shell', state: 'done' });
  });

  it('is not looked for in a session that was started as an agent', () => {
    const bench = new Bench({ kind: 'aider' });
    bench.show(BOX + RESTS);
    expect(bench.monitor.report.kind).toBe('aider');
  });
});

describe('programs nobody knows', () => {
  it('work while they show progress, and are idle when they rang', () => {
    const bench = new Bench({ kind: 'command' });
    bench.show(osc('9;4;1;10'));
    expect(bench.state).toBe('working');
    bench.show('\x07');
    expect(bench.state).toBe('done');
    bench.show(osc('9;4;1;50'));
    expect(bench.state).toBe('working');
    bench.show(osc('9;4;0'));
    expect(bench.state).toBe('done');
  });

  it('are idle when their progress has stood still for a minute', () => {
    const bench = new Bench({ kind: 'command' });
    bench.show(osc('9;4;3'));
    bench.clock.advance(50_000);
    bench.show('still here');
    bench.clock.advance(50_000);
    expect(bench.state).toBe('working');
    bench.clock.advance(12_000);
    expect(bench.state).toBe('done');
  });
});

describe('a source that knows', () => {
  it('outranks the terminal, and a protocol outranks hooks', () => {
    const bench = new Bench({ kind: 'claude' });
    bench.show(BOX + RESTS);
    bench.monitor.say('hook', 'blocked', 'may I?');
    expect(bench.monitor.report).toMatchObject({ state: 'blocked', question: 'may I?' });
    bench.show(WORKS, 1000);
    expect(bench.state).toBe('blocked');
    bench.monitor.say('protocol', 'working');
    bench.monitor.say('hook', 'idle');
    bench.clock.advance(5000);
    expect(bench.state).toBe('working');
    expect(bench.explain()).toMatchObject({ authority: 'protocol' });
  });
});

describe('explain', () => {
  it('says which rule decided on what text, and what is pending', () => {
    const bench = new Bench({ kind: 'claude' });
    const cast = readCast('claude-permission');
    bench.play({ ...cast, events: cast.events.filter(([at]) => at < 11) });
    expect(bench.explain()).toMatchObject({
      kind: 'claude',
      state: 'blocked',
      question: expect.stringContaining('touch made.txt'),
      authority: 'terminal',
      rules: { agent: 'claude', measured: expect.stringContaining('claude-code') },
      now: {
        state: 'blocked',
        rule: 'claude/permission',
        on: [expect.stringMatching(/^rows 13-24 of 40: Bash command/)],
        choices: ['Yes', 'Yes, and always allow access to work/ from this project', 'No'],
      },
    });
    expect(bench.explain().decisions.map(({ state, rule }) => `${state} ${rule}`)).toEqual([
      'idle claude/prompt',
      'working claude/title-spins',
      'blocked claude/permission',
    ]);
    const held = new Bench({ kind: 'claude' });
    held.show(WORKS);
    held.show(BOX + RESTS, 100);
    expect(held.explain().pending).toEqual({ state: 'idle', inMs: expect.any(Number) });
  });

  it('keeps the last twenty decisions', () => {
    const bench = new Bench({ kind: 'claude' });
    bench.show(BOX);
    for (let i = 0; i < 30; i++) bench.show(WORKS).show(RESTS);
    expect(bench.explain().decisions).toHaveLength(20);
  });
});

it('rules of the user go before those of this version, or in their place', () => {
  const parsed = parseRuleFile({
    agent: 'claude',
    version: 1,
    rules: [{ id: 'compacting', state: 'working', when: { rows: { last: 6, match: ['Compacting conversation'] } } }],
  });
  if (!('rules' in parsed)) throw new Error(parsed.problems.join('\n'));
  const bench = new Bench({ kind: 'claude', rules: new RuleBook([parsed.rules]) });
  bench.show(BOX + RESTS);
  expect(bench.state).toBe('idle');
  bench.show('\r\nCompacting conversation');
  expect(bench.state).toBe('working');
  expect(bench.explain().now).toMatchObject({ rule: 'claude/compacting' });
});

describe('a protocol', () => {
  it('counts at once, each time, and ends where it ended', () => {
    const bench = new Bench({ kind: 'claude' });
    const prompt = (id: string) => ({ id, text: 'may I?', choices: [], deniable: true, takesText: false });
    bench.monitor.say('protocol', 'idle');
    bench.monitor.say('protocol', 'working');
    bench.monitor.say('protocol', 'blocked', 'may I?', prompt('q1'));
    expect(bench.monitor.report).toMatchObject({ state: 'blocked', question: 'may I?', prompt: { id: 'q1' } });
    bench.monitor.say('protocol', 'blocked', 'may I?', prompt('q2'));
    expect(bench.monitor.report.prompt?.id).toBe('q2');
    bench.monitor.say('protocol', 'working');
    bench.monitor.say('protocol', 'idle');
    expect(bench.state).toBe('done');
    expect(bench.monitor.report.prompt).toBeUndefined();
    bench.clock.advance(10_000);
    expect(bench.state).toBe('done');
  });
});
