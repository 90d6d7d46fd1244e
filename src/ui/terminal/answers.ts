import type { TerminalReply } from '../input/index.ts';

export interface Rgb {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
}

/** What the outer terminal said of itself. Absent: it did not say. */
export interface TerminalAnswers {
  /** It answered everything that it will, or the time for it is over. */
  readonly settled: boolean;
  /** It answered DA1: somebody is there. */
  readonly deviceAttributes?: readonly number[];
  /** XTVERSION, as `kitty(0.42.0)`; printable ASCII, at most 64 characters. */
  readonly version?: string;
  /** Mode 2026 is known to it. */
  readonly synchronizedOutput?: boolean;
  /** Kitty's flags that are in force; 0: it has none of them. */
  readonly kittyFlags?: number;
  readonly foreground?: Rgb;
  readonly background?: Rgb;
}

/** The answers after one more reply; the same object when it said nothing new. */
export function withReply(answers: TerminalAnswers, reply: TerminalReply): TerminalAnswers {
  switch (reply.kind) {
    case 'device-attributes':
      return reply.level === 1 ? { ...answers, deviceAttributes: reply.params, settled: true } : answers;
    case 'version':
      return { ...answers, version: reply.text.replace(/[^ -~]/g, '').slice(0, 64) };
    case 'mode':
      if (!reply.private || reply.mode !== 2026) return answers;
      return { ...answers, synchronizedOutput: reply.value === 1 || reply.value === 2 };
    case 'keyboard-flags':
      return { ...answers, kittyFlags: reply.flags };
    case 'color': {
      const { red, green, blue } = reply;
      if (reply.osc === 10) return { ...answers, foreground: { red, green, blue } };
      return reply.osc === 11 ? { ...answers, background: { red, green, blue } } : answers;
    }
    default:
      return answers;
  }
}
