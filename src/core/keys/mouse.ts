import type { TerminalModes } from '../output/modes.ts';
import { bytesOf } from './bytes.ts';
import { encodeKey } from './encode.ts';
import { makeKey } from './key.ts';

/** xterm's numbers (ctlseqs, "Mouse Tracking"). `none`: moved without a button, or an old encoding that does not tell which was released. */
export const MOUSE_BUTTONS = {
  left: 0,
  middle: 1,
  right: 2,
  none: 3,
  'wheel-up': 64,
  'wheel-down': 65,
  'wheel-left': 66,
  'wheel-right': 67,
  back: 128,
  forward: 129,
  button10: 130,
  button11: 131,
} as const;

export type MouseButton = keyof typeof MOUSE_BUTTONS;

export interface MouseInput {
  /** `move` with a button is a drag. The wheel only presses. */
  readonly action: 'press' | 'release' | 'move';
  readonly button: MouseButton;
  /** Cells from the upper left corner, which is 0, 0. */
  readonly x: number;
  readonly y: number;
  readonly shift: boolean;
  readonly alt: boolean;
  readonly ctrl: boolean;
}

/** One byte a coordinate: 255 less 32 less 1. */
const DEFAULT_LIMIT = 222;
/** Two bytes of UTF-8 reach U+07FF. */
const UTF8_LIMIT = 2014;

export function isWheel(button: MouseButton): boolean {
  return button.startsWith('wheel-');
}

/**
 * A mouse event, with x and y relative to the pane, as the program asked for it; undefined if it did not ask for this kind of event.
 * Positions that an old encoding can't say are not sent, except for a release, which is moved to the last position that can be said: a program
 * must never be left dragging.
 */
export function encodeMouse(event: MouseInput, modes: TerminalModes): Uint8Array | undefined {
  if (!wants(event, modes.mouse)) return undefined;
  let code: number = MOUSE_BUTTONS[event.button];
  if (event.action === 'move') code += 32;
  if (modes.mouse !== 'x10') code += (event.shift ? 4 : 0) + (event.alt ? 8 : 0) + (event.ctrl ? 16 : 0);
  if (modes.mouseEncoding === 'sgr') {
    return bytesOf(`\x1b[<${code};${event.x + 1};${event.y + 1}${event.action === 'release' ? 'm' : 'M'}`);
  }
  // All but SGR say "a button was released", not which.
  if (event.action === 'release') code = (code & ~0xc3) | 3;
  if (modes.mouseEncoding === 'urxvt') return bytesOf(`\x1b[${code + 32};${event.x + 1};${event.y + 1}M`);
  const limit = modes.mouseEncoding === 'utf8' ? UTF8_LIMIT : DEFAULT_LIMIT;
  if ((event.x > limit || event.y > limit) && event.action !== 'release') return undefined;
  const fields = [code + 32, Math.min(event.x, limit) + 33, Math.min(event.y, limit) + 33];
  if (modes.mouseEncoding === 'utf8') return bytesOf(`\x1b[M${String.fromCharCode(...fields)}`);
  return Uint8Array.of(0x1b, 0x5b, 0x4d, ...fields);
}

function wants(event: MouseInput, mode: TerminalModes['mouse']): boolean {
  if (event.x < 0 || event.y < 0) return false;
  const wheel = isWheel(event.button);
  if (wheel && event.action !== 'press') return false;
  if (event.button === 'none' && event.action === 'press') return false;
  switch (mode) {
    case 'none':
      return false;
    case 'x10':
      return event.action === 'press' && MOUSE_BUTTONS[event.button] < 3;
    case 'press':
      return event.action !== 'move';
    case 'drag':
      return event.action !== 'move' || event.button !== 'none';
    case 'any':
      return true;
  }
}

/**
 * The wheel for a full-screen program that asked for no mouse: cursor keys (mode 1007). undefined when the program has the mouse, is not on the alternate
 * screen, or switched this off.
 */
export function encodeWheelAsArrows(button: MouseButton, lines: number, modes: TerminalModes): Uint8Array | undefined {
  if (modes.mouse !== 'none' || !modes.alternateScreen || !modes.alternateScroll) return undefined;
  if (button !== 'wheel-up' && button !== 'wheel-down') return undefined;
  const one = encodeKey(makeKey(button === 'wheel-up' ? 'up' : 'down'), modes);
  const all = new Uint8Array(one.length * lines);
  for (let line = 0; line < lines; line++) all.set(one, line * one.length);
  return all;
}
