import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_MODES,
  encodeKey,
  encodeMouse,
  formatKeyName,
  type Key,
  MOUSE_BUTTONS,
  type MouseButton,
  type MouseInput,
  makeKey,
  NAMED_KEYS,
  parseKeyName,
  type TerminalModes,
} from '../../src/core/index.ts';
import { forwardKey, type InputEvent, InputTokenizer, PasteForwarder } from '../../src/ui/input/index.ts';

/** All events of bytes that come in pieces of the given sizes, and then no more. */
function tokenize(bytes: Uint8Array, sizes: readonly number[] = []): InputEvent[] {
  const tokenizer = new InputTokenizer();
  const events: InputEvent[] = [];
  let at = 0;
  for (const size of sizes) {
    events.push(...tokenizer.feed(bytes.subarray(at, at + size)));
    at += size;
  }
  events.push(...tokenizer.feed(bytes.subarray(at)), ...tokenizer.flush());
  expect(tokenizer.pending).toBe(false);
  return events;
}

const joined = (events: readonly InputEvent[]): Buffer => Buffer.concat(events.map((event) => event.raw));
const flag = fc.boolean();
const event = fc.constantFrom('press', 'repeat', 'release');
const character = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 1 }).filter((one) => one !== ' '),
  fc.constantFrom('é', 'Ж', '字', '€', '👍', 'ß'),
);
/** Keys as a person can press them: characters have Shift in them, so only named keys have it apart. */
const key = (
  names: fc.Arbitrary<string>,
  events: fc.Arbitrary<Key['event']> = fc.constant('press'),
): fc.Arbitrary<Key> =>
  fc
    .record({ name: names, shift: flag, alt: flag, ctrl: flag, super: flag, event: events })
    .map(({ name, ...parts }) => {
      const canonical = parseKeyName(formatKeyName(makeKey(name, { ...parts, event: 'press' })));
      const { ctrl, alt, shift, super: superKey } = canonical;
      return makeKey(canonical.name, { ctrl, alt, shift, super: superKey, event: parts.event });
    });
const same = (a: Key, b: Key): void => {
  expect(formatKeyName(a)).toBe(formatKeyName(b));
  expect(a.event).toBe(b.event);
  expect(a.text).toBe(b.text);
};

function readBack(sent: Key, modes: TerminalModes): { key: Key; bytes: Uint8Array } {
  const bytes = encodeKey(sent, modes);
  for (let at = 0; at <= bytes.length; at++) {
    const events = tokenize(bytes, [at]);
    expect(events.map((one) => one.type)).toEqual(['key']);
    expect(joined(events)).toEqual(Buffer.from(bytes));
  }
  const [only] = tokenize(bytes);
  if (only?.type !== 'key') throw new Error('not a key');
  return { key: only.key, bytes };
}

describe('keys, to bytes and back', () => {
  const anyName = fc.oneof(character, fc.constantFrom(...NAMED_KEYS));
  const flags = fc.constantFrom(9, 11, 13, 15, 25, 27, 29, 31);

  it('arrive as they were pressed when all keys are sequences', () => {
    fc.assert(
      fc.property(key(anyName, event), flags, (pressed, bits) => {
        const kittyFlags = pressed.event === 'press' ? bits : bits | 2;
        const modes = { ...DEFAULT_MODES, kittyFlags };
        const { key: read, bytes } = readBack(pressed, modes);
        same(read, pressed);
        // And leave for a program with the same flags as they came.
        expect(encodeKey(read, modes)).toEqual(bytes);
      }),
      { numRuns: 1500, seed: 1 },
    );
  });

  it('arrive with kitty flags that keep text', () => {
    // What types is text there: Shift+Space is a space, keys of the keypad are digits, and modifiers alone say nothing.
    const pressable = key(anyName).filter(
      (one) => !/^(left|right|iso)-|-lock$|^kp-[^be]/.test(one.name) && !(one.name === 'space' && one.text),
    );
    fc.assert(
      fc.property(pressable, fc.constantFrom(1, 5, 7), (pressed, kittyFlags) => {
        same(readBack(pressed, { ...DEFAULT_MODES, kittyFlags }).key, pressed);
      }),
      { numRuns: 1000, seed: 2 },
    );
  });

  const plain = NAMED_KEYS.filter((name) =>
    /^(up|down|left|right|home|end|page.*|insert|delete|f\d|f1[0-2])$/.test(name),
  );
  it('arrive from xterm: named keys with all modifiers, in either cursor mode', () => {
    fc.assert(
      fc.property(key(fc.constantFrom(...plain)), flag, (pressed, applicationCursor) => {
        same(readBack(pressed, { ...DEFAULT_MODES, applicationCursor }).key, pressed);
      }),
      { numRuns: 800, seed: 3 },
    );
  });

  it('arrive from xterm: characters with Alt and Ctrl, as far as it can say them', () => {
    const typed = key(character).filter((one) => !one.super && !(one.ctrl && !/^[a-ln-z]$/.test(one.name)));
    const sayable = typed.filter(
      (one) => !(one.ctrl && /[i]/.test(one.name)) && !one.shift && !(one.alt && /^[[O\]P_]$/.test(one.name)),
    );
    fc.assert(
      fc.property(sayable, (pressed) => same(readBack(pressed, DEFAULT_MODES).key, pressed)),
      { numRuns: 800, seed: 4 },
    );
  });

  it('arrive with modifyOtherKeys 2, all of them', () => {
    const names = fc.oneof(character, fc.constantFrom('enter', 'tab', 'backspace', 'escape', 'space', ...plain));
    fc.assert(
      fc.property(key(names), (pressed) => {
        same(readBack(pressed, { ...DEFAULT_MODES, modifyOtherKeys: 2 }).key, pressed);
      }),
      { numRuns: 1000, seed: 5 },
    );
  });
});

