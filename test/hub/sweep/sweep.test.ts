import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { journaled, ProcessJournal } from '../../../src/hub/sweep/index.ts';
import { createTransport, processTable } from '../../../src/transports/index.ts';
import {
  descendantsOf,
  describeProcesses,
  isAlive,
  type ProcessInfo,
  processesWithEnv,
  processInfo,
  waitUntil,
} from '../../support/index.ts';

const HUB_LIKE = fileURLToPath(new URL('./hub-like.ts', import.meta.url));
let dir = '';
let hub = '';
const children: ChildProcess[] = [];
const problems: unknown[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'iris-tui-sweep-'));
  hub = join(dir, 'hub.sock');
  problems.length = 0;
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const { pid } of processesWithEnv('IRIS_HUB', hub)) process.kill(pid, 'SIGKILL');
  await waitUntil(() => processesWithEnv('IRIS_HUB', hub).length === 0, 'no process of the test is left');
  rmSync(dir, { recursive: true, force: true });
  expect(problems).toEqual([]);
});

const journal = () => new ProcessJournal(dir, hub, (error) => problems.push(error));
const file = () => join(dir, 'processes.journal');

/** A process of the test's own that nobody may touch. */
function bystander(env: Record<string, string> = {}): ProcessInfo {
  const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore', env: { PATH: process.env.PATH!, ...env } });
  children.push(child);
  return processInfo(child.pid!)!;
}

async function hubLike(dieBeforeStarted = ''): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', HUB_LIKE, 'start', dir, hub, dieBeforeStarted],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  children.push(child);
  let said = '';
  child.stdout!.on('data', (bytes) => (said += bytes));
  if (dieBeforeStarted === '')
    await waitUntil(() => said.includes('ready 3'), 'the stand-in has started its processes');
  else await waitUntil(() => child.signalCode !== null, 'the stand-in has killed itself');
  return child;
}

/** The next hub, in a process of its own: it began after what it sweeps. */
async function sweepByNextHub(): Promise<{ ended: number }> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', HUB_LIKE, 'sweep', dir, hub], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  let said = '';
  for await (const bytes of child.stdout!) said += bytes;
  return JSON.parse(said) as { ended: number };
}

/** All processes that a stand-in has started, also those that hide their environment. */
async function family(count: number): Promise<ProcessInfo[]> {
  const known = (): ProcessInfo[] => {
    const marked = processesWithEnv('IRIS_HUB', hub);
    const pids = marked.map(({ pid }) => pid);
    return [...marked, ...descendantsOf(...pids).filter(({ pid }) => !pids.includes(pid))];
  };
  await waitUntil(() => known().length >= count, `${count} processes run`, {
    detail: () => describeProcesses(known()),
  });
  return known();
}
const alive = (processes: readonly ProcessInfo[]) => processes.filter((one) => isAlive(one));

