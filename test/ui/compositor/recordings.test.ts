import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Screen } from '../../../src/core/index.ts';
import { Compositor, FULL_CAPABILITIES } from '../../../src/ui/compositor/index.ts';
import { MODERN_WIDTHS } from '../../support/widths.ts';
import { HandClock, MemorySink } from './fakes.ts';
import { difference, expectedCells, Terminal, wholeLayer } from './picture.ts';
import { forbidden } from './tokens.ts';

interface Recording {
  readonly cols: number;
  readonly rows: number;
  readonly output: readonly string[];
}

/** asciinema, version 2. */
function read(name: string): Recording {
  const [header, ...events] = readFileSync(new URL(`../../fixtures/recordings/${name}.cast`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  return {
    cols: header.width,
    rows: header.height,
    output: (events as [number, string, string][]).filter(([, kind]) => kind === 'o').map(([, , text]) => text),
  };
}

describe('a recording of an agent, drawn at every step', () => {
  it.each(['claude-working', 'claude-permission', 'codex-working', 'gemini-done'])(
    '%s is what the emulator holds',
    (name) => {
      const { cols, rows, output } = read(name);
      const screen = new Screen({ cols, rows, scrollback: 0 });
      const terminal = new Terminal(cols, rows, MODERN_WIDTHS);
      const bare = new Terminal(cols, rows, MODERN_WIDTHS);
      const sink = new MemorySink();
      const compositor = new Compositor({ sink, clock: new HandClock(), capabilities: FULL_CAPABILITIES });
      const layers = [wholeLayer(screen)];
      compositor.setSize(cols, rows);
      compositor.setLayers(layers);
      compositor.setCursor({ surface: screen });
      for (const [step, text] of output.entries()) {
        screen.write(new TextEncoder().encode(text));
        bare.write(text);
        compositor.invalidate();
        compositor.flush();
        for (const bytes of sink.writes.splice(0)) {
          expect(forbidden(bytes), `step ${step}`).toBeUndefined();
          terminal.write(bytes);
        }
        if (screen.synchronizing) continue;
        expect(difference(cols, expectedCells(cols, rows, layers), terminal.cells()), `step ${step}`).toBeUndefined();
        const { x, y, visible } = screen.cursor;
        const cursor = terminal.cursor();
        expect(cursor && { x: cursor.x, y: cursor.y }, `step ${step}`).toEqual(visible ? { x, y } : undefined);
      }
      const shown = terminal.text();
      expect(shown).toEqual(bare.text());
      expect(shown.join('').length).toBeGreaterThan(100);
      for (const one of [terminal, bare, screen]) one.dispose();
    },
  );
});
