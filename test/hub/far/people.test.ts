import { afterEach, describe, expect, it } from 'vitest';
import type { SessionHost, SessionInfo } from '../../../src/core/index.ts';
import { waitUntil } from '../../support/index.ts';
import { client, closeAll, eventsOf, folder, newSession, onlineClient, openHub, Watcher } from '../support/index.ts';
import { Known } from '../support/known.ts';
import { type ListeningHub, listeningHub } from '../support/listening.ts';

afterEach(closeAll);

/** A hub that knows another one as `office`, where it may do what `role` says. */
async function paired(role: 'viewer' | 'typer' | 'owner') {
  const office = await listeningHub();
  const place = folder();
  const known = new Known(place);
  await known.pair(office, 'office', 'home', { role });
  const here = await openHub(place, '0.1.0', { farHubs: known.farHubs });
  return { office, host: await onlineClient(here.socket), socket: here.socket, place: here, known };
}

/** Somebody at home who is known to a hub by this name. */
async function guest(hub: ListeningHub, name: string, role: 'viewer' | 'typer' | 'owner'): Promise<SessionHost> {
  const known = new Known(folder());
  await known.pair(hub, 'hub', name, { role });
  const host = client(known.farHubs({ kind: 'known', name: 'hub' })!);
  await waitUntil(() => host.sessions.length > 0, `${name} sees something`);
  return host;
}

const info = (host: SessionHost): SessionInfo => host.sessions[0]!;
/** In no order: they come when they come. */
const names = (host: SessionHost): string[] => (info(host)?.people?.map(({ name }) => name) ?? []).sort();

