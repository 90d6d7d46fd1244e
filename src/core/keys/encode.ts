import type { TerminalModes } from '../output/modes.ts';
import { bytesOf } from './bytes.ts';
import { encodeKitty } from './encode-kitty.ts';
import { encodeLegacy, type KeyEncodingOptions } from './encode-legacy.ts';
import type { Key } from './key.ts';

/**
 * What a program with these modes receives for a key: xterm's bytes, modifyOtherKeys, or the kitty keyboard protocol.
 * Empty when such a terminal would send nothing: a release that was not asked for, a modifier alone, Super with a character.
 */
export function encodeKey(key: Key, modes: TerminalModes, options: KeyEncodingOptions = {}): Uint8Array {
  return bytesOf(modes.kittyFlags ? encodeKitty(key, modes, options) : encodeLegacy(key, modes, options));
}

/** Focus in or out (mode 1004): undefined if the program did not ask. */
export function encodeFocus(focused: boolean, modes: TerminalModes): Uint8Array | undefined {
  return modes.focusEvents ? bytesOf(focused ? '\x1b[I' : '\x1b[O') : undefined;
}
