import { afterEach, describe, expect, it } from 'vitest';
import type { HostEvent, HubCommandArgs, SessionHost, SessionInfo } from '../../../src/core/index.ts';
import { waitUntil } from '../../support/index.ts';
import { client, closeAll, errorOf, eventsOf, folder, newSession, Watcher } from '../support/index.ts';
import { Known } from '../support/known.ts';
import { type ListeningHub, listeningHub, stoppedClock } from '../support/listening.ts';

afterEach(closeAll);

type Role = 'viewer' | 'typer' | 'owner';

/** One that shows all of another hub, which knows it by the name it has here. */
async function mirroring(other: ListeningHub, otherName: string, name: string, role: Role): Promise<ListeningHub> {
  const place = folder();
  const known = new Known(place);
  await known.pair(other, otherName, name, { role });
  const hub = await listeningHub({ farHubs: known.farHubs }, place);
  await hub.owner.command('far.open', { hub: otherName });
  return hub;
}

interface Someone {
  readonly host: SessionHost;
  readonly watcher: Watcher;
  readonly session: () => SessionInfo;
  readonly heard: <T extends HostEvent['type']>(type: T) => Extract<HostEvent, { type: T }>[];
}

/** Before a session, by the name it has where they are. */
async function watch(host: SessionHost, session: string, options: { readOnly?: boolean } = {}): Promise<Someone> {
  const events = eventsOf(host);
  const found = () => host.sessions.find(({ name }) => name === session)!;
  await waitUntil(found, `${session} is there`);
  const watcher = new Watcher(host, found().id, options);
  await watcher.shows('ready');
  await waitUntil(() => found().people?.some(({ self }) => self), 'it is told that it is there');
  const heard = <T extends HostEvent['type']>(type: T) =>
    events.filter((one): one is Extract<HostEvent, { type: T }> => one.type === type);
  return { host, watcher, session: found, heard };
}

async function guest(hub: ListeningHub, name: string, session: string, wanted: HubCommandArgs<'pair.create'> = {}) {
  const known = new Known(folder());
  await known.pair(hub, 'hub', name, wanted);
  return watch(client(known.farHubs({ kind: 'known', name: 'hub' })!), session);
}

const ask = async ({ host, session }: Someone) => (await host.command('session.ask', { session: session().id })).told;
const answer = ({ host, session }: Someone, viewer: string, role: 'viewer' | 'typer' = 'typer') =>
  host.command('session.grant', { session: session().id, viewer, role });
const asked = (who: Someone) => waitUntil(() => who.heard('asked')[0], 'they hear of it');
const told = (who: Someone, change: string, by: string) =>
  waitUntil(() => who.heard('keyboard').some((one) => one.change === change && one.by === by), `${change} by ${by}`, {
    detail: () => JSON.stringify(who.heard('keyboard')),
  });

async function types(who: Someone, into: Someone, text: string): Promise<void> {
  await waitUntil(() => who.session().role !== 'viewer', 'they may type');
  who.watcher.type(`${text}\r`);
  await into.watcher.shows(text);
}

/** A hub with one session, that another one shows: `office/sh`. */
async function stage(role: Role): Promise<{ office: ListeningHub; home: ListeningHub }> {
  const office = await listeningHub();
  await newSession(office.owner, 'stty -echo; printf ready; cat');
  return { office, home: await mirroring(office, 'office', 'home', role) };
}

