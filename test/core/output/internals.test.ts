import { readdirSync, readFileSync } from 'node:fs';
import headless from '@xterm/headless';
import { describe, expect, test } from 'vitest';
import { Screen } from '../../../src/core/index.ts';
import { USED_INTERNALS } from '../../../src/core/output/emulator/internals.ts';

const SOURCE = new URL('../../../src/', import.meta.url);
const encoder = new TextEncoder();

/** The emulator as it comes from its package, nothing replaced. */
function bare() {
  const terminal = new headless.Terminal({ cols: 10, rows: 3, scrollback: 5, allowProposedApi: true, logLevel: 'off' });
  // biome-ignore lint/suspicious/noExplicitAny: these are the internals whose shape is under test
  const core = (terminal as any)._core;
  const handler = core._inputHandler;
  const parse = (text: string): void => core.writeSync(encoder.encode(text));
  return { terminal, core, handler, parse };
}

describe('the internals of @xterm/headless are what the emulator folder was written for', () => {
  const { core, handler, terminal } = bare();
  const holders: Record<keyof typeof USED_INTERNALS, object> = {
    handler,
    parser: handler._parser,
    oscParser: handler._parser._oscParser,
    dcsParser: handler._parser._dcsParser,
    buffers: core._bufferService,
    buffer: core._bufferService.buffers.normal,
    lines: core._bufferService.buffers.normal.lines,
    line: core._bufferService.buffers.normal.lines.get(0),
    service: core.coreService,
    charsets: core._charsetService,
    mouse: core.coreMouseService,
  };
  for (const [holder, names] of Object.entries(USED_INTERNALS)) {
    test(`${holder} has ${names}`, () => {
      for (const name of names.split(' ')) expect(name in holders[holder as keyof typeof holders], name).toBe(true);
    });
  }

  test('the public interface that is used is there', () => {
    expect(terminal.unicode.versions).toContain('6');
    expect(typeof terminal.resize).toBe('function');
    expect(typeof terminal.reset).toBe('function');
    terminal.dispose();
  });
});

describe('the internals of @xterm/headless mean what the emulator folder takes them for', () => {
  test('a cell is three words: code and width, foreground, background', () => {
    const { core, parse, terminal } = bare();
    parse('\x1b[1;31;44ma\x1b[0m日');
    const { _data: data } = core._bufferService.buffers.normal.lines.get(0);
    expect([data[0], data[1] >>> 0, data[2] >>> 0]).toEqual([(1 << 22) | 0x61, 0x8000000 | 0x1000001, 0x1000004]);
    expect([data[3], data[6]]).toEqual([(2 << 22) | 0x65e5, 0]);
    terminal.dispose();
  });

  test('a text of several characters stands in _combined, extended attributes in _extendedAttrs', () => {
    const { core, parse, terminal } = bare();
    parse('e\u0301\x1b[4:3mx');
    const line = core._bufferService.buffers.normal.lines.get(0);
    expect(line._data[0] & 0x200000).toBe(0x200000);
    expect(line._combined[0]).toBe('e\u0301');
    expect(line._data[5] & 0x10000000).toBe(0x10000000);
    expect(line._extendedAttrs[1].underlineStyle).toBe(3);
    terminal.dispose();
  });

  test('x equal to cols is a pending wrap; the line after it is marked', () => {
    const { core, parse, terminal } = bare();
    parse('0123456789');
    const buffer = core._bufferService.buffers.normal;
    expect(buffer.x).toBe(10);
    parse('x');
    expect([buffer.x, buffer.y, buffer.lines.get(1).isWrapped]).toEqual([1, 1, true]);
    terminal.dispose();
  });

  test('lines that leave a full buffer are announced, and recycled', () => {
    const { core, parse, terminal } = bare();
    const { lines } = core._bufferService.buffers.normal;
    let trimmed = 0;
    lines.onTrim((amount: number) => {
      trimmed += amount;
    });
    parse('\n'.repeat(12));
    expect([lines.length, lines.maxLength, lines.isFull, trimmed]).toEqual([8, 8, true, 5]);
    terminal.dispose();
  });

  test('handlers call methods of the input handler, so that one set on it takes their place', () => {
    const { handler, parse, terminal } = bare();
    const called: string[] = [];
    const names = USED_INTERNALS.handler.split(' ').filter((name) => !name.startsWith('_') && name !== 'selectCharset');
    for (const name of names) {
      handler[name] = () => {
        called.push(name);
        return true;
      };
    }
    parse(
      'x\x07\n\x1b7\x1b8\x1b[m\x1b[J\x1b[L\x1b[M\x1b[S\x1b[T\x1bM\x1b[@\x1b[P\x1b[X\x1b[ @\x1b[ A' +
        "\x1b['}\x1b['~\x1b[I\x1b[Z\x1b[b\x1bH\x1b[h\x1b[l\x1b[?h\x1b[?l\x1b[?1$p\x1b[!p\x1bc\x1b[ q\x1b[t\x1b[c\x1b[>c" +
        '\x1b[n\x1b[?n\x1b%G\x1b#8',
    );
    expect(called.toSorted()).toEqual([...names].toSorted());
    terminal.dispose();
  });

  test('the parser is in state 0 between sequences, 7 inside APC, and up to 6 where controls are executed at once', () => {
    const { handler, parse, terminal } = bare();
    const states = [
      'x',
      '\x1b',
      '[',
      '3',
      ' ',
      '\x18\x1b(',
      '\x18\x1b[?1=',
      '\x18\x1b_',
      '\x18\x1b]0',
      '\x18\x1bP1',
    ].map((text) => {
      parse(text);
      return handler._parser.currentState;
    });
    expect(states).toEqual([0, 1, 3, 4, 5, 2, 6, 7, 8, 10]);
    terminal.dispose();
  });

  test('a state of joining is kept between two texts and ended by a control sequence', () => {
    const { handler, parse, terminal } = bare();
    parse('x');
    expect(handler._parser.precedingJoinState).not.toBe(0);
    parse('\x1b[m');
    expect(handler._parser.precedingJoinState).toBe(0);
    terminal.dispose();
  });
});

test('the emulator is reached into by emulator/internals.ts alone, and nothing outside output/ knows its insides', () => {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name));
  for (const name of files) {
    const text = readFileSync(new URL(name, SOURCE), 'utf8');
    if (name !== 'core/output/emulator/internals.ts') {
      expect(text, name).not.toMatch(/\b_(core|inputHandler|bufferService|charsetService)\b/);
    }
    // What it hands out is used by the files of output/ through its types.
    if (!name.startsWith('core/output/')) {
      expect(text, name).not.toMatch(/\b_(data|combined|extendedAttrs|activeBuffer|curAttrData|parser)\b/);
    }
  }
});

test('a screen can be disposed of twice', () => {
  const screen = new Screen({ cols: 5, rows: 2, scrollback: 0 });
  screen.dispose();
  expect(() => screen.dispose()).not.toThrow();
});
