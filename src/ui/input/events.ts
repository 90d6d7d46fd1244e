import type { Key, MouseInput } from '../../core/index.ts';

/** What the terminal itself says, never a key: it must not reach any program. */
export type TerminalReply =
  /** DA1, DA2, DA3. */
  | { readonly kind: 'device-attributes'; readonly level: 1 | 2 | 3; readonly params: readonly number[] }
  /** XTVERSION. */
  | { readonly kind: 'version'; readonly text: string }
  /** DECRPM: 0 not known, 1 set, 2 reset, 3 always set, 4 always reset. */
  | { readonly kind: 'mode'; readonly mode: number; readonly private: boolean; readonly value: number }
  /** `CSI ? flags u`. */
  | { readonly kind: 'keyboard-flags'; readonly flags: number }
  /** XTQMODKEYS: `CSI > 4 ; level m`. */
  | { readonly kind: 'modify-other-keys'; readonly level: number }
  /** CPR, one-based. */
  | { readonly kind: 'cursor-position'; readonly row: number; readonly column: number }
  /** OSC 10, 11, 12 or another number; components 0 to 255. */
  | {
      readonly kind: 'color';
      readonly osc: number;
      readonly red: number;
      readonly green: number;
      readonly blue: number;
    }
  /** `CSI ? 997 ; 1 or 2 n`. */
  | { readonly kind: 'color-scheme'; readonly dark: boolean }
  /** A reply to nothing that we ask. */
  | { readonly kind: 'other' }
  /** Cut off by time, by another sequence, or too long to keep. */
  | { readonly kind: 'broken' };

/**
 * What came from the terminal. `raw` are the bytes it came as: the raws of all events, put together, are the input. They are views of what was fed.
 */
export type InputEvent =
  | { readonly type: 'key'; readonly key: Key; readonly raw: Uint8Array }
  | { readonly type: 'mouse'; readonly mouse: MouseInput; readonly raw: Uint8Array }
  | { readonly type: 'focus'; readonly focused: boolean; readonly raw: Uint8Array }
  /** A bracketed paste comes in pieces, so that it needs no memory: start, any number of data, end. */
  | { readonly type: 'paste-start'; readonly raw: Uint8Array }
  | { readonly type: 'paste-data'; readonly raw: Uint8Array }
  /** Not complete: the end marker did not come in time, and `raw` is empty. */
  | { readonly type: 'paste-end'; readonly complete: boolean; readonly raw: Uint8Array }
  | { readonly type: 'reply'; readonly reply: TerminalReply; readonly raw: Uint8Array }
  /** Bytes that we can't name, bytes that are not UTF-8: for the program, untouched. */
  | { readonly type: 'unknown'; readonly raw: Uint8Array };

export type KeyInput = Extract<InputEvent, { type: 'key' }>;