describe('the keyboard of a session, asked for at a hub that shows it', () => {
  it('is asked of those who are there, where it lives; given there, it is typed with, and both are told', async () => {
    const { office, home } = await stage('typer');
    const grace = await watch(office.owner, 'sh');
    const vera = await guest(home, 'vera', 'office/sh');
    // Nobody sits at home.
    expect(await ask(vera)).toBe(1);
    const question = await asked(grace);
    expect(question).toMatchObject({ name: 'home/vera', sessionId: grace.session().id });
    expect(await answer(grace, question.viewer)).toMatchObject({ name: 'home/vera', role: 'typer' });
    await told(vera, 'given', 'office');
    await types(vera, grace, 'with leave');
    await waitUntil(() => grace.heard('answered').length === 1, 'nobody asks any more');
    expect(await errorOf(answer(grace, question.viewer))).toMatchObject({ code: 'not-found' });
    const { records } = await office.owner.command('audit.list', { limit: 100 });
    const said = records.map(({ who, action, detail }) => [who.name, action, detail].join(' '));
    expect(said).toContain('home session.ask home/vera');
    expect(said).toContain('local session.grant typer: home/vera');
    const there = (await home.owner.command('audit.list', { limit: 100 })).records.map(({ detail }) => detail);
    expect(there).toContain('typer: vera, by office there');
  });

  it('is asked of those at both hubs; whoever answers first has answered for all', async () => {
    const { office, home } = await stage('owner');
    const grace = await watch(office.owner, 'sh');
    const carl = await watch(home.owner, 'office/sh');
    const vera = await guest(home, 'vera', 'office/sh');
    expect(await ask(vera)).toBe(2);
    expect((await asked(grace)).name).toBe('home/vera');
    const question = await asked(carl);
    expect(question.name).toBe('vera');
    await answer(carl, question.viewer, 'viewer');
    await told(vera, 'declined', 'local');
    await waitUntil(() => grace.heard('answered').length === 1, 'it is over at the other hub, too');
    await waitUntil(() => carl.heard('answered').length === 1, 'and here');
    expect(vera.session().role).toBe('viewer');
    expect(grace.heard('asked')).toHaveLength(1);
    expect(carl.heard('asked')).toHaveLength(1);
  });

  it('where that hub may look only, nobody there is asked, and it may type as well once it was given', async () => {
    const { office, home } = await stage('viewer');
    const grace = await watch(office.owner, 'sh');
    const carl = await watch(home.owner, 'office/sh');
    const vera = await guest(home, 'vera', 'office/sh');
    expect(await ask(vera)).toBe(1);
    await answer(grace, (await asked(grace)).viewer);
    await told(vera, 'given', 'office');
    await types(vera, grace, 'from vera');
    await types(carl, grace, 'from carl');
    expect(carl.heard('asked')).toEqual([]);
    await office.owner.command('session.take', { session: 'sh', viewer: 'home' });
    await told(vera, 'taken', 'office');
    await told(carl, 'taken', 'office');
  });

  it('whoever sits there asks by the name of their hub, and hears what became of it', async () => {
    const { office, home } = await stage('viewer');
    const grace = await watch(office.owner, 'sh');
    const carl = await watch(home.owner, 'office/sh');
    expect(await ask(carl)).toBe(1);
    expect((await asked(grace)).name).toBe('home');
    await answer(grace, 'home', 'viewer');
    await told(carl, 'declined', 'office');
    expect(carl.session().role).toBe('viewer');
  });

  it('is over where it was told when who asked leaves', async () => {
    const { office, home } = await stage('typer');
    const grace = await watch(office.owner, 'sh');
    const vera = await guest(home, 'vera', 'office/sh');
    await ask(vera);
    await asked(grace);
    vera.watcher.attachment.detach();
    await waitUntil(() => grace.heard('answered').length === 1, 'nobody asks any more');
  });

  it('where nobody is connected to where it lives, that is said', async () => {
    const { office, home } = await stage('typer');
    const vera = await guest(home, 'vera', 'office/sh');
    await office.hub.stop();
    await waitUntil(() => vera.session().connection.state !== 'online', 'it is away');
    expect(await errorOf(ask(vera))).toMatchObject({ code: 'unreachable' });
  });
});

