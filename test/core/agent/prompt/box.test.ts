import { describe, expect, it } from 'vitest';
import { Bench, readCast } from '../replay.ts';

const AGENTS = ['claude', 'codex', 'gemini'] as const;
const COLS: Readonly<Record<string, readonly string[]>> = {
  claude: ['50', '80', '200'],
  codex: ['50', '80', '200'],
  gemini: ['80', '200'],
};

/** Plays a recording and says what stands in the box at each marker. */
function atMarkers(name: string): { marker: string; text: string | undefined; free: boolean | undefined }[] {
  const cast = readCast(name);
  const bench = new Bench({ kind: name.split('-')[0]!, cols: cast.cols, rows: cast.rows });
  const found: { marker: string; text: string | undefined; free: boolean | undefined }[] = [];
  for (const [at, kind, data] of cast.events) {
    if (kind === 'm' && data === 'end') break;
    bench.clock.advance(Math.max(0, at * 1000 - bench.time));
    if (kind === 'o') bench.write(data);
    if (kind !== 'm') continue;
    const { box } = bench.monitor.sight();
    found.push({ marker: data, text: box?.text, free: box?.free });
  }
  return found;
}

describe('the input box', () => {
  it.each(AGENTS)('of %s is empty at its start, whatever it shows there', (agent) => {
    expect(atMarkers(`${agent}-idle`).at(-1)).toMatchObject({ text: '', free: true });
  });

  it.each(AGENTS)('of %s holds what was typed, until Enter', (agent) => {
    const found = atMarkers(`${agent}-permission`);
    const asked = found.find(({ marker }) => marker === 'asked');
    expect(asked).toMatchObject({ text: 'tool touch made.txt', free: false });
  });

  it.each(AGENTS)('of %s is not there while it asks something', (agent) => {
    expect(atMarkers(`${agent}-permission`).at(-1)).toEqual({ marker: 'waiting', text: undefined, free: undefined });
  });

  for (const agent of AGENTS) {
    it.each(COLS[agent]!)(`of ${agent} is found at %s columns`, (cols) => {
      const found = atMarkers(`${agent}-${cols}`);
      expect(found.find(({ marker }) => marker === 'ready')).toMatchObject({ text: '', free: true });
      const asked = found.filter(({ marker }) => marker === 'asked').map(({ text }) => text);
      expect(asked).toContain('tool touch made.txt');
      expect(asked).toContain('tool touch other.txt');
      expect(asked).not.toContain('');
      for (const dialog of found.filter(({ marker }) => marker === 'dialog')) expect(dialog.free).not.toBe(true);
    });
  }

  it('of claude that takes a command for a shell is not free, though nothing is typed', () => {
    const bench = new Bench({ kind: 'claude' });
    const rule = '─'.repeat(60);
    bench.show(`\x1b]0;✳ x\x07\x1b[?25l${rule}\r\n! \r\n${rule}\r\n  ! for shell mode`);
    expect(bench.monitor.sight().box).toMatchObject({ text: '', free: false });
    bench.show(`\x1b[2J\x1b[H${rule}\r\n❯ \x1b[2mTry "edit main.ts"\x1b[22m\r\n${rule}\r\n  ? for shortcuts`);
    expect(bench.monitor.sight().box).toMatchObject({ text: '', free: true });
  });

  it('is unknown for an agent without rules for it', () => {
    expect(new Bench({ kind: 'aider' }).monitor.sight()).toMatchObject({ knowsBox: false, box: undefined });
  });
});
