import { afterEach, describe, expect, it } from 'vitest';
import type { SessionHost } from '../../../src/core/index.ts';
import { systemClock } from '../../../src/protocol/index.ts';
import { waitUntil } from '../../support/index.ts';
import { closeAll, errorOf, newSession } from '../support/index.ts';
import { MovedClock } from '../support/listening.ts';
import { live, runnerStage } from '../support/runner.ts';

afterEach(closeAll);

const names = ({ sessions }: SessionHost) => sessions.map(({ name }) => name).sort();

async function revoke(host: SessionHost): Promise<void> {
  const { clients } = await host.command('client.list', {});
  await host.command('client.revoke', { client: clients[0]!.id });
}

/** Its hub says so to whoever asks for its links. */
async function isRefused(host: SessionHost): Promise<void> {
  const state = async () => (await host.command('link.list', {})).links[0]?.connection.state;
  await waitUntil(async () => (await state()) === 'error', 'the link says that it is refused');
}

/** A runner that offers a session of its own, and one that was started from the hub where it is offered. */
async function offering() {
  const stage = await runnerStage();
  const { here, there } = stage;
  await newSession(here, 'sleep 100');
  await here.command('link.add', { hub: 'office', allow: 'start' });
  await live(there, 'laptop/sh');
  await there.command('session.new', { on: 'laptop', command: ['cat'] });
  await live(there, 'laptop/cat');
  return stage;
}

describe('a runner', () => {
  it('whose device is revoked is gone, with all that it offered', async () => {
    const { here, there } = await runnerStage();
    await newSession(here, 'sleep 100');
    await here.command('link.add', { hub: 'office' });
    await live(there, 'laptop/sh');
    await revoke(there);
    await waitUntil(() => there.sessions.length === 0, 'it is gone there');
    await isRefused(here);
  });

  it('[A21] is cut when it is revoked by a hub that was started again meanwhile; paired again, what it offers is listed', async () => {
    const { office, here, known, between, restarted } = await offering();
    const next = await restarted();
    await live(next.owner, 'laptop/sh');
    await live(next.owner, 'laptop/cat');
    await revoke(next.owner);
    // At once, not when what is not connected is given up.
    expect((await next.owner.command('session.list', {})).sessions).toEqual([]);
    await isRefused(here);
    await newSession(here, 'sleep 100');
    expect(next.owner.sessions).toEqual([]);
    await known.pair({ ...office, ...next }, 'office', 'desk', { runner: true }, between.port);
    await here.command('link.add', { hub: 'office' });
    await waitUntil(() => next.owner.sessions.length === 3, 'all of it is there');
    expect(names(next.owner)).toEqual(['desk/cat', 'desk/sh', 'desk/sh-2']);
  });

  it('that was revoked while it was away is gone at once, and has not been kept for the next hub', async () => {
    const { here, there, between, restarted } = await runnerStage();
    await newSession(here, 'sleep 100');
    await here.command('link.add', { hub: 'office' });
    await live(there, 'laptop/sh');
    const next = await restarted(() => between.down());
    expect(names(next.owner)).toEqual(['laptop/sh']);
    await revoke(next.owner);
    await waitUntil(() => next.owner.sessions.length === 0, 'it is gone there');
  });

  it('of which sessions are closed, or all, shows them again when they are opened, and not before', async () => {
    const { here, there, between, restarted } = await runnerStage();
    await newSession(here, 'sleep 100');
    await newSession(here, 'sleep 100');
    await here.command('link.add', { hub: 'office' });
    await live(there, 'laptop/sh');
    await live(there, 'laptop/sh-2');
    await there.command('session.forget', { session: 'laptop/sh' });
    const next = (await restarted()).owner;
    await live(next, 'laptop/sh-2');
    expect(names(next)).toEqual(['laptop/sh-2']);
    await next.command('far.open', { hub: 'laptop', sessions: ['sh'] });
    await live(next, 'laptop/sh');
    await between.down();
    await waitUntil(() => next.sessions.every(({ connection }) => connection.state === 'offline'), 'it is away');
    await next.command('far.close', { hub: 'laptop' });
    await waitUntil(() => next.sessions.length === 0, 'none is here');
    expect((await errorOf(next.command('far.close', { hub: 'laptop' }))).code).toBe('not-found');
    expect((await errorOf(next.command('far.open', { hub: 'laptop' }))).message).toContain('laptop is not connected');
    await between.up();
    await waitUntil(async () => {
      const { links } = await here.command('link.list', {});
      return links[0]?.connection.state === 'online';
    }, 'it has come back');
    await newSession(here, 'sleep 100');
    await next.command('far.open', { hub: 'laptop', sessions: ['sh-2'] });
    await live(next, 'laptop/sh-2');
    expect(names(next)).toEqual(['laptop/sh-2']);
    await next.command('far.open', { hub: 'laptop' });
    await waitUntil(() => next.sessions.length === 3, 'all of it is here');
  });

  it('is told to be here while its link is there', async () => {
    const { here, there, between } = await runnerStage();
    const links = async () => (await there.command('client.list', {})).clients[0]?.links;
    expect(await links()).toBe(0);
    await here.command('link.add', { hub: 'office' });
    await waitUntil(async () => (await links()) === 1, 'it is here');
    await between.down();
    await waitUntil(async () => (await links()) === 0, 'it is away');
  });

  it('has the name that its device has now, as what is of it here, and is known by it', async () => {
    const { office, there, known, between, restarted } = await offering();
    await there.command('client.rename', { client: 'laptop', name: 'lima' });
    await waitUntil(() => names(there).join() === 'lima/cat,lima/sh', 'they are called by the new name');
    expect(there.sessions.map(({ hub }) => hub)).toEqual(['lima', 'lima']);
    await there.command('session.new', { on: 'lima', command: ['head'] });
    await live(there, 'lima/head');
    expect((await errorOf(there.command('far.close', { hub: 'laptop' }))).code).toBe('not-found');
    // By the same key it stays the same device.
    await known.pair(office, 'office', 'laptop', { runner: true, name: 'mike' }, between.port);
    await waitUntil(() => names(there).join() === 'mike/cat,mike/head,mike/sh', 'they are called as it was invited');
    const next = (await restarted(() => between.down())).owner;
    expect(names(next)).toEqual(['mike/cat', 'mike/head', 'mike/sh']);
    await waitUntil(() => next.sessions[0]?.connection.reason === 'mike is not connected', 'it is away by its name');
    await between.up();
    await live(next, 'mike/sh');
    await next.command('far.close', { hub: 'mike' });
    await waitUntil(() => names(next).join() === 'mike/cat,mike/head', 'those that were started from here are left');
  });

  it('whose invitation has come to its end is gone, with all that it offered', async () => {
    const clock = new MovedClock(systemClock);
    const { office, here, there, known, between } = await runnerStage({}, { clock });
    await revoke(there);
    await known.pair(office, 'office', 'laptop', { runner: true, expiresInMs: 600_000 }, between.port);
    await newSession(here, 'sleep 100');
    await here.command('link.add', { hub: 'office' });
    await live(there, 'laptop/sh');
    clock.movedMs += 600_000;
    // It looks at what is over then.
    await there.command('token.create', {});
    await waitUntil(() => there.sessions.length === 0, 'it is gone there');
  });
});
