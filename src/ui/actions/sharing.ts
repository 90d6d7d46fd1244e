import { IrisError, others, type SessionInfo } from '../../core/index.ts';
import type { ActionContext } from './context.ts';
import type { Handlers } from './handlers.ts';

type Name = 'ask-keyboard' | 'give-keyboard' | 'decline-keyboard' | 'take-keyboard' | 'follow';

export const sharingHandlers: Handlers<Name> = {
  'ask-keyboard': async ({ bench }) => {
    const session = mustFocus(bench.focusedSession);
    const { told } = await bench.host.command('session.ask', { session: session.id });
    if (told === 0) bench.say(`nobody who could give you the keyboard of ${session.name} is there`);
    else bench.say(`asked for the keyboard of ${session.name}`);
  },
  'give-keyboard': async (ctx, { name }) => {
    const { session, viewer } = whom(ctx, name);
    const given = await ctx.bench.host.command('session.grant', { session: session.id, viewer, role: 'typer' });
    ctx.bench.company.answered(viewer, session.id);
    ctx.bench.say(`${given.name} may type into ${session.name} now`);
  },
  'decline-keyboard': async (ctx, { name }) => {
    const asking = asked(ctx, name);
    if (!asking) throw new IrisError('failed', 'nobody asks for the keyboard');
    const { bench } = ctx;
    bench.company.answered(asking.viewer, asking.sessionId);
    await bench.host.command('session.grant', { session: asking.sessionId, viewer: asking.viewer, role: 'viewer' });
    bench.say(`${asking.name} was told that they may not`);
  },
  'take-keyboard': async ({ bench }, { name }) => {
    const session = mustFocus(bench.focusedSession);
    const looked = session.role === 'viewer';
    const wanted = name === undefined ? {} : { viewer: name };
    const { from } = await bench.host.command('session.take', { session: session.id, ...wanted });
    if (from.length > 0) bench.say(`${from.join(', ')} may only watch ${session.name} now`);
    else if (looked) bench.say(`you may type into ${session.name} again`);
    else bench.say(`nobody else types into ${session.name}`);
  },
  follow: async ({ bench }, { name }) => {
    const { company } = bench;
    if (name === undefined && company.following !== undefined) {
      bench.say(`no longer following ${company.following}`);
      company.unfollow();
      return;
    }
    const there = bench.focusedSession ? others(bench.focusedSession) : [];
    const wanted = name ?? (there.length === 1 ? there[0]!.viewer : undefined);
    if (wanted === undefined) {
      throw new IrisError('usage', there.length === 0 ? 'nobody else is here' : 'follow whom?', {
        remedy: 'follow NAME, or f in the list of viewers',
      });
    }
    await company.follow(wanted);
  },
};

function mustFocus(session: SessionInfo | undefined): SessionInfo {
  if (!session) throw new IrisError('failed', 'there is no session here');
  return session;
}

/** Who asked last: here rather than elsewhere. */
function asked({ bench }: ActionContext, name: string | undefined) {
  const asks = bench.company.asks.filter((ask) => name === undefined || ask.name === name || ask.viewer === name);
  const here = bench.focusedSession?.id;
  return asks.findLast(({ sessionId }) => sessionId === here) ?? asks.at(-1);
}

/** Who is meant by a name; without one, whoever asked last, or the only other one who looks. */
function whom(ctx: ActionContext, name: string | undefined): { session: SessionInfo; viewer: string } {
  const { bench } = ctx;
  const asking = asked(ctx, name);
  const session = mustFocus((asking && bench.session(asking.sessionId)) ?? bench.focusedSession);
  if (asking) return { session, viewer: asking.viewer };
  if (name !== undefined) return { session, viewer: name };
  const looking = others(session).filter(({ role, readOnly }) => role === 'viewer' && !readOnly);
  if (looking.length === 1) return { session, viewer: looking[0]!.viewer };
  throw new IrisError('failed', 'nobody asks for the keyboard', { remedy: 'give-keyboard NAME' });
}
