import type { FrameStyle } from './layout/index.ts';
import type { PredictMode } from './prediction/index.ts';

/** What the user can set about the user interface; the config's part of it, checked. */
export interface TuiSettings {
  /** tmux key name. */
  readonly prefix: string;
  /** How long repeatable keys work without the prefix. */
  readonly repeatTimeMs: number;
  readonly mouse: boolean;
  readonly frames: FrameStyle;
  /** Borders and symbols in plain ASCII. */
  readonly ascii: boolean;
  /** A colour name of chalk or #rrggbb. */
  readonly accent: string;
  /** May programs set the clipboard (OSC 52)? */
  readonly clipboard: 'ask' | 'on' | 'off';
  /** Are keys echoed here before the session does? `auto`: where the round trip takes more than 30 ms. */
  readonly predict: PredictMode;
  /** Key name → command line, or null to unbind. */
  readonly prefixKeys: Readonly<Record<string, string | null>>;
  /** Keys without the prefix. */
  readonly rootKeys: Readonly<Record<string, string | null>>;
  /** What a new pane runs; empty: the user's shell. */
  readonly defaultCommand: readonly string[];
}

export const DEFAULT_SETTINGS: TuiSettings = {
  prefix: 'C-b',
  repeatTimeMs: 500,
  mouse: true,
  frames: 'box',
  ascii: false,
  accent: 'cyan',
  clipboard: 'ask',
  predict: 'auto',
  prefixKeys: {},
  rootKeys: {},
  defaultCommand: [],
};
