import { afterEach, describe, expect, it } from 'vitest';
import { type AgentPrompt, IrisError, type SessionInfo } from '../../src/core/index.ts';
import { widthOf } from '../../src/ui/text.ts';
import { MadeUpHub, Stage, type StageOptions, sessionInfo } from './stage.ts';

const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.dispose();
});

type State = SessionInfo['agent']['state'];

const asks = (id: string, text: string, over: Partial<AgentPrompt> = {}): AgentPrompt => ({
  id,
  text,
  choices: [
    { number: 1, label: 'Yes', means: 'approve' },
    { number: 2, label: 'Yes, always' },
    { number: 3, label: 'No', means: 'deny' },
  ],
  deniable: true,
  takesText: true,
  ...over,
});

function agent(name: string, state: State, since: number, prompt?: AgentPrompt): SessionInfo {
  const question = prompt === undefined ? {} : { question: prompt.text, prompt };
  return sessionInfo({ id: `id-${name}`, name, agent: { kind: 'claude', state, since, ...question } });
}

const CAST = [
  agent('sleeper', 'idle', 100),
  agent('worker', 'working', 200),
  agent('second', 'blocked', 400, asks('q2', 'Bash: make deploy?')),
  agent('finished', 'done', 300),
  agent('first', 'blocked', 350, asks('q1', 'Bash: rm -rf build?')),
  sessionInfo({ id: 'id-gone', name: 'gone', process: { status: 'exited', exitCode: 3 } }),
];

async function open(key: string, sessions = CAST, over: Partial<StageOptions> = {}) {
  const hub = new MadeUpHub([...sessions]);
  hub.answers = {
    'session.glances': { glances: [{ id: 'id-worker', line: 'compiling 3 of 9', usage: '12k tokens' }] },
  };
  const stage = new Stage({ cols: 110, rows: 24, ...over, hub });
  stages.push(stage);
  await stage.pass();
  await stage.pass();
  await stage.press('C-b', key);
  await stage.pass(600);
  const sent = (): unknown[] => hub.asked.filter(({ name }) => name !== 'session.glances');
  return { stage, hub, sent };
}

/** Names of the rows, top to bottom. */
const names = (stage: Stage): string[] =>
  stage
    .text()
    .split('\n')
    .flatMap(
      (line) => /^│ [ *][●◌✖⚑] (\S+) +(?:waiting|done|working|idle|exited|running|error|retry)/.exec(line)?.[1] ?? [],
    );

describe('the fleet view', () => {
  it('has one row an agent, most in need first, with its state, its time in it, and its last line', async () => {
    const { stage } = await open('g');
    expect(names(stage)).toEqual(['first', 'second', 'finished', 'worker', 'sleeper', 'gone']);
    const text = stage.text();
    expect(text).toMatch(/⚑ first +waiting 0:0\d +claude .*Bash: rm -rf build\?/);
    expect(text).toMatch(/● worker +working 0:0\d +claude +12k tokens +compiling 3 of 9/);
    expect(text).toMatch(/✖ gone +exited 3/);
    // What the selected one asks, with what the keys do.
    expect(text).toMatch(
      /first asks ─[\s\S]*Bash: rm -rf build\?[\s\S]*1 Yes \(a\)[\s\S]*2 Yes, always[\s\S]*3 No \(d\)/,
    );
  });

  it('keeps the selection on its session when the order changes, and says what is new', async () => {
    const { stage, hub } = await open('g');
    await stage.press('Down');
    expect(stage.text()).toContain('second asks');
    hub.change('id-worker', { agent: { kind: 'claude', state: 'blocked', since: 10, prompt: asks('q3', 'Edit: a?') } });
    await stage.pass(50);
    expect(names(stage).slice(0, 3)).toEqual(['worker', 'first', 'second']);
    expect(stage.text()).toContain('second asks');
    hub.change('id-second', { connection: { ...sessionInfo().connection, state: 'error', since: 0 } });
    await stage.pass(50);
    expect(stage.text()).toMatch(/✖ second +error/);
  });

  it('draws nothing when nothing happens', async () => {
    const { stage } = await open('g', [agent('sleeper', 'unknown', 0)]);
    await stage.pass(1000);
    const bytes = await stage.pass(400);
    expect(bytes).toBe('');
  });

  it.each([
    [40, 10],
    [20, 5],
    [80, 24],
    [500, 200],
  ])('fits into %i by %i, with all of a hundred sessions in reach', async (cols, rows) => {
    const many = Array.from({ length: 100 }, (_, i) =>
      i === 42 ? agent('needle', 'blocked', i, asks('q', 'Bash: 東京 '.repeat(40))) : agent(`agent-${i}`, 'idle', i),
    );
    const { stage } = await open('g', many, { cols, rows });
    const lines = stage.text().split('\n');
    expect(lines.every((line) => widthOf(line) <= cols)).toBe(true);
    expect(lines).toHaveLength(rows);
    expect(stage.text()).toContain(cols === 20 ? '⚑' : 'needle');
    await stage.press('End');
    expect(stage.text()).toMatch(cols === 20 ? /agent/ : /agent-99/);
    await stage.press('Home');
    expect(stage.text()).toContain(cols === 20 ? '⚑' : 'needle');
  });

  it('filters by name, state and kind, and Enter goes to the session', async () => {
    const { stage } = await open('g');
    await stage.press('/', ...'wait');
    expect(names(stage)).toEqual(['first', 'second']);
    await stage.press(...' sec', 'Enter', 'Enter');
    expect(stage.bench.overlay).toBeUndefined();
    expect(stage.bench.focusedSession?.name).toBe('second');
  });
});

