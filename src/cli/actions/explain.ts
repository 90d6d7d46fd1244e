import { type Decision, plainText } from '../../core/index.ts';
import { withHost } from '../host.ts';
import type { VerbRun } from '../verbs/types.ts';
import { ageOf } from './list.ts';

export const runExplain: VerbRun = async (context, { args }) => {
  const told = await withHost(context, (host) => host.command('session.explain', { session: args[0] as string }));
  if (context.json) return void context.value(told);
  const { kind, sessionKind, state, since, question, rules, authority, hooks, now, pending, decisions } = told;
  const guest = kind === sessionKind ? '' : `, started in a ${sessionKind}`;
  context.line(`${told.name}: ${kind}${guest}, ${state === 'unknown' ? 'state unknown' : state} for ${age(since)}`);
  if (question !== undefined) context.line(`  asks      ${plainText(question, 512)}`);
  const measured = rules.measured === undefined ? 'not measured' : `measured with ${rules.measured}`;
  const by = authority === 'terminal' ? `rules for ${rules.agent} (${measured})` : `its ${authority}`;
  context.line(`  decides   ${by}`);
  if (hooks !== undefined) context.line(`  hooks     ${plainText(hooks, 512)}`);
  if (state !== 'exited') {
    context.line(`  matches   ${now === undefined ? 'no rule: the state stays' : decision(now)}`);
    now?.choices.forEach((choice, i) => {
      context.line(`            ${i + 1}. ${plainText(choice, 200)}`);
    });
    if (pending !== undefined) context.line(`  pending   ${pending.state} in ${pending.inMs} ms if nothing else comes`);
  }
  for (const each of decisions.slice(-8)) context.line(`  ${age(each.at).padStart(4)} ago  ${decision(each)}`);
};

function age(at: number): string {
  return ageOf(Date.now() - at);
}

function decision({ state, rule, on }: Omit<Decision, 'at'>): string {
  return `${state} by ${rule}, on ${on.map((text) => plainText(text, 200)).join(' | ')}`;
}
