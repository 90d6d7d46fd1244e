import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Step } from '../../../src/ui/prediction/steps.ts';
import { LineEditor, PACE, picture, Typist, textAt } from './typist.ts';

const RUNS = { numRuns: 400 };

const text = (...chars: string[]) =>
  fc.constantFrom(...chars).map((char): Step => {
    const code = char.codePointAt(0) ?? 0;
    return { kind: 'text', code, width: code > 0x1100 ? 2 : 1 };
  });
const letter = text('a', 'b', 'c', ' ', '漢');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: letter },
  fc.constantFrom<Step>({ kind: 'erase' }, { kind: 'left' }, { kind: 'right' }),
  fc.constant<Step>({ kind: 'enter' }),
);

/** What happens next: a key, what a program wrote arrives, time goes by, something that is no key. */
type Event =
  | { readonly type: 'key'; readonly step: Step }
  | { readonly type: 'arrive'; readonly pieces: number }
  | { readonly type: 'pass'; readonly ms: number }
  | { readonly type: 'interrupt' };

const events = (steps: fc.Arbitrary<Step>, more: fc.Arbitrary<Event>[] = []): fc.Arbitrary<Event[]> =>
  fc.array(
    fc.oneof(
      { weight: 6, arbitrary: steps.map((one): Event => ({ type: 'key', step: one })) },
      { weight: 3, arbitrary: fc.integer({ min: 1, max: 6 }).map((pieces): Event => ({ type: 'arrive', pieces })) },
      { weight: 2, arbitrary: fc.integer({ min: 1, max: 300 }).map((ms): Event => ({ type: 'pass', ms })) },
      ...more,
    ),
    { maxLength: 80 },
  );

/** Types, with what comes back on its way for as long as the events say. `look` after each of them. */
function play(t: Typist, program: (one: Step) => string, all: readonly Event[], look: () => void = () => {}): void {
  const onTheWay: string[] = [];
  const arrive = (pieces: number): void => {
    const arrived = onTheWay.splice(0, pieces).join('');
    if (arrived !== '') t.print(arrived);
  };
  for (const event of all) {
    switch (event.type) {
      case 'key':
        t.step(event.step);
        onTheWay.push(program(event.step));
        break;
      case 'arrive':
        arrive(event.pieces);
        break;
      case 'pass':
        t.pass(event.ms);
        break;
      case 'interrupt':
        t.interrupt();
        onTheWay.push('\x07');
        break;
    }
    look();
  }
  arrive(Number.POSITIVE_INFINITY);
}

const NOISE = ['\r\n', '\x1b[H', '\x1b[2J', '\x1b[?25l', '\x1b[?25h', '\x1b[3;7Habc', 'a', 'b', '\x1b[?1049h', '\b'];

describe('whatever the network does', () => {
  it('a line that is typed to its end is shown right at every moment, and is real once it has arrived', () => {
    let underlined = 0;
    fc.assert(
      fc.property(events(letter), (all) => {
        const t = new Typist('$ ', 60, 4);
        const editor = new LineEditor();
        let typed = '$ ';
        play(
          t,
          (one) => {
            if (one.kind === 'text') typed += String.fromCodePoint(one.code);
            return editor.answer(one);
          },
          all.slice(0, 50),
          () => {
            const shown = Array.from({ length: 60 }, (_, x) => textAt(t.surface, x, 0)).join('');
            expect(typed.startsWith(shown.trimEnd())).toBe(true);
            underlined += t.guesses.shown.length;
          },
        );
        expect(t.guesses.isEmpty).toBe(true);
        expect(picture(t.surface)).toEqual(picture(t.screen));
      }),
      RUNS,
    );
    expect(underlined).toBeGreaterThan(100);
  });

  it('a line that is edited is what it really is, once all has arrived and its time is over', () => {
    fc.assert(
      fc.property(events(step, [fc.constant<Event>({ type: 'interrupt' })]), (all) => {
        const t = new Typist('$ ', 24, 6);
        const editor = new LineEditor();
        play(t, (one) => editor.answer(one), all);
        t.pass(PACE.expireMs);
        expect(t.guesses.isEmpty).toBe(true);
        expect(picture(t.surface)).toEqual(picture(t.screen));
      }),
      RUNS,
    );
  });

  it('nothing is left of a program that does whatever it likes', () => {
    fc.assert(
      fc.property(events(step), fc.array(fc.constantFrom(...NOISE), { minLength: 1, maxLength: 20 }), (all, noise) => {
        const t = new Typist('$ ', 20, 5);
        let next = 0;
        play(t, () => noise[next++ % noise.length] ?? '', all);
        t.pass(PACE.expireMs);
        expect(t.guesses.isEmpty).toBe(true);
        expect(picture(t.surface)).toEqual(picture(t.screen));
      }),
      RUNS,
    );
  });

  it('a program that does not echo never shows anything', () => {
    fc.assert(
      fc.property(events(step), (all) => {
        const t = new Typist('Password: ', 40, 6);
        const answer = (one: Step): string => (one.kind === 'enter' ? '\r\nPassword: ' : '');
        play(t, answer, all, () => expect(t.guesses.shown).toEqual([]));
      }),
      RUNS,
    );
  });

  it('what is typed blindly between two lines that echo stays unseen', () => {
    const secret = text('x', 'y', 'z');
    fc.assert(
      fc.property(events(letter), events(secret), events(letter), (before, hidden, after) => {
        const t = new Typist('$ ', 120, 6);
        const editor = new LineEditor();
        const unseen = (): void => {
          for (const { y } of t.guesses.shown) expect(t.row(y)).not.toMatch(/[xyz]/);
        };
        play(t, (one) => editor.answer(one), [...before, { type: 'key', step: { kind: 'enter' } }]);
        t.print('\r\nWord: ');
        play(t, () => '', [...hidden, { type: 'key', step: { kind: 'enter' } }], unseen);
        t.print('\r\n$ ');
        play(t, (one) => editor.answer(one), after, unseen);
      }),
      { numRuns: 100 },
    );
  });
});
