import { existsSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { isAlive, processesWithEnv } from '../support/index.ts';
import {
  client,
  closeAll,
  databaseHolds,
  errorOf,
  eventsOf,
  eventually,
  newSession,
  onlineClient,
  openHub,
  spawnHub,
  Watcher,
} from './support/index.ts';

afterEach(closeAll);

/** Leaves a grandchild behind that does not care about HUP and TERM. */
const STUBBORN = '(trap "" HUP TERM; echo grandchild; exec sleep 1000) & (trap "" HUP; exec sleep 1000) & cat';

describe('a hub that stops', () => {
  test('refuses while sessions run, says how many, and goes when forced', async () => {
    const { socket, hub } = await openHub();
    const host = client(socket);
    const events = eventsOf(host);
    await newSession(host, 'cat');
    await newSession(host, 'cat');
    const done = await newSession(host, 'exit 0');
    await host.command('session.wait', { session: done.id, until: 'exited' });
    const error = await errorOf(host.command('hub.stop', {}));
    expect(error.code).toBe('conflict');
    expect(error.line).toContain('2 sessions are still running');
    expect(await host.command('hub.stop', { force: true })).toEqual({ stopped: true });
    await hub.stopped;
    expect(existsSync(socket)).toBe(false);
    // It tries again at once, and then has another reason.
    await eventually('the viewer hears why it is offline', () =>
      events.some((event) => event.type === 'connection' && event.connection.reason === 'the hub was stopped'),
    );
    expect(host.connection.state).not.toBe('online');
  });

  test('[H39] on SIGTERM it drains within 10 s, and nothing is left of what it started', async () => {
    const hub = await spawnHub();
    const host = await onlineClient(hub.socket);
    const session = await newSession(host, STUBBORN);
    await host.command('session.wait', { session: session.id, text: 'grandchild' });
    const running = () => processesWithEnv('IRIS_SESSION_ID', session.id);
    await eventually('all of it runs', () => running().length >= 3);
    const processes = running();
    const before = performance.now();
    hub.child.kill('SIGTERM');
    expect(await hub.exited).toBe(0);
    expect(performance.now() - before).toBeLessThan(10_000);
    expect(processes.filter((p) => isAlive(p))).toEqual([]);
    expect(existsSync(hub.socket)).toBe(false);
  });

  test('[H39] after SIGKILL the next one ends what was left, and lists the sessions as died', async () => {
    const first = await spawnHub();
    const host = await onlineClient(first.socket);
    // Stubborn the first time only: it has to be ended again at the end of this test.
    const again = `[ -e ${first.path}/seen ] && echo grandchild && exec cat; touch ${first.path}/seen`;
    const session = await newSession(host, `${again}; seq 100; ${STUBBORN}`);
    await host.command('session.wait', { session: session.id, text: 'grandchild' });
    await host.command('session.rename', { session: session.id, name: 'survivor' });
    const layout = { type: 'pane', id: 'p1', sessionId: session.id } as const;
    const tab = { id: 't1', name: 'tab', named: true, layout, focus: ['p1'], zoomed: false };
    const workspace = { tabs: [tab], recent: ['t1'] };
    await host.command('workspace.put', { revision: 0, workspace });
    const processes = processesWithEnv('IRIS_SESSION_ID', session.id);
    // Saved within 50 ms; a round trip through the disk shows in the size of its journal.
    await eventually('it is on the disk', () => databaseHolds(first, 'survivor') && databaseHolds(first, '"p1"'));
    first.child.kill('SIGKILL');
    await first.exited;

    const second = await spawnHub(first);
    const after = await onlineClient(second.socket);
    expect(after.sessions).toMatchObject([{ id: session.id, name: 'survivor', process: { status: 'died' } }]);
    await eventually('nothing of the old hub runs', () => processes.every((p) => !isAlive(p)));
    const { text } = await after.command('session.capture', { session: 'survivor', history: 1_000 });
    expect(text.split('\n').slice(0, 100)).toEqual(Array.from({ length: 100 }, (_, i) => String(i + 1)));
    expect(await after.command('workspace.get', {})).toMatchObject({ revision: 1, workspace });
    const watcher = new Watcher(after, session.id);
    await watcher.shows('grandchild');

    const restarted = await after.command('session.restart', { session: 'survivor' });
    expect(restarted.process.status).toMatch(/starting|running/);
    expect(restarted.epoch).not.toBe(session.epoch);
    expect(restarted.command).toEqual(session.command);
    await eventually('it is watched', () => watcher.attachment.position?.epoch === restarted.epoch);
    await watcher.shows('grandchild');
    watcher.type('typed again\r');
    await watcher.shows('typed again\ntyped again');
    await after.command('session.kill', { session: 'survivor' });
  });

  test('survives the hang-up of its terminal', async () => {
    const hub = await spawnHub();
    const host = await onlineClient(hub.socket);
    const session = await newSession(host, 'cat');
    hub.child.kill('SIGHUP');
    const watcher = new Watcher(host, session.id);
    watcher.type('still here\r');
    await watcher.shows('still here\nstill here');
    expect((await host.command('hub.status', {})).pid).toBe(hub.pid);
  });
});
