import type { AuditEntry } from '../../core/index.ts';
import { sinceOf } from '../duration.ts';
import { writeError } from '../failure.ts';
import { withHost } from '../host.ts';
import type { VerbRun } from '../verbs/types.ts';
import { table } from './list.ts';

/** What a hub gives at once. */
const LIMIT = 10_000;

export const runAudit: VerbRun = async (context, { options }) => {
  const since = typeof options.since === 'string' ? sinceOf(options.since, '--since', Date.now()) : 0;
  const until = typeof options.until === 'string' ? sinceOf(options.until, '--until', Date.now()) : undefined;
  const { records, total } = await withHost(context, (host) =>
    host.command('audit.list', {
      since: Math.max(0, since),
      ...(until === undefined ? {} : { until: Math.max(0, until) }),
      limit: LIMIT,
    }),
  );
  const [oldest] = records;
  if (oldest && total > records.length) {
    const end = new Date(oldest.at).toISOString();
    writeError(`iris-tui: these are the newest ${records.length} of ${total}: --until ${end} has those before them\n`);
  }
  if (context.json) return context.value(records);
  if (records.length === 0) {
    if (context.env.stdoutIsTerminal) context.line('nothing: nobody came by the network, and nobody was invited');
    return;
  }
  const rows = records.map((one) => [
    timeOf(one.at),
    whoOf(one),
    one.from ?? 'here',
    one.outcome === 'ok' ? '' : one.outcome,
    one.action,
    sessionOf(one),
    one.detail ?? '',
  ]);
  table(context, ['WHEN', 'WHO', 'FROM', '', 'WHAT', 'SESSION', 'DETAIL'], rows);
};

/** What it was called then, and its id: the name may be another's by now. */
function sessionOf({ session = '', sessionName }: AuditEntry): string {
  return sessionName === undefined ? session : `${sessionName} (${session})`;
}

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