describe('answers from there', () => {
  it.each([
    ['a', { approve: true }, 'approved'],
    ['d', { deny: true }, 'denied'],
    ['2', { choice: 2 }, 'chose 2, Yes, always'],
  ])('%s answers the question that is shown, once', async (key, answer, said) => {
    const { stage, sent } = await open('A');
    await stage.press(key);
    expect(sent()).toEqual([{ name: 'session.answer', args: { session: 'id-first', prompt: 'q1', ...answer } }]);
    expect(stage.text()).toContain(`first: ${said}`);
    await stage.press(key);
    expect(sent()).toHaveLength(1);
    expect(stage.text()).toContain('first has its answer already');
  });

  it('are bound to what was shown: a key that comes with a new question does nothing', async () => {
    const { stage, hub, sent } = await open('A');
    hub.change('id-first', { agent: { ...CAST[4]!.agent, prompt: asks('q9', 'Bash: rm -rf /?') } });
    await stage.pass(1);
    await stage.press('a');
    expect(sent()).toEqual([]);
    expect(stage.text()).toContain('only just come');
    await stage.pass(400);
    await stage.press('a');
    expect(sent()).toMatchObject([{ args: { prompt: 'q9' } }]);
  });

  it('say that nothing was sent when it asks something else by now, and can be given again', async () => {
    const { stage, hub, sent } = await open('A');
    hub.answers = { 'session.answer': new IrisError('conflict', 'it asks something else by now') };
    await stage.press('a');
    expect(stage.text()).toContain('nothing was sent to first: it asks something else by now');
    await stage.press('a');
    expect(sent()).toHaveLength(2);
  });

  it('may be words: to the question, or a prompt for one that asks nothing', async () => {
    const { stage, hub, sent } = await open('g');
    await stage.press('r', ...'use', 'Space', ...'mv');
    expect(stage.text()).toMatch(/ answer first: use mv *$/);
    await stage.press('Enter');
    expect(sent().at(-1)).toEqual({
      name: 'session.answer',
      args: { session: 'id-first', prompt: 'q1', text: 'use mv' },
    });
    hub.answers = { 'session.prompt': { id: 'x', name: 'sleeper', outcome: 'held', held: 'typing', message: 'm' } };
    await stage.press('/', ...'sleeper', 'Enter', 'r', ...'go', 'Enter');
    expect(sent().at(-1)).toEqual({ name: 'session.prompt', args: { session: 'id-sleeper', text: 'go' } });
    expect(stage.text()).toContain('sleeper has it in its queue (something is typed in its box)');
    const before = sent().length;
    await stage.press('r', ...'no', 'Escape');
    expect(sent()).toHaveLength(before);
    expect(stage.text()).toContain('fleet');
  });

  it('are refused where they can mean nothing', async () => {
    const { stage, hub, sent } = await open('g');
    hub.change('id-first', { agent: { kind: 'claude', state: 'blocked', since: 1, question: 'something' } });
    await stage.pass(400);
    await stage.press('a');
    expect(stage.text()).toContain("what first asks can't be answered from here");
    await stage.press('End', 'a');
    expect(stage.text()).toContain('gone asks nothing');
    hub.change('id-first', { agent: { ...CAST[4]!.agent, prompt: asks('q5', 'q', { takesText: false }) } });
    await stage.press('Home');
    await stage.pass(400);
    await stage.press('r');
    expect(stage.text()).toContain('choose a number');
    expect(sent()).toEqual([]);
    const looker = await open('A', CAST, { readOnly: true });
    await looker.stage.press('a', 'r');
    expect(looker.sent()).toEqual([]);
    expect(looker.stage.text()).toContain('read-only');
  });

  it('leave the list with those that wait still', async () => {
    const { stage, hub } = await open('A');
    expect(names(stage)).toEqual(['first', 'second']);
    hub.change('id-first', { agent: { kind: 'claude', state: 'working', since: 900 } });
    await stage.pass(50);
    expect(names(stage)).toEqual(['second']);
    hub.change('id-second', { agent: { kind: 'claude', state: 'working', since: 900 } });
    await stage.pass(50);
    expect(stage.text()).toContain('nobody waits for you any more');
    await stage.press('Escape', 'C-b', 'A');
    expect(stage.text()).toMatch(/nobody waits for you *hub|nobody waits for you $/m);
  });
});
