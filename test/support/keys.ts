/** What a terminal in its initial modes sends for a key (xterm ctlseqs, "PC-Style Function Keys"). */
export const KEY = {
  enter: '\r',
  escape: '\x1b',
  tab: '\t',
  backTab: '\x1b[Z',
  backspace: '\x7f',
  space: ' ',
  up: '\x1b[A',
  down: '\x1b[B',
  right: '\x1b[C',
  left: '\x1b[D',
  home: '\x1b[H',
  end: '\x1b[F',
  insert: '\x1b[2~',
  delete: '\x1b[3~',
  pageUp: '\x1b[5~',
  pageDown: '\x1b[6~',
  f1: '\x1bOP',
  f2: '\x1bOQ',
  f5: '\x1b[15~',
  /** The prefix of iris-tui, and of tmux. */
  prefix: '\x02',
} as const;

/** Ctrl and a letter, or one of @ [ \ ] ^ _. */
export function ctrl(key: string): string {
  return String.fromCharCode(key.toUpperCase().charCodeAt(0) & 0x1f);
}

/** Alt sends an escape before the key. */
export function alt(key: string): string {
  return `\x1b${key}`;
}

/** A paste as a terminal in bracketed paste mode (2004) sends it. */
export function paste(text: string): string {
  return `\x1b[200~${text}\x1b[201~`;
}

/** Mouse in SGR encoding (1006). Column and row count from 0. */
export const mouse = {
  press: (x: number, y: number, button = 0) => `\x1b[<${button};${x + 1};${y + 1}M`,
  release: (x: number, y: number, button = 0) => `\x1b[<${button};${x + 1};${y + 1}m`,
  drag: (x: number, y: number, button = 0) => `\x1b[<${button + 32};${x + 1};${y + 1}M`,
  move: (x: number, y: number) => `\x1b[<35;${x + 1};${y + 1}M`,
  wheelUp: (x: number, y: number) => `\x1b[<64;${x + 1};${y + 1}M`,
  wheelDown: (x: number, y: number) => `\x1b[<65;${x + 1};${y + 1}M`,
  click: (x: number, y: number, button = 0) => mouse.press(x, y, button) + mouse.release(x, y, button),
} as const;
