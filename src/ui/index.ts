export { DEFAULT_SETTINGS, type TuiSettings } from './settings.ts';
export { type Exit, type Program, runTui, type TuiOptions } from './tui.ts';
export { warmUp } from './warm-up.ts';
