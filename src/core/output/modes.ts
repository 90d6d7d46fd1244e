/** What the program has asked of its terminal, as far as it changes how keys, mouse and paste are sent to it. */
export interface TerminalModes {
  /** DECCKM: arrows, Home and End as SS3. */
  readonly applicationCursor: boolean;
  /** DECKPAM. */
  readonly applicationKeypad: boolean;
  /** 2004. */
  readonly bracketedPaste: boolean;
  /** 1004. */
  readonly focusEvents: boolean;
  /** 9, 1000, 1002, 1003. */
  readonly mouse: 'none' | 'x10' | 'press' | 'drag' | 'any';
  /** none, 1005, 1006, 1015. */
  readonly mouseEncoding: 'default' | 'utf8' | 'sgr' | 'urxvt';
  readonly alternateScreen: boolean;
  /** 1007: on the alternate screen the wheel becomes arrows. On by default, as in tmux and most terminals. */
  readonly alternateScroll: boolean;
  /** XTMODKEYS 4: 0, 1 or 2. */
  readonly modifyOtherKeys: 0 | 1 | 2;
  /** Top of the kitty keyboard stack of the active buffer; 0: legacy. */
  readonly kittyFlags: number;
  /** LNM: Enter sends CR LF. */
  readonly newLine: boolean;
}

export const DEFAULT_MODES: TerminalModes = {
  applicationCursor: false,
  applicationKeypad: false,
  bracketedPaste: false,
  focusEvents: false,
  mouse: 'none',
  mouseEncoding: 'default',
  alternateScreen: false,
  alternateScroll: true,
  modifyOtherKeys: 0,
  kittyFlags: 0,
  newLine: false,
};
