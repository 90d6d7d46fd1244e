import {
  type HeldReason,
  IrisError,
  type PromptOutcome,
  plainText,
  type SessionHost,
  type SessionInfo,
} from '../../core/index.ts';
import type { Context } from '../context.ts';
import { writeError } from '../failure.ts';
import { withHost } from '../host.ts';
import { timeoutOf } from '../seconds.ts';
import type { OptionValues, VerbRun } from '../verbs/types.ts';
import { type Addressed, addressed } from './targets.ts';
import { textOf } from './text.ts';

export const runPrompt: VerbRun = async (context, { args, options }) => {
  const to = addressed('prompt', args[0] as string | undefined, args[1] as readonly string[], options);
  const text = await textOf('prompt', to.words, options);
  if (text.trim() === '') throw new IrisError('usage', 'prompt: there is no text', { remedy: 'give TEXT or --stdin' });
  return give(context, to, promptWith(text, options));
};

/** What is done to each: one call of the hub. */
export type Give = (
  host: SessionHost,
  session: SessionInfo,
) => Promise<Partial<PromptOutcome> & { readonly id: string }>;

/** `session.prompt`, as --wait, --timeout and --no-queue say. */
export function promptWith(text: string, options: OptionValues): Give {
  const wait = options.wait === true;
  if (options.timeout !== undefined && !wait) throw new IrisError('usage', '--timeout needs --wait');
  const timeoutMs = options.timeout === undefined ? undefined : timeoutOf(options.timeout as string);
  return (host, { id }) =>
    host.command('session.prompt', {
      session: id,
      text,
      wait,
      hold: options.queue !== false,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
}

/** Does it to all of them at once, and prints what became of each as it is known. The exit code is that of the first that failed. */
export async function give(context: Context, to: Addressed, each: Give): Promise<number> {
  return withHost(context, async (host) => {
    const sessions = to.sessions(host.sessions);
    if (!to.several) {
      const outcome = await each(host, sessions[0]!);
      if (context.json) context.value(outcome);
      else show(context, outcome);
      return codeOf(outcome);
    }
    const results = await Promise.all(
      sessions.map(async (session) => {
        try {
          const outcome = await each(host, session);
          if (!context.json) show(context, outcome, session.name);
          return { outcome: { name: session.name, ...outcome }, code: codeOf(outcome) };
        } catch (error) {
          const { code, message, remedy, exitCode } = IrisError.from(error);
          if (!context.json) writeError(`iris-tui: ${session.name}: ${IrisError.from(error).line}\n`);
          const failure = remedy === undefined ? { code, message } : { code, message, remedy };
          return { outcome: { id: session.id, name: session.name, failure }, code: exitCode };
        }
      }),
    );
    if (context.json) context.value(results.map(({ outcome }) => outcome));
    return results.find(({ code }) => code !== 0)?.code ?? 0;
  });
}

function codeOf({ outcome }: Partial<PromptOutcome>): number {
  return outcome === 'refused' || outcome === 'blocked' ? 1 : 0;
}

export const HELD: Readonly<Record<HeldReason, string>> = {
  working: 'it works',
  blocked: 'it asks something',
  typing: 'its input box is not empty, or something else is open there',
  starting: 'it has not shown its prompt yet',
  offline: 'it is not connected',
  queue: 'others are before it',
};

function show(context: Context, told: Partial<PromptOutcome>, several?: string): void {
  const { outcome, answer, held, reason = '', remedy, prompt, name = several ?? '' } = told;
  const who = several === undefined ? '' : `${several}: `;
  switch (outcome) {
    case 'answered':
      if (several !== undefined) context.line(`${several}:`);
      // An agent's words: no control character but line feeds reaches the terminal.
      if (answer)
        context.write(
          `${answer
            .split('\n')
            .map((line) => plainText(line, 100_000))
            .join('\n')}\n`,
        );
      else if (answer === undefined) {
        const look = `iris-tui capture ${plainText(name)}`;
        writeError(`iris-tui: ${who}it has finished, but its answer could not be read: ${look}\n`);
      }
      return;
    case 'held':
      context.line(`${who}held in the queue of ${name}: ${HELD[held ?? 'queue']}`);
      return;
    case 'refused':
      writeError(`iris-tui: ${who}${plainText(remedy ? `${reason}: ${remedy}` : reason)}\n`);
      return;
    case 'blocked':
      writeError(
        `iris-tui: ${plainText(`${name} asks: ${prompt?.text ?? reason}`)}: iris-tui answer ${plainText(name)}\n`,
      );
      return;
    default:
      if (several !== undefined)
        context.line(`${who}${outcome === 'unverified' || outcome === undefined ? 'typed' : outcome}`);
  }
}
