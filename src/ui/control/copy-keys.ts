import type { ActionContext } from '../actions/index.ts';
import { PromptControl } from '../overlays/index.ts';
import type { CopyMode } from '../panes/copy-mode.ts';

/** Leaves copy mode with what is selected in the buffer and on the clipboard of the terminal. */
export async function copySelection(ctx: ActionContext, paneId: string, mode: CopyMode, leave = true): Promise<void> {
  const text = await mode.selectedText();
  if (leave) ctx.bench.closeCopy(paneId);
  if (text === '') return;
  ctx.buffer = text;
  ctx.outside.copyOut(text);
  ctx.bench.say(`copied ${[...text].length} characters`);
}

function askSearch(ctx: ActionContext, mode: CopyMode, direction: 'up' | 'down'): void {
  ctx.bench.open(
    new PromptControl({
      label: direction === 'up' ? 'search up:' : 'search down:',
      submit: (text) => {
        if (text === '') return;
        lastDirection.set(mode, direction);
        tell(ctx, mode.search(text, direction));
      },
    }),
  );
}

const lastDirection = new WeakMap<CopyMode, 'up' | 'down'>();

function tell(ctx: ActionContext, found: Promise<boolean>): void {
  found.then(
    (yes) => {
      if (!yes) ctx.bench.say('nothing more found');
    },
    (error: unknown) => ctx.bench.complain(error),
  );
}

/** A key in copy mode, with vi's meanings and emacs' as far as they don't collide. Keys without one do nothing. */
export function copyKey(ctx: ActionContext, paneId: string, mode: CopyMode, id: string): void {
  const leave = (): void => ctx.bench.closeCopy(paneId);
  const copy = (): void => {
    copySelection(ctx, paneId, mode).catch((error: unknown) => ctx.bench.complain(error));
  };
  const moves: Readonly<Record<string, () => void>> = {
    Up: () => mode.move(-1, 0),
    k: () => mode.move(-1, 0),
    'C-p': () => mode.move(-1, 0),
    Down: () => mode.move(1, 0),
    j: () => mode.move(1, 0),
    'C-n': () => mode.move(1, 0),
    Left: () => mode.move(0, -1),
    h: () => mode.move(0, -1),
    Right: () => mode.move(0, 1),
    l: () => mode.move(0, 1),
    PPage: () => mode.page(-1),
    'C-b': () => mode.page(-1),
    'M-v': () => mode.page(-1),
    NPage: () => mode.page(1),
    'C-f': () => mode.page(1),
    'C-u': () => mode.page(-1, true),
    'C-d': () => mode.page(1, true),
    'C-y': () => mode.scroll(-1),
    K: () => mode.scroll(-1),
    'C-Up': () => mode.scroll(-1),
    J: () => mode.scroll(1),
    'C-e': () => mode.scroll(1),
    'C-Down': () => mode.scroll(1),
    g: () => mode.toLine('first'),
    'M-<': () => mode.toLine('first'),
    G: () => mode.toLine('last'),
    'M->': () => mode.toLine('last'),
    H: () => mode.toLine('top'),
    M: () => mode.toLine('middle'),
    L: () => mode.toLine('bottom'),
    0: () => mode.toColumn('start'),
    Home: () => mode.toColumn('start'),
    'C-a': () => mode.toColumn('start'),
    '^': () => mode.toColumn('text'),
    $: () => mode.toColumn('end'),
    End: () => mode.toColumn('end'),
    w: () => mode.word('next'),
    'M-f': () => mode.word('next'),
    b: () => mode.word('previous'),
    'M-b': () => mode.word('previous'),
    e: () => mode.word('end'),
    Space: () => mode.startSelection(),
    'C-Space': () => mode.startSelection(),
    v: () => (mode.selecting ? mode.toggleRectangle() : mode.startSelection()),
    'C-v': () => (mode.selecting ? mode.toggleRectangle() : mode.startSelection(true)),
    R: () => mode.toggleRectangle(),
    V: () => mode.select('line'),
    Escape: () => (mode.selecting ? mode.clearSelection() : leave()),
    q: leave,
    'C-c': leave,
    'C-g': () => (mode.selecting ? mode.clearSelection() : leave()),
    Enter: () => copy(),
    y: () => copy(),
    'C-w': () => copy(),
    'M-w': () => copy(),
    '/': () => askSearch(ctx, mode, 'down'),
    'C-s': () => askSearch(ctx, mode, 'down'),
    '?': () => askSearch(ctx, mode, 'up'),
    'C-r': () => askSearch(ctx, mode, 'up'),
    n: () => tell(ctx, mode.searchAgain(lastDirection.get(mode) ?? 'up')),
    N: () => tell(ctx, mode.searchAgain(lastDirection.get(mode) === 'down' ? 'up' : 'down')),
  };
  if (Object.hasOwn(moves, id)) moves[id]?.();
}
