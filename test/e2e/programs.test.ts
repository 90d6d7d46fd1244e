import { spawnSync } from 'node:child_process';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, describe, it } from 'vitest';
import { ctrl, disposeTuis, KEY, PROMPT, seen, showKeys, spawnTui, type Tui, waitUntil } from '../support/index.ts';

afterEach(disposeTuis);

const COLS = 100;
const ROWS = 30;
/** The pane's inside, with a frame around it, a tab bar above and a status line below. */
const INNER = { x: 1, y: 2, cols: COLS - 2, rows: ROWS - 4 };

/** Keys are those that every mode sends alike: a bare terminal would send arrows by the mode the program set. */
interface Step {
  readonly keys: string;
  readonly until: string | RegExp;
}

interface Case {
  readonly program: string;
  readonly title: string;
  readonly command: string;
  readonly steps: readonly Step[];
  /** Rows whose content differs from run to run. */
  readonly ignoreRows?: readonly number[];
}

const numbered = 'seq 1 200 > numbers.txt;';

const CASES: readonly Case[] = [
  {
    program: 'vim',
    title: 'vim: insert, visual block, search with highlights, split, wide characters',
    command: `${numbered} vim -u NONE -N -i NONE '+syntax on' '+set number hlsearch' numbers.txt`,
    steps: [
      { keys: '', until: /1 1\n/ },
      { keys: `ihello \u65e5\u672c\u8a9e \u00e9 \u{1f600}${KEY.escape}`, until: 'hello' },
      // An Escape and a key within the escape time would be Alt and that key.
      { keys: '', until: /^(?![\s\S]*-- INSERT --)/ },
      { keys: `/1[0-9]${KEY.enter}`, until: '/1[0-9]' },
      { keys: `${ctrl('v')}jjlc!!${KEY.escape}`, until: '!!' },
      { keys: '', until: /^(?![\s\S]*-- INSERT --)/ },
      { keys: ':split\r', until: /numbers.txt \[\+\][\s\S]*numbers.txt \[\+\]/ },
      { keys: `${ctrl('w')}jG$`, until: /200/ },
    ],
  },
  {
    program: 'nvim',
    title: 'nvim: insert, undo, command line',
    command: `${numbered} nvim --clean -i NONE '+set noswapfile' numbers.txt`,
    steps: [
      { keys: '', until: /1\n2\n3/ },
      { keys: `ohello${KEY.escape}`, until: 'hello' },
      { keys: '', until: /^(?![\s\S]*-- INSERT --)/ },
      { keys: 'u', until: /1 line less|1 change/ },
      { keys: ':set number\r', until: /2 2\n/ },
    ],
  },
  {
    program: 'less',
    title: 'less: pages, search, to the end and back',
    command: `${numbered} less -N numbers.txt`,
    steps: [
      { keys: '', until: /1 1\n/ },
      { keys: ' ', until: /50\n/ },
      { keys: '/150\r', until: /150 150\n/ },
      { keys: 'g', until: /1 1\n/ },
    ],
  },
  {
    program: 'nano',
    title: 'nano: type, go about, cut, help line',
    command: `${numbered} nano --ignorercfiles numbers.txt`,
    steps: [
      { keys: '', until: '^X' },
      { keys: `typed here${KEY.down}${KEY.end}${ctrl('k')}`, until: 'typed here1' },
      { keys: KEY.pageDown, until: /4\d\n/ },
    ],
  },
  {
    program: 'mc',
    title: 'mc: panels, line drawing, function keys',
    command: 'mkdir -p w/a w/b w/c; cd w; touch -d 2020-01-01 a b c numbers.txt . ..; mc --nosubshell --nocolor . .',
    steps: [
      { keys: '', until: '10Quit' },
      // The line below the panel, not the one in it. Nothing is typed on top of it: mc throws away a Tab that comes while it redraws.
      { keys: ctrl('n') + ctrl('n'), until: /^│?\/b +││UP--DIR/m },
    ],
    // Free space on the disk, and a hint chosen by chance.
    ignoreRows: [22, 23, 24],
  },
  {
    program: 'python3',
    title: 'a Python REPL: editing, history, output',
    command: 'PYTHONSTARTUP= python3 -q',
    steps: [
      { keys: '', until: '>>>' },
      { keys: 'print("a" * 3 + "\u00e9\u65e5")\r', until: 'aaa\u00e9\u65e5' },
      { keys: `${KEY.up}${ctrl('a')}x = ${ctrl('e')}`, until: 'x = print' },
    ],
  },
  {
    program: 'fzf',
    title: 'fzf: filter and move',
    command: 'seq 1 1000 | fzf --no-height --no-separator --no-scrollbar',
    steps: [
      { keys: '', until: '1000/1000' },
      { keys: '42', until: /28\/1000/ },
      { keys: ctrl('k') + ctrl('k'), until: /> 421/ },
    ],
  },
  {
    program: 'tmux',
    title: 'tmux in a pane: split, type, copy mode',
    command: `${numbered} tmux -L inner -f /dev/null new-session 'bash --norc' \\; set status-right '' \\; set status-left ''`,
    steps: [
      { keys: '', until: /[$#][\s\S]*0:bash\*/ },
      { keys: `${ctrl('b')}${ctrl('b')}%`, until: /│\S*[$#]/ },
      { keys: 'cat numbers.txt\r', until: '200' },
    ],
  },
];

const installed = (program: string): boolean => spawnSync('sh', ['-c', 'command -v "$0"', program]).status === 0;

function region(tui: Tui, x: number, y: number): string[][] {
  return Array.from({ length: INNER.rows }, (_, row) =>
    Array.from({ length: INNER.cols }, (_, column) => JSON.stringify(seen(tui.cell(x + column, y + row)))),
  );
}

async function play(tui: Tui, steps: readonly Step[], prefixIs: string): Promise<void> {
  for (const { keys, until } of steps) {
    tui.send(keys.replaceAll(ctrl('b') + ctrl('b'), prefixIs));
    await tui.waitFor(
      (t) => {
        const lines = t.screen().map((row) => row.replace(/^│|\s*│$/g, '').trimEnd());
        return typeof until === 'string' ? lines.join('\n').includes(until) : until.test(`${lines.join('\n')}\n`);
      },
      { what: `${JSON.stringify(keys)} shows ${until}` },
    );
  }
}

describe('programs in a pane look as in a bare terminal', () => {
  for (const one of CASES.filter((c) => installed(c.program))) {
    it(one.title, async () => {
      const pane = spawnTui({ cols: COLS, rows: ROWS });
      const bare = spawnTui({
        cols: INNER.cols,
        rows: INNER.rows,
        command: ['bash', '--norc', '-i'],
        env: { PS1: '$ ' },
      });
      await Promise.all([pane.waitFor(PROMPT), bare.waitFor(PROMPT.trim())]);
      for (const tui of [pane, bare]) tui.send(`clear; ${one.command}\r`);
      // The prefix twice, in the pane, is the prefix for the program.
      await Promise.all([play(pane, one.steps, ctrl('b') + ctrl('b')), play(bare, one.steps, ctrl('b'))]);
      const differences = () => {
        const expected = region(bare, 0, 0);
        return region(pane, INNER.x, INNER.y).flatMap((row, y) =>
          one.ignoreRows?.includes(y)
            ? []
            : row.flatMap((cell, x) => (cell === expected[y]?.[x] ? [] : [{ x, y, cell, expected: expected[y]?.[x] }])),
        );
      };
      const cursor = (tui: Tui, { x, y }: { x: number; y: number }) => ({
        x: tui.cursor.x - x,
        y: tui.cursor.y - y,
        visible: tui.cursor.visible,
      });
      const cursors = () => [cursor(pane, INNER), cursor(bare, { x: 0, y: 0 })] as const;
      // On a busy machine one of the two may still draw after a moment of quiet: they have to become alike, and stay so.
      await waitUntil(
        async () => {
          await Promise.all([pane.settle(250), bare.settle(250)]);
          const [here, there] = cursors();
          return differences().length === 0 && isDeepStrictEqual(here, there);
        },
        'they look alike',
        {
          detail: () =>
            `${JSON.stringify([differences().slice(0, 3), ...cursors()])}\n${pane.text()}\n--- bare:\n${bare.text()}`,
        },
      );
    });
  }

  it('htop draws its meters and leaves with q', async () => {
    const tui = spawnTui({ cols: COLS, rows: ROWS });
    await tui.waitFor(PROMPT);
    tui.send('htop -d 20\r');
    await tui.waitFor(/Mem\[[\s\S]*PID USER[\s\S]*F10Quit/);
    tui.send('q');
    await tui.waitFor((t) => !t.text().includes('F10Quit') && t.text().includes(PROMPT.trim()));
  });
});

describe('typing', () => {
  it('brings every byte: UTF-8, Alt, Ctrl, function keys, application cursor keys', async () => {
    const tui = spawnTui({ cols: COLS, rows: ROWS });
    await tui.waitFor(PROMPT);
    await showKeys(tui);
    tui.send('\u00e9\u65e5\u{1f600}\r');
    await tui.waitFor('M-CM-)M-fM-^WM-%M-pM-^_M-^XM-^@');
    tui.send(`\x1bx${ctrl('a')}${ctrl(']')}\x1b[15~\x1b[1;5A\x1bOP\r`);
    await tui.waitFor('^[x^A^]^[[15~^[[1;5A^[OP');
    tui.send('\x03');
    await tui.waitFor((t) => t.text().trimEnd().endsWith('$') || t.text().includes(PROMPT));
    await showKeys(tui, '\\e[?1h\\e=');
    tui.send('\x1b[A\x1b[H\r');
    await tui.waitFor('^[OA^[OH');
  });

  it('brings a bracketed paste of 1 MB whole, once, to a program that asked for it', async () => {
    const tui = spawnTui({ cols: COLS, rows: ROWS });
    await tui.waitFor(PROMPT);
    const script =
      "import sys,tty,hashlib;tty.setraw(0);sys.stdout.write('\\x1b[?2004hpaste here');sys.stdout.flush();import os;d=b''\nwhile not d.endswith(b'\\x1b[201~'): d+=os.read(0,65536)\nsys.stdout.write('GOT '+str(len(d))+' '+hashlib.sha256(d).hexdigest()[:16]+'\\r\\n')";
    tui.home.write('paste.py', script);
    tui.send('clear; python3 paste.py\r');
    await tui.waitFor('paste here');
    const line = 'The quick brown fox \u00e9\u65e5 jumps over the lazy dog 0123456789\r';
    const text = line.repeat(Math.ceil(1_000_000 / Buffer.byteLength(line)));
    const whole = Buffer.from(`\x1b[200~${text}\x1b[201~`);
    tui.send(whole);
    const { createHash } = await import('node:crypto');
    const sum = createHash('sha256').update(whole).digest('hex').slice(0, 16);
    await tui.waitFor(`GOT ${whole.length} ${sum}`);
  });

  it('tells a program of the focus when it asked, on changing panes too', async () => {
    const tui = spawnTui({ cols: COLS, rows: ROWS });
    await tui.waitFor(PROMPT);
    await showKeys(tui, '\\e[?1004h');
    tui.send(`${KEY.prefix}%`);
    await tui.waitFor('^[[O');
    tui.send(`${KEY.prefix}${KEY.left}`);
    await tui.waitFor('^[[O^[[I');
    tui.send('\x1b[O');
    await tui.waitFor('^[[O^[[I^[[O');
  });

  it('brings Shift+Enter to a program that speaks the kitty keyboard protocol', async () => {
    const tui = spawnTui({ cols: COLS, rows: ROWS });
    await tui.waitFor(PROMPT);
    await showKeys(tui, '\\e[>1u');
    tui.send('\x1b[13;2u');
    await tui.waitFor('^[[13;2u');
  });
});
