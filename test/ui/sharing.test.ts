import { afterEach, describe, expect, it } from 'vitest';
import { IrisError, type Person, type SessionInfo } from '../../src/core/index.ts';
import { addTab } from '../../src/ui/model/workspace-ops.ts';
import type { TuiSettings } from '../../src/ui/settings.ts';
import { MadeUpHub, Stage, sessionInfo } from './stage.ts';

const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.dispose();
});

const me: Person = { viewer: 'v1', name: 'local', self: true };
const ada: Person = { viewer: 'v2', name: 'ada', role: 'viewer' };
const bob: Person = { viewer: 'v3', name: 'bob', role: 'typer' };

interface Wishes {
  readonly cols?: number;
  readonly settings?: Partial<TuiSettings>;
  readonly readOnly?: boolean;
  readonly more?: readonly SessionInfo[];
}

async function open(
  over: Partial<SessionInfo>,
  { cols = 100, settings = {}, readOnly = false, more = [] }: Wishes = {},
) {
  const hub = new MadeUpHub([sessionInfo({ cols: 98, ...over }), ...more], { s1: '$ ' });
  const stage = new Stage({ cols, rows: 12, hub, settings, readOnly });
  stages.push(stage);
  await stage.pass();
  await stage.pass();
  const border = (): string => stage.text().split('\n')[1]!;
  const last = (name: string): unknown => hub.asked.findLast((one) => one.name === name)?.args;
  return { hub, stage, border, last };
}

