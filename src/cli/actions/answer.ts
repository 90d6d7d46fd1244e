import { findSession, IrisError, plainText, type SessionInfo } from '../../core/index.ts';
import type { Context } from '../context.ts';
import { withHost } from '../host.ts';
import type { VerbRun } from '../verbs/types.ts';

export const runAnswer: VerbRun = async (context, { args, options }) => {
  const session = args[0] as string;
  const given = [options.approve, options.deny, options.choice, options.text].filter((one) => one !== undefined);
  if (given.length > 1) throw new IrisError('usage', 'answer: one of --approve, --deny, --choice and --text');
  const wanted = options.prompt as string | undefined;
  const choice = options.choice === undefined ? undefined : choiceOf(options.choice as string);
  await withHost(context, async (host) => {
    if (given.length === 0) {
      const info = findSession(host.sessions, session);
      if (context.json) context.value({ id: info.id, name: info.name, prompt: info.agent.prompt ?? null });
      else showAsked(context, info);
      return;
    }
    const result = await host.command('session.answer', {
      session,
      ...(wanted === undefined ? {} : { prompt: wanted }),
      ...(options.approve === true ? { approve: true } : {}),
      ...(options.deny === true ? { deny: true } : {}),
      ...(choice === undefined ? {} : { choice }),
      ...(options.text === undefined ? {} : { text: options.text as string }),
    });
    if (context.json) context.value(result);
  });
};

function choiceOf(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new IrisError('usage', `--choice takes a number of the question, not ${text}`);
  return Number(text);
}

/** The question as it stands there, for people. */
function showAsked(context: Context, { name, agent }: SessionInfo): void {
  const { prompt, state, question } = agent;
  if (!prompt) {
    context.line(
      state === 'blocked'
        ? `${name} asks: ${question ?? 'something'} (only to be answered in its pane)`
        : `${name} asks nothing: it is ${state}`,
    );
    return;
  }
  context.line(prompt.text);
  for (const { number, label, means } of prompt.choices) {
    context.line(`  ${number}. ${plainText(label, 400)}${means === undefined ? '' : ` (--${means})`}`);
  }
  context.line(`  --prompt ${prompt.id}`);
}
