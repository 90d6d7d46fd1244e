import { describe, expect, it } from 'vitest';
import { noticeSequence } from '../../../src/ui/terminal/sequences.ts';

const HOSTILE = '\x1b]52;c;eA==\x07\x1b\\\x9c\x9b2J\r\n\x00\x7f\u202e\u2028\u200b\ufeff\ud800;';

describe('[E27] a notice for the outer terminal', () => {
  it('is one sequence whose text holds nothing but what can be seen', () => {
    const nine = noticeSequence('osc9', `a${HOSTILE}b`, `c${HOSTILE}d`);
    expect(nine).toMatch(/^\x1b\]9;[^\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*\x1b\\$/);
    const urxvt = noticeSequence('osc777', `a${HOSTILE}b`, `c${HOSTILE}d`);
    expect(urxvt).toMatch(/^\x1b\]777;notify;[^;\x00-\x1f\x7f-\x9f]*;[^;\x00-\x1f\x7f-\x9f\u202e]*\x1b\\$/);
    for (const text of [nine, urxvt]) expect(text.isWellFormed()).toBe(true);
  });

  it('is bounded, and never the progress of OSC 9 ; 4', () => {
    expect(noticeSequence('osc9', '😀'.repeat(9999), '').length).toBeLessThan(500);
    expect(noticeSequence('osc9', '4;1;50', '')).toBe('\x1b]9; 4;1;50\x1b\\');
    expect(noticeSequence('osc9', 'iris-tui: api waits for you', '')).toBe('\x1b]9;iris-tui: api waits for you\x1b\\');
  });
});
