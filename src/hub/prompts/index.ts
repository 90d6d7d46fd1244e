import type { Session } from '../../core/index.ts';
import { type HubCommandParsed, IrisError, type PromptOutcome, type Timer } from '../../core/index.ts';
import type { HubContext, HubViewer } from '../context.ts';
import type { Fate } from './message.ts';
import { SessionPrompts } from './session-prompts.ts';

export { answer } from './answer.ts';
export { typeKeys } from './typing.ts';

const all = new WeakMap<Session, SessionPrompts>();

/** The prompts of a session: made when it gets the first. */
export function promptsOf(session: Session, hub: HubContext): SessionPrompts {
  let prompts = all.get(session);
  if (!prompts) {
    const made = new SessionPrompts(session, hub.clock);
    prompts = made;
    all.set(session, made);
    const dispose = hub.registry.on((event) => {
      if (event.type !== 'removed' || event.session !== session) return;
      dispose();
      made.end();
    });
  }
  return prompts;
}

type Wanted = Pick<HubCommandParsed<'session.prompt'>, 'text' | 'hold' | 'wait' | 'timeoutMs'>;

/** Gives an agent a prompt and says what became of it. */
export async function prompt(
  session: Session,
  { text, hold, wait, timeoutMs }: Wanted,
  hub: HubContext,
  caller: HubViewer,
): Promise<PromptOutcome> {
  if (text.trim() === '') throw new IrisError('usage', 'the prompt is empty');
  const prompts = promptsOf(session, hub);
  const message = prompts.add(text, { hold, wait });
  const outcome = (fate: Fate): PromptOutcome => ({
    id: session.id,
    name: session.name,
    message: message.id,
    ...fate,
  });
  let timer: Timer | undefined;
  const onGone = (): void => {
    prompts.forget(message);
    message.fail(new IrisError('cancelled', 'the viewer left'));
  };
  if (wait && timeoutMs !== undefined) {
    timer = hub.clock.after(timeoutMs, () => {
      const untyped = prompts.forget(message) ? '; it was not submitted, and is not kept' : '';
      message.fail(new IrisError('timed-out', `${session.name}: no answer within ${timeoutMs / 1000} s${untyped}`));
    });
  }
  if (wait) caller.gone.addEventListener('abort', onGone);
  try {
    return outcome(await message.fate);
  } finally {
    timer?.cancel();
    caller.gone.removeEventListener('abort', onGone);
  }
}
