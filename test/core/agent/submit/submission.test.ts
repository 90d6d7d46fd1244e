import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Sight, Submission, type SubmissionStep } from '../../../../src/core/index.ts';

const box = (text: string, reading: Sight['reading'] = 'idle'): Sight => ({
  reading,
  knowsBox: true,
  box: { text, free: text === '', top: 10 },
});
const noBox = (reading: Sight['reading']): Sight => ({ reading, knowsBox: true, box: undefined });
const blind = (reading: Sight['reading'] = undefined): Sight => ({ reading, knowsBox: false, box: undefined });

/** Steps at these times with what is to be seen then; the kinds of what came out. */
function play(...looks: readonly (readonly [at: number, sight: Sight, disturbed?: boolean])[]): string[] {
  const submission = new Submission(0);
  return looks.map(([at, sight, disturbed]) => said(submission.step(sight, at, disturbed)));
}

function said(step: SubmissionStep): string {
  return step.kind === 'over' ? step.result.kind : step.kind;
}

describe('a prompt on its way', () => {
  it('is entered when it stood in the box for a moment, and has been taken when the box is empty', () => {
    expect(play([50, box('hi')], [150, box('hi')], [200, box('hi')], [230, box('')])).toEqual([
      'wait',
      'wait',
      'enter',
      'submitted',
    ]);
  });

  it('waits for a paste that is still being drawn', () => {
    expect(
      play([190, box('a')], [250, box('a b')], [300, box('a b c')], [390, box('a b c')], [400, box('a b c')]),
    ).toEqual(['wait', 'wait', 'wait', 'wait', 'enter']);
  });

  it('is not entered where it is not to be seen', () => {
    expect(play([5_000, box('')], [9_999, noBox('idle')], [10_000, box('')])).toEqual(['wait', 'wait', 'stuck']);
  });

  it('is never entered onto a question', () => {
    expect(play([100, box('hi')], [200, noBox('blocked')])).toEqual(['wait', 'stuck']);
    expect(play([200, noBox('blocked')])).toEqual(['stuck']);
    expect(play([200, blind('blocked')])).toEqual(['stuck']);
  });

  it('has been taken when a question or work stands where the box was', () => {
    expect(play([50, box('hi')], [250, box('hi')], [300, noBox('blocked')])).toEqual(['wait', 'enter', 'submitted']);
    expect(play([50, box('hi')], [250, box('hi')], [400, noBox('working')])).toEqual(['wait', 'enter', 'submitted']);
  });

  it('that still stands there gets Enter once more, then it is said', () => {
    const looks = [50, 250, 1700, 1750, 3000, 6000, 6300].map((at) => [at, box('hi')] as const);
    expect(play(...looks)).toEqual(['wait', 'enter', 'wait', 'enter', 'wait', 'wait', 'stuck']);
  });

  it('gets no second Enter when somebody else typed: it would submit what is theirs', () => {
    expect(play([50, box('hi')], [250, box('hi')], [2000, box('hi'), true], [2100, box('hi there'), false])).toEqual([
      'wait',
      'enter',
      'wait',
      'wait',
    ]);
    expect(play([50, box('hi')], [250, box('hi')], [400, box('xyz'), true])).toEqual(['wait', 'enter', 'submitted']);
  });

  it('into a program that shows no box is entered after a pause, unverified', () => {
    expect(play([50, blind()], [200, blind()], [201, blind()])).toEqual(['wait', 'enter', 'unverified']);
  });

  it('whatever is to be seen, is entered at most twice, never onto a question, and comes to an end', () => {
    const sight = fc.oneof(
      fc.constantFrom('', 'hi', 'hi there', 'other').map((text) => box(text)),
      fc.constantFrom('working' as const, 'blocked' as const, 'idle' as const, undefined).map(noBox),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 700 }), sight, fc.boolean()), { maxLength: 80 }),
        (looks) => {
          const submission = new Submission(0);
          let now = 0;
          let enters = 0;
          for (const [after, seen, disturbed] of looks) {
            now += after;
            const step = submission.step(seen, now, disturbed);
            if (step.kind === 'over') return;
            if (step.kind === 'enter') {
              enters += 1;
              expect(seen.reading).not.toBe('blocked');
              expect(seen.box?.text).not.toBe('');
            } else expect(step.until).toBeGreaterThan(now - 1);
            expect(enters).toBeLessThanOrEqual(2);
            // A paste that lands late, then all the time there is for Enter.
            expect(now).toBeLessThan(20_000 + 700);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
