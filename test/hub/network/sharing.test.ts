import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../../../src/client/index.ts';
import type { Clock, HostEvent, HubCommandArgs, SessionHost, SessionInfo } from '../../../src/core/index.ts';
import { systemClock } from '../../../src/protocol/index.ts';
import {
  closeAll,
  closeLater,
  errorOf,
  eventsOf,
  eventually,
  folder,
  newSession,
  onlineClient,
  Watcher,
} from '../support/index.ts';
import { Known } from '../support/known.ts';
import { type ListeningHub, listeningHub, stoppedClock } from '../support/listening.ts';

afterEach(closeAll);

let hub: ListeningHub;
let session: SessionInfo;

async function begin(clock: Clock): Promise<void> {
  hub = await listeningHub({ clock });
  session = await newSession(hub.owner, 'stty -echo; printf ready; cat');
}

beforeEach(() => begin(stoppedClock()));

interface Someone {
  readonly host: SessionHost;
  readonly watcher: Watcher;
  readonly events: HostEvent[];
  readonly name: string;
  /** As the hub tells of them; itself marked. */
  readonly info: () => SessionInfo;
}

/** Attached, over TLS with a key of their own. */
async function join(
  name: string,
  wanted: HubCommandArgs<'pair.create'> = {},
  readOnly = false,
  id = session.id,
): Promise<Someone> {
  const known = new Known(folder());
  await known.pair(hub, 'office', name, wanted);
  const address = known.farHubs({ kind: 'known', name: 'office' })!;
  const host = connect({ address, version: '0.1.0' });
  closeLater(() => host.close());
  return watch(name, host, readOnly, id);
}

async function local(readOnly = false): Promise<Someone> {
  return watch('local', await onlineClient(hub.socket), readOnly);
}

async function watch(name: string, host: SessionHost, readOnly: boolean, id = session.id): Promise<Someone> {
  const events = eventsOf(host);
  await eventually('it sees the session', () => host.sessions.some((one) => one.id === id));
  const watcher = new Watcher(host, id, { readOnly });
  await watcher.shows('ready');
  const info = (): SessionInfo => host.sessions.find((one) => one.id === id)!;
  await eventually('it is told that it is there', () => info().people?.some(({ self }) => self));
  return { name, host, watcher, events, info };
}

const viewerOf = ({ info }: Someone): string => info().people!.find(({ self }) => self)!.viewer;
const heard = <T extends HostEvent['type']>({ events }: Someone, type: T) =>
  events.filter((one): one is Extract<HostEvent, { type: T }> => one.type === type);
const ask = ({ host }: Someone) => host.command('session.ask', { session: session.id });
const give = ({ host }: Someone, viewer: string) => host.command('session.grant', { session: session.id, viewer });
const take = ({ host }: Someone, viewer?: string) =>
  host.command('session.take', { session: session.id, ...(viewer === undefined ? {} : { viewer }) });
async function audit(): Promise<string[]> {
  const { records } = await hub.owner.command('audit.list', { limit: 10_000 });
  return records.map(({ who, action, outcome, detail }) =>
    [who.name, action, outcome, detail].filter(Boolean).join(' '),
  );
}

/** Types a line, and says whether it arrived. */
async function types({ watcher, events }: Someone, text: string): Promise<boolean> {
  const before = events.filter(({ type }) => type === 'refused').length;
  watcher.type(`${text}\r`);
  await eventually('it arrives, or is refused', () => {
    return watcher.text.includes(text) || events.filter(({ type }) => type === 'refused').length > before;
  });
  return watcher.text.includes(text);
}