describe('the sweep', () => {
  it('[H39] leaves no orphan of a hub that was killed with -9, whatever its processes ignore or left', async () => {
    const killed = await hubLike();
    const orphans = await family(11);
    const other = bystander({ IRIS_HUB: `${hub}-other`, IRIS_SESSION_ID: 'elsewhere' });
    killed.kill('SIGKILL');
    await waitUntil(() => killed.signalCode !== null, 'the hub is dead');
    // The ones that do not care for HUP are still there: otherwise this would show nothing.
    expect(alive(orphans).length).toBeGreaterThanOrEqual(5);

    const { ended } = await sweepByNextHub();
    expect(ended).toBeGreaterThanOrEqual(5);
    expect(describeProcesses(alive(orphans))).toBe('');
    expect(processesWithEnv('IRIS_HUB', hub)).toEqual([]);
    expect(isAlive(other)).toBe(true);
    expect(await journal().sweep()).toEqual({ ended: 0 });
    expect(readFileSync(file(), 'utf8')).toBe('');
  });

  it('[H39] finds a process whose hub was killed between starting it and writing its number down', async () => {
    await hubLike('shell');
    const begun = readFileSync(file(), 'utf8');
    expect(begun).toContain('"begin"');
    expect(begun).not.toContain('"started"');
    await waitUntil(() => alive(processesWithEnv('IRIS_HUB', hub)).length > 0, 'an orphan');
    await sweepByNextHub();
    expect(processesWithEnv('IRIS_HUB', hub)).toEqual([]);
  });

  it('[H39] never touches a process that was given the pid of one that ended', async () => {
    const innocent = bystander();
    const row = processTable.read(innocent.pid)!;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    const write = (run: string, at: number, bootId: string) =>
      appendFileSync(
        file(),
        `${JSON.stringify({ run, begin: { session: 'gone', hub, boot: bootId } })}\n${JSON.stringify({ run, started: { pid: innocent.pid, at } })}\n`,
      );
    write('earlier', row.startedAt - 1, boot);
    write('later', row.startedAt + 1, boot);
    // The same number and start of another boot: a container that was started again.
    write('other-boot', row.startedAt, 'another-boot');
    appendFileSync(file(), '{"run":"cut","beg');
    expect(await journal().sweep()).toEqual({ ended: 0 });
    expect(isAlive(innocent)).toBe(true);
  });

  it('ends a process by its pid and start time alone', async () => {
    const victim = bystander();
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    const at = processTable.read(victim.pid)!.startedAt;
    writeFileSync(
      file(),
      `${JSON.stringify({ run: 'r', begin: { session: 's', hub, boot } })}\n${JSON.stringify({ run: 'r', started: { pid: victim.pid, at } })}\n`,
    );
    expect(await journal().sweep()).toEqual({ ended: 1 });
    expect(isAlive(victim)).toBe(false);
  });

  it('does not touch what the new hub starts meanwhile, nor itself when it was started from a pane', async () => {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    const own = processTable.read(process.pid)!;
    const runs = [
      { run: 'a', begin: { session: 'again', hub, boot } },
      // The session that the shell which started this hub ran in.
      { run: 'b', begin: { session: 'pane', hub, boot } },
      { run: 'b', started: { pid: own.group, at: processTable.read(own.group)?.startedAt ?? 0 } },
    ];
    writeFileSync(file(), runs.map((run) => `${JSON.stringify(run)}\n`).join(''));
    const sweeping = journal();
    // The same session id and hub, started by the new hub: later than itself by more than one tick of the kernel's clock.
    const fresh = bystander({ IRIS_SESSION_ID: 'again', IRIS_HUB: hub, IRIS_TUI: '1' });
    expect(processTable.read(fresh.pid)!.startedAt).toBeGreaterThan(own.startedAt);
    const families = sweeping.families.filter(({ leader }) => leader === -1);
    expect(families).toHaveLength(1);
    const { familyMembers } = await import('../../../src/transports/index.ts');
    expect(await familyMembers(families)).toEqual([]);
    // With the whole of the journal this very process and its parents are spared.
    const members = await familyMembers(sweeping.families);
    expect(members.map(({ pid }) => pid)).not.toContain(process.pid);
    expect(members.map(({ pid }) => pid)).not.toContain(process.ppid);
  });
});

describe('the journal', () => {
  const run = (script: string, kept: ProcessJournal, mode: 'pty' | 'pipes' = 'pty') => {
    const launch = {
      command: ['sh', '-c', script],
      cwd: '/',
      env: { PATH: process.env.PATH! },
      mode,
      cols: 80,
      rows: 24,
    };
    const identity = { id: 'journal-test', name: 'test' };
    const transport = journaled(createTransport('local', launch, { identity, hub }), kept, identity.id);
    return {
      transport,
      over: new Promise<void>((resolve) =>
        transport.start({ status: () => {}, output: () => {}, ended: () => resolve(), failed: () => resolve() }),
      ),
    };
  };

  it('has a process before it starts, and no more when it ended by itself, was stopped, or never started', async () => {
    const kept = journal();
    const { transport } = run('sleep 600', kept);
    expect(journal().families).toMatchObject([{ leader: transport.pid, sessionId: 'journal-test', hub }]);
    await transport.stop();
    expect(journal().families).toEqual([]);
    await run('exit 0', kept).over;
    expect(journal().families).toEqual([]);
    const failed = journaled(
      createTransport(
        'local',
        { command: ['iris-no-such-program'], cwd: '/', env: {}, mode: 'pty', cols: 80, rows: 24 },
        { identity: { id: 'x', name: 'x' }, hub },
      ),
      kept,
      'x',
    );
    failed.start({ status: () => {}, output: () => {}, ended: () => {}, failed: () => {} });
    expect(journal().families).toEqual([]);
  });

  it('keeps what runs when it is written anew, and stays small', () => {
    const kept = journal();
    const pid = bystander().pid;
    const living = kept.begin('living');
    kept.started(living, pid);
    for (let i = 0; i < 3000; i++) kept.over(kept.begin(`short-${i}`));
    expect(readFileSync(file()).length).toBeLessThan(128 * 1024);
    expect(journal().families).toMatchObject([{ leader: pid, sessionId: 'living' }]);
    kept.over(living);
    expect(journal().families).toEqual([]);
  });

  it('says that it cannot be written, and lets processes start', async () => {
    const heard: unknown[] = [];
    writeFileSync(file(), '');
    const kept = new ProcessJournal(file(), hub, (error) => heard.push(error));
    const { over } = run('exit 0', kept);
    await over;
    expect(heard.length).toBeGreaterThan(0);
  });
});
