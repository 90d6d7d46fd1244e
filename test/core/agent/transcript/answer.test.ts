import { describe, expect, it } from 'vitest';
import { RuleBook, readAnswer, ScreenFollower } from '../../../../src/core/index.ts';
import { Bench, readCast } from '../replay.ts';

const rules = new RuleBook();
const transcript = (agent: string) => rules.rulesFor(agent).transcript!;
const read = (agent: string, text: string, prompt: string) => readAnswer(text.split('\n'), prompt, transcript(agent));

describe('the answer of an agent', () => {
  it('is what it wrote after the prompt, without tools and notices', () => {
    const claude = `❯ old\n\n● old answer\n\n❯ do it\n\n● First I look.\n\n● Bash(ls -l)\n  ⎿  total 0\n     file\n\n● There is:\n\n  - one\n    - two\n\n✻ Baked for 2s\n`;
    expect(read('claude', claude, 'do it')).toBe('First I look.\n\nThere is:\n\n- one\n  - two');
    const codex = `› do it\n\n\n• First I look.\n\n• Ran ls -l\n  └ total 0\n\n• There is:\n\n  - one\n    - two\n\n  Worked for 5s • 06:31\n`;
    expect(read('codex', codex, 'do it')).toBe('First I look.\n\nThere is:\n\n- one\n  - two');
    const gemini = ` > do it\n${'▀'.repeat(40)}\n✦ First I look.\n\n╭${'─'.repeat(20)}╮\n│ ✓  Shell ls │\n╰${'─'.repeat(20)}╯\n✦ There is:\n\n  - one\n    - two\n\nℹ Request cancelled.\n`;
    expect(read('gemini', gemini, 'do it')).toBe('First I look.\n\nThere is:\n\n- one\n  - two');
  });

  it('is that to the newest prompt, also where the agent wrapped it or shows a chip for it', () => {
    const text =
      '❯ say a\n\n● a\n\n❯ a long prompt that\n  was wrapped here\n\n● b\n\n❯ [Pasted text #1 +40 lines]\n\n● c';
    expect(read('claude', text, 'a long prompt that was wrapped here')).toBe('b\n\nc');
    expect(read('claude', text, 'line 1\nline 2')).toBe('c');
  });

  it('is empty when it said nothing, and unknown without a prompt', () => {
    expect(read('claude', '❯ /clear\n', '/clear')).toBe('');
    expect(read('claude', 'welcome', 'hello')).toBeUndefined();
  });

  it.each(['claude', 'gemini'])('is found in a recording of %s', (agent) => {
    const cast = readCast(`${agent}-done`);
    const bench = new Bench({ kind: agent, cols: cast.cols, rows: cast.rows });
    const end = cast.events.findIndex(([, kind, data]) => kind === 'm' && data === 'end');
    bench.play({ ...cast, events: end < 0 ? cast.events : cast.events.slice(0, end) }, 3000);
    const { box } = bench.monitor.sight();
    const history = bench.screen.screenTop - bench.screen.firstLine;
    const rows = bench.screen
      .capture({ history })
      .split('\n')
      .slice(0, history + box!.top);
    expect(readAnswer(rows, 'tool touch made.txt', transcript(agent))).toBe('Running it.\n\ntool done');
  });
});

describe('pictures of a program that scrolls by itself', () => {
  const lines = Array.from({ length: 500 }, (_, i) => `line ${i}`);
  const screen = 30;

  it.each([1, 2, 7, 20])('are put together when it moves %i rows at a time', (step) => {
    const follower = new ScreenFollower();
    for (let at = 0; at + screen <= 400; at += step)
      follower.feed([...lines.slice(at, at + screen - 2), 'working', '']);
    const rows = follower.rows();
    expect(rows.slice(0, 370)).toEqual(lines.slice(0, 370));
    expect(rows).not.toContain('[…]');
  });

  it('are put together under a row that stays', () => {
    const follower = new ScreenFollower();
    follower.feed(lines.slice(0, screen));
    for (let at = 3; at < 300; at += 3) follower.feed(['› prompt', ...lines.slice(at + 1, at + screen)]);
    const all = follower.rows();
    expect(all.slice(0, 300)).toEqual(lines.slice(0, 300));
    expect(all).not.toContain('› prompt');
  });

  it('say where something was missed', () => {
    const follower = new ScreenFollower();
    follower.feed(lines.slice(0, screen));
    follower.feed(lines.slice(200, 200 + screen));
    expect(follower.rows()).toEqual([...lines.slice(0, screen), '[…]', ...lines.slice(200, 200 + screen)]);
  });

  it('do not grow for ever', () => {
    const follower = new ScreenFollower();
    for (let i = 0; i < 3000; i++) follower.feed(Array.from({ length: 20 }, (_, k) => `${i} ${k}`));
    expect(follower.rows().length).toBeLessThanOrEqual(20_020);
  });

  it('give the answer of codex from the first to the last row, however long it is', () => {
    const follower = new ScreenFollower();
    const answer = Array.from({ length: 301 }, (_, i) => `  row ${i}`);
    const whole = ['› count', '', '• and so:', ...answer];
    for (let end = 4; end <= whole.length; end += 2) {
      const shown = whole.slice(Math.max(0, end - screen), end);
      follower.feed([
        ...(end > screen ? ['› count', ...shown.slice(1)] : shown),
        '',
        '• Working (1s • esc to interrupt)',
        '',
      ]);
    }
    const found = readAnswer(follower.rows(), 'count', transcript('codex'), follower.fresh);
    expect(found).toBe(['and so:', ...answer.map((row) => row.trim())].join('\n'));
  });
});
