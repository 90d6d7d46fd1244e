/** How the questions of an agent are answered. A choice is taken with its number, without Enter: measured with claude, codex and gemini. */
export interface AnswerRules {
  /** Label of the choice that allows what is asked, this once; the first that matches. */
  readonly approve: string;
  /** Label of the choice that refuses it; the last that matches. */
  readonly deny: string;
  /** A key that refuses whatever is asked, by tmux name. Used where no choice does. */
  readonly denyKey?: string;
  /** Label of a refusing choice after which the agent listens: a text of one's own is then its next prompt. */
  readonly listens?: string;
}

/** Where an agent's input box is, from the bottom of the screen. */
export interface BoxRules {
  /** Its first row of text, with the sign before it, which is taken off. The lowest row that matches counts. */
  readonly first: string;
  /** Its first row while it takes something else than a prompt: a command for a shell, a note. */
  readonly other?: string;
  /** The row below the text. Absent: an empty one. */
  readonly below: string;
  /** The row above the text. */
  readonly above?: string;
  /** No row under it may match: what looks like it is a part of the transcript then. */
  readonly notUnder?: string;
  /** At most so many rows from the bottom of the screen is its first row. */
  readonly last: number;
  /** What it shows while it is empty, where that is not dim. Dim text in it is never typed text. */
  readonly placeholder?: string;
}

/** How the answer is found among the lines from the prompt to the box. */
export interface TranscriptRules {
  /** First line of what the user said. */
  readonly prompt: string;
  /** First line of a piece of text that the agent wrote; the sign, which is taken off. */
  readonly says: string;
  /** First line of something else: a tool it used, a notice. */
  readonly other: string;
  /** Lines that belong to nobody: they end what stands before. */
  readonly chrome: string;
  /** Blanks that the lines after the first of a piece begin with, at most. */
  readonly indent: number;
}
