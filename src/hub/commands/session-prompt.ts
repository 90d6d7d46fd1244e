import type { HubCommandParsed, PromptReply } from '../../core/index.ts';
import { promptHeadless, queueOf, unqueue } from '../headless/index.ts';
import { answer, prompt, promptsOf } from '../prompts/index.ts';
import type { Handlers } from './handler.ts';

type Prompts = Pick<Handlers<'session'>, 'session.prompt' | 'session.queue' | 'session.unqueue' | 'session.answer'>;

export const promptHandlers: Prompts = {
  'session.prompt': ({ session, ...wanted }, hub, caller) => {
    const found = hub.registry.find(session);
    const talk = hub.headless.talk(found);
    return talk ? promptHeadless(found, talk, wanted, hub, caller) : prompt(found, wanted, hub, caller);
  },
  'session.queue': ({ session }, hub) => {
    const found = hub.registry.find(session);
    const talk = hub.headless.talk(found);
    return { id: found.id, name: found.name, queue: talk ? queueOf(talk) : promptsOf(found, hub).list() };
  },
  'session.unqueue': ({ session, id }, hub) => {
    const found = hub.registry.find(session);
    const talk = hub.headless.talk(found);
    if (talk) return { removed: unqueue(found, talk, id) };
    return { removed: promptsOf(found, hub).remove(id, 'it was taken out of the queue') };
  },
  'session.answer': async (args, hub) => {
    const found = hub.registry.find(args.session);
    const talk = hub.headless.talk(found);
    if (talk) {
      const answered = talk.answer(args.prompt, replyOf(args));
      return { id: found.id, prompt: answered, session: found.info() };
    }
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
