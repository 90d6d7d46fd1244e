import { describe, expect, it } from 'vitest';
import { Bench } from './replay.ts';

const RULE = '─'.repeat(60);
/** As claude-code 2.1.329 draws it where its input box stands otherwise; no choices are numbered. */
const DIALOG = [
  RULE,
  "  Auto mode can't check actions in this session",
  '',
  "  Auto mode's safety check runs on the server.",
  '',
  '  Enter to stay in auto mode · shift+Tab to leave for',
  '  accept edits mode and stop · Esc to cancel',
];
const BOX = [RULE, '❯ ', RULE, '  ⏵⏵ auto mode on (shift+tab to cycle)'];

const screen = (rows: readonly string[]) => `\x1b]0;✳ Claude Code\x07\x1b[?25l\x1b[2J\x1b[H${rows.join('\r\n')}`;

function stateOf(rows: readonly string[]) {
  const bench = new Bench({ kind: 'claude', cols: 60, rows: 30 });
  bench.write(screen(BOX));
  bench.clock.advance(3_000);
  bench.write(screen(rows));
  bench.clock.advance(10_000);
  return bench.monitor.report;
}

describe('a dialog of claude without choices', () => {
  it('waits for somebody, and says for what', () => {
    expect(stateOf(DIALOG)).toMatchObject({ state: 'blocked', question: expect.stringContaining('Enter to stay') });
  });

  it('is none when it is quoted above the input box, or typed into it', () => {
    expect(stateOf([...DIALOG, '', ...BOX]).state).toBe('idle');
    const typed = [RULE, '❯ once more', '  Enter to stay in auto mode', RULE, '  ⏵⏵ auto mode on (shift+tab to cycle)'];
    expect(stateOf(typed).state).toBe('idle');
  });
});
