import { spawn } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { endFamilies, familyMembers, type ProcessTable, processTable, STAGES } from '../../../src/transports/index.ts';
import { parsePs, parseStat } from '../../../src/transports/local/process-table.ts';
import { isAlive } from '../../support/index.ts';

describe('reading what runs', () => {
  it('counts the fields of /proc/PID/stat from the last parenthesis', () => {
    const row = parseStat(
      '42 (a) b) S 7 40 39 34818 41 4194304 117 212 0 0 0 0 0 0 20 0 1 0 173286 2654208 357 18446744073709551615',
    );
    expect(row).toEqual({
      pid: 42,
      parent: 7,
      group: 40,
      session: 39,
      foreground: 41,
      startedAt: 173_286,
      zombie: false,
    });
    expect(parseStat('42 (x) Z 1 42 42 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0')?.zombie).toBe(true);
    expect(parseStat('')).toBeUndefined();
    expect(parseStat('42 (x) S 1')).toBeUndefined();
  });

  it('reads the columns of ps where there is no /proc', () => {
    expect(parsePs('  501     1   501      0   501 Ss   Fri Nov 21 03:35:10 2025 ')).toEqual({
      pid: 501,
      parent: 1,
      group: 501,
      session: 501,
      foreground: 501,
      startedAt: Date.parse('Fri Nov 21 03:35:10 2025'),
      zombie: false,
    });
    expect(parsePs('rubbish')).toBeUndefined();
  });

  it('sees this very process', async () => {
    const rows = await processTable.list();
    const own = rows.find(({ pid }) => pid === process.pid);
    expect(own).toMatchObject({ parent: process.ppid, zombie: false });
    expect(processTable.read(process.pid)).toMatchObject({ startedAt: own!.startedAt });
    expect(processTable.environmentHas(process.pid, [`HOME=${process.env.HOME}`])).toBe(true);
    expect(processTable.environmentHas(process.pid, [`HOME=${process.env.HOME}x`])).toBe(false);
    expect(processTable.read(2 ** 30)).toBeUndefined();
  });
});

describe('who belongs to a session', () => {
  const row = (pid: number, more: object = {}) => ({
    pid,
    parent: 1,
    group: pid,
    session: pid,
    foreground: -1,
    startedAt: 100,
    zombie: false,
    ...more,
  });
  const table = (rows: ReturnType<typeof row>[], environments: Record<number, string[]> = {}): ProcessTable => ({
    list: async () => rows,
    read: (pid) => rows.find((one) => one.pid === pid),
    environmentHas: (pid, pairs) => pairs.every((pair) => environments[pid]?.includes(pair)),
  });
  const family = { leader: 50, leaderStartedAt: 100, sessionId: 's', hub: 'h' };
  const marked = ['IRIS_TUI=1', 'IRIS_SESSION_ID=s', 'IRIS_HUB=h'];
  const members = async (...args: Parameters<typeof table>) =>
    (await familyMembers([family], table(...args))).map(({ pid }) => pid);

  it('is its leader, its group, its kernel session, who carries its name, and who descends from those', async () => {
    const rows = [
      row(50),
      row(51, { group: 50, session: 50 }),
      row(52, { session: 50 }),
      row(53),
      row(54, { parent: 53 }),
      row(55, { parent: 54 }),
      row(56),
    ];
    expect(await members(rows, { 53: marked })).toEqual([50, 51, 52, 53, 54, 55]);
  });

  it('is nobody that is older than the leader, or ended', async () => {
    expect(
      await members([row(50), row(51, { session: 50, startedAt: 99 }), row(52, { session: 50, zombie: true })]),
    ).toEqual([50]);
  });

  it('is not the group of a pid that was given to another process', async () => {
    const reused = [row(50, { startedAt: 200 }), row(51, { session: 50, startedAt: 201 }), row(60, { startedAt: 150 })];
    expect(await members(reused, { 60: marked })).toEqual([60]);
  });

  it('is who is left in the kernel session of a leader that is gone, unless they say that they belong elsewhere', async () => {
    const rows = [row(51, { session: 50 }), row(52, { session: 50 }), row(53, { session: 50 })];
    expect(await members(rows, { 52: ['IRIS_TUI=1', 'IRIS_SESSION_ID=other'], 53: marked })).toEqual([51, 53]);
  });

  it('is not who carries the name of the session under another hub', async () => {
    expect(await members([row(60)], { 60: ['IRIS_SESSION_ID=s', 'IRIS_HUB=other'] })).toEqual([]);
  });

  it('is never this process nor one above it', async () => {
    const rows = [row(process.pid, { parent: 50, startedAt: 300 }), row(50, { startedAt: 100 })];
    expect(await members(rows, { [process.pid]: marked })).toEqual([]);
  });
});

describe('ending processes', () => {
  const pids: number[] = [];
  afterEach(() => {
    for (const pid of pids.splice(0)) if (isAlive({ pid })) process.kill(pid, 'SIGKILL');
  });

  it('resolves at once when there is nothing', async () => {
    const family = { leader: 2 ** 22 + 1, leaderStartedAt: 1, sessionId: 'nobody', hub: 'nowhere' };
    expect(await endFamilies([family])).toEqual({ ended: 0 });
  });

  it('names what cannot be ended, and does not wait for ever', async () => {
    const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
    pids.push(child.pid!);
    const real = processTable.read(child.pid!)!;
    // As with a process of another user: it is there, and no signal reaches it.
    const ghost = { ...real, pid: 2 ** 22 + 5, group: 2 ** 22 + 5, session: 2 ** 22 + 5 };
    const deaf: ProcessTable = { list: async () => [ghost], read: () => ghost, environmentHas: () => false };
    const family = { leader: ghost.pid, leaderStartedAt: ghost.startedAt, sessionId: 's', hub: 'h' };
    const stages = STAGES.map(({ signal }) => ({ signal, patienceMs: 30 }));
    await expect(endFamilies([family], deaf, stages)).rejects.toThrow(`process ${ghost.pid} could not be ended`);
  });
});
