import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PROTOCOL } from '../../src/protocol/index.ts';
import { disposeHomes, disposeTuis, IRIS, runCli, spawnTui, tempHome } from '../support/index.ts';
import { OtherBuild } from '../support/other-build.ts';

let newer: OtherBuild;
beforeAll(() => {
  newer = new OtherBuild('9.9.9', PROTOCOL + 1);
});
afterAll(() => newer?.[Symbol.dispose]());
afterEach(async () => {
  await disposeTuis();
  await disposeHomes();
});

describe('two releases that do not understand each other', () => {
  for (const [what, hub, client, older] of [
    ['an old hub and a new program', () => IRIS, () => newer.command, 'hub'],
    ['a new hub and an old program', () => newer.command, () => IRIS, 'client'],
  ] as const) {
    it(`${what}: every verb says in a line which side is older and what to do; status and stop work all the same`, async () => {
      const home = tempHome();
      const made = await runCli(['new', '-d', '-n', 'kept', '--', 'cat'], { home, command: hub() });
      expect(made).toMatchObject({ code: 0, stderr: '' });
      const command = client();
      for (const args of [['ls'], ['capture', 'kept'], ['new', '-d', '--', 'true'], ['wait', 'kept', '--text', 'x']]) {
        const { code, stdout, stderr } = await runCli(args, { home, command });
        expect({ code, stdout }, args.join(' ')).toEqual({ code: 6, stdout: '' });
        expect(stderr.trim().split('\n'), args.join(' ')).toHaveLength(1);
        expect(stderr).toContain(`the ${older} is older`);
        expect(stderr).toContain('iris-tui hub stop');
        expect(stderr).toContain('9.9.9');
      }
      const json = await runCli(['ls', '--json'], { home, command });
      expect(JSON.parse(json.stderr || json.stdout)).toMatchObject({ code: 'version-mismatch' });
      const status = await runCli(['hub', 'status', '--json'], { home, command });
      expect(JSON.parse(status.stdout)).toMatchObject({ protocol: hub() === IRIS ? PROTOCOL : PROTOCOL + 1 });
      // The session was not touched by any of that, and goes on.
      const seen = await runCli(['ls', '--json'], { home, command: hub() });
      expect(JSON.parse(seen.stdout)).toMatchObject([{ name: 'kept', process: { status: 'running' } }]);
      expect(await runCli(['hub', 'stop', '--force'], { home, command })).toMatchObject({ code: 0 });
      await home.assertNoProcesses();
      // What it advised works.
      expect(await runCli(['ls', '--json'], { home, command })).toMatchObject({ code: 0 });
    });

    it(`${what}: the screen says so and ends, and the terminal is as it was`, async () => {
      const home = tempHome();
      expect(await runCli(['hub', 'start'], { home, command: hub() })).toMatchObject({ code: 0 });
      const tui = spawnTui({ home, command: client() });
      const { code } = await tui.exited;
      expect(code).toBe(6);
      expect(tui.text()).toContain(`the ${older} is older`);
      await tui.dispose();
    });
  }
});
