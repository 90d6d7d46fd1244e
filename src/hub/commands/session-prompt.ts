import type { HubCommandParsed, PromptReply } from '../../core/index.ts';
import { answer, prompt, promptsOf } from '../prompts/index.ts';
import type { Handlers } from './handler.ts';

type Prompts = Pick<Handlers<'session'>, 'session.prompt' | 'session.queue' | 'session.unqueue' | 'session.answer'>;

export const promptHandlers: Prompts = {
  'session.prompt': ({ session, ...wanted }, hub, caller) => prompt(hub.registry.find(session), wanted, hub, caller),
  'session.queue': ({ session }, hub) => {
    const found = hub.registry.find(session);
    return { id: found.id, name: found.name, queue: promptsOf(found, hub).list() };
  },
  'session.unqueue': ({ session, id }, hub) => {
    const found = hub.registry.find(session);
    return { removed: promptsOf(found, hub).remove(id, 'it was taken out of the queue') };
  },
  'session.answer': async (args, hub) => {
    const found = hub.registry.find(args.session);
    const pause = (ms: number) => new Promise<void>((resolve) => void hub.clock.after(ms, resolve));
    const { prompt: asked, plan } = await answer(found, args.prompt, replyOf(args), pause);
    // Before everything that waits: it belongs to the question.
    if (plan.nextPrompt !== undefined) {
      promptsOf(found, hub).add(plan.nextPrompt, { wait: false, hold: true, first: true });
    }
    return { id: found.id, prompt: asked, session: found.info() };
  },
};

function replyOf({ approve, deny, choice, text = '' }: HubCommandParsed<'session.answer'>): PromptReply {
  if (approve) return { kind: 'approve' };
  if (deny) return { kind: 'deny' };
  return choice === undefined ? { kind: 'text', text } : { kind: 'choice', number: choice };
}
