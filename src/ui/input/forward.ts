import {
  encodeFocus,
  encodeKey,
  type KeyEncodingOptions,
  KITTY_ALL_KEYS,
  type TerminalModes,
} from '../../core/index.ts';
import type { InputEvent } from './events.ts';

/**
 * What the focused program gets for an event of the outer terminal; empty for none. `outerModes`: what the outer terminal was asked for; `paneModes`: what
 * the program asked for. Keys the terminal already sends as the program wants them keep their bytes, all others are encoded for it; unknown bytes pass.
 * Replies never pass. Mouse and paste have state and places of their own: encodeMouse, PasteForwarder.
 */
export function forwardKey(
  event: InputEvent,
  outerModes: Pick<TerminalModes, 'kittyFlags'>,
  paneModes: TerminalModes,
  options: KeyEncodingOptions = {},
): Uint8Array {
  switch (event.type) {
    case 'key': {
      // The same flags: the terminal says it best itself. Without flags dialects differ (rxvt, Linux console), and the program speaks xterm.
      if (paneModes.kittyFlags !== 0 && paneModes.kittyFlags === outerModes.kittyFlags) return event.raw;
      // Typed text is text everywhere, but where all keys are sequences (8): no need to make it again.
      if (event.raw[0]! > 0x1f && event.raw[0] !== 0x7f && (paneModes.kittyFlags & KITTY_ALL_KEYS) === 0)
        return event.raw;
      const encoded = encodeKey(event.key, paneModes, options);
      return same(encoded, event.raw) ? event.raw : encoded;
    }
    case 'focus':
      return encodeFocus(event.focused, paneModes) ?? NOTHING;
    case 'unknown':
      return event.raw;
    case 'mouse':
    case 'paste-start':
    case 'paste-data':
    case 'paste-end':
    case 'reply':
      return NOTHING;
  }
}

const NOTHING = new Uint8Array(0);

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
