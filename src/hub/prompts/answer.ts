import {
  type AgentPrompt,
  encodeKey,
  IrisError,
  type PromptReply,
  planReply,
  type ReplyPlan,
  type Session,
  tryParseKeyName,
} from '../../core/index.ts';

/** A frame in mode 2026 that is being drawn is waited for, so many times, so long each. */
const FRAME_TRIES = 6;
const FRAME_WAIT_MS = 30;

export interface Answered {
  readonly prompt: AgentPrompt;
  readonly plan: ReplyPlan;
}

/**
 * Answers what an agent asks, in one turn with the last look at its screen: what its terminal shows as asked is what is answered. (What the
 * agent has drawn meanwhile and what has not arrived here yet, nobody can see.)
 * @throws IrisError `conflict` when it asks something else, or nothing, by now: nothing was typed then; `usage` for an answer it does not take
 */
export async function answer(
  session: Session,
  wanted: string | undefined,
  reply: PromptReply,
  pause: (ms: number) => Promise<void>,
): Promise<Answered> {
  for (let tries = 0; session.screen.synchronizing && tries < FRAME_TRIES; tries++) await pause(FRAME_WAIT_MS);
  const prompt = session.promptNow();
  if (!prompt) throw nothingAsked(session, wanted !== undefined);
  if (wanted !== undefined && wanted !== prompt.id) throw changed(session);
  const plan = planReply(prompt, reply, session.answers);
  session.write(encodeKey(tryParseKeyName(plan.key)!, session.screen.modes));
  return { prompt, plan };
}

function nothingAsked({ name, agent }: Session, expected: boolean): IrisError {
  if (expected) {
    return new IrisError('conflict', `${name} no longer asks that: nothing was typed`, { remedy: 'look again' });
  }
  const asks = agent.state === 'blocked';
  return new IrisError(
    'conflict',
    asks ? `what ${name} asks can't be answered from here` : `${name} asks nothing: it is ${agent.state}`,
    asks ? { remedy: `answer in its pane: iris-tui attach ${name}` } : {},
  );
}

function changed({ name, agent }: Session): IrisError {
  return new IrisError('conflict', `${name} asks something else by now: nothing was typed`, {
    remedy: `it asks: ${agent.question ?? ''}`,
  });
}
