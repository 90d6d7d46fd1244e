import { afterEach, describe, expect, test } from 'vitest';
import {
  client,
  closeAll,
  ENV,
  errorOf,
  eventually,
  folder,
  onlineClient,
  openHub,
  Watcher,
} from '../support/index.ts';
import { stoppedClock } from '../support/listening.ts';
import { config, named, session, team } from './support.ts';

afterEach(closeAll);

const status = (wanted: string) => (info: { process: { status: string } }) => info.process.status === wanted;

describe('teams', () => {
  test('come up all at once, are listed with their sessions, and go down; up goes on with what is there', async () => {
    const teams = [team('a'), team('b', { description: 'the second', color: 'red' }), team('c')];
    const { socket } = await openHub(folder(), '0.1.0', { teams: config(teams, { problems: ['line 3: what?'] }) });
    const host = await onlineClient(socket);
    const first = await host.command('team.up', { teams: ['a', 'b', 'a'], cols: 100, rows: 30 });
    expect(first.started.map(({ name, team: of, cols, rows }) => [name, of, cols, rows])).toEqual([
      ['a', 'a', 100, 30],
      ['b', 'b', 100, 30],
    ]);
    const second = await host.command('team.up', {});
    expect(second.running.map(({ name }) => name).sort()).toEqual(['a', 'b']);
    expect(second.started.map(({ name }) => name)).toEqual(['c']);
    expect(second.failed).toEqual([]);
    const { teams: listed, problems } = await host.command('team.list', {});
    expect(problems).toEqual(['line 3: what?']);
    expect(listed).toMatchObject([
      { name: 'a', transport: 'local', session: { name: 'a' }, needsRestart: false, removed: false },
      { name: 'b', description: 'the second', color: 'red', path: '/tmp', agent: 'shell', restart: 'never' },
      { name: 'c' },
    ]);
    const { ended } = await host.command('team.down', { teams: ['a', 'c'] });
    expect(ended.map(({ team: of }) => of)).toEqual(['a', 'c']);
    const down = await session(host, 'a', 'is down', status('exited'));
    expect(named(host, 'b')?.process.status).toBe('running');
    const third = await host.command('team.up', { teams: ['a'] });
    expect(third.started).toMatchObject([{ id: down.id, name: 'a', process: { status: 'running' } }]);
    expect(third.started[0]?.epoch).not.toBe(down.epoch);
  });

  test('that are put down the moment they came up are down', async () => {
    const teams = ['a', 'b', 'c', 'd'].map((name) => team(name, { restart: 'always' }));
    const { socket } = await openHub(folder(), '0.1.0', { teams: config(teams) });
    const host = await onlineClient(socket);
    for (let round = 0; round < 15; round++) {
      expect((await host.command('team.up', {})).failed).toEqual([]);
      expect((await host.command('team.down', {})).ended).toHaveLength(4);
    }
    const { sessions } = await host.command('session.list', {});
    expect(sessions.map(({ process }) => process.status)).toEqual(Array(4).fill('exited'));
  });

  test('a name that is of no team starts nothing, and says which there are', async () => {
    const { socket } = await openHub(folder(), '0.1.0', { teams: config([team('a')]) });
    const host = await onlineClient(socket);
    const error = await errorOf(host.command('team.up', { teams: ['a', 'nobody'] }));
    expect(error).toMatchObject({ code: 'not-found', message: 'there is no team "nobody"', remedy: 'there are a' });
    expect(await errorOf(host.command('team.down', { teams: ['nobody'] }))).toMatchObject({ code: 'not-found' });
    expect(await errorOf(host.command('session.new', { team: 'nobody' }))).toMatchObject({ code: 'not-found' });
    expect(host.sessions).toEqual([]);
  });

  test('what can not be started is said of each, and keeps no other from starting', async () => {
    const teams = [
      team('fine'),
      team('nowhere', { path: '/no/such/folder' }),
      team('missing', { command: ['/no/such/program'] }),
      team('taken'),
    ];
    const { socket } = await openHub(folder(), '0.1.0', { teams: config(teams) });
    const host = await onlineClient(socket);
    await host.command('session.new', { name: 'taken', command: ['/bin/cat'], cwd: '/tmp' });
    const { started, failed } = await host.command('team.up', {});
    expect(started.map(({ name }) => name)).toEqual(['fine']);
    expect(Object.fromEntries(failed.map((one) => [one.team, one.reason]))).toEqual({
      nowhere: 'the folder /no/such/folder does not exist or cannot be seen',
      missing: 'there is no program /no/such/program',
      taken: expect.stringContaining('a session is named "taken" already'),
    });
    expect(failed.find((one) => one.team === 'nowhere')?.remedy).toBeDefined();
  });

  test('session.new takes from a team what is left open, with a name that is free', async () => {
    const entry = team('a', { env: { WHO: 'team' }, command: ['/bin/sh', '-c', 'echo "$WHO $OWN"; read x'] });
    const { socket } = await openHub(folder(), '0.1.0', { teams: config([entry]) });
    const host = await onlineClient(socket);
    const one = await host.command('session.new', { team: 'a', env: { ...ENV, OWN: 'mine' } });
    expect(one).toMatchObject({ name: 'a', team: 'a', cwd: '/tmp' });
    await new Watcher(host, one.id).shows('team mine');
    const two = await host.command('session.new', { team: 'a', name: 'other', cwd: '/', command: ['/bin/cat'] });
    expect(two).toMatchObject({ name: 'other', team: 'a', cwd: '/', command: ['/bin/cat'] });
    expect(await host.command('session.new', { team: 'a' })).toMatchObject({ name: 'a-2', team: 'a' });
  });

  test('an entry that changed asks for a restart, which takes it; one that is gone keeps its session', async () => {
    const { socket, hub } = await openHub(folder(), '0.1.0', { teams: config([team('a'), team('b')]) });
    const host = await onlineClient(socket);
    await host.command('team.up', {});
    const listed = async () => (await host.command('team.list', {})).teams;
    hub.setTeams(config([team('a', { description: 'only words', color: 'blue' }), team('b')]));
    expect((await listed()).map(({ needsRestart }) => needsRestart)).toEqual([false, false]);
    hub.setTeams(config([team('a', { env: { WHO: 'new' }, command: ['/bin/sh', '-c', 'echo "$WHO"; read x'] })]));
    expect(await listed()).toMatchObject([
      { name: 'a', needsRestart: true, removed: false },
      { name: 'b', needsRestart: false, removed: true, session: { name: 'b' } },
    ]);
    const again = await host.command('session.restart', { session: 'a' });
    await new Watcher(host, again.id).shows('new');
    expect((await listed())[0]).toMatchObject({ name: 'a', needsRestart: false });
    await host.command('session.restart', { session: 'b' });
    await host.command('team.down', { teams: ['b'] });
    expect((await listed())[1]).toMatchObject({ name: 'b', removed: true });
  });

  test('those that say so start with the hub', async () => {
    const place = folder();
    const teams = config([
      team('a', { autostart: true }),
      team('b'),
      team('bad', { autostart: true, path: '/nowhere' }),
    ]);
    const first = await openHub(place, '0.1.0', { teams });
    const host = client(first.socket);
    const before = await session(host, 'a', 'runs', status('running'));
    expect(named(host, 'b')).toBeUndefined();
    await first.hub.stop();
    await openHub(place, '0.1.0', { teams });
    const after = await session(
      host,
      'a',
      'runs again',
      (info) => info.epoch !== before.epoch && status('running')(info),
    );
    expect(after.id).toBe(before.id);
    expect(after.process.begun).toBe('restarted');
  });
});