describe('who is here', () => {
  it('is told to all who see the session, each knows itself, with roles; and who has gone', async () => {
    const owner = await local();
    const ada = await join('ada', { session: session.id });
    const bob = await join('bob', { role: 'typer' }, true);
    await eventually('all three are known', () => owner.info().people?.length === 3);
    expect(owner.info().people).toMatchObject([
      { name: 'local', self: true },
      { name: 'ada', role: 'viewer' },
      { name: 'bob', role: 'typer', readOnly: true },
    ]);
    await eventually('ada knows of all', () => ada.info().people?.length === 3);
    expect(ada.info().people!.map(({ name, self }) => [name, self])).toEqual([
      ['local', undefined],
      ['ada', true],
      ['bob', undefined],
    ]);
    bob.host.close();
    await eventually('bob has gone', () => owner.info().people?.length === 2);
    const { viewers } = await owner.host.command('viewer.list', {});
    const [listed] = viewers.filter(({ name }) => name === 'ada');
    expect(listed).toMatchObject({ from: '127.0.0.1', role: 'viewer', sessions: 1, watched: [session.id] });
    // Whoever sees one session only hears of those there alone, and not where they are.
    await join('carl');
    const [mine, other] = [session, await newSession(hub.owner, 'printf ready; cat')];
    session = other;
    await join('cy', { session: other.id });
    session = mine;
    const seen = (await ada.host.command('viewer.list', {})).viewers;
    expect(seen.map(({ name, from }) => [name, from])).toEqual([
      ['local', undefined],
      ['ada', '127.0.0.1'],
      ['carl', undefined],
    ]);
  });

  it('names sixteen and counts the rest', async () => {
    const owner = await local();
    const others = await Promise.all(Array.from({ length: 20 }, () => onlineClient(hub.socket)));
    for (const host of others) new Watcher(host, session.id);
    await eventually('all are counted', () => owner.info().viewers === 21);
    expect(owner.info().people).toHaveLength(16);
  });

  it('goes by the name a device has now', async () => {
    const owner = await local();
    await join('ada');
    await hub.owner.command('client.rename', { client: 'ada', name: 'Ada L.' });
    await eventually('the new name is told', () => owner.info().people?.some(({ name }) => name === 'Ada L.'));
  });

  it('says who typed last, not with every key; a takeover is written down once', async () => {
    const owner = await local();
    const ada = await join('ada', { role: 'typer' });
    expect(await types(ada, 'first')).toBe(true);
    await eventually('ada typed', () => owner.info().typedBy?.name === 'ada');
    expect(owner.info().typedBy).not.toHaveProperty('self');
    await eventually('she knows that it was her', () => ada.info().typedBy?.self);
    const times = new Set<number>();
    owner.host.on(() => times.add(owner.info().typedBy!.at));
    for (const text of ['a', 'b', 'c']) expect(await types(ada, `more-${text}`)).toBe(true);
    // Every five seconds, which have not gone by.
    expect(times.size).toBeLessThanOrEqual(1);
    expect(await types(owner, 'mine now')).toBe(true);
    await eventually('local typed', () => ada.info().typedBy?.name === 'local');
    expect(await types(ada, 'again')).toBe(true);
    expect(await types(owner, 'and again')).toBe(true);
    const takeovers = (await audit()).filter((line) => line.includes('takeover'));
    expect(takeovers).toEqual(['local takeover ok from ada', 'ada takeover ok from local']);
  });

  it('does not take for typing what a terminal says by itself', async () => {
    const owner = await local();
    const ada = await join('ada', { role: 'typer' });
    for (const report of ['\x1b[I', '\x1b[O', '\x1b[<0;3;4M', '\x1b[M !!']) ada.watcher.type(report);
    expect(await types(owner, 'typed')).toBe(true);
    await eventually('it was the owner', () => owner.info().typedBy?.name === 'local');
    expect((await audit()).filter((line) => line.includes('takeover'))).toEqual([]);
  });
});

