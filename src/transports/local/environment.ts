/**
 * TERM_PROGRAM of every process. Programs take it for the name of a set of abilities, not of a product: Claude Code turns the kitty
 * keyboard protocol on, and with it Shift+Enter, only for iTerm.app, kitty, WezTerm, ghostty, tmux, windows-terminal and WarpTerminal (2.1.x),
 * and asks no terminal. Of these `tmux` promises least: no images, no window control, nothing that we do not draw. Code that
 * wants to talk to tmux itself looks for TMUX, which is never set here. Who asks for us looks for IRIS_TUI.
 */
export const TERM_PROGRAM = 'tmux';

/** Say where a program runs; wrong inside of us: other multiplexers, and the outer terminal whose abilities are not ours. */
const REMOVED = new Set(
  [
    'TMUX TMUX_PANE TMUX_TMPDIR STY WINDOW WINDOWID TERMCAP TERMINFO COLUMNS LINES COLORFGBG VTE_VERSION',
    'TERM_PROGRAM_VERSION TERM_SESSION_ID LC_TERMINAL LC_TERMINAL_VERSION WT_SESSION WT_PROFILE_ID XTERM_VERSION XTERM_SHELL XTERM_LOCALE',
    'TERMINATOR_UUID TERMINATOR_DBUS_NAME TERMINATOR_DBUS_PATH GNOME_TERMINAL_SCREEN GNOME_TERMINAL_SERVICE TILIX_ID MLTERM',
  ].flatMap((names) => names.split(' ')),
);
const REMOVED_PREFIXES = [
  'IRIS_',
  'KITTY_',
  'WEZTERM_',
  'ITERM_',
  'GHOSTTY_',
  'KONSOLE_',
  'ALACRITTY_',
  'ZELLIJ',
  'VSCODE_',
];

export interface ProcessIdentity {
  readonly sessionId: string;
  readonly sessionName: string;
  /** Address of the hub's socket: also what the sweep knows a hub's processes by. */
  readonly hub: string;
  /** By which hooks of the session's agent are known to be its own. */
  readonly hookToken?: string;
}

/** The whole environment of a session's process, from that of whoever asked for it. */
export function processEnvironment(
  env: Readonly<Record<string, string>>,
  identity: ProcessIdentity,
): Record<string, string> {
  const kept = Object.entries(env).filter(
    ([name]) => !REMOVED.has(name) && !REMOVED_PREFIXES.some((prefix) => name.startsWith(prefix)),
  );
  return {
    ...Object.fromEntries(kept),
    TERM: 'xterm-256color',
    COLORTERM: 'truecolor',
    TERM_PROGRAM,
    IRIS_TUI: '1',
    IRIS_SESSION_ID: identity.sessionId,
    IRIS_SESSION_NAME: identity.sessionName,
    IRIS_HUB: identity.hub,
    ...(identity.hookToken === undefined ? {} : { IRIS_HOOK_TOKEN: identity.hookToken }),
  };
}