describe('a hub that comes back', () => {
  test('starts again what has a rule to restart and was up, as its team says now, and nothing else', async () => {
    const place = folder();
    const kept = team('kept', { restart: 'on-failure', env: { TOKEN: 'hunter2' } });
    const teams = [kept, team('plain'), team('down', { restart: 'always' }), team('over', { restart: 'on-failure' })];
    const first = await openHub(place, '0.1.0', { teams: config(teams) });
    const host = client(first.socket);
    await eventually('online', () => host.connection.state === 'online');
    await host.command('team.up', {});
    await host.command('team.down', { teams: ['down'] });
    const { id } = await host.command('session.send', { session: 'kept', text: 'before' });
    const watch = new Watcher(host, id);
    await watch.shows('<before>');
    await host.command('session.keys', { session: 'over', keys: ['C-d'] });
    await session(host, 'over', 'has ended', status('exited'));
    await first.hub.stop();
    const changed = { ...kept, command: ['/bin/sh', '-c', 'echo "with $TOKEN"; read x'] };
    await openHub(place, '0.1.0', { teams: config([changed, ...teams.slice(1)]) });
    await watch.shows('with hunter2');
    const back = await session(host, 'kept', 'runs again', status('running'));
    expect(back.process).toMatchObject({ begun: 'restarted' });
    for (const name of ['plain', 'down', 'over']) expect(named(host, name)?.process.status).toBe('exited');
  });
});

