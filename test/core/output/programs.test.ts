import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Screen } from '../../../src/core/index.ts';
import { BareEmulator, screenCells } from './bare-emulator.ts';
import { picture } from './dump.ts';

const FIXTURES = new URL('../../fixtures/', import.meta.url);
const encoder = new TextEncoder();

type Step = { kind: 'output'; bytes: Uint8Array } | { kind: 'resize'; cols: number; rows: number };
interface Recording {
  cols: number;
  rows: number;
  steps: Step[];
}

/** asciicast v2. */
function readCast(name: string): Recording {
  const [header, ...events] = readFileSync(new URL(`recordings/${name}`, FIXTURES), 'utf8')
    .trim()
    .split('\n');
  const { width, height } = JSON.parse(header!) as { width: number; height: number };
  const steps: Step[] = [];
  for (const line of events) {
    const [, kind, data] = JSON.parse(line) as [number, string, string];
    if (kind === 'o') steps.push({ kind: 'output', bytes: encoder.encode(data) });
    if (kind === 'r')
      steps.push({ kind: 'resize', cols: Number(data.split('x')[0]), rows: Number(data.split('x')[1]) });
  }
  return { cols: width, rows: height, steps };
}

/** Bytes of a program in a terminal of 80x24, cut anywhere. */
function readProgram(name: string, chunk: number): Recording {
  const bytes = new Uint8Array(readFileSync(new URL(`programs/${name}`, FIXTURES)));
  const steps: Step[] = [];
  for (let at = 0; at < bytes.length; at += chunk)
    steps.push({ kind: 'output', bytes: bytes.subarray(at, at + chunk) });
  return { cols: 80, rows: 24, steps };
}

/** Both are compared after every step that leaves them between two characters. */
function compare({ cols, rows, steps }: Recording, scrollback: number, titles: string[] = []): Screen {
  const screen = new Screen({ cols, rows, scrollback });
  screen.events.on((event) => {
    if (event.type === 'title') titles.push(event.title);
  });
  const bare = new BareEmulator(cols, rows, scrollback);
  steps.forEach((step, i) => {
    if (step.kind === 'resize') {
      screen.resize(step.cols, step.rows);
      bare.resize(step.cols, step.rows);
    } else {
      screen.write(step.bytes);
      bare.write(step.bytes);
    }
    if (i % 8 === 0 || i === steps.length - 1) expect(screenCells(screen), `step ${i}`).toEqual(bare.cells());
  });
  bare.dispose();
  return screen;
}

describe('what real programs print gives the cells of a bare emulator', () => {
  for (const name of readdirSync(new URL('recordings/', FIXTURES))) {
    test(`${name.replace('.cast', '')}, recorded`, () => {
      const recording = readCast(name);
      for (const scrollback of [0, 1000]) {
        const screen = compare(recording, scrollback);
        expect(picture(screen).some((line) => line.trim() !== '')).toBe(true);
        screen.dispose();
      }
    });
  }
  for (const name of readdirSync(new URL('programs/', FIXTURES))) {
    test(`${name.replace('.bin', '')} in 80x24, in whole and in odd pieces`, () => {
      for (const chunk of [4096, 61]) compare(readProgram(name, chunk), 100).dispose();
    });
  }
});

describe('what the agents show can be read', () => {
  test('claude asks whether to proceed', () => {
    const titles: string[] = [];
    const screen = compare(readCast('claude-permission.cast'), 0, titles);
    expect(screen.capture()).toContain('Do you want to proceed?');
    expect(titles).toContainEqual(expect.stringContaining('✳'));
    screen.dispose();
  });

  test('codex asks whether to run the command, on the alternate screen, with its title', () => {
    const screen = compare(readCast('codex-permission.cast'), 0);
    expect(screen.capture()).toContain('Would you like to run the following command?');
    expect(screen.title).toContain('Action Required');
    screen.dispose();
  });

  test('gemini asks whether to allow the shell', () => {
    const screen = compare(readCast('gemini-permission.cast'), 0);
    expect(screen.capture()).toMatch(/Allow execution/);
    expect(screen.title).toContain('Action Required');
    screen.dispose();
  });
});
