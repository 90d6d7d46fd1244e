import { describe, expect, it } from 'vitest';
import { PromptBoard } from '../../../../src/core/agent/prompt/board.ts';
import { type AgentPrompt, planReply, RuleBook } from '../../../../src/core/index.ts';
import { Bench, readCast } from '../replay.ts';

const AGENTS = ['claude', 'codex', 'gemini'] as const;

/** An agent that asks for a permission, as recorded. */
function asking(agent: string, until = 11): Bench {
  const cast = readCast(`${agent}-permission`);
  const bench = new Bench({ kind: agent, cols: cast.cols, rows: cast.rows });
  return bench.play({ ...cast, events: cast.events.filter(([at]) => at < until) });
}

const rules = new RuleBook();
const prompt = (bench: Bench): AgentPrompt => {
  const { prompt: found } = bench.monitor.report;
  if (!found) throw new Error('it asks nothing');
  return found;
};

describe('what a blocked agent asks', () => {
  it.each(AGENTS)('of %s has its text, its choices, and which of them allows and refuses', (agent) => {
    const asked = prompt(asking(agent));
    expect(asked).toMatchObject({ text: expect.stringContaining('touch made.txt'), deniable: true, takesText: true });
    expect(asked.choices.map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(asked.choices[0]).toMatchObject({ means: 'approve' });
    expect(asked.choices[1]).not.toHaveProperty('means');
    expect(asked.choices[2]).toMatchObject({ means: 'deny', label: expect.stringMatching(/^No\b/) });
  });

  it.each(AGENTS)('of %s keeps its id while it stands there, and is gone with it', (agent) => {
    const bench = asking(agent);
    const { id } = prompt(bench);
    bench.clock.advance(60_000);
    expect(prompt(bench).id).toBe(id);
    expect(bench.monitor.promptNow()?.id).toBe(id);
    const told = bench.changes.length;
    bench.show('\x1b[2J\x1b[H', 10);
    // Nothing has looked yet, and still it is not answered.
    expect(bench.monitor.report.prompt?.id).toBe(id);
    expect(bench.monitor.promptNow()).toBeUndefined();
    bench.clock.advance(5000);
    expect(bench.monitor.report.prompt).toBeUndefined();
    expect(bench.changes.length).toBe(told + 1);
  });

  it('has another id once a key was pressed that may have answered it', () => {
    const bench = asking('claude');
    const { id } = prompt(bench);
    bench.monitor.typed(new TextEncoder().encode('1'));
    expect(bench.monitor.report.prompt).toBeUndefined();
    expect(bench.monitor.promptNow()).toBeUndefined();
    expect(bench.state).toBe('blocked');
    bench.clock.advance(900);
    bench.show('\x1b[?25l', 50);
    expect(bench.monitor.report.prompt).toBeUndefined();
    bench.clock.advance(200);
    expect(prompt(bench).id).not.toBe(id);
  });

  it.each([
    ['arrows', '\x1b[B'],
    ['arrows in application mode', '\x1bOA'],
    ['reports of focus', '\x1b[I'],
    ['the mouse', '\x1b[<35;10;10M'],
  ])('stays the same when %s come', (_what, bytes) => {
    const bench = asking('claude');
    const { id } = prompt(bench);
    bench.monitor.typed(new TextEncoder().encode(bytes));
    expect(prompt(bench).id).toBe(id);
  });

  it('is another, at once, when another question takes its place', () => {
    const bench = asking('claude');
    const { id } = prompt(bench);
    bench.monitor.typed(new TextEncoder().encode('1'));
    const shown = bench.screen.capture().split('\n');
    const row = shown.findIndex((line) => /^ {3}touch made\.txt/.test(line)) + 1;
    expect(row).toBeGreaterThan(0);
    bench.show(`\x1b7\x1b[${row};1H\x1b[2K   rm -rf build\x1b8`, 100);
    expect(prompt(bench)).toMatchObject({ text: expect.stringContaining('rm -rf build') });
    expect(prompt(bench).id).not.toBe(id);
  });

  it('of two runs has two ids', () => {
    const dialog = { question: 'May I?', choices: ['Yes', 'No'] };
    const { answers } = rules.rulesFor('claude');
    const [one, other] = [new PromptBoard('1'), new PromptBoard('2')];
    one.observe(dialog, answers, 0);
    other.observe(dialog, answers, 0);
    expect(one.current?.text).toBe(other.current?.text);
    expect(one.current?.id).not.toBe(other.current?.id);
  });

  it('is also read where hooks say that it is blocked', () => {
    const cast = readCast('claude-permission');
    const bench = new Bench({ kind: 'claude', cols: cast.cols, rows: cast.rows });
    bench.play({ ...cast, events: cast.events.filter(([at]) => at < 11) });
    bench.monitor.say('hook', 'blocked', 'Bash');
    bench.show('\x1b[?25l', 100);
    expect(bench.explain()).toMatchObject({ authority: 'hook', state: 'blocked' });
    expect(bench.monitor.report).toMatchObject({ prompt: { choices: [{}, {}, {}] } });
    expect(bench.monitor.report.question).toBe(bench.monitor.report.prompt?.text);
  });
});

describe('a quotation of a question', () => {
  const dialogs = Object.fromEntries(
    AGENTS.map((agent) => {
      const rows = asking(agent).screen.capture().trimEnd().split('\n');
      return [agent, rows.slice(-14)];
    }),
  );

  for (const agent of AGENTS) {
    it.each(AGENTS)(`of %s that ${agent} prints while it works or rests is nothing to answer`, (from) => {
      for (const [name, until] of [
        [`${agent}-idle`, 100],
        [`${agent}-working`, 4],
      ] as const) {
        const cast = readCast(name);
        const bench = new Bench({ kind: agent, cols: cast.cols, rows: cast.rows });
        bench.play({ ...cast, events: cast.events.filter(([at, , data]) => at < until && data !== 'end') });
        // Where its own words stand, above its box.
        bench.show(`\x1b7${dialogs[from]!.map((row, i) => `\x1b[${i + 1};1H\x1b[2K${row}`).join('')}\x1b8`, 3000);
        expect(bench.monitor.report.prompt, name).toBeUndefined();
        expect(bench.monitor.promptNow(), name).toBeUndefined();
      }
    });
  }
});

describe('an answer', () => {
  const { answers } = rules.rulesFor('claude');
  const asked = (): AgentPrompt => prompt(asking('claude'));

  it('is a key that takes the choice', () => {
    expect(planReply(asked(), { kind: 'approve' }, answers)).toEqual({ key: '1' });
    expect(planReply(asked(), { kind: 'deny' }, answers)).toEqual({ key: '3' });
    expect(planReply(asked(), { kind: 'choice', number: 2 }, answers)).toEqual({ key: '2' });
    expect(planReply(asked(), { kind: 'text', text: 'no: use rm' }, answers)).toEqual({
      key: '3',
      nextPrompt: 'no: use rm',
    });
  });

  it('that is not offered is refused, with what is', () => {
    expect(() => planReply(asked(), { kind: 'choice', number: 4 }, answers)).toThrow(/no choice 4/);
    const none = { ...asked(), choices: [{ number: 1, label: 'Maybe' }], takesText: false };
    expect(() => planReply(none, { kind: 'approve' }, answers)).toThrow(/which choice allows it/);
    expect(() => planReply(none, { kind: 'text', text: 'x' }, answers)).toThrow(/takes no text/);
    expect(planReply(none, { kind: 'deny' }, answers)).toEqual({ key: 'Escape' });
  });
});
