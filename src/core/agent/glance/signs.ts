/** What a screen shows beside what was said, by kind of agent: data, as rules are. Seen with claude-code 2.1.197, codex 0.169.0, gemini-cli 0.61.0. */
export interface GlanceSigns {
  /** Rows that say nothing of the work: spinners, hints, footers. */
  readonly skip: readonly RegExp[];
  /** What it has cost or used so far, as the agent itself counts: the first group. Only looked for where agents show it, in the last rows. */
  readonly usage: readonly RegExp[];
}

const NOTHING: GlanceSigns = { skip: [], usage: [] };

const SIGNS: Readonly<Record<string, GlanceSigns>> = {
  claude: {
    skip: [/^[✻✽✶✢·*] \S/, /^ *⎿ +Tip:/, /^ {0,4}(?:\? for shortcuts|esc to interrupt)/],
    usage: [/^.{0,200}[ (](\$\d{1,6}\.\d{2})(?: |\)|$)/, /^[✻✽✶✢·*] .{1,80}[↑↓] (\d[\d.,]{0,9}[kKM]? tokens)\b/],
  },
  codex: {
    skip: [/^ *Worked for /, /^ {2}(?:← for agents|\? for shortcuts)/, /^[•◦] Working \(/],
    usage: [/(?:^|[ ·(])(\d{1,3}%(?: context)? left)\b/, /(?:^|[ ·(])(\d[\d.,]{0,9}[KM]? tokens) used\b/],
  },
  gemini: {
    skip: [/^ [⠁-⣿] /, /\? for shortcuts$/, /^ (?:Shift\+Tab to |Press Ctrl)/, /^ {2}Executing Hook/],
    usage: [/(?:^|[ ·(])(\d{1,3}% (?:context )?(?:left|used))\b/],
  },
};

export function signsOf(kind: string): GlanceSigns {
  return SIGNS[kind] ?? NOTHING;
}
