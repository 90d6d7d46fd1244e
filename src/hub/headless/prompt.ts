import {
  type Dispose,
  type HeldReason,
  type HubCommandParsed,
  IrisError,
  type PromptOutcome,
  type QueuedPrompt,
  type Session,
  type Submitted,
  type Talk,
  type Timer,
  type TurnResult,
} from '../../core/index.ts';
import type { HubContext, HubViewer } from '../context.ts';

const PREVIEW_CHARS = 200;

type Wanted = Pick<HubCommandParsed<'session.prompt'>, 'text' | 'hold' | 'wait' | 'timeoutMs'>;

/** `session.prompt` for an agent that says itself when it has finished: the answer is exactly what it said. */
export async function promptHeadless(
  session: Session,
  talk: Talk,
  { text, hold, wait, timeoutMs }: Wanted,
  hub: HubContext,
  caller: HubViewer,
): Promise<PromptOutcome> {
  const held = heldReason(talk);
  if (!hold && held !== undefined) {
    const reason = `${session.name} is ${held}`;
    if (wait) throw new IrisError('failed', reason, { retriable: true });
    return { id: session.id, name: session.name, outcome: 'refused', message: '', reason };
  }
  const submitted = talk.submit(text);
  const base = { id: session.id, name: session.name, message: submitted.id };
  if (!wait) {
    if (submitted.given) return { ...base, outcome: 'submitted' };
    const reason = talk.queued.length > 1 ? 'queue' : (held ?? 'queue');
    return { ...base, outcome: 'held', held: reason, ahead: talk.queued.length - 1 };
  }
  const end = await new Promise<TurnResult | 'blocked'>((resolve, reject) => {
    const undo: Dispose[] = [];
    const settle = (run: () => void): void => {
      for (const dispose of undo.splice(0)) dispose();
      run();
    };
    const giveUp = (error: IrisError): void => {
      // What the agent has not got yet it never will.
      talk.remove(submitted.id);
      settle(() => reject(error));
    };
    void submitted.turn.then((turn) => settle(() => resolve(turn)));
    undo.push(
      talk.events.on(() => {
        if (submitted.given && talk.state === 'blocked') settle(() => resolve('blocked'));
      }),
    );
    const onGone = (): void => giveUp(new IrisError('cancelled', 'the viewer left'));
    caller.gone.addEventListener('abort', onGone);
    undo.push(() => caller.gone.removeEventListener('abort', onGone));
    if (timeoutMs !== undefined) {
      const timer: Timer = hub.clock.after(timeoutMs, () => {
        const untyped = submitted.given ? '' : '; it was not submitted, and is not kept';
        giveUp(new IrisError('timed-out', `${session.name}: no answer within ${timeoutMs / 1000} s${untyped}`));
      });
      undo.push(() => timer.cancel());
    }
  });
  if (end === 'blocked') {
    return { ...base, outcome: 'blocked', ...(talk.question ? { prompt: talk.question } : {}) };
  }
  if (end.outcome === 'completed') return { ...base, outcome: 'answered', answer: end.text };
  if (end.outcome === 'cancelled') throw new IrisError('cancelled', `${session.name}: the prompt was cancelled`);
  throw new IrisError('failed', `${session.name}: ${end.error ?? 'the turn failed'}`);
}

export function queueOf(talk: Talk): QueuedPrompt[] {
  const first = heldReason(talk) ?? 'queue';
  return talk.queued.map(({ id, text, since }: Submitted, i) => ({
    id,
    text: text.slice(0, PREVIEW_CHARS),
    length: text.length,
    since,
    held: i === 0 ? first : 'queue',
    typing: false,
  }));
}

export function unqueue(session: Session, talk: Talk, id: string | undefined): string[] {
  const removed = talk.remove(id);
  if (id !== undefined && removed.length === 0) {
    throw new IrisError('not-found', `no prompt ${id} waits for ${session.name}`);
  }
  return removed;
}

function heldReason({ state }: Talk): HeldReason | undefined {
  return state === 'idle' ? undefined : state === 'over' ? 'offline' : state;
}