describe('people on a session of another hub', () => {
  it('are those who are here and those who are there, each hub a viewer of the other; who typed is known on both', async () => {
    const { office, host, socket } = await paired('typer');
    const { id: there } = await newSession(office.owner, 'stty -echo; printf ready; cat');
    const [mirror] = (await host.command('far.open', { hub: 'office' })).sessions;
    const atOffice = new Watcher(office.owner, there);
    await waitUntil(() => names(office.owner).join() === 'home,local', 'our hub is there as its device');
    const two = await onlineClient(socket);
    const here = new Watcher(two, mirror!.id);
    await here.shows('ready');
    await waitUntil(
      () => names(host).join() === 'local,office',
      'both are known here, who sits there by the name of that hub',
    );
    expect(info(host).people!.map(({ viewer }) => viewer.startsWith('far/'))).toEqual([false, true]);
    atOffice.type('from the office\r');
    await here.shows('from the office');
    await waitUntil(() => info(host).typedBy?.viewer.startsWith('far/'), 'somebody there typed');
    expect(info(host).typedBy?.name).toBe('office');
    here.type('from home\r');
    await atOffice.shows('from home');
    await waitUntil(() => info(office.owner).typedBy?.name === 'home', 'home typed');
    await waitUntil(() => info(two).typedBy?.self, 'they know that it was them');
  });

  it('are not those here who typed over an earlier connection, or before this hub was started anew', async () => {
    const { office, host, place, known } = await paired('typer');
    const { id: there } = await newSession(office.owner, 'stty -echo; printf ready; cat');
    const [mirror] = (await host.command('far.open', { hub: 'office' })).sessions;
    const watcher = new Watcher(host, mirror!.id);
    await watcher.shows('ready');
    watcher.type('from home\r');
    await waitUntil(() => info(office.owner).typedBy?.name === 'home', 'home typed');
    const ours = () => info(office.owner).people?.find(({ name }) => name === 'home')?.viewer;
    const before = ours();
    cutLinkOf(office.hub, 'home');
    await waitUntil(() => ours() !== undefined && ours() !== before, 'our hub is there again');
    // What is told of the one who comes tells also who typed.
    const visitor = new Watcher(office.owner, there);
    await waitUntil(() => names(host).includes('office'), 'somebody there is known here');
    expect(info(host).typedBy).toMatchObject({ name: 'local', self: true });
    visitor.attachment.detach();
    await place.hub.stop();
    const again = await onlineClient((await openHub(place, '0.1.0', { farHubs: known.farHubs })).socket);
    new Watcher(office.owner, there);
    await waitUntil(() => names(again).includes('office'), 'somebody there is known here');
    expect(info(again)).not.toHaveProperty('typedBy');
  });

  it('ask for its keyboard where it is, when this hub may only look there; one there gives it to all here', async () => {
    const { office, host } = await paired('viewer');
    const { id: there } = await newSession(office.owner, 'stty -echo; printf ready; cat');
    const [mirror] = (await host.command('far.open', { hub: 'office' })).sessions;
    const asked = eventsOf(office.owner);
    const atOffice = new Watcher(office.owner, there);
    const here = new Watcher(host, mirror!.id);
    await here.shows('ready');
    await waitUntil(() => info(host).role === 'viewer', 'what this hub may do is what one may do here');
    expect((await host.command('session.ask', { session: mirror!.id })).told).toBe(1);
    const question = await waitUntil(() => asked.find((one) => one.type === 'asked'), 'it is asked there');
    expect(question).toMatchObject({ sessionId: there, name: 'home' });
    await office.owner.command('session.grant', { session: there, viewer: 'home' });
    await waitUntil(() => info(host).role === undefined || info(host).role === 'typer', 'it may be typed into');
    here.type('typed from home\r');
    await atOffice.shows('typed from home');
    await office.owner.command('session.take', { session: there });
    await waitUntil(() => info(host).role === 'viewer', 'and not any more');
  });

  it('of the other hub lose their keyboard from here, where this hub owns it', async () => {
    const { office, host } = await paired('owner');
    const { id: there } = await newSession(office.owner, 'printf ready; cat');
    const [mirror] = (await host.command('far.open', { hub: 'office' })).sessions;
    const ada = await guest(office, 'ada', 'typer');
    new Watcher(ada, there);
    const person = await waitUntil(() => info(host)?.people?.find(({ name }) => name === 'ada'), 'she is known here');
    expect(person).toMatchObject({ viewer: expect.stringMatching(/^far\//), role: 'typer' });
    await host.command('session.take', { session: mirror!.id, viewer: person.viewer });
    await waitUntil(() => info(ada).role === 'viewer', 'she may only look');
    await host.command('session.grant', { session: mirror!.id, viewer: person.viewer });
    await waitUntil(() => info(ada).role === 'typer', 'she may type again');
    for (const wanted of [{ viewer: 'ada' }, {}]) {
      const taken = await host.command('session.take', { session: mirror!.id, ...wanted });
      expect(taken.from).toEqual(['ada']);
      await waitUntil(() => info(ada).role === 'viewer', 'she may only look');
      await host.command('session.grant', { session: mirror!.id, viewer: 'ada' });
      await waitUntil(() => info(ada).role === 'typer', 'she may type again');
    }
  });

  it('hear who gave them the keyboard there before their hub may type: then nobody asks any more', async () => {
    const office = await listeningHub();
    const { id: there } = await newSession(office.owner, 'printf ready; cat');
    const home = await guest(office, 'home', 'viewer');
    const eve = await guest(office, 'eve', 'typer');
    const asked = eventsOf(eve);
    await new Watcher(eve, there).shows('ready');
    await new Watcher(home, there, { mirror: true }).shows('ready');
    const heard: string[] = [];
    home.on((event) => {
      if (event.type === 'keyboard') heard.push(`${event.change} by ${event.by} to ${event.viewer}`);
      else if (event.type === 'sessions' && info(home).role === 'typer') heard.push('may type');
    });
    await home.command('session.ask', { session: there, from: { ask: 'a1', viewer: 'v9', name: 'vera' } });
    const question = await waitUntil(() => asked.find((one) => one.type === 'asked'), 'eve is asked');
    await eve.command('session.grant', { session: there, viewer: question.viewer, role: 'typer' });
    await waitUntil(() => heard.includes('may type') && info(eve).role === 'viewer', 'it was handed over');
    expect(heard.slice(0, 2)).toEqual(['given by eve to v9', 'may type']);
  });

  it('take back from here what this hub handed over there: without a name, or from whom it was given to', async () => {
    const { office, host, socket } = await paired('typer');
    const { id: there } = await newSession(office.owner, 'stty -echo; printf ready; cat');
    const [mirror] = (await host.command('far.open', { hub: 'office' })).sessions;
    const session = mirror!.id;
    const cy = await guest(office, 'cy', 'viewer');
    new Watcher(cy, there);
    const here = new Watcher(host, session);
    await here.shows('ready');
    const person = () => info(host).people?.find(({ name }) => name === 'cy');
    await waitUntil(() => person() !== undefined, 'cy is known here');
    expect(await host.command('session.take', { session })).toMatchObject({ from: [] });
    const script = await onlineClient(socket);
    for (const [by, wanted] of [
      [host, {}],
      [host, { viewer: 'cy' }],
      [script, { viewer: person()!.viewer }],
      [script, {}],
    ] as const) {
      const given = await host.command('session.grant', { session, viewer: 'cy', role: 'typer' });
      expect(given).toMatchObject({ viewer: person()!.viewer, name: 'cy', role: 'typer' });
      await waitUntil(() => info(host).role === 'viewer' && info(cy).role === 'typer', 'it was handed over');
      expect(await by.command('session.take', { session, ...wanted })).toMatchObject({ from: [] });
      await waitUntil(() => info(host).role !== 'viewer' && info(cy).role === 'viewer', 'it is back');
    }
    here.type('typed from home\r');
    await here.shows('typed from home');
    await office.owner.command('client.grant', { client: 'home', role: 'viewer' });
    await waitUntil(() => info(host).role === 'viewer', 'this hub only looks');
    for (const wanted of [{}, { viewer: 'cy' }]) {
      await expect(host.command('session.take', { session, ...wanted })).rejects.toMatchObject({ code: 'not-allowed' });
    }
    await expect(host.command('session.take', { session, viewer: 'nobody' })).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('are told that they may not see it any more, before it goes from here; of one that has ended there they are not', async () => {
    const { office, host } = await paired('typer');
    const { id: shared } = await newSession(office.owner, 'printf ready; cat', { name: 'shared' });
    await newSession(office.owner, 'printf ready; cat', { name: 'other' });
    const mirrors = (await host.command('far.open', { hub: 'office' })).sessions;
    const [one, other] = ['office/shared', 'office/other'].map((name) => mirrors.find((found) => found.name === name)!);
    const watchers = [new Watcher(host, one!.id), new Watcher(host, other!.id)];
    for (const watcher of watchers) await watcher.shows('ready');
    // What comes first: the reason, or that it is gone.
    let listed: boolean | undefined;
    new Watcher(host, one!.id, { onEnd: () => (listed = host.sessions.some(({ id }) => id === one!.id)) });
    await office.owner.command('client.grant', { client: 'home', session: shared, role: 'none' });
    await waitUntil(() => host.sessions.every(({ id }) => id !== one!.id), 'it is not here any more');
    expect(watchers[0]!.ended?.reason).toMatchObject({ code: 'not-allowed' });
    expect(listed).toBe(true);
    await office.owner.command('session.kill', { session: 'other' });
    await waitUntil(() => watchers[1]!.ended, 'the other has ended');
    expect(watchers[1]!.ended?.reason).toBeUndefined();
  });

  it('are not to be asked for the keyboard at a hub before which nobody sits', async () => {
    const { office, host } = await paired('owner');
    const { id: there } = await newSession(office.owner, 'printf ready; cat');
    await host.command('far.open', { hub: 'office' });
    const ada = await guest(office, 'ada', 'viewer');
    await new Watcher(ada, there).shows('ready');
    await waitUntil(() => names(office.owner).join() === 'ada,home', 'both are there');
    expect((await ada.command('session.ask', { session: there })).told).toBe(0);
  });
});

/** The link of somebody to a hub breaks, without a word. */
function cutLinkOf(hub: ListeningHub['hub'], name: string): void {
  type Inside = { viewers: Map<string, { identity: { principal: { name: string } }; link: { terminate(): void } }> };
  for (const { identity, link } of (hub as unknown as Inside).viewers.values()) {
    if (identity.principal.name === name) link.terminate();
  }
}
