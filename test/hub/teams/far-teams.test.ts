import { afterEach, describe, expect, it } from 'vitest';
import type { Team } from '../../../src/core/index.ts';
import {
  closeAll,
  databaseHolds,
  errorOf,
  eventually,
  folder,
  onlineClient,
  openHub,
  spawnHub,
  Watcher,
} from '../support/index.ts';
import { config, named, session, team } from './support.ts';

afterEach(closeAll);

const OFFICE: Team['remote'] = {
  kind: 'websocket',
  hub: { kind: 'known', name: 'office' },
  words: ['hub', 'office'],
  options: {},
};
/** A shell of another hub. */
const far = (name: string): Team => team(name, { remote: OFFICE });
const status = (wanted: string) => (info: { process: { status: string } }) => info.process.status === wanted;

/** A hub whose teams live in another one, which is a process of its own. */
async function withOffice(teams: readonly Team[], more: Parameters<typeof config>[1] = {}) {
  const place = folder();
  const office = await spawnHub(place);
  const { socket } = await openHub(folder(), '0.1.0', {
    teams: config(teams, more),
    farHubs: () => ({ socketPath: place.socket }),
  });
  return { place, office, host: await onlineClient(socket) };
}

describe('teams of another hub', () => {
  it('start again with up when their process has ended there, and run when it runs', async () => {
    const { host } = await withOffice([far('far')]);
    const first = await host.command('team.up', {});
    expect(first.started.map(({ name }) => name)).toEqual(['far']);
    const { epoch } = await session(host, 'far', 'runs', status('running'));
    expect((await host.command('team.up', {})).running.map(({ name }) => name)).toEqual(['far']);
    const watcher = new Watcher(host, named(host, 'far')!.id);
    await watcher.shows('up');
    watcher.type('\x04');
    await session(host, 'far', 'has ended', status('exited'));
    expect((await host.command('team.down', {})).ended).toEqual([]);
    const again = await host.command('team.up', {});
    expect([again.running, again.failed]).toEqual([[], []]);
    expect(again.started.map(({ name }) => name)).toEqual(['far']);
    const next = await session(host, 'far', 'runs again', (info) => status('running')(info) && info.epoch !== epoch);
    expect(next.id).toBe(first.started[0]!.id);
    expect((await host.command('team.down', {})).ended.map(({ name }) => name)).toEqual(['far']);
  });

  it('start again with up when the other hub was killed, which ended their process', async () => {
    const { place, office, host } = await withOffice([far('far')]);
    await host.command('team.up', {});
    const { epoch } = await session(host, 'far', 'runs', status('running'));
    await eventually('it is on the disk there', () => databaseHolds(place, 'echo up;'));
    office.child.kill('SIGKILL');
    await office.exited;
    await spawnHub(place);
    await session(host, 'far', 'has died', (info) => status('died')(info) && info.connection.state === 'online');
    expect((await host.command('team.up', {})).started.map(({ name }) => name)).toEqual(['far']);
    await session(host, 'far', 'runs again', (info) => status('running')(info) && info.epoch !== epoch);
  });

  it('have their name there, too, or that with a number, and so have those that are started with new --on', async () => {
    const { place, host } = await withOffice([far('far')]);
    const there = await onlineClient(place.socket);
    await there.command('session.new', { name: 'far', command: ['cat'], cwd: '/tmp' });
    await host.command('team.up', {});
    await session(there, 'far-2', 'is there', status('running'));
    const launch = { on: 'office', command: ['cat'], cwd: '/tmp' };
    expect((await host.command('session.new', { ...launch, name: 'onb' })).name).toBe('onb');
    await session(there, 'onb', 'is there', status('running'));
    expect((await host.command('session.new', launch)).name).toBe('office/cat');
    await session(there, 'cat', 'is there', status('running'));
  });

  it('of a hub that is not known fail with up, which says why', async () => {
    const nowhere: Team['remote'] = { ...OFFICE, hub: { kind: 'known', name: 'nowhere' }, words: ['hub', 'nowhere'] };
    const { socket } = await openHub(folder(), '0.1.0', { teams: config([team('lost', { remote: nowhere })]) });
    const host = await onlineClient(socket);
    expect(await host.command('team.up', {})).toMatchObject({
      started: [],
      failed: [{ team: 'lost', reason: 'no hub is known as nowhere', remedy: expect.stringContaining('pair') }],
    });
    const error = await errorOf(host.command('session.new', { on: 'nowhere' }));
    expect(error).toMatchObject({ code: 'not-found', message: 'no hub is known as nowhere' });
    expect((await host.command('session.list', {})).sessions.map(({ name }) => name)).toEqual(['lost']);
  });

  it('take no place of maxProcesses once their process has ended there', async () => {
    const { host } = await withOffice([far('one'), far('two')], { maxProcesses: 1 });
    const first = await host.command('team.up', { teams: ['one'] });
    const watcher = new Watcher(host, first.started[0]!.id);
    await watcher.shows('up');
    expect((await host.command('team.up', { teams: ['two'] })).failed).toHaveLength(1);
    watcher.type('\x04');
    await session(host, 'one', 'has ended', status('exited'));
    const { started, failed } = await host.command('team.up', { teams: ['two'] });
    expect([started.map(({ name }) => name), failed]).toEqual([['two'], []]);
  });
});
