import { describe, expect, it } from 'vitest';
import {
  DEFAULT_MODES,
  encodeMouse,
  encodeWheelAsArrows,
  type MouseInput,
  type TerminalModes,
} from '../../../src/core/index.ts';

const press: MouseInput = { action: 'press', button: 'left', x: 9, y: 4, shift: false, alt: false, ctrl: false };
const events = {
  press,
  release: { ...press, action: 'release' },
  drag: { ...press, action: 'move' },
  move: { ...press, action: 'move', button: 'none' },
  wheel: { ...press, button: 'wheel-down' },
  back: { ...press, button: 'back' },
} satisfies Record<string, MouseInput>;
const latin = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString('latin1');
const encode = (event: MouseInput, modes: Partial<TerminalModes>): string | undefined =>
  latin(encodeMouse(event, { ...DEFAULT_MODES, ...modes }));

describe('encodeMouse', () => {
  it.each([
    ['none', []],
    ['x10', ['press']],
    ['press', ['press', 'release', 'wheel', 'back']],
    ['drag', ['press', 'release', 'drag', 'wheel', 'back']],
    ['any', ['press', 'release', 'drag', 'move', 'wheel', 'back']],
  ] as const)('sends a program in mode %s only what it asked for', (mouse, wanted) => {
    const sent = Object.entries(events).filter(([, event]) => encode(event, { mouse, mouseEncoding: 'sgr' }));
    expect(sent.map(([name]) => name)).toEqual(wanted);
  });

  it.each([
    ['press', 'default', '\x1b[M *%'],
    ['release', 'default', '\x1b[M#*%'],
    ['drag', 'default', '\x1b[M@*%'],
    ['move', 'default', '\x1b[MC*%'],
    ['wheel', 'default', '\x1b[Ma*%'],
    ['back', 'default', '\x1b[M\xa0*%'],
    ['press', 'utf8', '\x1b[M *%'],
    ['back', 'utf8', '\x1b[M\xc2\xa0*%'],
    ['press', 'urxvt', '\x1b[32;10;5M'],
    ['release', 'urxvt', '\x1b[35;10;5M'],
    ['press', 'sgr', '\x1b[<0;10;5M'],
    ['release', 'sgr', '\x1b[<0;10;5m'],
    ['drag', 'sgr', '\x1b[<32;10;5M'],
    ['move', 'sgr', '\x1b[<35;10;5M'],
    ['wheel', 'sgr', '\x1b[<65;10;5M'],
    ['back', 'sgr', '\x1b[<128;10;5M'],
  ] as const)('writes %s in %s', (name, mouseEncoding, bytes) => {
    expect(encode(events[name], { mouse: 'any', mouseEncoding })).toBe(bytes);
  });

  it('adds modifiers, except for X10', () => {
    const held = { ...press, shift: true, alt: true, ctrl: true };
    expect(encode(held, { mouse: 'any', mouseEncoding: 'sgr' })).toBe('\x1b[<28;10;5M');
    expect(encode({ ...held, action: 'release' }, { mouse: 'any' })).toBe('\x1b[M?*%');
    expect(encode(held, { mouse: 'x10' })).toBe('\x1b[M *%');
  });

  it('does not say a wrong place: beyond what the encoding can say only a release is sent, clamped', () => {
    const far = (x: number): MouseInput => ({ ...press, x });
    expect(encode(far(222), { mouse: 'any' })).toBe('\x1b[M \xff%');
    expect(encode(far(223), { mouse: 'any' })).toBeUndefined();
    expect(encode({ ...far(300), action: 'release' }, { mouse: 'any' })).toBe('\x1b[M#\xff%');
    expect(encode(far(300), { mouse: 'any', mouseEncoding: 'utf8' })).toBe('\x1b[M \xc5\x8d%');
    expect(encode(far(2014), { mouse: 'any', mouseEncoding: 'utf8' })).toBe('\x1b[M \xdf\xbf%');
    expect(encode(far(2015), { mouse: 'any', mouseEncoding: 'utf8' })).toBeUndefined();
    expect(encode(far(5000), { mouse: 'any', mouseEncoding: 'sgr' })).toBe('\x1b[<0;5001;5M');
    expect(encode(far(-1), { mouse: 'any', mouseEncoding: 'sgr' })).toBeUndefined();
  });
});

describe('encodeWheelAsArrows', () => {
  const full = { ...DEFAULT_MODES, alternateScreen: true };
  it('scrolls a full-screen program that did not ask for the mouse', () => {
    expect(latin(encodeWheelAsArrows('wheel-up', 3, full))).toBe('\x1b[A\x1b[A\x1b[A');
    expect(latin(encodeWheelAsArrows('wheel-down', 1, { ...full, applicationCursor: true }))).toBe('\x1bOB');
  });
  it('leaves everyone else alone', () => {
    expect(encodeWheelAsArrows('wheel-up', 3, DEFAULT_MODES)).toBeUndefined();
    expect(encodeWheelAsArrows('wheel-up', 3, { ...full, mouse: 'press' })).toBeUndefined();
    expect(encodeWheelAsArrows('wheel-up', 3, { ...full, alternateScroll: false })).toBeUndefined();
    expect(encodeWheelAsArrows('wheel-left', 3, full)).toBeUndefined();
    expect(encodeWheelAsArrows('left', 3, full)).toBeUndefined();
  });
});