describe('[A25] the keyboard', () => {
  it('is asked for, given, typed with, and taken: the next keystroke is refused', async () => {
    const owner = await local();
    const ada = await join('ada');
    expect(await types(ada, 'too early')).toBe(false);
    expect(await ask(ada)).toEqual({ id: session.id, told: 1 });
    const asked = await eventually('the owner hears of it', () => heard(owner, 'asked')[0]);
    expect(asked).toEqual({ type: 'asked', sessionId: session.id, viewer: viewerOf(ada), name: 'ada' });
    expect(await give(owner, asked.viewer)).toMatchObject({ viewer: asked.viewer, name: 'ada', role: 'typer' });
    await eventually('ada is told', () =>
      heard(ada, 'keyboard').some(({ change, by }) => change === 'given' && by === 'local'),
    );
    await eventually('her role has changed', () => ada.info().role === 'typer');
    expect(await types(ada, 'with leave')).toBe(true);
    expect(await take(owner, 'ada')).toEqual({ id: session.id, from: ['ada'] });
    expect(await types(ada, 'without leave')).toBe(false);
    expect(owner.watcher.text).not.toContain('without leave');
    await eventually('ada is told', () => heard(ada, 'keyboard').some(({ change }) => change === 'taken'));
    // As she came: nothing of it is left.
    expect((await hub.owner.command('client.list', {})).clients[0]?.grants).toEqual([{ session: '*', role: 'viewer' }]);
    expect((await audit()).filter((line) => line.includes('session.'))).toEqual([
      'ada session.ask ok',
      'local session.grant ok typer: ada',
      'local session.take ok ada',
    ]);
  });

  it('that was given outlives the link, and ends no later than what one may see', async () => {
    const owner = await local();
    const ada = await join('ada', { session: session.id, expiresInMs: 3_600_000 });
    const [before] = (await hub.owner.command('client.list', {})).clients[0]!.grants;
    await give(owner, 'ada');
    const grants = (await hub.owner.command('client.list', {})).clients[0]!.grants;
    // It looks no longer than it types: that would be told twice.
    expect(grants).toEqual([{ session: session.id, role: 'typer', expiresAt: before!.expiresAt }]);
    ada.host.close();
    await eventually('ada has left', () => owner.info().people?.length === 1);
    // Who is away can lose it, too.
    expect((await take(owner, 'ada')).from).toEqual(['ada']);
    const after = (await hub.owner.command('client.list', {})).clients[0]!.grants;
    expect(after).toEqual([{ ...before, role: 'viewer' }]);
  });

  it('is taken from all who only type, at once', async () => {
    const owner = await local();
    const typers = await Promise.all(['ada', 'bob'].map((name) => join(name, { role: 'typer' })));
    const eve = await join('eve', { role: 'owner' });
    expect((await take(owner)).from.sort()).toEqual(['ada', 'bob']);
    for (const typer of typers) expect(await types(typer, `from ${typer.name}`)).toBe(false);
    expect(await types(eve, 'eve owns it')).toBe(true);
  });

  it('is not given to everyone who wants it: declined, too often, nobody there, not by a viewer', async () => {
    const ada = await join('ada');
    expect((await ask(ada)).told).toBe(0);
    expect(await errorOf(ask(ada))).toMatchObject({ code: 'failed', retriable: true });
    const owner = await local();
    const bob = await join('bob');
    expect((await ask(bob)).told).toBe(1);
    await owner.host.command('session.grant', { session: session.id, viewer: 'bob', role: 'viewer' });
    await eventually('bob is told', () => heard(bob, 'keyboard').some(({ change }) => change === 'declined'));
    expect(bob.info().role).toBe('viewer');
    expect(await errorOf(give(ada, 'bob'))).toMatchObject({ code: 'not-allowed' });
    expect(await errorOf(take(ada, 'bob'))).toMatchObject({ code: 'not-allowed' });
    expect(await errorOf(give(owner, 'nobody'))).toMatchObject({ code: 'not-found' });
    expect(await errorOf(take(owner, 'bob'))).toMatchObject({ code: 'conflict' });
    expect(await errorOf(ask(owner))).toMatchObject({ code: 'conflict' });
  });

  it('is asked of its owner also while they look at another session, and of no command that looks at none', async () => {
    const other = await newSession(hub.owner, 'printf ready; cat');
    const host = await onlineClient(hub.socket);
    const events = eventsOf(host);
    await new Watcher(host, other.id).shows('ready');
    const elsewhere = await join('eve', { session: other.id, role: 'owner' }, false, other.id);
    const ada = await join('ada');
    expect((await ask(ada)).told).toBe(1);
    await eventually('the owner hears of it', () => events.some(({ type }) => type === 'asked'));
    await host.command('session.grant', { session: session.id, viewer: viewerOf(ada) });
    expect(await types(ada, 'with leave')).toBe(true);
    expect(heard(elsewhere, 'asked')).toEqual([]);
  });

  it('is handed over by one who only types: once, not longer than theirs, and back on the same link', async () => {
    const owner = await local();
    const ada = await join('ada', { session: session.id, role: 'typer', expiresInMs: 3_600_000 });
    const bob = await join('bob');
    const end = (await hub.owner.command('client.list', {})).clients.find(({ name }) => name === 'ada')!.grants[0]!
      .expiresAt;
    expect((await ask(bob)).told).toBe(2);
    await give(ada, viewerOf(bob));
    expect(await types(ada, 'ada cannot')).toBe(false);
    expect(await types(bob, 'bob can')).toBe(true);
    const grants = (await hub.owner.command('client.list', {})).clients.find(({ name }) => name === 'bob')!.grants;
    expect(grants).toContainEqual({ session: session.id, role: 'typer', expiresAt: end });
    // Ada has it no more to give.
    expect(await errorOf(give(ada, 'bob'))).toMatchObject({ code: 'not-allowed' });
    expect(await take(ada)).toEqual({ id: session.id, from: [] });
    expect(await types(bob, 'bob cannot')).toBe(false);
    expect(await types(ada, 'ada can')).toBe(true);
    await give(ada, 'bob');
    // Once the owner took it, it is not hers to take back.
    await take(owner, 'bob');
    expect(await errorOf(take(ada))).toMatchObject({ code: 'not-allowed' });
    await give(owner, 'bob');
    expect(await errorOf(take(ada))).toMatchObject({ code: 'not-allowed' });
    expect(await types(bob, 'bob once more')).toBe(true);
  });

  it('of somebody at this machine is taken on one link, which may take it back; another owner may not take it', async () => {
    const [one, two] = [await local(), await local()];
    const eve = await join('eve', { session: session.id, role: 'owner' });
    const ada = await join('ada', { role: 'typer' });
    expect(await errorOf(take(eve, viewerOf(one)))).toMatchObject({ code: 'not-allowed' });
    await take(one, viewerOf(two));
    await eventually('its role is told', () => two.info().role === 'viewer');
    expect(one.info().role).toBeUndefined();
    expect(await types(two, 'not from two')).toBe(false);
    expect(await errorOf(two.host.command('session.kill', { session: session.id }))).toMatchObject({
      code: 'not-allowed',
    });
    expect(await types(one, 'from one')).toBe(true);
    // Its own keyboard, and nobody else's.
    expect(await take(two)).toEqual({ id: session.id, from: [] });
    await eventually('it may again', () => two.info().role === undefined);
    expect(await types(two, 'from two')).toBe(true);
    expect(await types(ada, 'from ada')).toBe(true);
    expect(await audit()).toContain('local session.take ok back, its own');
    expect((await take(two)).from).toEqual(['ada']);
  });

  it('is written down each time it is given or taken, and not given and taken without end', async () => {
    const owner = await local();
    const eve = await join('eve', { session: session.id, role: 'owner' });
    await join('ada');
    for (let i = 0; i < 10; i++) {
      await give(eve, 'ada');
      await take(eve, 'ada');
    }
    expect(await errorOf(give(eve, 'ada'))).toMatchObject({ code: 'failed', retriable: true });
    expect((await audit()).filter((line) => line.startsWith('eve session.'))).toHaveLength(20);
    await give(owner, 'ada');
  });

  it('goes with its say in the size', async () => {
    // Pictures of a screen need their time.
    await begin(systemClock);
    const owner = await local();
    const ada = await join('ada', { role: 'typer' });
    owner.watcher.attachment.resize(80, 24);
    ada.watcher.attachment.resize(50, 12);
    expect(await types(ada, 'mine')).toBe(true);
    await eventually('it has her size', () => owner.info().cols === 50);
    await take(owner);
    await eventually('it has the size of who is left', () => owner.info().cols === 80);
    await give(owner, 'ada');
    await eventually('she may again', () => ada.info().role === 'typer');
    expect(await types(ada, 'mine once more')).toBe(true);
    await eventually('it has hers again', () => owner.info().cols === 50);
  });

  it('is not given to who looks only by their own wish, and never typed with by them', async () => {
    const owner = await local();
    const reader = await local(true);
    expect(reader.info().people!.find(({ self }) => self)).toMatchObject({ readOnly: true });
    expect(await errorOf(give(owner, viewerOf(reader)))).toMatchObject({ code: 'conflict' });
    reader.watcher.type('read-only\r');
    const ada = await join('ada', {}, true);
    expect(await errorOf(ask(ada))).toMatchObject({ code: 'conflict' });
    expect(await errorOf(give(owner, 'ada'))).toMatchObject({ code: 'conflict' });
    expect(await types(owner, 'typed')).toBe(true);
    expect(owner.watcher.text).not.toContain('read-only');
  });
});

