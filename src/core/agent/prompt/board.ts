import type { CompiledAnswers } from './compile.ts';
import type { AgentPrompt, PromptChoice } from './types.ts';

/** A dialog that still stands this long after a key is asked anew: until then it may just not have been drawn over. */
const STANDS_MS = 1000;

/** What is read of a dialog on the screen. */
export interface Asked {
  readonly question: string | undefined;
  readonly choices: readonly string[];
}

/**
 * The question of a blocked agent as others may answer it. It has a new id whenever it may be another: its words changed, or a key was
 * pressed that may have answered it. Pure: times are arguments, in monotonic milliseconds.
 */
export class PromptBoard {
  readonly #seed: string;
  #current: AgentPrompt | undefined;
  #words = '';
  #number = 0;
  /** A key went to what these words ask; until then they are not asked again. */
  #answered: { readonly words: string; readonly until: number } | undefined;

  #goneAt: number | undefined;

  /** @param seed - of this run: ids of another run are others */
  constructor(seed: string) {
    this.#seed = seed;
  }

  get current(): AgentPrompt | undefined {
    return this.#current;
  }

  /** When to look again, though nothing is written. */
  get nextAt(): number | undefined {
    return this.#answered?.until ?? this.#goneAt;
  }

  /** This dialog stands there; true when what is asked changed. */
  observe(asked: Asked, answers: CompiledAnswers, now: number): boolean {
    const words = wordsOf(asked);
    this.#goneAt = undefined;
    if (this.#answered) {
      const waits = this.#answered.words === words && now < this.#answered.until;
      if (waits) return false;
      this.#answered = undefined;
    }
    if (this.#current && words === this.#words) return false;
    this.#words = words;
    this.#number += 1;
    const choices = asked.choices.map((label, i): PromptChoice => ({ number: i + 1, label }));
    this.#current = describe(hash(`${this.#seed} ${this.#number} ${words}`), asked.question ?? '', choices, answers);
    return true;
  }

  /** Does this dialog, which stands there now, ask what `current` does? */
  stands(asked: Asked): boolean {
    return this.#current !== undefined && wordsOf(asked) === this.#words;
  }

  /** A key was pressed that may have answered it; true when there was something to answer. */
  touched(now: number): boolean {
    if (!this.#current) return false;
    this.#answered = { words: this.#words, until: now + STANDS_MS };
    this.#current = undefined;
    return true;
  }

  /** No dialog stands there, though the agent says that it is blocked; true when what is asked changed. A redraw is quicker. */
  missing(now: number): boolean {
    if (!this.#current) return false;
    this.#goneAt ??= now + STANDS_MS;
    if (now < this.#goneAt) return false;
    this.clear();
    return true;
  }

  /** Nothing is asked any more. */
  clear(): void {
    this.#goneAt = undefined;
    this.#current = undefined;
    this.#answered = undefined;
  }
}

function wordsOf({ question, choices }: Asked): string {
  return [question ?? '', ...choices].join('\n');
}

function describe(
  id: string,
  text: string,
  choices: readonly PromptChoice[],
  { approve, deny, denyKey, listens }: CompiledAnswers,
): AgentPrompt {
  const yes = choices.find(({ label }) => approve?.test(label));
  const no = choices.findLast((choice) => choice !== yes && deny?.test(choice.label));
  const meant = choices.map((choice): PromptChoice => {
    if (choice === yes) return { ...choice, means: 'approve' };
    return choice === no ? { ...choice, means: 'deny' } : choice;
  });
  return {
    id,
    text,
    choices: meant,
    deniable: no !== undefined || denyKey !== undefined,
    takesText: no !== undefined && (listens?.test(no.label) ?? false),
  };
}

/** FNV-1a, twice 32 bits: names a prompt among the few of a session; nothing rests on it being hard to forge. */
function hash(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x01000193;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ (code + i), 0x85ebca6b);
  }
  return [a, b].map((n) => (n >>> 0).toString(16).padStart(8, '0')).join('');
}

/** May these bytes answer a question? Reports of focus and mouse do not, and neither do arrows. */
export function mayAnswer(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0x1b || bytes.length < 3) return true;
  const introducer = bytes[1] === 0x5b || bytes[1] === 0x4f;
  if (!introducer || bytes.length > 40) return true;
  const final = bytes[bytes.length - 1]!;
  const second = bytes[2]!;
  // Mouse (ESC [ < … M or m), focus (ESC [ I, ESC [ O), arrows (final A to D).
  const mouse = bytes[1] === 0x5b && second === 0x3c && (final === 0x4d || final === 0x6d);
  const focus = bytes[1] === 0x5b && bytes.length === 3 && (second === 0x49 || second === 0x4f);
  const arrow = final >= 0x41 && final <= 0x44 && bytes.subarray(2, -1).every((byte) => byte >= 0x30 && byte <= 0x3b);
  return !(mouse || focus || arrow);
}
