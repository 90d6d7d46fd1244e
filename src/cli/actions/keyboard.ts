import { findSession, IrisError, type Person, plainText, type SessionInfo } from '../../core/index.ts';
import type { Context } from '../context.ts';
import { withHost } from '../host.ts';
import type { VerbRun } from '../verbs/types.ts';
import { ageOf, table } from './list.ts';

export const runKeyboard: VerbRun = (context, { args }) => {
  const [wanted, action, viewer] = args as [string, string | undefined, string | undefined];
  if (action === 'give' && viewer === undefined) {
    throw new IrisError('usage', 'keyboard: give it to whom?', {
      remedy: 'iris-tui keyboard SESSION lists who is there',
    });
  }
  if ((action === undefined || action === 'ask') && viewer !== undefined) {
    throw new IrisError('usage', `keyboard: ${action ?? 'the list'} takes no viewer`);
  }
  return withHost(context, async (host) => {
    const { id, name, role } = findSession((await host.command('session.list', {})).sessions, wanted);
    switch (action) {
      case undefined:
        return showPeople(context, findSession((await host.command('session.list', {})).sessions, id));
      case 'ask': {
        const asked = await host.command('session.ask', { session: id });
        if (context.json) return context.value(asked);
        const { told } = asked;
        if (told === 0) context.line(`nobody who could give it is there: ${name}`);
        else context.line(`asked ${told === 1 ? 'the one' : `all ${told}`} who could give it`);
        return;
      }
      case 'give': {
        const given = await host.command('session.grant', { session: id, viewer: viewer!, role: 'typer' });
        if (context.json) context.value(given);
        else context.line(`${plainText(given.name)} may type into ${name}`);
        return;
      }
      case 'take': {
        const taken = await host.command('session.take', { session: id, ...(viewer === undefined ? {} : { viewer }) });
        if (context.json) return context.value(taken);
        const from = taken.from.map((one) => plainText(one)).join(', ');
        if (from !== '') context.line(`${from} may only watch ${name}`);
        else context.line(role === 'viewer' ? `you may type into ${name} again` : `nobody else types into ${name}`);
        return;
      }
      default:
        throw new IrisError('usage', `keyboard: ask, give or take, not ${action}`);
    }
  });
};

function showPeople(context: Context, { id, name, people = [], typedBy }: SessionInfo): void {
  if (context.json) return context.value({ id, name, people, ...(typedBy ? { typedBy } : {}) });
  const last = typedBy && `typed ${ageOf(Date.now() - typedBy.at)} ago`;
  const left = typedBy && !people.some(({ viewer }) => viewer === typedBy.viewer);
  if (people.length === 0 && (left || context.env.stdoutIsTerminal)) context.line(`nobody watches ${name}`);
  const typed = ({ viewer }: Person): string => (typedBy?.viewer === viewer ? (last ?? '') : '');
  const rows = people.map((one) => [
    one.viewer,
    one.name,
    one.readOnly ? 'read-only' : (one.role ?? 'owner'),
    typed(one),
  ]);
  if (rows.length > 0) table(context, ['VIEWER', 'NAME', 'MAY', 'TYPED'], rows);
  // By a command, or before they left.
  if (left) context.line(`${plainText(typedBy.name)} ${last}, and does not watch it now`);
}
