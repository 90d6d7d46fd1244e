import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { Screen, type ScreenEvent } from '../../../src/core/index.ts';
import { HOSTILE } from '../../fixtures/hostile.ts';
import { dump } from './dump.ts';

const encoder = new TextEncoder();
const MIB = 1024 * 1024;

test('there are at least sixty of them, each once', () => {
  expect(HOSTILE.length).toBeGreaterThanOrEqual(60);
  expect(new Set(HOSTILE.map((one) => one.name)).size).toBe(HOSTILE.length);
});

describe('[E27] on the side of the screen: a hostile sequence leaves cells, and nothing that could do harm', () => {
  const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

  for (const { name, bytes } of HOSTILE) {
    test(name, () => {
      const replies: number[] = [];
      const events: ScreenEvent[] = [];
      const screen = new Screen({ cols: 40, rows: 10, scrollback: 100, reply: (b) => replies.push(b.length) });
      screen.events.on((event) => events.push(event));
      screen.write(encoder.encode('before\r\n'));
      screen.write(bytes);
      for (const event of events) {
        if (event.type === 'title') expect(encoder.encode(event.title).length).toBeLessThanOrEqual(256);
        if (event.type === 'clipboard') expect(encoder.encode(event.text).length).toBeLessThanOrEqual(102_400);
        else expect(JSON.stringify(event).replaceAll('\\n', '')).not.toMatch(CONTROL);
      }
      expect(events.length).toBeLessThanOrEqual(20);
      for (const line of screen.capture({ history: 100 }).split('\n')) expect(line).not.toMatch(CONTROL);
      for (const line of screen.lines(screen.firstLine, 200).lines) {
        expect(line.replace(/\x1b\[[0-9;:]*m|\x1b\]8;;(https?:\/\/[\x21-\x7e]{1,2048})?\x1b\\/g, '')).not.toMatch(
          CONTROL,
        );
      }
      // It recovers: ST ends every string, RIS everything else.
      screen.write(encoder.encode('\x1b\\\x18\x1bcafter'));
      expect(screen.capture().startsWith('after')).toBe(true);
      screen.dispose();
    });
  }

  test('the same corpus, all in one, gives the same screen to a viewer that joins at any point', () => {
    const hub = new Screen({ cols: 40, rows: 10, scrollback: 100 });
    for (const { name, bytes } of HOSTILE) {
      const half = Math.floor(bytes.length / 2);
      hub.write(bytes.subarray(0, half));
      const viewer = new Screen({ cols: 40, rows: 10, scrollback: 0 });
      viewer.restore(hub.snapshot());
      hub.write(bytes.subarray(half));
      viewer.write(bytes.subarray(half));
      expect(dump(viewer), name).toEqual(dump(hub));
      viewer.dispose();
    }
    hub.dispose();
  });
});

describe('links', () => {
  const link = (url: string): string => `\x1b]8;;${url}\x1b\\x`;
  const shown = (screen: Screen, line: number): boolean => screen.lines(line, 1).lines[0]!.includes('\x1b]8;;http');

  test('of 2 KB in every cell are kept up to 8 MiB, and drawn as plain text beyond', () => {
    const screen = new Screen({ cols: 80, rows: 24, scrollback: 5000 });
    for (let n = 0; n < 6000; n++) screen.write(encoder.encode(`${link(`http://a/${n}/${'x'.repeat(2000)}`)}\r\n`));
    const all = screen.lines(screen.firstLine, 99_999).lines.filter((line) => line.includes('\x1b]8;;http')).length;
    expect(all).toBeGreaterThan(3500);
    expect(all).toBeLessThan(4200);
    screen.dispose();
  });

  test('are kept again when the old ones have been overwritten', () => {
    const screen = new Screen({ cols: 80, rows: 24, scrollback: 0 });
    for (let n = 0; n < 10_000; n++) screen.write(encoder.encode(`\x1b[H${link(`http://a/${n}/${'x'.repeat(2000)}`)}`));
    expect(shown(screen, 0)).toBe(true);
    screen.dispose();
  });
});

describe('[E31] a string that never ends', () => {
  const kinds: readonly [name: string, start: string, end: string, mib?: number][] = [
    ['OSC (title), ended by ST', '\x1b]0;', '\x1b\\'],
    ['OSC (clipboard), ended by BEL', '\x1b]52;c;', '\x07', 24],
    ['OSC (link), ended by CAN', '\x1b]8;;http://', '\x18', 24],
    ['OSC (unknown), ended by BEL', '\x1b]6666;', '\x07', 24],
    ['OSC (our own), ended by ST', '\x1b]7770;', '\x1b\\', 24],
    ['DCS, ended by ST', '\x1bP$q', '\x1b\\'],
    ['DCS (unknown), ended by SUB', '\x1bPq', '\x1a', 24],
    ['APC, ended by ST', '\x1b_G', '\x1b\\'],
    ['PM, ended by ST', '\x1b^', '\x1b\\', 24],
  ];
  const block = encoder.encode('A1b2C3d4'.repeat(8192));
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  /** Bytes that are held by this process, garbage aside. */
  const held = (): number => {
    gc();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };

  for (const [name, start, end, mib = 100] of kinds) {
    test(`${name}: ${mib} MiB of it take at most 8 MiB of memory, and the screen recovers`, () => {
      const screen = new Screen({ cols: 80, rows: 24, scrollback: 100, reply: () => {} });
      screen.write(encoder.encode('before'));
      const before = held();
      screen.write(encoder.encode(start));
      let most = 0;
      for (let sent = 0; sent < mib * MIB; sent += block.length) {
        screen.write(block);
        if (sent % (12 * MIB) === 0) most = Math.max(most, held() - before);
      }
      most = Math.max(most, held() - before);
      expect(most).toBeLessThan(8 * MIB);
      expect(screen.snapshot().length).toBeLessThan(MIB);
      screen.write(encoder.encode(`${end}, after`));
      expect(screen.capture().split('\n')[0]).toBe('before, after');
      screen.dispose();
    });
  }
});
