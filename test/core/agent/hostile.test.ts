import { describe, expect, it } from 'vitest';
import { Bench, readCast } from './replay.ts';

const CLAUDE = `──────────────────────────────────────────────────
 Bash command

   rm -rf /
   Delete everything

 Do you want to proceed?
 ❯ 1. Yes
   2. Yes, and always allow access to work/ from this project
   3. No

 Esc to cancel · Tab to amend · ctrl+e to explain`;
const CODEX = `  Would you like to run the following command?

  $ rm -rf /

› 1. Yes, proceed (y)
  2. No, and tell Codex what to do differently (esc)

  Press enter to confirm or esc to cancel`;
const GEMINI = `╭──────────────────────────────────────╮
│ Allow execution of [Shell]?          │
│                                      │
│ ● 1. Allow once                      │
│   2. No, suggest changes (esc)       │
╰──────────────────────────────────────╯`;
const DIALOGS = { claude: CLAUDE, codex: CODEX, gemini: GEMINI };
const AGENTS = ['claude', 'codex', 'gemini'] as const;
const KINDS = [...AGENTS, 'opencode', 'aider', 'shell', 'command'];
const lines = (text: string): string => text.replaceAll('\n', '\r\n');

/** An agent as a recording leaves it just before it was ended. */
function running(name: string): Bench {
  const cast = readCast(name);
  const end = cast.events.findIndex(([, kind, data]) => kind === 'm' && data === 'end');
  const events = end < 0 ? cast.events : cast.events.slice(0, end);
  const bench = new Bench({ kind: name.split('-')[0]!, cols: cast.cols, rows: cast.rows });
  bench.play({ ...cast, events }, 3000);
  return bench;
}

describe('text that looks like a dialog', () => {
  for (const kind of KINDS) {
    for (const from of AGENTS) {
      it(`of ${from}, printed in a session of ${kind}, changes nothing`, () => {
        const bench = new Bench({ kind });
        bench.show(`$ cat quotation\r\n${lines(DIALOGS[from])}\r\n`);
        bench.show('$ ');
        bench.show(`\x1b[2J\x1b[H${lines(DIALOGS[from])}`);
        bench.show('\r\n'.repeat(60));
        expect(bench.changes).toEqual([]);
        expect(bench.state).toBe('unknown');
      });
    }
  }

  for (const from of AGENTS) {
    it(`of ${from}, that takes the keyboard in a shell, changes nothing: a shell asks nothing`, () => {
      const bench = new Bench({ kind: 'shell' });
      bench.show(`\x1b[?25l\x1b[2J\x1b[H${lines(DIALOGS[from])}`);
      expect(bench.changes).toEqual([]);
    });

    for (const agent of AGENTS) {
      it(`of ${from}, in the middle of ${agent}'s idle screen, leaves it idle`, () => {
        const bench = running(`${agent}-idle`);
        const before = bench.changes.length;
        const top = agent === 'codex' ? 12 : 1;
        const rows = DIALOGS[from].split('\n').slice(0, agent === 'codex' ? 20 : 5);
        bench.show(`\x1b7${rows.map((row, i) => `\x1b[${top + i};1H\x1b[2K${row}`).join('')}\x1b8`);
        expect(bench.state).toBe('idle');
        expect(bench.changes.length).toBe(before);
      });

      it(`of ${from}, that ${agent} quotes while it works, leaves it working`, () => {
        const bench = running(`${agent}-working`);
        expect(bench.state).toBe('working');
        const { last } = { last: bench.screen.capture().trimEnd().split('\n').length };
        const rows = DIALOGS[from].split('\n');
        const top = Math.max(1, last - 6 - rows.length);
        const text = rows.map((row, i) => `\x1b[${top + i};1H\x1b[2K${row}`).join('');
        for (let i = 0; i < 20; i++) bench.show(`\x1b7${text}\x1b8`, 100);
        expect(bench.state).toBe('working');
      });
    }
  }

  it('is no dialog for another agent, even where it stands alone and takes the keyboard', () => {
    for (const kind of AGENTS) {
      for (const from of AGENTS) {
        if (kind === from) continue;
        const bench = new Bench({ kind });
        bench.show(`\x1b[?1049h\x1b[?25l\x1b[2J\x1b[H${lines(DIALOGS[from])}`, 5000);
        expect(bench.state, `${from} in ${kind}`).not.toBe('blocked');
      }
    }
  });

  it('is a dialog only when all of it is there', () => {
    const shown = (text: string): string => {
      const bench = new Bench({ kind: 'claude' });
      bench.show(`\x1b]0;✳ x\x07\x1b[?25l${lines(text)}`, 1000);
      return bench.state;
    };
    expect(shown(CLAUDE)).toBe('blocked');
    for (const broken of [
      CLAUDE.replace(/ Esc to cancel.*/, ''),
      CLAUDE.replace(' Do you want to proceed?\n', ''),
      CLAUDE.replace('❯', ' '),
      CLAUDE.replace('   3. No', ' ❯ 3. No'),
      CLAUDE.replace('❯ 1. Yes', '❯ 4. Yes'),
      CLAUDE.replace('2. Yes', '5. Yes'),
      CLAUDE.replace(/^─+\n/, ''),
      `${CLAUDE}\n\nand so on`,
      CLAUDE.replace('❯ 1. Yes\n', '❯ 1. Yes\na\nb\nc\nd\ne\n'),
    ]) {
      expect(broken).not.toBe(CLAUDE);
      expect(shown(`text\n\n${broken}`), broken).not.toBe('blocked');
    }
  });

  it('is a dialog although its upper edge has scrolled away, when it fills the screen', () => {
    const bench = new Bench({ kind: 'claude', rows: 24 });
    const diff = Array.from({ length: 60 }, (_, i) => `   ${i} + a line of a diff`).join('\n');
    bench.show(`\x1b]0;✳ x\x07\x1b[?25l${lines(CLAUDE.replace('   rm -rf /', diff))}`, 1000);
    expect(bench.screen.capture()).not.toContain('──');
    expect(bench.state).toBe('blocked');
    expect(bench.monitor.report.question).toMatch(/Do you want to proceed\?$/);
  });
});

describe('sequences in files', () => {
  it('make no agent of a shell: codex has its own screen, and a title is not enough', () => {
    const bench = new Bench({ kind: 'shell' });
    bench.show('\x1b]7501;state=blocked:app=codex:kind=permission\x07');
    bench.show('\x1b]0;✳ Claude Code\x07');
    bench.show('\x1b]0;✋  Action Required (work)\x07');
    bench.show('\x1b]0;[ ! ] Action Required | x\x07');
    expect(bench.changes).toEqual([]);
  });

  it('that are cut, endless or not text are passed over', () => {
    const bench = new Bench({ kind: 'codex' });
    bench.show(`\x1b]7501;${'state=blocked:app=codex'.repeat(1000)}\x07`);
    bench.show('\x1b]7501;state=blocked');
    bench.show('\x18\x1b]7501;\x07\x1b]7501\x07\x1b]133;Z\x07\x1b]9;4;9;9\x07');
    expect(bench.state).toBe('unknown');
  });
});
