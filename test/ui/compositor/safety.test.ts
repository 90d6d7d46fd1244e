import { describe, expect, it } from 'vitest';
import { type Capabilities, Compositor, FULL_CAPABILITIES } from '../../../src/ui/compositor/index.ts';
import { ArraySurface } from '../../support/array-surface.ts';
import { HandClock, MemorySink } from './fakes.ts';
import { wholeLayer } from './picture.ts';
import { forbidden } from './tokens.ts';

/** Code points that no surface may bring to the terminal. */
const HOSTILE = [
  ...Array.from({ length: 0x20 }, (_, i) => i + 1).filter((cp) => cp < 0x20),
  ...Array.from({ length: 0x21 }, (_, i) => i + 0x7f),
  0x61c,
  0x200e,
  0x200f,
  0x2028,
  0x2029,
  ...[0x202a, 0x202b, 0x202c, 0x202d, 0x202e],
  ...[0x2066, 0x2067, 0x2068, 0x2069],
  0xfeff,
  0xfff9,
];

function drawn(fill: (surface: ArraySurface) => void, capabilities: Partial<Capabilities> = {}): Uint8Array {
  const sink = new MemorySink();
  const surface = new ArraySurface(20, 10);
  const compositor = new Compositor({
    sink,
    clock: new HandClock(),
    capabilities: { ...FULL_CAPABILITIES, ...capabilities },
  });
  compositor.setSize(20, 10);
  compositor.setLayers([wholeLayer(surface)]);
  fill(surface);
  compositor.flush();
  return sink.writes[0]!;
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe('[E27] what reaches the outer terminal', () => {
  it('is only from the allowed list, whatever single characters a surface claims to hold', () => {
    for (const cp of HOSTILE) {
      const bytes = drawn((surface) => {
        surface.set(0, 0, String.fromCodePoint(cp));
        surface.set(4, 0, String.fromCodePoint(cp), 2);
        surface.set(8, 0, '!');
      });
      expect(forbidden(bytes), `U+${cp.toString(16)}`).toBeUndefined();
      expect(text(bytes)).toContain('!');
    }
  });

  it('is only from the allowed list, whatever texts of several characters a surface claims to hold', () => {
    for (const cp of HOSTILE) {
      const char = String.fromCodePoint(cp);
      const bytes = drawn((surface) => {
        surface.set(0, 1, `a${char}`);
        surface.set(2, 1, `${char}b`);
        surface.set(4, 1, `c${char}]0;evil${char}\\`, 2);
        surface.set(8, 1, `${char}${char}`);
      });
      expect(forbidden(bytes), `U+${cp.toString(16)}`).toBeUndefined();
    }
  });

  it('has lone surrogates and numbers beyond Unicode as empty cells', () => {
    const bytes = drawn((surface) => {
      surface.set(0, 0, '\ud800');
      surface.set(1, 0, 'a\udc00');
      const { cells } = surface.row(1);
      cells[0] = 0x1fffff | (1 << 22);
      cells[3] = 0x110000 | (1 << 22);
    });
    expect(forbidden(bytes)).toBeUndefined();
  });

  it('has links with http and https only, without control characters, and of bounded length', () => {
    const link = (address: string): string =>
      text(
        drawn((surface) =>
          surface.write(0, 0, 'x', { extended: { underlineStyle: 0, underlineColor: 0, link: address } }),
        ),
      );
    expect(link('https://example.org/?q=%1b')).toContain(';https://example.org/?q=%1b\x1b\\');
    for (const bad of [
      'javascript:alert(1)',
      'file:///etc/passwd',
      'https://a\x07b',
      'https://a\x1b\\b',
      'https://a\u009cb',
      'https://a b',
      'https://ä',
      `https://${'a'.repeat(3000)}`,
      'x-https://a',
    ])
      expect(link(bad)).not.toContain(']8;id');
  });

  it('has texts of bounded length', () => {
    const bytes = drawn((surface) => surface.set(0, 0, `a${'\u0301'.repeat(10_000)}`));
    expect(bytes.length).toBeLessThan(300);
    expect(forbidden(bytes)).toBeUndefined();
  });

  it('is pure ASCII on a terminal without UTF-8, each cell as wide as it was', () => {
    const bytes = drawn(
      (surface) => {
        surface.write(0, 0, '╭─┬│é█…');
        surface.set(8, 0, '漢', 2);
        surface.set(10, 0, 'e\u0301');
        surface.set(11, 0, '👍', 2);
        surface.set(13, 0, '|');
      },
      { utf8: false },
    );
    expect(bytes.every((byte) => byte < 0x80)).toBe(true);
    expect(text(bytes)).toContain('+-+|?#. ??e??|');
  });
});
