export type { Rgb, TerminalAnswers } from './answers.ts';
export { type GuardedProcess, type GuardOptions, guardTerminal, type TerminalGuard } from './guard.ts';
export {
  CLIPBOARD_LIMIT_BYTES,
  OuterTerminal,
  type OuterTerminalOptions,
  type TerminalEvent,
  type TerminalState,
} from './outer-terminal.ts';
export type { MouseTracking } from './sequences.ts';
