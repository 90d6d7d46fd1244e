import { IrisError } from '../../errors.ts';
import type { CompiledAnswers } from './compile.ts';
import type { AgentPrompt, PromptReply } from './types.ts';

/** What to do in the agent's terminal. */
export interface ReplyPlan {
  /** A key by tmux name: it takes the choice. */
  readonly key: string;
  /** The agent's next prompt, once it listens. */
  readonly nextPrompt?: string;
}

/** The key that gives this answer. @throws IrisError `usage` for an answer that this question does not take */
export function planReply(prompt: AgentPrompt, reply: PromptReply, answers: CompiledAnswers): ReplyPlan {
  switch (reply.kind) {
    case 'choice': {
      if (!prompt.choices.some(({ number }) => number === reply.number)) {
        throw refused(prompt, `there is no choice ${reply.number}`);
      }
      // Of two digits the first would be taken alone.
      if (reply.number > 9) throw refused(prompt, 'choices above 9 have no key');
      return { key: String(reply.number) };
    }
    case 'approve': {
      const number = prompt.choices.find(({ means }) => means === 'approve')?.number;
      if (number === undefined) throw refused(prompt, 'it is not known which choice allows it');
      return { key: String(number) };
    }
    case 'deny':
      return { key: denyKey(prompt, answers) };
    case 'text':
      if (!prompt.takesText) throw refused(prompt, 'it takes no text');
      return { key: denyKey(prompt, answers), nextPrompt: reply.text };
  }
}

function denyKey(prompt: AgentPrompt, answers: CompiledAnswers): string {
  const number = prompt.choices.find(({ means }) => means === 'deny')?.number;
  if (number !== undefined && number <= 9) return String(number);
  if (answers.denyKey === undefined) throw refused(prompt, 'it is not known how to deny it');
  return answers.denyKey;
}

function refused({ choices }: AgentPrompt, why: string): IrisError {
  const offered = choices.map(({ number, label }) => `${number} ${label}`).join(', ');
  return new IrisError('usage', `${why}: nothing was typed`, { remedy: `it offers: ${offered}` });
}
