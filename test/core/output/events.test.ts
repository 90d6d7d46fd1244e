import { describe, expect, test } from 'vitest';
import { Screen, type ScreenEvent } from '../../../src/core/index.ts';
import { picture } from './dump.ts';

const encoder = new TextEncoder();

function eventsOf(text: string): ScreenEvent[] {
  const screen = new Screen({ cols: 20, rows: 5, scrollback: 0 });
  const events: ScreenEvent[] = [];
  screen.events.on((event) => events.push(event));
  screen.write(encoder.encode(text));
  return events;
}

function screenOf(text: string): Screen {
  const screen = new Screen({ cols: 20, rows: 5, scrollback: 0 });
  screen.write(encoder.encode(text));
  return screen;
}

describe('what a program says', () => {
  test('a title without control characters, of at most 256 bytes', () => {
    expect(eventsOf('\x1b]0;a\u202eb\u2066c \x07')).toEqual([{ type: 'title', title: 'abc ' }]);
    // A C1 control ends the string without a title, as in the emulator.
    expect(eventsOf('\x1b]0;a\u009b31mb\x07')).toEqual([{ type: 'bell' }]);
    const [event] = eventsOf(`\x1b]2;${'ü'.repeat(5000)}\x07`);
    expect(event).toEqual({ type: 'title', title: 'ü'.repeat(128) });
  });

  test('titles are pushed and popped', () => {
    const screen = screenOf('\x1b]2;one\x07\x1b[22;0t\x1b]2;two\x07\x1b[22;2t\x1b]2;three\x07\x1b[23;2t');
    expect(screen.title).toBe('two');
    screen.write(encoder.encode('\x1b[23t\x1b[23t'));
    expect(screen.title).toBe('one');
  });

  test('several titles in one write are one event, and so are bells', () => {
    expect(eventsOf('\x1b]0;a\x07\x07\x1b]0;b\x07\x07')).toEqual([{ type: 'title', title: 'b' }, { type: 'bell' }]);
  });

  test('its folder', () => {
    expect(eventsOf('\x1b]7;file://host/home/a%20b/%C3%BC\x1b\\')).toEqual([
      { type: 'cwd', cwd: '/home/a b/ü', host: 'host' },
    ]);
    expect(
      eventsOf('\x1b]7;http://host/x\x07\x1b]7;file:///a%07b\x07\x1b]7;file:///%ff\x07\x1b]7;relative\x07'),
    ).toEqual([]);
  });

  test('the clipboard is written, never read', () => {
    expect(eventsOf('\x1b]52;c;aMOkbGxv\x07')).toEqual([{ type: 'clipboard', text: 'hällo' }]);
    expect(eventsOf('\x1b]52;;aGk\x07')).toEqual([{ type: 'clipboard', text: 'hi' }]);
    expect(eventsOf('\x1b]52;c;?\x07\x1b]52;c;\x07\x1b]52;c;***\x07\x1b]52;c;/w==\x07\x1b]52\x07')).toEqual([]);
  });

  test('up to 100 KB of clipboard, nothing of what is longer', () => {
    const base64 = (length: number): string => Buffer.alloc(length, 'x').toString('base64');
    expect(eventsOf(`\x1b]52;c;${base64(102_400)}\x07`)).toEqual([{ type: 'clipboard', text: 'x'.repeat(102_400) }]);
    expect(eventsOf(`\x1b]52;c;${base64(102_401)}\x07`)).toEqual([]);
  });

  test('notices of three kinds', () => {
    expect(eventsOf('\x1b]9;done\x07')).toEqual([{ type: 'notice', title: '', body: 'done' }]);
    expect(eventsOf('\x1b]777;notify;build;it; failed\x07')).toEqual([
      { type: 'notice', title: 'build', body: 'it; failed' },
    ]);
    expect(eventsOf('\x1b]99;i=1:d=0;half\x1b\\\x1b]99;i=1:d=1:p=body:e=1;d2hvbGU=\x1b\\')).toEqual([
      { type: 'notice', title: 'half', body: 'whole' },
    ]);
    expect(eventsOf('\x1b]99;i=1:p=close;\x1b\\\x1b]777;preexec\x07\x1b]9;9;C:\\\x07')).toEqual([]);
  });

  test('progress', () => {
    expect(eventsOf('\x1b]9;4;1;42\x07')).toEqual([{ type: 'progress', state: 1, percent: 42 }]);
    expect(eventsOf('\x1b]9;4;0\x07')).toEqual([{ type: 'progress', state: 0, percent: 0 }]);
  });

  test('notices without end are sixteen a write', () => {
    expect(eventsOf('\x1b]9;spam\x07'.repeat(1000))).toHaveLength(16);
  });

  test('a listener may write to the screen', () => {
    const screen = new Screen({ cols: 20, rows: 2, scrollback: 0 });
    screen.events.on((event) => {
      if (event.type === 'bell') screen.write(encoder.encode('heard'));
    });
    screen.write(encoder.encode('\x07ab '));
    expect(picture(screen)[0]).toBe('ab heard');
  });
});
