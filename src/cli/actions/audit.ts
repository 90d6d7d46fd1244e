import type { AuditEntry } from '../../core/index.ts';
import { sinceOf } from '../duration.ts';
import { withHost } from '../host.ts';
import type { VerbRun } from '../verbs/types.ts';
import { table } from './list.ts';

/** What a hub gives at once. */
const LIMIT = 10_000;

export const runAudit: VerbRun = async (context, { options }) => {
  const since = typeof options.since === 'string' ? sinceOf(options.since, '--since', Date.now()) : 0;
  const { records, names } = await withHost(context, async (host) => {
    const { sessions } = await host.command('session.list', {});
    const found = await host.command('audit.list', { since: Math.max(0, since), limit: LIMIT });
    return { ...found, names: new Map(sessions.map(({ id, name }) => [id, name])) };
  });
  if (context.json) return context.value(records);
  if (records.length === 0) {
    if (context.env.stdoutIsTerminal) context.line('nothing: nobody came by the network, and nobody was invited');
    return;
  }
  const rows = records.map((one) => [
    timeOf(one.at),
    whoOf(one),
    one.from ?? 'here',
    one.outcome === 'ok' ? '' : 'refused',
    one.action,
    one.session === undefined ? '' : (names.get(one.session) ?? one.session),
    one.detail ?? '',
  ]);
  table(context, ['WHEN', 'WHO', 'FROM', '', 'WHAT', 'SESSION', 'DETAIL'], rows);
};

function whoOf({ who }: AuditEntry): string {
  return who.kind === 'local' ? 'you' : who.name || who.kind;
}

/** As clocks here show it: 2026-03-01 14:05:09. */
function timeOf(ms: number): string {
  const at = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  return `${day} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')}`;
}
