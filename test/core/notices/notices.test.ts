import { describe, expect, it } from 'vitest';
import {
  DEFAULT_NOTICES,
  desktopCommand,
  isQuiet,
  NoticeGate,
  noticeCommand,
  noticeRules,
  noticeWords,
  parseQuietHours,
} from '../../../src/core/index.ts';

const notice = { session: 'api', state: 'blocked', question: 'rm -rf $(HOME); "x" {state}' } as const;

describe('a command of the user', () => {
  it('gets what happened within its own arguments, whatever stands in it', () => {
    expect(noticeCommand(['say', '{session}', 'is {state}: {question}', '{other}'], notice)).toEqual([
      'say',
      'api',
      'is blocked: rm -rf $(HOME); "x" {state}',
      '{other}',
    ]);
    expect(noticeCommand(['x', '{question}'], { ...notice, question: 'a\x1b]0;b\x07\nc' })).toEqual(['x', 'a ]0;b  c']);
  });
});

describe('a notice of the desktop', () => {
  it('is no option, no markup and no script', () => {
    const bad = { session: '--help', state: 'blocked', question: '<b>&" & (do shell script "x")' } as const;
    const linux = desktopCommand('linux', bad);
    expect(linux.slice(0, 1)).toEqual(['notify-send']);
    expect(linux.slice(linux.indexOf('--') + 1)).toEqual([
      'iris-tui: --help waits for you',
      '&lt;b&gt;&amp;" &amp; (do shell script "x")',
    ]);
    const mac = desktopCommand('darwin', bad);
    expect(mac[0]).toBe('osascript');
    expect(mac[2]).not.toContain('do shell script');
    expect(mac.slice(3)).toEqual(['iris-tui: --help waits for you', bad.question]);
  });
});

describe('words', () => {
  it('are one line each, bounded, without control characters', () => {
    const { title, body } = noticeWords({
      session: 's\x9b2J'.repeat(99),
      state: 'done',
      question: 'q\r\n\u202e'.repeat(999),
    });
    for (const text of [title, body]) {
      expect(text).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202e]/);
      expect(text.length).toBeLessThanOrEqual(210);
    }
    expect(title).toMatch(/^iris-tui: .* is done$/);
  });
});

describe('quiet hours', () => {
  it.each([
    ['22:00-07:00', ['22:00', '23:59', '00:00', '06:59'], ['07:00', '12:00', '21:59']],
    ['12:30 - 13:00', ['12:30', '12:59'], ['12:29', '13:00', '00:00']],
    ['08:00-08:00', [], ['08:00', '00:00']],
  ])('%s', (text, quiet, loud) => {
    const minute = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
    const hours = parseQuietHours(text);
    expect(hours).toBeDefined();
    for (const time of quiet) expect(isQuiet(hours, minute(time)), time).toBe(true);
    for (const time of loud) expect(isQuiet(hours, minute(time)), time).toBe(false);
  });

  it.each(['', '22-7', '24:00-07:00', '22:60-07:00', 'night'])('%j is none', (text) => {
    expect(parseQuietHours(text)).toBeUndefined();
  });
});

describe('how often', () => {
  it('of one session every ten seconds, of all of them ten at once and then one each six', () => {
    const gate = new NoticeGate();
    const at = 1_000_000;
    expect(gate.take('a', at)).toBe(0);
    expect(gate.take('a', at + 9_000)).toBe(1_000);
    expect(gate.take('a', at + 10_000)).toBe(0);
    const passed = Array.from({ length: 50 }, (_, i) => gate.take(`s${i}`, at + 70_000)).filter((ms) => ms === 0);
    expect(passed).toHaveLength(10);
    expect(gate.take('late', at + 75_000)).toBe(1_000);
    expect(gate.take('late', at + 76_000)).toBe(0);
  });
});

describe('rules of a team', () => {
  it('take the place of those of the settings, one by one', () => {
    const settings = { ...DEFAULT_NOTICES, done: ['desktop'] as const };
    expect(noticeRules(settings, undefined)).toBe(settings);
    expect(noticeRules(settings, { blocked: [] })).toEqual({ ...settings, blocked: [] });
  });
});
