import { afterEach, describe, expect, it } from 'vitest';
import type { SessionInfo } from '../../src/core/index.ts';
import { disposeHomes, isAlive, runCli, tempHome, waitUntil } from '../support/index.ts';

afterEach(disposeHomes);

/** Kills of the hub; IRIS_SOAK_ROUNDS sets another number. */
const ROUNDS = Number(process.env.IRIS_SOAK_ROUNDS ?? 50);

describe('a hub that is killed again and again', () => {
  it('comes back each time with its sessions and what they had written, and leaves nothing running', async () => {
    const home = tempHome();
    const list = async (): Promise<SessionInfo[]> =>
      JSON.parse((await runCli(['ls', '--json'], { home })).stdout) as SessionInfo[];
    const made = await runCli(
      ['new', '-d', '-n', 'counter', '--', 'sh', '-c', 'n=0; while :; do n=$((n+1)); echo line $n; sleep 0.002; done'],
      {
        home,
      },
    );
    expect(made).toMatchObject({ code: 0, stderr: '' });
    for (let round = 1; round <= ROUNDS; round++) {
      await waitUntil(async () => (await runCli(['capture', 'counter'], { home })).stdout.includes('line '), 'output');
      const { pid } = JSON.parse((await runCli(['hub', 'status', '--json'], { home })).stdout) as { pid: number };
      const [before] = await list();
      const children = home.processes().filter((p) => p.pid !== pid);
      process.kill(pid, 'SIGKILL');
      const [after] = await list();
      expect(after, `round ${round}`).toMatchObject({ id: before?.id, name: 'counter', process: { status: 'died' } });
      const kept =
        (await runCli(['capture', 'counter', '--history', '10000'], { home })).stdout.match(/line \d+/g) ?? [];
      const numbers = kept.map((line) => Number(line.slice(5)));
      // Whole and in order: what was lost is lost at the end only.
      expect(numbers.length, `round ${round}`).toBeGreaterThan(0);
      numbers.forEach((n, i) => {
        expect(n - (numbers[0] ?? 0), `round ${round}`).toBe(i);
      });
      await waitUntil(() => children.every((child) => !isAlive(child)), `what ran in round ${round} is gone`);
      expect(await runCli(['restart', 'counter'], { home })).toMatchObject({ code: 0 });
    }
  });
});