describe('following', () => {
  const focus = ({ events }: Someone) => events.filter((one) => one.type === 'focus').at(-1);

  it('tells where the other looks, as far as one sees it, and who follows; ends with either', async () => {
    const owner = await local();
    const other = await newSession(hub.owner, 'cat');
    const hidden = await newSession(hub.owner, 'cat');
    const ada = await join('ada', { session: session.id });
    await hub.owner.command('session.list', {});
    const two = await local();
    expect(await two.host.command('viewer.follow', { viewer: viewerOf(owner) })).toMatchObject({ name: 'local' });
    expect(await ada.host.command('viewer.follow', { viewer: viewerOf(owner) })).toMatchObject({
      viewer: viewerOf(owner),
    });
    await eventually('the owner knows', () => heard(owner, 'followed').at(-1)?.by.length === 2);
    await owner.host.command('viewer.focus', { session: other.id, tab: 't1', zoomed: true });
    const event = await eventually('who may see it is taken there', () => focus(two));
    expect(event).toEqual({ type: 'focus', viewer: viewerOf(owner), sessionId: other.id, tab: 't1', zoomed: true });
    await owner.host.command('viewer.focus', { session: hidden.id, tab: 't2' });
    await owner.host.command('viewer.focus', { session: session.id, tab: 't3' });
    await eventually('both are', () => focus(ada) && focus(two)?.type === 'focus');
    // Her layouts are her own.
    expect(heard(ada, 'focus')).toEqual([{ type: 'focus', viewer: viewerOf(owner), sessionId: session.id }]);
    // Round in a circle nobody would come to rest.
    expect(await errorOf(owner.host.command('viewer.follow', { viewer: viewerOf(two) }))).toMatchObject({
      code: 'conflict',
    });
    await two.host.command('viewer.follow', {});
    await eventually('the owner knows', () => heard(owner, 'followed').at(-1)?.by.join() === 'ada');
    owner.host.close();
    await eventually('the one who was followed has left', () => heard(ada, 'focus').at(-1)?.left);
  });

  it('is no way to ring at somebody’s door without end', async () => {
    const owner = await local();
    const ada = await join('ada');
    const again = async (): Promise<void> => {
      await ada.host.command('viewer.follow', { viewer: viewerOf(owner) });
      await ada.host.command('viewer.follow', {});
    };
    for (let i = 0; i < 20; i++) await again();
    expect(await errorOf(again())).toMatchObject({ code: 'failed', retriable: true });
  });

  it('is for those who see something of each other', async () => {
    const owner = await local();
    const other = await newSession(hub.owner, 'printf ready; cat');
    session = other;
    const bob = await join('bob', { session: other.id });
    expect(await errorOf(bob.host.command('viewer.follow', { viewer: viewerOf(owner) }))).toMatchObject({
      code: 'not-found',
    });
  });
});
