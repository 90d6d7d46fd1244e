import { describe, expect, it } from 'vitest';
import {
  BG_DIM,
  BG_ITALIC,
  BG_OVERLINE,
  FG_BOLD,
  FG_INVERSE,
  FG_STRIKETHROUGH,
  FG_UNDERLINE,
} from '../../../src/core/index.ts';
import { type Capabilities, Compositor, FULL_CAPABILITIES } from '../../../src/ui/compositor/index.ts';
import { ArraySurface, type Attributes } from '../../support/array-surface.ts';
import { HandClock, MemorySink } from './fakes.ts';
import { wholeLayer } from './picture.ts';

const palette = (index: number): number => 0x2000000 | index;
const rgb = (value: number): number => 0x3000000 | value;

/** The SGR parameters that one cell with these attributes takes on a terminal that shows nothing yet. */
function sgr(capabilities: Partial<Capabilities>, attributes: Attributes): string {
  const sink = new MemorySink();
  const surface = new ArraySurface(3, 1);
  const compositor = new Compositor({
    sink,
    clock: new HandClock(),
    capabilities: { ...FULL_CAPABILITIES, ...capabilities },
  });
  compositor.setSize(3, 1);
  compositor.setLayers([wholeLayer(surface)]);
  compositor.flush();
  sink.take();
  surface.set(0, 0, 'x', 1, attributes);
  compositor.invalidate();
  compositor.flush();
  return [
    ...sink
      .take()
      .join('')
      .matchAll(/\x1b\[([\d;:]*)m/g),
  ]
    .map(([, parameters]) => parameters)
    .join(' ');
}

describe('colours', () => {
  it('keep default, the sixteen, the palette and RGB apart where the terminal has them all', () => {
    expect(sgr({}, {})).toBe('');
    expect(sgr({}, { fg: 0x1000003 })).toBe('33');
    expect(sgr({}, { fg: 0x100000b, bg: 0x1000008 })).toBe('93;100');
    expect(sgr({}, { fg: palette(3), bg: palette(200) })).toBe('38;5;3;48;5;200');
    expect(sgr({}, { fg: rgb(0x010203), bg: rgb(0xfffefd) })).toBe('38;2;1;2;3;48;2;255;254;253');
  });

  it('become the nearest of the fixed 240 on a terminal of 256', () => {
    const at = (value: number) => sgr({ colors: '256' }, { fg: rgb(value) });
    expect(at(0xff0000)).toBe('38;5;196');
    expect(at(0x000000)).toBe('38;5;16');
    expect(at(0xffffff)).toBe('38;5;231');
    expect(at(0x5f87af)).toBe('38;5;67');
    expect(at(0x808080)).toBe('38;5;244');
    expect(at(0x121212)).toBe('38;5;233');
    expect(sgr({ colors: '256' }, { fg: palette(77), bg: 0x1000002 })).toBe('38;5;77;42');
  });

  it('become the nearest of the sixteen on a terminal of sixteen', () => {
    const at = (word: number) => sgr({ colors: '16' }, { fg: word });
    expect(at(rgb(0xff0000))).toBe('91');
    expect(at(rgb(0xc00000))).toBe('31');
    expect(at(rgb(0xffffff))).toBe('97');
    expect(at(palette(9))).toBe('91');
    expect(at(palette(21))).toBe('34');
    expect(at(palette(244))).toBe('90');
  });

  it('stay apart from the background when they were apart', () => {
    const near = { fg: rgb(0x343434), bg: rgb(0x2e2e2e) };
    expect(sgr({ colors: '16' }, near)).toBe('90;40');
    expect(sgr({ colors: '256' }, near)).toBe('38;5;237;48;5;236');
    expect(sgr({ colors: '256' }, { fg: rgb(0x102030), bg: rgb(0x102030) })).toMatch(/^38;5;(\d+);48;5;\1$/);
  });

  it('go, and attributes stay, on a terminal without colours', () => {
    const fg = (rgb(0xff0000) | FG_BOLD | FG_INVERSE | FG_UNDERLINE) >>> 0;
    expect(sgr({ colors: 'none' }, { fg, bg: palette(4) | BG_DIM })).toBe('1;2;7;4');
  });
});

describe('attributes', () => {
  const curly = { underlineStyle: 3, underlineColor: rgb(0x0a0b0c), link: undefined } as const;

  it('include the five underlines and their colour where the terminal has them', () => {
    for (const underlineStyle of [2, 3, 4, 5] as const)
      expect(sgr({}, { fg: FG_UNDERLINE, extended: { ...curly, underlineStyle } })).toBe(
        `4:${underlineStyle};58:2::10:11:12`,
      );
    expect(sgr({}, { fg: FG_UNDERLINE, extended: { ...curly, underlineColor: palette(9) } })).toBe('4:3;58:5:9');
  });

  it('fall back to a plain underline elsewhere', () => {
    expect(sgr({ underlineStyles: false }, { fg: FG_UNDERLINE, extended: curly })).toBe('4');
  });

  it('are kept to the basic ones on an old terminal', () => {
    const fg = (FG_STRIKETHROUGH | FG_BOLD) >>> 0;
    expect(sgr({}, { fg, bg: BG_ITALIC | BG_OVERLINE })).toBe('1;3;9;53');
    expect(sgr({ attributes: 'basic' }, { fg, bg: BG_ITALIC | BG_OVERLINE })).toBe('1');
  });
});
