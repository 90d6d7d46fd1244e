import { IrisError } from '../../core/index.ts';
import { ownLineage, type ProcessRow, type ProcessTable, processTable } from './process-table.ts';

export interface Stage {
  readonly signal: 'SIGHUP' | 'SIGTERM' | 'SIGKILL';
  readonly patienceMs: number;
}

/** What is asked of processes, politely first. CONT goes along, as a stopped process hears nothing but KILL. */
export const STAGES: readonly Stage[] = [
  { signal: 'SIGHUP', patienceMs: 1000 },
  { signal: 'SIGTERM', patienceMs: 2000 },
  // A killed process may still hang in a system call (a dead network disk); after this long it is given up and named.
  { signal: 'SIGKILL', patienceMs: 3000 },
];
const POLL_MIN_MS = 5;
const POLL_MAX_MS = 80;

/** A session's processes: those of the group and kernel session that its first process leads, and those that carry its name in their environment. */
export interface ProcessFamily {
  /** The first process: leader of its group and session. */
  readonly leader: number;
  /** Its start, as `ProcessRow.startedAt`; undefined when it ended, or its hub was killed, before anyone could look. */
  readonly leaderStartedAt: number | undefined;
  readonly sessionId: string;
  readonly hub: string;
  /** Who started later than this, and is known by environment only, belongs to a later run. */
  readonly latest?: number;
}

/**
 * Everything alive of these families. A process counts
 * - by its group or kernel session, unless the leader's pid has been given to another process since (then nothing of the old group was left:
 *   a pid is not given again while a group or session has its number), or its environment names another session;
 * - by IRIS_SESSION_ID and IRIS_HUB in its environment, so that what left the group (setsid, a daemon) is found as well.
 * - by descent from one that counts.
 * Nothing counts that is older than the leader, nor this process and its parents.
 */
export async function familyMembers(
  families: readonly ProcessFamily[],
  table: ProcessTable = processTable,
): Promise<ProcessRow[]> {
  const rows = await table.list();
  const lineage = ownLineage(rows);
  const byPid = new Map(rows.map((row) => [row.pid, row]));
  const members = new Set<number>();
  for (const row of rows) {
    if (lineage.has(row.pid)) continue;
    if (families.some((family) => isMember(row, family, byPid.get(family.leader), table))) members.add(row.pid);
  }
  addDescendants(members, rows, lineage);
  return rows.filter((row) => members.has(row.pid) && !row.zombie);
}

function addDescendants(members: Set<number>, rows: readonly ProcessRow[], lineage: ReadonlySet<number>): void {
  for (let before = -1; before !== members.size; ) {
    before = members.size;
    for (const row of rows) if (members.has(row.parent) && !lineage.has(row.pid)) members.add(row.pid);
  }
}

function isMember(row: ProcessRow, family: ProcessFamily, now: ProcessRow | undefined, table: ProcessTable): boolean {
  const { leader, leaderStartedAt, sessionId, hub, latest } = family;
  if (leaderStartedAt !== undefined && row.startedAt < leaderStartedAt) return false;
  // Just forked, it leads nothing yet, and has the environment of who forked it.
  if (row.pid === leader && row.startedAt === leaderStartedAt) return true;
  const reused = now !== undefined && leaderStartedAt !== undefined && now.startedAt !== leaderStartedAt;
  const related = row.group === leader || row.session === leader;
  if (related && !reused && leaderStartedAt !== undefined) {
    if (row.pid === leader || now) return true;
    // The leader is gone: its number could in theory have come round. Whoever says that it belongs elsewhere does.
    return (
      table.environmentHas(row.pid, [`IRIS_SESSION_ID=${sessionId}`]) || !table.environmentHas(row.pid, ['IRIS_TUI=1'])
    );
  }
  if (latest !== undefined && row.startedAt > latest) return false;
  return table.environmentHas(row.pid, [`IRIS_SESSION_ID=${sessionId}`, `IRIS_HUB=${hub}`]);
}

/**
 * Ends all that belongs to these families: HUP, after a second TERM, after two more KILL. Resolves with how many were ended, when nothing is left.
 * @throws IrisError naming what would not go (processes of another user, or stuck in the kernel).
 */
export async function endFamilies(
  families: readonly ProcessFamily[],
  table: ProcessTable = processTable,
  stages: readonly Stage[] = STAGES,
): Promise<{ ended: number }> {
  const seen = new Set<string>();
  let members: ProcessRow[] = [];
  for (const stage of stages) {
    const until = performance.now() + stage.patienceMs;
    for (;;) {
      // What was born since is asked the same.
      members = await familyMembers(families, table);
      if (members.length === 0) return { ended: seen.size };
      for (const row of members) seen.add(`${row.pid}/${row.startedAt}`);
      signalAll(members, stage.signal, families);
      members = await waitGone(members, until, table);
      if (members.length > 0) break;
    }
  }
  members = await familyMembers(families, table);
  if (members.length === 0) return { ended: seen.size };
  const names = members.map((row) => row.pid).join(', ');
  throw new IrisError('failed', `process ${names} could not be ended`, {
    remedy: 'it belongs to another user or hangs in the kernel; look at it with ps',
  });
}

function signalAll(members: readonly ProcessRow[], signal: NodeJS.Signals, families: readonly ProcessFamily[]): void {
  const leaders = new Set(families.map((family) => family.leader));
  const groups = new Set<number>();
  for (const row of members) {
    // A group lies within one kernel session, so the whole group is ours: asking it as one leaves no gap for a fork.
    if (leaders.has(row.session) || leaders.has(row.group)) groups.add(row.group);
    else send(row.pid, signal);
  }
  for (const group of groups) send(-group, signal);
}

/** Waking comes second: a stopped process then finds the signal waiting. */
function send(pid: number, signal: NodeJS.Signals): void {
  for (const one of [signal, 'SIGCONT'] as const) {
    try {
      process.kill(pid, one);
    } catch {
      // Gone already, or not ours to end: the caller looks again.
    }
  }
}

/** Those that are still there at `until`; none as soon as all are gone. */
async function waitGone(members: readonly ProcessRow[], until: number, table: ProcessTable): Promise<ProcessRow[]> {
  let left = [...members];
  for (let delayMs = POLL_MIN_MS; ; delayMs = Math.min(POLL_MAX_MS, delayMs * 2)) {
    left = left.filter((row) => {
      const now = table.read(row.pid);
      return now !== undefined && now.startedAt === row.startedAt && !now.zombie;
    });
    const restMs = until - performance.now();
    if (left.length === 0 || restMs <= 0) return left;
    await new Promise((resolve) => setTimeout(resolve, Math.min(delayMs, restMs)));
  }
}
