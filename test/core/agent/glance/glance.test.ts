import { describe, expect, it } from 'vitest';
import { glance } from '../../../../src/core/index.ts';
import { Bench, readCast } from '../replay.ts';

/** What a recorded agent shows at a glance after so many seconds. */
function at(name: string, seconds: number) {
  const cast = readCast(name);
  const bench = new Bench({ kind: name.split('-')[0]!, cols: cast.cols, rows: cast.rows });
  bench.play({ ...cast, events: cast.events.filter(([when]) => when < seconds) });
  return glance(bench.screen, bench.monitor.report.kind, bench.monitor.sight().box?.top);
}
const last = (name: string, marker: string): number =>
  readCast(name).events.findLast(([, kind, data]) => kind === 'm' && data === marker)![0];

const shown = (text: string, kind: string, top?: number) => {
  const bench = new Bench({ kind, cols: 80, rows: 24 });
  bench.write(text);
  return glance(bench.screen, kind, top);
};

describe('the last line that says something', () => {
  it.each(['claude', 'codex', 'gemini'])('of %s stands above its input box, and is no spinner and no hint', (agent) => {
    expect(at(`${agent}-done`, last(`${agent}-done`, 'done') + 1)).toMatchObject({ line: 'tool done' });
    expect(at(`${agent}-working`, last(`${agent}-working`, 'working') + 6).line).toMatch(/^(?:tok\d+ ?)+$/);
  });

  it('of anything else is the last row with a letter or a digit', () => {
    expect(shown('one\r\n  ╭─ two ─╮ \r\n────\r\n   \r\n', 'command')).toEqual({ line: 'two' });
    expect(shown('', 'shell')).toEqual({ line: '' });
    expect(shown('\x1b]0;title\x07a\u202eb', 'shell').line).toBe('ab');
  });
});

describe('what was used', () => {
  it.each([
    ['claude', 'hello\r\n✻ Brewing… (12s · ↓ 1.2k tokens · esc to interrupt)', '1.2k tokens'],
    ['claude', 'it costs $5 or so\r\n❯\r\n  opus · $0.42 · main', '$0.42'],
    ['codex', 'x\r\n› \r\n  gpt-5 · 62% context left', '62% context left'],
    ['gemini', 'x\r\n ~/w   no sandbox   gemini-3 (98% context left)', '98% context left'],
  ])('%s: %j', (kind, text, usage) => {
    expect(shown(text, kind)).toMatchObject({ usage });
  });

  it('is not made up of what was said', () => {
    expect(shown('● That took 1.2k tokens, cost 12$ and 40% of it is left over', 'claude')).not.toHaveProperty('usage');
    expect(shown('100% left', 'shell')).not.toHaveProperty('usage');
  });
});
