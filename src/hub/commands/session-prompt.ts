import { IrisError, type PromptReply } from '../../core/index.ts';
import { answer } from '../prompts/answer.ts';
import type { Handlers } from './handler.ts';

type Prompts = Pick<Handlers<'session'>, 'session.prompt' | 'session.queue' | 'session.unqueue' | 'session.answer'>;

export const promptHandlers: Prompts = {
  'session.prompt': () => {
    throw new IrisError('failed', 'prompts are not there yet');
  },
  'session.queue': ({ session }, hub) => {
    const { id, name } = hub.registry.find(session);
    return { id, name, queue: [] };
  },
  'session.unqueue': () => ({ removed: [] }),
  'session.answer': async ({ session, prompt, choice, approve, deny, text }, hub) => {
    const found = hub.registry.find(session);
    const reply: PromptReply = approve
      ? { kind: 'approve' }
      : deny
        ? { kind: 'deny' }
        : choice === undefined
          ? { kind: 'text', text: text! }
          : { kind: 'choice', number: choice };
    const pause = (ms: number) => new Promise<void>((resolve) => void hub.clock.after(ms, resolve));
    const answered = await answer(found, prompt, reply, pause);
    return { id: found.id, prompt: answered.prompt, session: found.info() };
  },
};