describe('maxProcesses', () => {
  const busy = ['/bin/sh', '-c', 'printf "\\033]9;4;3\\007"; echo busy; read x'];

  test('puts down the session that nobody used for longest, and never one that is busy or watched', async () => {
    const teams = ['a', 'b', 'c', 'd'].map((name) => team(name, name === 'a' ? { command: busy } : {}));
    const clock = stoppedClock();
    const place = await openHub(folder(), '0.1.0', { clock, teams: config(teams, { maxProcesses: 3 }) });
    const host = await onlineClient(place.socket);
    const first = await host.command('team.up', { teams: ['a', 'b', 'c'] });
    const watch = new Watcher(host, first.started.find(({ name }) => name === 'b')!.id);
    await watch.shows('up');
    await session(host, 'a', 'works', ({ agent }) => agent.state === 'working');
    // All are busy, watched, or were used just now.
    const [failed] = (await host.command('team.up', { teams: ['d'] })).failed;
    expect(failed?.reason).toContain('3 sessions of teams run, as many as maxProcesses allows');
    expect(failed?.remedy).toContain('iris-tui down');
    expect(await errorOf(host.command('session.new', { team: 'd' }))).toMatchObject({ code: 'conflict' });
    // Others take no place.
    await host.command('session.new', { command: ['/bin/cat'], cwd: '/tmp' });
    const { started } = await eventually('room for d', async () => {
      // What it says late is a use of it.
      clock.movedMs += 3_000;
      const up = await host.command('team.up', { teams: ['d'] });
      return up.started.length > 0 ? up : undefined;
    });
    expect(started[0]?.name).toBe('d');
    const gone = await session(host, 'c', 'made room', status('exited'));
    expect(gone.process.reason).toBe('ended to make room for d');
    await session(host, 'd', 'runs', status('running'));
    for (const name of ['a', 'b']) expect(named(host, name)?.process.status).toBe('running');
  });
});

describe('idleTimeout', () => {
  test('ends what nobody used for so long, and not what is watched', async () => {
    const teams = [team('a', { idleTimeoutMs: 3_000 }), team('b'), team('c', { idleTimeoutMs: 0 })];
    const clock = stoppedClock();
    const { socket } = await openHub(folder(), '0.1.0', { clock, teams: config(teams, { idleTimeoutMs: 3_000 }) });
    const host = await onlineClient(socket);
    const first = await host.command('team.up', {});
    const watch = new Watcher(host, first.started.find(({ name }) => name === 'b')!.id);
    await eventually('b is watched', () => watch.entries.length > 0);
    // In steps: what one of them says late is a use of it.
    const ends = (name: string) =>
      session(host, name, 'is ended', (info) => {
        clock.movedMs += 30;
        return status('exited')(info);
      });
    const gone = await ends('a');
    expect(gone.process.reason).toBe('ended: unused for 3 s');
    expect(named(host, 'b')?.process.status).toBe('running');
    watch.attachment.detach();
    await ends('b');
    expect(named(host, 'c')?.process.status).toBe('running');
    // It can be brought back.
    const { started } = await host.command('team.up', { teams: ['a'] });
    expect(started[0]?.process).toEqual({ status: 'running', pid: expect.any(Number) });
  });
});
