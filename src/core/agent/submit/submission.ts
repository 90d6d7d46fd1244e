import type { Sight } from '../report.ts';

/**
 * Between the end of a paste and the Enter that submits it. Measured with claude, codex and gemini: in one write, or within 10 ms, the Enter
 * becomes part of the text half the time or always; after 200 ms it never did.
 */
export const ENTER_PAUSE_MS = 200;
/** And since the text was first seen in the box: a program that is slow to read has the paste behind it then. */
export const LANDED_PAUSE_MS = 100;
/** A paste is to be seen in the box within this time; then nothing more is typed. */
export const LANDED_LIMIT_MS = 10_000;
/**
 * The text still stands in the box after this: Enter took a suggestion, or became a line. It is pressed once more: into an empty box it would
 * do nothing, and what has not been drawn yet can't be a question, as the model has to answer first.
 */
export const ENTER_AGAIN_MS = 1500;
/** And after this it is said that it was not submitted. */
export const TAKEN_LIMIT_MS = 6000;

export type SubmissionStep =
  /** Look again when something was written, or at this time at the latest. */
  | { readonly kind: 'wait'; readonly until: number }
  | { readonly kind: 'enter' }
  | { readonly kind: 'over'; readonly result: SubmissionResult };

export type SubmissionResult =
  | { readonly kind: 'submitted' }
  /** No rules tell what its box looks like. */
  | { readonly kind: 'unverified' }
  /** Typed, but not submitted: it stands in the box, or nobody knows where it went. */
  | { readonly kind: 'stuck'; readonly reason: string };

type Phase =
  | { readonly name: 'pasted'; readonly at: number }
  | { readonly name: 'landed'; readonly at: number; readonly since: number; readonly text: string }
  | { readonly name: 'entered'; readonly at: number; readonly text: string; readonly again: boolean };

/**
 * One prompt on its way into an agent's box, from the paste on: when Enter is pressed, and what came of it. Pure: told what is to be seen
 * and what time it is (monotonic milliseconds). Enter is never pressed on a question, and never where the text is not to be seen.
 */
export class Submission {
  #phase: Phase;

  /** The paste was written. */
  constructor(now: number) {
    this.#phase = { name: 'pasted', at: now };
  }

  /** May Enter have been pressed already? Then nobody can take it back. */
  get entered(): boolean {
    return this.#phase.name === 'entered';
  }

  /** @param disturbed - somebody else has typed since the paste: what stands in the box may be theirs */
  step(sight: Sight, now: number, disturbed = false): SubmissionStep {
    const phase = this.#phase;
    switch (phase.name) {
      case 'pasted':
        return this.#pasted(phase, sight, now);
      case 'landed':
        return this.#landed(phase, sight, now);
      case 'entered':
        return this.#entered(phase, sight, now, disturbed);
    }
  }

  #pasted({ at }: Extract<Phase, { name: 'pasted' }>, sight: Sight, now: number): SubmissionStep {
    if (!sight.knowsBox) {
      if (sight.reading === 'blocked') return stuck('it asked something before Enter was pressed');
      if (now < at + ENTER_PAUSE_MS) return { kind: 'wait', until: at + ENTER_PAUSE_MS };
      this.#phase = { name: 'entered', at: now, text: '', again: true };
      return { kind: 'enter' };
    }
    if (sight.reading === 'blocked') return stuck('it asked something before Enter was pressed');
    if (sight.box && sight.box.text !== '') {
      this.#phase = { name: 'landed', at, since: now, text: sight.box.text };
      return this.step(sight, now);
    }
    if (now < at + LANDED_LIMIT_MS) return { kind: 'wait', until: at + LANDED_LIMIT_MS };
    return stuck('it was typed, but did not show up in the input box; Enter was not pressed');
  }

  #landed({ at, since, text }: Extract<Phase, { name: 'landed' }>, sight: Sight, now: number): SubmissionStep {
    if (sight.reading === 'blocked') return stuck('it asked something before Enter was pressed');
    if (sight.box && sight.box.text === '') return stuck('it left the input box before Enter was pressed');
    // It is still being drawn.
    const changed = sight.box !== undefined && sight.box.text !== text;
    const from = changed ? now : since;
    if (changed) this.#phase = { name: 'landed', at, since: now, text: sight.box.text };
    const due = Math.max(at + ENTER_PAUSE_MS, from + LANDED_PAUSE_MS);
    if (now > at + LANDED_LIMIT_MS) return stuck('the input box did not come to rest; Enter was not pressed');
    if (now < due) return { kind: 'wait', until: due };
    if (!sight.box) return { kind: 'wait', until: now + LANDED_PAUSE_MS };
    this.#phase = { name: 'entered', at: now, text: sight.box.text, again: false };
    return { kind: 'enter' };
  }

  #entered(
    { at, text, again }: Extract<Phase, { name: 'entered' }>,
    sight: Sight,
    now: number,
    disturbed: boolean,
  ): SubmissionStep {
    if (!sight.knowsBox) return over({ kind: 'unverified' });
    const { box, reading } = sight;
    // An empty box, one with another text, or a question in its place: it has been taken.
    if (
      box
        ? !box.text.startsWith(firstLine(text)) || box.text === ''
        : reading === 'blocked' || (reading === 'working' && now >= at + LANDED_PAUSE_MS)
    ) {
      return over({ kind: 'submitted' });
    }
    if (now >= at + TAKEN_LIMIT_MS) return stuck('Enter was pressed, but the text still stands in the input box');
    if (again || disturbed || box?.text !== text) return { kind: 'wait', until: at + TAKEN_LIMIT_MS };
    if (now < at + ENTER_AGAIN_MS) return { kind: 'wait', until: at + ENTER_AGAIN_MS };
    this.#phase = { name: 'entered', at, text, again: true };
    return { kind: 'enter' };
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!;
}

function over(result: SubmissionResult): SubmissionStep {
  return { kind: 'over', result };
}

function stuck(reason: string): SubmissionStep {
  return over({ kind: 'stuck', reason });
}
