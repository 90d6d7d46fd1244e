import { describe, expect, it } from 'vitest';
import { BG_DIM, FG_BOLD, FG_INVERSE, FG_UNDERLINE } from '../../../src/core/index.ts';
import { type Capabilities, Compositor, FULL_CAPABILITIES } from '../../../src/ui/compositor/index.ts';
import { ArraySurface } from '../../support/array-surface.ts';
import { HandClock, MemorySink } from './fakes.ts';
import { wholeLayer } from './picture.ts';

const RED = 0x1000001;
const GREEN = 0x1000002;
const CYAN = 0x1000006;

/** A surface over the whole terminal, drawn once; what `change` then costs is what `written` returns, without the synchronized update. */
function screen(cols: number, rows: number, capabilities: Partial<Capabilities> = {}) {
  const sink = new MemorySink();
  const compositor = new Compositor({
    sink,
    clock: new HandClock(),
    capabilities: { ...FULL_CAPABILITIES, ...capabilities },
  });
  const surface = new ArraySurface(cols, rows);
  compositor.setSize(cols, rows);
  compositor.setLayers([wholeLayer(surface)]);
  const written = (change: (surface: ArraySurface) => void = () => {}): string => {
    change(surface);
    compositor.setCursor(surface.cursor.visible ? { surface } : undefined);
    compositor.flush();
    return sink
      .take()
      .join('')
      .replace(/^\x1b\[\?2026h(.*)\x1b\[\?2026l$/s, '$1');
  };
  const cursor = (x: number, y: number): void => {
    surface.cursor = { x, y, visible: true, shape: undefined, blink: false };
    surface.version++;
  };
  written();
  return { surface, written, cursor };
}

describe('bytes written', () => {
  it('for a typed character: the character', () => {
    const { written, cursor } = screen(80, 24);
    written(() => cursor(10, 5));
    expect(
      written((s) => {
        s.set(10, 5, 'x');
        cursor(11, 5);
      }),
    ).toBe('x');
  });

  it('for a deleted character: back, a space, back', () => {
    const { written, cursor } = screen(80, 24);
    written((s) => {
      s.write(0, 5, 'abc');
      cursor(3, 5);
    });
    expect(
      written((s) => {
        s.set(2, 5, '');
        cursor(2, 5);
      }),
    ).toBe('\b \b');
  });

  it('for a new line of a shell: one movement and the prompt', () => {
    const { written, cursor } = screen(80, 24);
    written((s) => {
      s.write(0, 5, '$ ls');
      cursor(4, 5);
    });
    expect(
      written((s) => {
        s.write(0, 6, '$');
        cursor(2, 6);
      }),
    ).toBe('\x1b[7H$\x1b[C');
  });

  it('for a row of one colour: the colour, the text, and nothing to take it away before it is needed', () => {
    const { written } = screen(80, 24);
    expect(written((s) => s.write(0, 0, 'red', { fg: RED }))).toBe('\x1b[H\x1b[31mred');
    expect(written((s) => s.write(4, 0, 'red', { fg: RED }))).toBe(' red');
    expect(written((s) => s.write(8, 0, 'plain'))).toBe(' \x1b[mplain');
  });

  it('for words of different looks: what differs, and spaces in whatever look is at hand', () => {
    const { written } = screen(80, 24);
    expect(
      written((s) => {
        s.write(0, 0, 'a', { fg: RED });
        s.write(2, 0, 'b', { fg: (RED | FG_BOLD) >>> 0 });
        s.write(4, 0, 'c', { fg: GREEN, bg: BG_DIM });
        s.write(6, 0, 'd', { fg: (GREEN | FG_UNDERLINE) >>> 0 });
        s.write(8, 0, 'e', { fg: GREEN });
      }),
    ).toBe('\x1b[H\x1b[31ma \x1b[1mb \x1b[0;2;32mc \x1b[22;4md\x1b[24m e');
  });

  it('for the cursor on an empty cell: no colour that the cell got by the way, which some terminals draw the cursor in', () => {
    const { written, cursor } = screen(80, 24);
    const border = { fg: CYAN };
    written((s) => {
      s.write(0, 6, '$ p');
      cursor(3, 6);
    });
    // The colour of what was written last, in the space that takes the letter away.
    const prompt = (s: ArraySurface): void => {
      s.write(79, 5, '│', border);
      s.set(2, 6, '');
      cursor(2, 6);
    };
    expect(written(prompt)).toBe('\x1b[6;80H\x1b[36m│\x1b[7;3H \b\x1b[m \b');
    expect(written((s) => s.set(0, 0, 'x'))).toBe('\x1b[Hx\x1b[7;3H');
    // In one that was written, or erased, before the cursor came there; VTE and xterm erase with the colour of letters, too.
    written((s) => s.write(0, 10, 'x'.repeat(80)));
    expect(
      written((s) => {
        s.write(0, 10, 'a', border);
        s.write(1, 10, ' '.repeat(79));
      }),
    ).toBe('\x1b[11H\x1b[36ma\x1b[K\x1b[7;3H');
    // With the rest of the row, which is typed into next.
    expect(written(() => cursor(40, 10))).toBe('\x1b[11;41H\x1b[m\x1b[40X');
    expect(written(() => cursor(41, 10))).toBe('\x1b[C');
    // Nothing is to be seen of it elsewhere.
    expect(written(() => cursor(0, 0))).toBe('\x1b[H');
  });

  it('for an end of a row: EL', () => {
    const { written } = screen(80, 24);
    written((s) => s.write(0, 0, 'x'.repeat(79)));
    expect(written((s) => s.write(10, 0, ' '.repeat(69)))).toBe('\x1b[69D\x1b[K');
  });

  it('for a gap inside a row: ECH, unless spaces are as short', () => {
    const { written, cursor } = screen(80, 24);
    written((s) => {
      s.write(0, 0, 'x'.repeat(80));
      cursor(0, 0);
    });
    expect(written((s) => s.write(0, 0, ' '.repeat(20)))).toBe('\x1b[20X');
    expect(written((s) => s.write(0, 0, 'abc'))).toBe('abc\r');
    written((s) => s.write(0, 0, 'abcd'));
    expect(written((s) => s.write(0, 0, '    '))).toBe('    \r');
  });

  it('for coloured empty cells: an erasure only where the terminal erases with the background', () => {
    const blue = { bg: 0x1000004 };
    const bce = screen(80, 24);
    expect(bce.written((s) => s.write(0, 0, ' '.repeat(80), blue))).toBe('\x1b[H\x1b[44m\x1b[K');
    const none = screen(80, 24, { backgroundErase: false, repeat: false });
    expect(none.written((s) => s.write(0, 0, ' '.repeat(80), blue))).toBe(`\x1b[H\x1b[44m${' '.repeat(80)}`);
  });

  it('for a rule: REP where the terminal has it', () => {
    const rule = '─'.repeat(50);
    expect(screen(80, 24).written((s) => s.write(0, 0, rule))).toBe('\x1b[H─\x1b[49b');
    expect(screen(80, 24, { repeat: false }).written((s) => s.write(0, 0, rule))).toBe(`\x1b[H${rule}`);
  });

  it('for two changes near each other: the unchanged cells between when they are shorter than a movement', () => {
    const { written, cursor } = screen(80, 24);
    written((s) => {
      s.write(0, 0, 'abcdefghij');
      cursor(0, 0);
    });
    expect(
      written((s) => {
        s.set(0, 0, 'A');
        s.set(2, 0, 'C');
        s.set(9, 0, 'J');
      }),
    ).toBe('AbC\x1b[6CJ\r');
  });

  it('for a screen that scrolls: a movement of the rows and the new row', () => {
    const { surface, written, cursor } = screen(80, 24);
    written((s) => {
      for (let y = 0; y < 24; y++) s.write(0, y, `line ${y} of a longer text`);
      cursor(0, 23);
    });
    expect(
      written((s) => {
        s.scroll(1);
        s.write(0, 23, 'next');
      }),
    ).toBe('\x1b[Snext\r');
    expect(surface.rows).toBe(24);
  });

  it('for a pane of the whole width that scrolls: a region around it, borders included', () => {
    const { written, cursor } = screen(80, 24);
    const border = (s: ArraySurface): void => {
      for (let y = 0; y < 24; y++) {
        s.set(0, y, '│');
        s.set(79, y, '│');
      }
      s.write(0, 0, 'title');
      s.write(0, 23, 'status');
    };
    written((s) => {
      for (let y = 1; y < 23; y++) s.write(1, y, `line ${y} of a longer text`);
      border(s);
      cursor(1, 22);
    });
    const next = (s: ArraySurface): void => {
      s.scroll(1);
      s.write(0, 22, ' '.repeat(80));
      s.write(1, 22, 'next');
      s.write(0, 0, ' '.repeat(80));
      border(s);
    };
    const bytes = written(next);
    expect(bytes).toBe('\x1b[2;23r\x1b[S\x1b[23H│next\x1b[74C│\r\x1b[C');
    // The region stays for the next time.
    expect(written(next)).toBe('\x1b[S\r│next\x1b[74C│\r\x1b[C');
  });

  it('for a row of text that moved alone: the text, because a region would cost more', () => {
    const { written } = screen(80, 24);
    written((s) => s.write(0, 3, 'abc'));
    const bytes = written((s) => {
      s.clear();
      s.write(0, 2, 'abc');
    });
    expect(bytes).not.toMatch(/[rST]$/);
    expect(bytes.length).toBeLessThan(20);
  });

  it('for inverse text and back: the switch alone', () => {
    const { written } = screen(80, 24);
    written((s) => s.write(0, 0, 'x', { fg: RED }));
    expect(written((s) => s.write(1, 0, 'y', { fg: (RED | FG_INVERSE) >>> 0 }))).toBe('\x1b[7my');
    expect(written((s) => s.write(2, 0, 'z', { fg: RED }))).toBe('\x1b[27mz');
  });

  it('for a link: its address once, with an id, and an end', () => {
    const { written } = screen(80, 24);
    const extended = { underlineStyle: 0, underlineColor: 0, link: 'https://example.org' } as const;
    expect(written((s) => s.write(0, 0, 'here', { extended }))).toBe(
      '\x1b[H\x1b]8;id=1;https://example.org\x1b\\here\x1b]8;;\x1b\\',
    );
  });
});