describe('mouse, to bytes and back', () => {
  const buttons = Object.keys(MOUSE_BUTTONS) as MouseButton[];
  const mouse = fc.record({
    action: fc.constantFrom('press', 'release', 'move'),
    button: fc.constantFrom(...buttons),
    x: fc.nat(2000),
    y: fc.nat(2000),
    shift: flag,
    alt: flag,
    ctrl: flag,
  }) satisfies fc.Arbitrary<MouseInput>;
  it.each(['sgr', 'urxvt', 'default'] as const)('arrives in %s', (mouseEncoding) => {
    fc.assert(
      fc.property(mouse, (sent) => {
        const bytes = encodeMouse(sent, { ...DEFAULT_MODES, mouse: 'any', mouseEncoding });
        if (!bytes) return;
        const [read] = tokenize(bytes);
        const far = mouseEncoding === 'default' && sent.action === 'release';
        const expected =
          sent.action === 'release' && mouseEncoding !== 'sgr'
            ? {
                ...sent,
                button: 'none',
                x: far ? Math.min(sent.x, 222) : sent.x,
                y: far ? Math.min(sent.y, 222) : sent.y,
              }
            : sent;
        expect(read).toMatchObject({ type: 'mouse', mouse: expected });
      }),
      { numRuns: 600, seed: 6 },
    );
  });
});

describe('the tokenizer under random bytes', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '\x1b',
      '[',
      'O',
      ']',
      'P',
      '_',
      '~',
      ';',
      ':',
      '?',
      '<',
      '$',
      'M',
      'u',
      '1',
      '200',
      '201',
      '27;5',
      'A',
    ),
    fc.constantFrom(
      '\x1b[200~',
      '\x1b[201~',
      '\x1b]11;',
      '\x1b\\',
      '\x07',
      '\x18',
      '\x1bP>|',
      '\x1b[M',
      '\x1b[<',
      '\xc3',
      '\x9b',
    ),
    fc.string({ maxLength: 4 }),
  );
  const input = fc.oneof(
    fc.array(piece, { maxLength: 30 }).map((parts) => Buffer.from(parts.join(''), 'latin1')),
    fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  );
  const sizes = fc.array(fc.nat(6), { maxLength: 40 });

  it('loses no byte, reorders none, and reads the same however it is split', () => {
    fc.assert(
      fc.property(input, sizes, (bytes, cuts) => {
        const whole = tokenize(bytes);
        const split = tokenize(bytes, cuts);
        expect(joined(whole)).toEqual(bytes);
        expect(joined(split)).toEqual(bytes);
        const shape = (events: readonly InputEvent[]): string =>
          events
            .map((one) => `${one.type} ${one.type === 'paste-data' ? '' : Buffer.from(one.raw).toString('latin1')}`)
            .filter((line, index, all) => line !== 'paste-data ' || all[index - 1] !== line)
            .join('\n');
        expect(shape(split)).toBe(shape(whole));
      }),
      { numRuns: 3000, seed: 7 },
    );
  });

  it('[E29] puts no reply into a program, whatever is around it', () => {
    const replies = [
      '\x1b[?62;4c',
      '\x1b[24;80R',
      '\x1b]11;rgb:0/0/0\x1b\\',
      '\x1b[?2026;2$y',
      '\x1bP>|x(1)\x1b\\',
      '\x1b[?5u',
    ];
    const part = fc.oneof(fc.constantFrom(...replies), fc.constantFrom('q', '\r', '\x1b[A', 'é'));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), sizes, (parts, cuts) => {
        const bytes = Buffer.from(parts.join(''));
        const out = tokenize(bytes, cuts).map((one) => forwardKey(one, { kittyFlags: 0 }, DEFAULT_MODES));
        expect(Buffer.concat(out).toString()).toBe(parts.filter((one) => !replies.includes(one)).join(''));
      }),
      { numRuns: 500, seed: 8 },
    );
  });

  it('passes a paste of 1 MB, in pieces, as one paste', () => {
    const text = Buffer.alloc(1_048_576);
    for (let i = 0, seed = 9; i < text.length; i++) {
      seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
      text[i] = 0x20 + ((seed >> 16) % 95);
    }
    const bytes = Buffer.concat([Buffer.from('\x1b[200~'), text, Buffer.from('\x1b[201~')]);
    const tokenizer = new InputTokenizer();
    const forwarder = new PasteForwarder({ ...DEFAULT_MODES, bracketedPaste: true });
    const out: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += 4093) {
      const events = tokenizer.feed(bytes.subarray(at, at + 4093));
      // Nothing is kept but the beginning of an end marker.
      expect(joined(events).length).toBeGreaterThan(Math.min(4093, bytes.length - at) - 6);
      out.push(...events.map((one) => forwarder.forward(one)));
    }
    expect(Buffer.concat(out).equals(bytes)).toBe(true);
    expect(tokenizer.pending).toBe(false);
  });
});
