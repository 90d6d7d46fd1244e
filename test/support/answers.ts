import type { Terminal } from '@xterm/headless';

/** State of the outer terminal that the emulator itself does not keep. */
export interface OuterState {
  /** The kitty keyboard stacks, top last: main screen and alternate screen (sw.kovidgoyal.net/kitty/keyboard-protocol). */
  readonly kitty: { main: number[]; alternate: number[] };
  /** XTMODKEYS 4 (modifyOtherKeys). */
  modifyOtherKeys: number;
  /** Texts that a program put on the clipboard (OSC 52), oldest first. At most 100: then the oldest go. */
  readonly clipboard: string[];
  /** Bells that rang. */
  bells: number;
  /** Every title that was set, oldest first. At most 100: then the oldest go. */
  readonly titles: string[];
}

const CELL = { width: 9, height: 18 };
const MAX_KEPT = 100;

/**
 * Answers what the emulator leaves open, as a present-day terminal (kitty, foot, ghostty) would: colours, sizes in pixels, XTVERSION, the
 * kitty keyboard, colour scheme, XTGETTCAP. DA1, DA2, DSR, CPR, DECRQM and DECRQSS it answers itself (xterm ctlseqs).
 */
export function completeTerminal(term: Terminal, reply: (text: string) => void): OuterState {
  const state: OuterState = {
    kitty: { main: [], alternate: [] },
    modifyOtherKeys: 0,
    clipboard: [],
    bells: 0,
    titles: [],
  };
  const stack = () => (term.buffer.active.type === 'alternate' ? state.kitty.alternate : state.kitty.main);
  const first = (params: (number | number[])[], fallback: number) => {
    const value = params[0];
    return typeof value === 'number' && value > 0 ? value : fallback;
  };
  const keep = (list: string[], text: string) => {
    list.push(text);
    if (list.length > MAX_KEPT) list.shift();
  };
  const p = term.parser;

  p.registerCsiHandler({ prefix: '?', final: 'u' }, () => {
    reply(`\x1b[?${stack().at(-1) ?? 0}u`);
    return true;
  });
  p.registerCsiHandler({ prefix: '>', final: 'u' }, (params) => {
    stack().push(first(params, 0));
    if (stack().length > MAX_KEPT) stack().shift();
    return true;
  });
  p.registerCsiHandler({ prefix: '<', final: 'u' }, (params) => {
    const count = first(params, 1);
    stack().splice(Math.max(0, stack().length - count), count);
    return true;
  });
  p.registerCsiHandler({ prefix: '=', final: 'u' }, (params) => {
    const flags = first(params, 0);
    const now = stack().pop() ?? 0;
    const mode = typeof params[1] === 'number' && params[1] > 0 ? params[1] : 1;
    stack().push(mode === 1 ? flags : mode === 2 ? now | flags : now & ~flags);
    return true;
  });
  p.registerCsiHandler({ prefix: '>', final: 'm' }, (params) => {
    if (params[0] === 4) state.modifyOtherKeys = typeof params[1] === 'number' ? Math.max(0, params[1]) : 0;
    return true;
  });
  p.registerCsiHandler({ prefix: '?', final: 'm' }, (params) => {
    if (params[0] === 4) reply(`\x1b[>4;${state.modifyOtherKeys}m`);
    return true;
  });
  p.registerCsiHandler({ prefix: '>', final: 'q' }, () => {
    reply('\x1bP>|harness(1.0)\x1b\\');
    return true;
  });
  p.registerCsiHandler({ final: 't' }, (params) => {
    if (params[0] === 14) reply(`\x1b[4;${term.rows * CELL.height};${term.cols * CELL.width}t`);
    else if (params[0] === 16) reply(`\x1b[6;${CELL.height};${CELL.width}t`);
    else return false;
    return true;
  });
  p.registerCsiHandler({ prefix: '?', final: 'n' }, (params) => {
    if (params[0] !== 996) return false;
    reply('\x1b[?997;1n');
    return true;
  });
  // Colours of a dark theme: foreground, background, cursor, and any palette entry.
  for (const [code, rgb] of [
    [10, 'dddd/dddd/dddd'],
    [11, '1111/1111/1111'],
    [12, 'ffff/ffff/ffff'],
  ] as const) {
    p.registerOscHandler(code, (data) => {
      if (data === '?') reply(`\x1b]${code};rgb:${rgb}\x1b\\`);
      return true;
    });
  }
  p.registerOscHandler(4, (data) => {
    const [index, what] = data.split(';');
    if (what === '?') reply(`\x1b]4;${index};rgb:8080/8080/8080\x1b\\`);
    return true;
  });
  p.registerOscHandler(52, (data) => {
    const text = data.slice(data.indexOf(';') + 1);
    if (text !== '?') keep(state.clipboard, Buffer.from(text, 'base64').toString('utf8'));
    return true;
  });
  // XTGETTCAP: RGB and the terminal's name are known, the rest is not.
  p.registerDcsHandler({ intermediates: '+', final: 'q' }, (data) => {
    for (const hex of data.split(';')) {
      const name = Buffer.from(hex, 'hex').toString('latin1');
      const value = name === 'TN' ? 'xterm-256color' : name === 'RGB' ? '8/8/8' : undefined;
      reply(
        value === undefined ? `\x1bP0+r${hex}\x1b\\` : `\x1bP1+r${hex}=${Buffer.from(value).toString('hex')}\x1b\\`,
      );
    }
    return true;
  });
  term.onBell(() => {
    state.bells += 1;
  });
  term.onTitleChange((title) => keep(state.titles, title));
  return state;
}