describe('the border of a session with others on it', () => {
  it('names one or two, counts more, and says nothing where one is alone', async () => {
    const { hub, stage, border } = await open({ people: [me], viewers: 1 });
    expect(border()).not.toContain('+');
    for (const [people, viewers, words] of [
      [[me, ada], 2, ' +ada ●'],
      [[me, ada, bob], 3, ' +ada +bob ●'],
      [[me, ada, bob, { ...ada, viewer: 'v4' }], 4, ' +3 ●'],
      [[me, ada, { ...ada, viewer: 'v4' }], 3, ' +2 ●'],
      [[me, ada], 30, ' +29 ●'],
      [[ada, bob], 2, ' +ada +bob ●'],
    ] as const) {
      hub.change('s1', { people, viewers });
      await stage.pass();
      expect(border()).toContain(words);
    }
  });

  it('says who typed last, unless it was oneself or a script of one’s own', async () => {
    const { hub, stage, border } = await open({ people: [me, ada], viewers: 2 });
    hub.change('s1', { typedBy: { viewer: 'v2', name: 'ada', at: 0 } });
    await stage.pass();
    expect(border()).toContain('+ada typed ●');
    hub.change('s1', { people: [me, ada, bob], viewers: 3 });
    await stage.pass();
    expect(border()).toContain('+ada +bob ada typed ●');
    for (const typedBy of [
      { viewer: 'v1', name: 'local', at: 0, self: true },
      { viewer: 'v9', name: 'local', at: 0 },
    ] as const) {
      hub.change('s1', { typedBy });
      await stage.pass();
      expect(border()).not.toContain('typed');
    }
    // At another hub they may be called as we are.
    hub.change('s1', { typedBy: { viewer: 'far/v9', name: 'local', at: 0 } });
    await stage.pass();
    expect(border()).toContain('local typed');
  });

  it('lets them go before the state and the name, and control characters never through', async () => {
    const typedBy = { viewer: 'v2', name: 'ada', at: 0 };
    const over = { people: [me, { ...ada, name: 'a\x1b[31m\u202eda' }], viewers: 2, typedBy };
    const wide = await open(over);
    expect(wide.border()).toMatch(/\+a \[31m da/);
    const { border: narrow } = await open(
      { ...over, people: [me, ada], name: 'a-long-name-of-a-session' },
      { cols: 40 },
    );
    expect(narrow()).toMatch(/a-long-name/);
    expect(narrow()).toContain('●');
    expect(narrow()).not.toMatch(/typed|ada/);
  });
});

describe('asking for the keyboard', () => {
  it('is a key that the border names while one only looks', async () => {
    const { hub, stage, border, last } = await open({ role: 'viewer', people: [{ ...ada, self: true }], viewers: 1 });
    expect(border()).toContain('view only · C-b K asks');
    hub.answers = { 'session.ask': { id: 's1', told: 1 } };
    await stage.press('C-b', 'K');
    expect(last('session.ask')).toEqual({ session: 's1' });
    expect(stage.text()).toContain('asked for the keyboard of api');
    hub.answers = { 'session.ask': { id: 's1', told: 0 } };
    stage.ctx.runLine('ask-keyboard');
    await stage.pass();
    expect(stage.text()).toContain('nobody who could give you the keyboard of api is there');
    hub.answers = {
      'session.ask': new IrisError('failed', 'you asked a moment ago', { remedy: 'wait for an answer' }),
    };
    await stage.press('C-b', 'K');
    expect(stage.text()).toContain('you asked a moment ago: wait for an answer');
  });

  it('is told by the key that the user has bound, or by none', async () => {
    const over = { role: 'viewer' as const };
    expect((await open(over, { settings: { prefixKeys: { 'C-k': 'ask-keyboard' } } })).border()).toContain(
      'C-b C-k asks',
    );
    expect((await open(over, { settings: { prefixKeys: { K: 'zoom' } } })).border()).toMatch(/view only ●/);
    const { border, stage, last } = await open(over, { readOnly: true });
    expect(border()).not.toContain('asks');
    stage.ctx.runLine('ask-keyboard');
    await stage.pass();
    expect(stage.text()).toContain('this viewer is read-only');
    expect(last('session.ask')).toBeUndefined();
  });

  it.each([
    ['given', 'local gave you the keyboard of api'],
    ['taken', 'local took the keyboard of api'],
    ['declined', 'local does not give you the keyboard of api'],
  ] as const)('%s is said', async (change, words) => {
    const { hub, stage } = await open({ role: 'viewer' });
    hub.emit({ type: 'keyboard', sessionId: 's1', change, by: 'local' });
    await stage.pass();
    expect(stage.text()).toContain(words);
  });
});

describe('being asked for the keyboard', () => {
  const asked = { type: 'asked', sessionId: 's1', viewer: 'v2', name: 'ada' } as const;

  it('is one line with the keys, stays in the border, and one key gives it', async () => {
    const { hub, stage, border, last } = await open({ people: [me, ada], viewers: 2 });
    hub.emit(asked);
    await stage.pass();
    expect(stage.text()).toContain('ada asks for the keyboard of api: C-b G gives it, C-b - declines');
    await stage.press('x');
    expect(stage.text()).not.toContain('asks for the keyboard');
    expect(border()).toContain('ada asks · C-b G gives');
    hub.answers = { 'session.grant': { id: 's1', viewer: 'v2', name: 'ada', role: 'typer' } };
    await stage.press('C-b', 'G');
    expect(last('session.grant')).toEqual({ session: 's1', viewer: 'v2', role: 'typer' });
    expect(stage.text()).toContain('ada may type into api now');
    expect(border()).not.toContain('asks');
  });

  it('is declined by another; what has an answer, or nobody waits for any more, is no question', async () => {
    const { hub, stage, border, last } = await open({ people: [me, ada], viewers: 2 });
    hub.emit(asked);
    await stage.press('C-b', '-');
    expect(last('session.grant')).toEqual({ session: 's1', viewer: 'v2', role: 'viewer' });
    expect(border()).not.toContain('asks');
    await stage.press('C-b', '-');
    expect(stage.text()).toContain('nobody asks for the keyboard');
    for (const people of [[me], [me, { ...ada, role: 'typer' as const }]]) {
      hub.change('s1', { people: [me, ada] });
      hub.emit(asked);
      await stage.pass();
      expect(border()).toContain('ada asks');
      hub.change('s1', { people });
      await stage.pass();
      expect(border()).not.toContain('asks');
    }
  });

  it('by somebody at another hub stays as long as that hub is there, and goes when the hub says so', async () => {
    const home: Person = { viewer: 'far/v2', name: 'home', role: 'typer' };
    const { hub, stage, border, last } = await open({ people: [me, home], viewers: 2 });
    const beyond = { ...asked, viewer: 'far/v2/v7', name: 'home/vera' };
    hub.emit(beyond);
    await stage.pass();
    expect(stage.text()).toContain('home/vera asks for the keyboard of api: C-b G gives it');
    hub.emit({ type: 'answered', sessionId: 's1', viewer: 'far/v2/v7' });
    await stage.pass();
    // Nor does anything name keys that would be for somebody else now.
    expect(stage.text()).not.toContain('asks');
    hub.emit(beyond);
    hub.answers = { 'session.grant': { id: 's1', viewer: 'far/v2/v7', name: 'home/vera', role: 'typer' } };
    await stage.press('C-b', 'G');
    expect(last('session.grant')).toEqual({ session: 's1', viewer: 'far/v2/v7', role: 'typer' });
    hub.emit(beyond);
    await stage.pass();
    expect(border()).toContain('home/vera asks');
    hub.change('s1', { people: [me] });
    await stage.pass();
    expect(border()).not.toContain('asks');
  });

  it('without a question, who looks is given it by name, or where there is only one', async () => {
    const { hub, stage, last } = await open({ people: [me, ada, bob], viewers: 3 });
    hub.answers = { 'session.grant': { id: 's1', viewer: 'v2', name: 'ada', role: 'typer' } };
    stage.ctx.runLine('give-keyboard');
    await stage.pass();
    expect(last('session.grant')).toMatchObject({ viewer: 'v2' });
    stage.ctx.runLine('give-keyboard cy');
    await stage.pass();
    expect(last('session.grant')).toMatchObject({ viewer: 'cy' });
    hub.change('s1', { people: [me, bob] });
    stage.ctx.runLine('give-keyboard');
    await stage.pass();
    expect(stage.text()).toContain('nobody asks for the keyboard: give-keyboard NAME');
  });

  it('is taken back from all or from one', async () => {
    const { hub, stage, last } = await open({ people: [me, bob], viewers: 2 });
    hub.answers = { 'session.take': { id: 's1', from: ['bob'] } };
    stage.ctx.runLine('take-keyboard');
    await stage.pass();
    expect(last('session.take')).toEqual({ session: 's1' });
    expect(stage.text()).toContain('bob may only watch api now');
    hub.answers = { 'session.take': { id: 's1', from: [] } };
    stage.ctx.runLine('take-keyboard bob');
    await stage.pass();
    expect(last('session.take')).toEqual({ session: 's1', viewer: 'bob' });
    expect(stage.text()).toContain('nobody else types into api');
    // Of a window from which it was taken it is its own.
    hub.change('s1', { role: 'viewer' });
    stage.ctx.runLine('take-keyboard');
    await stage.pass();
    expect(stage.text()).toContain('you may type into api again');
  });
});

describe('following another viewer', () => {
  const two = [
    sessionInfo({ id: 's2', name: 'web', createdAt: 1 }),
    sessionInfo({ id: 's3', name: 'db', createdAt: 2 }),
  ];
  const focus = (sessionId: string) => ({ type: 'focus', viewer: 'v2', sessionId }) as const;

  async function following() {
    const opened = await open({ people: [me, ada], viewers: 2 }, { more: two });
    const { hub, stage } = opened;
    hub.answers = { 'viewer.follow': { viewer: 'v2', name: 'ada' } };
    stage.ctx.runLine('follow');
    await stage.pass();
    return opened;
  }

  it('goes where they go, and the status line says so', async () => {
    const { hub, stage, last } = await following();
    expect(last('viewer.follow')).toEqual({ viewer: 'v2' });
    expect(stage.text()).toContain(' following ada ');
    hub.emit(focus('s3'));
    await stage.pass();
    expect(stage.bench.focusedSession?.name).toBe('db');
    expect(stage.text()).toContain(' following ada ');
    // Somebody else’s looks are nothing to us.
    hub.emit({ ...focus('s1'), viewer: 'v9' });
    await stage.pass();
    expect(stage.bench.focusedSession?.name).toBe('db');
  });

  it('goes with them when their session gets another place', async () => {
    const { hub, stage } = await following();
    hub.emit(focus('s3'));
    await stage.pass();
    // As when two have placed a new session, each in a tab of its own: one of them stays.
    stage.bench.sync.apply(addTab({ id: 't-other', paneId: 'p-other', sessionId: 's3' }));
    await stage.pass();
    expect(stage.bench.focusedSession?.name).toBe('db');
    expect(stage.text()).toContain(' following ada ');
    await stage.press('C-b', 'n');
    expect(stage.text()).toContain('no longer following ada');
    expect(stage.bench.focusedSession?.name).not.toBe('db');
  });

  it('ends with a key of one’s own that goes elsewhere, and not with one that does not', async () => {
    const { hub, stage, last } = await following();
    hub.emit(focus('s2'));
    await stage.press('x', 'C-b', 't', 'q');
    expect(stage.text()).toContain(' following ada ');
    await stage.press('C-b', 'n');
    expect(stage.text()).toContain('no longer following ada');
    expect(last('viewer.follow')).toEqual({});
    hub.emit(focus('s1'));
    await stage.press('x');
    expect(stage.bench.focusedSession?.name).toBe('db');
    expect(stage.text()).not.toContain('following');
  });

  it('ends when it is said again, and when they leave', async () => {
    const { hub, stage, last } = await following();
    stage.ctx.runLine('follow');
    await stage.pass();
    expect(last('viewer.follow')).toEqual({});
    stage.ctx.runLine('follow ada');
    await stage.pass();
    expect(last('viewer.follow')).toEqual({ viewer: 'ada' });
    hub.emit({ type: 'focus', viewer: 'v2', left: true });
    await stage.pass();
    expect(stage.text()).toContain('ada has left');
  });

  it('begins again after the link broke, by name', async () => {
    const { hub, stage } = await following();
    for (const state of ['offline', 'online'] as const) {
      hub.answers = { 'viewer.follow': { viewer: 'v7', name: 'ada' } };
      hub.connection = { state, since: 0, attempt: 0 };
      hub.emit({ type: 'connection', connection: hub.connection });
      await stage.pass();
    }
    hub.emit({ ...focus('s3'), viewer: 'v7' });
    await stage.pass();
    expect(stage.bench.focusedSession?.name).toBe('db');
  });

  it('whoever is followed is told, and says where they look as long as they are', async () => {
    const { hub, stage } = await open({ people: [me, ada], viewers: 2 }, { more: two });
    const told = (): unknown[] => hub.asked.filter(({ name }) => name === 'viewer.focus').map(({ args }) => args);
    await stage.press('C-b', 'n');
    expect(told()).toEqual([]);
    hub.emit({ type: 'followed', by: ['ada'] });
    await stage.pass();
    expect(stage.text()).toContain('ada follows you');
    await stage.press('C-b', 'n');
    expect(told()).toEqual([
      { session: 's2', tab: 't-s2', zoomed: false },
      { session: 's3', tab: 't-s3', zoomed: false },
    ]);
    hub.emit({ type: 'followed', by: [] });
    await stage.press('C-b', 'n');
    expect(told()).toHaveLength(2);
  });

  it('needs to know whom', async () => {
    const { hub, stage } = await open({ people: [me, ada, bob], viewers: 3 });
    stage.ctx.runLine('follow');
    await stage.pass();
    expect(stage.text()).toContain('follow whom?');
    hub.change('s1', { people: [me] });
    stage.ctx.runLine('follow');
    await stage.pass();
    expect(stage.text()).toContain('nobody else is here');
  });
});

describe('the list of viewers', () => {
  it('has names, addresses, roles and sessions; f follows', async () => {
    const { hub, stage, last } = await open({ people: [me, ada], viewers: 2 }, { cols: 130 });
    const of = (id: string, over: object) => ({
      id,
      software: 'iris-tui/0.1.0',
      since: 0,
      sessions: 1,
      self: false,
      ...over,
    });
    hub.answers = {
      'viewer.list': {
        viewers: [
          of('v1', { name: 'local', role: 'owner', watched: ['s1'], self: true }),
          of('v2', { name: 'ada', from: '192.0.2.7', role: 'viewer', watched: ['s1'], sessions: 4 }),
        ],
      },
      'viewer.follow': { viewer: 'v2', name: 'ada' },
    };
    await stage.press('C-b', 'D');
    expect(stage.text()).toMatch(/local +at the hub · owner · api · iris-tui\/0\.1\.0 · for .* · this one/);
    expect(stage.text()).toMatch(/ada +192\.0\.2\.7 · viewer · api, 3 sessions · iris-tui/);
    await stage.press('j', 'f');
    expect(last('viewer.follow')).toEqual({ viewer: 'v2' });
    expect(stage.text()).toContain(' following ada ');
  });
});