describe('the keyboard of a session, asked for where it lives', () => {
  it('is asked of its owner at another hub, too, who gives it from there', async () => {
    const { office, home } = await stage('owner');
    const carl = await watch(home.owner, 'office/sh');
    const ada = await guest(office, 'ada', 'sh');
    expect(await ask(ada)).toBe(1);
    const question = await asked(carl);
    expect(question).toMatchObject({
      name: 'ada',
      viewer: expect.stringMatching(/^far\//),
      sessionId: carl.session().id,
    });
    expect(await answer(carl, question.viewer)).toEqual({
      id: carl.session().id,
      viewer: question.viewer,
      name: 'ada',
      role: 'typer',
    });
    await told(ada, 'given', 'home');
    await types(ada, carl, 'with leave');
    await waitUntil(() => carl.heard('answered').length > 0, 'nobody asks any more');
  });

  it('is declined from there, also by name; and handed over by a hub that only types', async () => {
    const { office, home } = await stage('typer');
    const carl = await watch(home.owner, 'office/sh');
    const [ada, bob] = [await guest(office, 'ada', 'sh'), await guest(office, 'bob', 'sh')];
    expect(await ask(ada)).toBe(1);
    await asked(carl);
    await answer(carl, 'ada', 'viewer');
    await told(ada, 'declined', 'home');
    expect(await ask(bob)).toBe(1);
    await waitUntil(() => carl.heard('asked').length === 2, 'the second one is heard');
    await answer(carl, 'bob');
    await types(bob, carl, 'from bob');
    await waitUntil(() => carl.session().role === 'viewer', 'nobody makes two of one');
  });

  it('is not for whoever only types at that hub to give: they are not asked', async () => {
    const { office, home } = await stage('owner');
    const tom = await guest(home, 'tom', 'office/sh', { role: 'typer' });
    const ada = await guest(office, 'ada', 'sh');
    expect(await ask(ada)).toBe(0);
    const person = await waitUntil(() => tom.session().people?.find(({ name }) => name === 'ada'), 'she is there');
    expect(await errorOf(answer(tom, person.viewer))).toMatchObject({ code: 'not-allowed' });
    expect(tom.heard('asked')).toEqual([]);
  });
});

describe('the keyboard of a session that several hubs show', () => {
  it('is asked for at one, and given at another', async () => {
    const { office, home } = await stage('typer');
    const cabin = await mirroring(office, 'office', 'cabin', 'owner');
    const dora = await watch(cabin.owner, 'office/sh');
    const vera = await guest(home, 'vera', 'office/sh');
    expect(await ask(vera)).toBe(1);
    const question = await asked(dora);
    expect(question.name).toBe('home/vera');
    await answer(dora, question.viewer);
    await told(vera, 'given', 'cabin');
    await types(vera, dora, 'with leave');
  });

  it('goes through all of them, up and down', async () => {
    const { office, home } = await stage('owner');
    const cabin = await mirroring(home, 'home', 'cabin', 'typer');
    const grace = await watch(office.owner, 'sh');
    const dora = await guest(cabin, 'dora', 'home/office/sh');
    expect(await ask(dora)).toBe(1);
    const up = await asked(grace);
    expect(up.name).toBe('home/cabin/dora');
    await answer(grace, up.viewer);
    await told(dora, 'given', 'office');
    await types(dora, grace, 'from the cabin');
    const eve = await watch(cabin.owner, 'home/office/sh');
    const ada = await guest(office, 'ada', 'sh');
    // What home may give is not for a cabin to give that only types there.
    expect(await ask(ada)).toBe(1);
    expect(eve.heard('asked')).toEqual([]);
    await home.owner.command('client.grant', { client: 'cabin', role: 'owner' });
    const bea = await guest(office, 'bea', 'sh');
    expect(await ask(bea)).toBe(2);
    const down = await asked(eve);
    expect(down).toMatchObject({ name: 'bea', viewer: expect.stringMatching(/^far\/far\//) });
    await answer(eve, down.viewer);
    await told(bea, 'given', 'home');
  });

  it('is told once to who has it before them in two ways', async () => {
    const { office, home } = await stage('owner');
    const place = folder();
    const known = new Known(place);
    await known.pair(office, 'office', 'cabin', { role: 'owner' });
    await known.pair(home, 'home', 'cabin', { role: 'owner' });
    const cabin = await listeningHub({ farHubs: known.farHubs }, place);
    await cabin.owner.command('far.open', { hub: 'office' });
    await cabin.owner.command('far.open', { hub: 'home' });
    const dora = await watch(cabin.owner, 'office/sh');
    await watch(cabin.owner, 'home/office/sh');
    const ada = await guest(office, 'ada', 'sh');
    expect(await ask(ada)).toBe(1);
    await asked(dora);
    expect(dora.heard('asked')).toHaveLength(1);
  });
});

describe('the keyboard of a session of a runner', () => {
  it('is asked for at the hub that it dialled, and given at the runner, as far as its link allows', async () => {
    const office = await listeningHub();
    const place = folder();
    const known = new Known(place);
    await known.pair(office, 'office', 'laptop', { runner: true });
    const laptop = await listeningHub({ farHubs: known.farHubs }, place);
    await newSession(laptop.owner, 'stty -echo; printf ready; cat');
    await laptop.owner.command('link.add', { hub: 'office', allow: 'view' });
    const lin = await watch(laptop.owner, 'sh');
    const [vera, wim] = [await guest(office, 'vera', 'laptop/sh'), await guest(office, 'wim', 'laptop/sh')];
    expect(await ask(vera)).toBe(1);
    const question = await asked(lin);
    expect(question.name).toBe('office/vera');
    expect((await errorOf(answer(lin, question.viewer))).remedy).toContain('link add --allow type');
    await laptop.owner.command('link.add', { hub: 'office', allow: 'type' });
    await waitUntil(() => office.owner.sessions[0]?.role === 'typer', 'it is linked again');
    expect(await ask(wim)).toBe(1);
    await waitUntil(() => lin.heard('asked').length === 2, 'it is heard');
    await answer(lin, 'office/wim');
    await told(wim, 'given', 'laptop');
    await types(wim, lin, 'from wim');
  });
});

describe('a hub that means ill', () => {
  it('names nobody but its own, and rings no more than so often', async () => {
    const office = await listeningHub({ clock: stoppedClock() });
    const { id } = await newSession(office.owner, 'printf ready; cat');
    const grace = await watch(office.owner, 'sh');
    const known = new Known(folder());
    await known.pair(office, 'hub', 'home', { role: 'typer' });
    const evil = client(known.farHubs({ kind: 'known', name: 'hub' })!);
    await waitUntil(() => evil.sessions.length > 0, 'it sees it');
    await new Watcher(evil, id, { mode: 'log', mirror: true }).shows('ready');
    const from = (viewer: string, name?: string) => ({
      ask: `a-${viewer}`,
      viewer,
      ...(name === undefined ? {} : { name }),
    });
    const passOn = (viewer: string, name?: string) =>
      evil.command('session.ask', { session: id, from: from(viewer, name) });
    expect((await passOn('v1', 'gr\x1b[31mace')).told).toBe(1);
    expect((await asked(grace)).name).toBe('home/gr [31mace');
    expect(await errorOf(passOn('v1'))).toMatchObject({ retriable: true });
    for (const viewer of ['', '../x', 'v1 v2', `v${'1'.repeat(80)}`, 'v1//v2']) {
      expect(await errorOf(passOn(viewer)), viewer).toMatchObject({ code: 'usage' });
    }
    let passed = 1;
    while ((await passOn(`w${passed}`).catch(() => undefined)) && passed < 100) passed += 1;
    // Thirty in a minute, with the one that was asked again.
    expect(passed).toBe(29);
  });

  it('lets nobody type here who did not ask, and is heard only so often', async () => {
    const { office, home } = await stage('typer');
    const vera = await guest(home, 'vera', 'office/sh');
    const carl = await watch(home.owner, 'office/sh');
    const person = vera.session().people!.find(({ self }) => self)!;
    const viewers = (
      office.hub as unknown as { viewers: Map<string, { mirrors: Set<string>; event(e: object): void }> }
    ).viewers;
    const link = [...viewers.values()].find(({ mirrors }) => mirrors.size > 0)!;
    const { id: sessionId } = office.owner.sessions[0]!;
    link.event({ type: 'keyboard', sessionId, change: 'given', by: 'grace', viewer: person.viewer });
    for (let i = 0; i < 100; i++) link.event({ type: 'keyboard', sessionId, change: 'taken', by: `mallory ${i}` });
    await told(carl, 'taken', 'mallory 9');
    link.event({ type: 'asked', sessionId, viewer: 'v99', name: 'mallory' });
    await waitUntil(() => carl.heard('keyboard').length >= 50, 'it is heard');
    expect(carl.heard('keyboard').length).toBeLessThanOrEqual(60);
    expect(vera.session().role).toBe('viewer');
    expect(vera.heard('keyboard')).toEqual([]);
    const { clients } = await home.owner.command('client.list', {});
    expect(clients.find(({ name }) => name === 'vera')!.grants).toEqual([{ session: '*', role: 'viewer' }]);
  });
});
