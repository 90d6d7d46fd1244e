import { isModifierKey, type Key, loneWidth } from '../../core/index.ts';

/** What a key does to a line that is being typed, where its program does what most do. */
export type Step =
  | { readonly kind: 'text'; readonly code: number; readonly width: 1 | 2 }
  /** Takes away what stands before the cursor. */
  | { readonly kind: 'erase' }
  | { readonly kind: 'left' }
  | { readonly kind: 'right' }
  | { readonly kind: 'enter' }
  /** Text whose place depends on what it joins: typed, but nobody knows what it will look like. */
  | { readonly kind: 'unknown' };

const SINGLE: Readonly<Record<string, Step>> = {
  backspace: { kind: 'erase' },
  left: { kind: 'left' },
  right: { kind: 'right' },
  enter: { kind: 'enter' },
  'kp-enter': { kind: 'enter' },
};

/** `nothing`: nothing was typed. `other`: a key that may do anything (Ctrl, Alt, Tab, Escape, up, F-keys). */
export function stepOf(key: Key): Step | 'nothing' | 'other' {
  if (key.event === 'release' || isModifierKey(key.name)) return 'nothing';
  if (key.ctrl || key.alt || key.super) return 'other';
  if (key.text === undefined) {
    const isPlain = !key.shift || key.name === 'backspace';
    return (isPlain ? SINGLE[key.name] : undefined) ?? 'other';
  }
  const code = key.text.codePointAt(0) ?? 0;
  const width = key.text.length === (code > 0xffff ? 2 : 1) ? loneWidth(code) : 0;
  return width === 0 ? { kind: 'unknown' } : { kind: 'text', code, width };
}
