/** What the terminal around us can show. */
export interface Capabilities {
  /** Can the cursor be put anywhere? Without it nothing can be drawn over the whole terminal. */
  readonly fullScreen: boolean;
  readonly colors: 'truecolor' | '256' | '16' | 'none';
  /** Without it everything outside ASCII becomes an ASCII stand-in of the same width. */
  readonly utf8: boolean;
  /** Mode 2026. Terminals without it ignore it. */
  readonly synchronizedOutput: boolean;
  /** Erased cells take the background colour that is set. */
  readonly backgroundErase: boolean;
  /** REP, CSI b. */
  readonly repeat: boolean;
  /** DECSTBM with SU and SD. */
  readonly scrollRegion: boolean;
  /** SGR 4:2 to 4:5, and 58 for the colour of underlines. */
  readonly underlineStyles: boolean;
  /** OSC 8. */
  readonly hyperlinks: boolean;
  /** basic: bold, dim, underlined, blinking, inverse and invisible only. */
  readonly attributes: 'all' | 'basic';
  /** DECSCUSR. */
  readonly cursorShape: boolean;
  /** East Asian ambiguous characters take one cell for certain. */
  readonly ambiguousNarrow: boolean;
}

/** A terminal that can do everything. */
export const FULL_CAPABILITIES: Capabilities = {
  fullScreen: true,
  colors: 'truecolor',
  utf8: true,
  synchronizedOutput: true,
  backgroundErase: true,
  repeat: true,
  scrollRegion: true,
  underlineStyles: true,
  hyperlinks: true,
  attributes: 'all',
  cursorShape: true,
  ambiguousNarrow: true,
};

export type Environment = Readonly<Record<string, string | undefined>>;

/** Terminals known to have 24-bit colour, all underline styles and a correct REP, by TERM or by TERM_PROGRAM. */
const MODERN_TERM = /^(xterm-)?(kitty|ghostty)|^(alacritty|foot|wezterm|contour|rio)\b/;
const MODERN_PROGRAM = new Set([
  'iterm.app',
  'wezterm',
  'ghostty',
  'vscode',
  'rio',
  'warpterminal',
  'mintty',
  'tabby',
  'hyper',
]);

/**
 * Reads the environment as terminals set it. Over SSH little more than TERM arrives, so what is unknown is taken for a plain xterm.
 * `answered` is what the terminal itself said (to DECRQM, for instance), and wins.
 */
export function detectCapabilities(env: Environment, answered: Partial<Capabilities> = {}): Capabilities {
  const term = (env.TERM ?? '').toLowerCase();
  const program = (env.TERM_PROGRAM ?? '').toLowerCase();
  const isTmux = term.startsWith('tmux') || (term.startsWith('screen') && (program === 'tmux' || Boolean(env.TMUX)));
  const isScreen = term.startsWith('screen') && !isTmux;
  const isDumb = term === '' || term === 'dumb' || term === 'unknown';
  const isOld = isDumb || /^(linux|vt\d|ansi|cons|sun|wsvt|cygwin)/.test(term);
  const isInside = isTmux || isScreen;
  const vte = Number.parseInt(env.VTE_VERSION ?? '', 10);
  const isModern =
    !isOld &&
    !isInside &&
    (MODERN_TERM.test(term) ||
      MODERN_PROGRAM.has(program) ||
      vte >= 5200 ||
      env.KONSOLE_VERSION !== undefined ||
      env.WT_SESSION !== undefined ||
      env.KITTY_WINDOW_ID !== undefined);
  const isCjk = /^(zh|ja|ko)/.test(locale(env));
  const isWindows = env.WT_SESSION !== undefined;
  return {
    fullScreen: !isDumb,
    colors: detectColors(env, term, isDumb, isModern),
    utf8: isUtf8(env),
    synchronizedOutput: !isOld,
    backgroundErase: !isInside && !isDumb && !/^(vt|sun|ansi)/.test(term),
    repeat: isModern && !isWindows && program !== 'hyper',
    scrollRegion: !isOld,
    underlineStyles: isModern || isTmux,
    hyperlinks: !isOld && !isScreen,
    attributes: isOld || isScreen ? 'basic' : 'all',
    cursorShape: !isOld && !isScreen,
    ambiguousNarrow: !isCjk,
    ...answered,
  };
}

function detectColors(env: Environment, term: string, isDumb: boolean, isModern: boolean): Capabilities['colors'] {
  if (env.NO_COLOR) return 'none';
  if (isDumb || /^(vt\d|sun)/.test(term) || term.endsWith('-m') || term.endsWith('-mono')) return 'none';
  const said = (env.COLORTERM ?? '').toLowerCase();
  if (said === 'truecolor' || said === '24bit' || term.endsWith('-direct')) return 'truecolor';
  if (isModern && env.TERM_PROGRAM !== 'Apple_Terminal') return 'truecolor';
  if (/256/.test(term) || term.startsWith('tmux') || env.TERM_PROGRAM === 'Apple_Terminal') return '256';
  return '16';
}

function locale(env: Environment): string {
  return (env.LC_ALL || env.LC_CTYPE || env.LANG || '').toLowerCase();
}

/** A locale that is not set at all (containers, cron) says nothing about the terminal, and those of today speak UTF-8. */
function isUtf8(env: Environment): boolean {
  const name = locale(env);
  return name === '' || /utf-?8/.test(name);
}
