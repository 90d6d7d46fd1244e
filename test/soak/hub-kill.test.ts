import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { SessionInfo } from '../../src/core/index.ts';
import { expectIntegrity, killAgainAndAgain } from '../hub/store/kill.ts';
import { disposeHomes, isAlive, runCli, tempHome, waitUntil } from '../support/index.ts';

afterEach(disposeHomes);

/** Kills of the hub; IRIS_SOAK_ROUNDS sets another number. */
const ROUNDS = Number(process.env.IRIS_SOAK_ROUNDS ?? 200);
/** What a hub says is kept is on the disk after this long: a group commit of 50 ms, on a disk that is slow. */
const DURABLE_MS = 500;

describe('[H38] a hub that is killed again and again', () => {
  it('comes back each time with its sessions and all that was durable, its database whole, and leaves nothing running', async () => {
    const home = tempHome();
    const list = async (): Promise<SessionInfo[]> =>
      JSON.parse((await runCli(['ls', '--json'], { home })).stdout) as SessionInfo[];
    const script = 'n=0; while :; do n=$((n+1)); echo line $n; sleep 0.002; done';
    const made = await runCli(['new', '-d', '-n', 'counter', '--', 'sh', '-c', script], { home });
    expect(made).toMatchObject({ code: 0, stderr: '' });
    const shown = async (...more: string[]): Promise<number[]> =>
      [...(await runCli(['capture', 'counter', ...more], { home })).stdout.matchAll(/line (\d+)/g)].map(([, n]) =>
        Number(n),
      );
    for (let round = 1; round <= ROUNDS; round++) {
      const when = `round ${round}`;
      await waitUntil(async () => (await shown()).length > 0, 'output');
      const { pid } = JSON.parse((await runCli(['hub', 'status', '--json'], { home })).stdout) as { pid: number };
      const [before] = await list();
      const children = home.processes().filter((p) => p.pid !== pid);
      const durable = (await shown()).at(-1)!;
      await new Promise((resolve) => setTimeout(resolve, DURABLE_MS));
      process.kill(pid, 'SIGKILL');
      await waitUntil(() => home.processes().every((p) => p.pid !== pid), 'it is dead');
      expectIntegrity(join(home.irisHome, 'state/state.db'), when);
      const [after] = await list();
      expect(after, when).toMatchObject({ id: before?.id, name: 'counter', process: { status: 'died' } });
      const numbers = await shown('--history', '10000');
      // Whole and in order: what was lost is lost at the end only, and is younger than what was durable.
      expect(numbers.length, when).toBeGreaterThan(0);
      expect(numbers, when).toEqual(numbers.map((_, i) => numbers[0]! + i));
      expect(numbers.at(-1), when).toBeGreaterThanOrEqual(durable);
      await waitUntil(() => children.every((child) => !isAlive(child)), `what ran in ${when} is gone`);
      expect(await runCli(['restart', 'counter'], { home })).toMatchObject({ code: 0 });
    }
  }, 1_800_000);
});

it('[H38] the store, killed 200 times in the middle of writing: no acknowledged row is lost, and the database is whole', async () => {
  const folder = mkdtempSync('/tmp/ik-');
  try {
    await killAgainAndAgain(folder, ROUNDS);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
