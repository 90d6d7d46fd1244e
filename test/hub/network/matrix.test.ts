import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AuditEntry, hubCommands, includes, type Role, type SessionInfo } from '../../../src/core/index.ts';
import { systemClock } from '../../../src/protocol/index.ts';
import { closeAll, ENV, eventually, newSession, Watcher } from '../support/index.ts';
import { type ListeningHub, listeningHub, MovedClock } from '../support/listening.ts';
import type { Device } from '../support/network.ts';
import type { RawPeer } from '../support/raw.ts';

afterEach(closeAll);

/** What a command takes. `all`: everybody gets an answer according to what they may see. */
interface Need {
  readonly role: Role | 'all';
  /** On a session, or on everything. */
  readonly on: 'session' | 'everything';
  /** Arguments with which it does no harm where it is allowed. */
  readonly args: (session: string) => object;
}

const of = (role: Role, more: object = {}): Need => ({
  role,
  on: 'session',
  args: (session) => ({ session, ...more }),
});
const over = (role: Role | 'all', args: object = {}): Need => ({ role, on: 'everything', args: () => args });

/** Written down a second time, by hand: a command that is added, or whose role changes, has to be thought of here as well. */
const NEEDS: Readonly<Record<string, Need>> = {
  'session.list': over('all'),
  'session.new': over('owner', { command: ['true'], env: ENV, cwd: '/tmp' }),
  'session.kill': of('owner'),
  'session.forget': of('owner'),
  'session.restart': of('owner'),
  'session.retry': of('typer'),
  'session.stop-retrying': of('owner'),
  'session.connection': of('viewer'),
  'session.rename': of('owner', { name: 'other' }),
  'session.cancel': of('typer'),
  'session.send': of('typer', { text: 'x', enter: false, paste: true }),
  'session.keys': of('typer', { keys: ['C-c'] }),
  'session.capture': of('viewer'),
  'session.lines': of('viewer', { from: 0, count: 1 }),
  'session.search': of('viewer', { pattern: 'x', from: 0, direction: 'up' }),
  'session.wait': of('viewer', { text: 'x', timeoutMs: 0 }),
  'session.glances': over('all', { sessions: [] }),
  'session.report': of('typer', { token: 'x', agent: 'claude', at: 0, fields: {} }),
  'session.explain': of('viewer'),
  'session.seen': of('viewer'),
  'session.prompt': of('typer', { text: 'x', timeoutMs: 0 }),
  'session.queue': of('viewer'),
  'session.unqueue': of('typer'),
  'session.messages': of('viewer'),
  'session.answer': of('typer', { approve: true }),
  'session.ask': of('viewer'),
  'session.heard': of('viewer', { ask: 'x', told: 0 }),
  'session.unask': of('viewer', { ask: 'x' }),
  'session.grant': of('typer', { viewer: 'nobody' }),
  'session.take': of('owner'),
  'far.open': over('owner', { hub: 'nobody' }),
  'far.close': over('owner', { hub: 'nobody' }),
  'link.add': over('owner', { hub: 'nobody' }),
  'link.remove': over('owner', { hub: 'nobody' }),
  'link.list': over('owner'),
  'pair.create': over('owner'),
  'client.list': over('owner'),
  'client.revoke': over('owner', { client: 'nobody' }),
  'client.grant': over('owner', { client: 'nobody', role: 'viewer' }),
  'client.rename': over('owner', { client: 'nobody', name: 'x' }),
  'token.create': over('owner', { role: 'owner' }),
  'token.list': over('owner'),
  'token.revoke': over('owner', { token: 'nobody' }),
  'audit.list': over('owner'),
  'team.list': over('viewer'),
  'team.up': over('owner'),
  'team.down': over('owner', { teams: [] }),
  'workspace.get': over('all'),
  'workspace.put': over('all', { revision: 99, workspace: { tabs: [], recent: [] } }),
  'workspace.list': over('all'),
  'workspace.save': over('all', { name: 'x' }),
  'workspace.load': over('all', { name: 'nothing' }),
  'workspace.delete': over('all', { name: 'nothing' }),
  'viewer.list': over('all'),
  'viewer.focus': over('all'),
  'viewer.follow': over('all'),
  'viewer.detach': over('owner', { viewer: 'nobody' }),
  'hub.status': over('all'),
  'hub.stop': over('owner'),
};

const ROLES: readonly (Role | undefined)[] = [undefined, 'viewer', 'typer', 'owner'];
const may = (has: Role | undefined, wants: Role): boolean => has !== undefined && includes(has, wants);

let hub: ListeningHub;
/** One that nobody here is asked about: roles are on this one alone, and never on the rest. */
let other: SessionInfo;

beforeEach(async () => {
  hub = await listeningHub();
  other = await newSession(hub.owner, 'cat');
});

async function withRole(role: Role | undefined, session: string): Promise<Device> {
  // Without a role on what is asked about, it has one elsewhere.
  return hub.paired(role === undefined ? { session: other.id, role: 'owner' } : { session, role }, `device-${role}`);
}

async function refusals(device: Device): Promise<AuditEntry[]> {
  const { records } = await hub.owner.command('audit.list', { limit: 10_000 });
  return records.filter(({ who, outcome }) => who.id === device.id && outcome === 'refused');
}

let nextId = 1;
async function command(peer: RawPeer, name: string, args: object): Promise<string> {
  const id = nextId++;
  peer.say({ type: 'control', ts: 1, payload: { op: 'command', id, name, args } });
  const answer = await eventually(`an answer to ${name}`, () =>
    peer.all('control').find(({ payload }) => payload.op === 'result' && payload.id === id),
  );
  const { payload } = answer as { payload: { failure?: { code: string; message: string } } };
  return payload.failure?.code ?? 'ok';
}

/** Refused for another reason than the role: its token is wrong, nobody of that name is there. */
const ELSE = new Map([
  ['session.report', [403]],
  ['session.grant', [404]],
]);
const REFUSED = ['not-allowed', 'not-found'];

describe('[A24] role × message', () => {
  it('knows what every command of the table takes', () => {
    expect(Object.keys(NEEDS).sort()).toEqual(Object.keys(hubCommands).sort());
    for (const [name, { role }] of Object.entries(NEEDS)) {
      if (role !== 'all') expect(hubCommands[name as keyof typeof hubCommands].role, name).toBe(role);
    }
  });

  it.each(ROLES)('commands about a session, with %s on it, by stream and by request', async (role) => {
    const makers = Object.entries(NEEDS).filter(([, { on }]) => on === 'session');
    const target = await newSession(hub.owner, 'cat');
    const device = await withRole(role, target.id);
    const peer = await device.peer();
    await peer.welcome();
    for (const [name, need] of makers) {
      const allowed = may(role, need.role as Role);
      // What ends or replaces a session gets one of its own where it may.
      const session = allowed && /kill|restart|forget/.test(name) ? (await newSession(hub.owner, 'cat')).id : target.id;
      if (session !== target.id) {
        // The grant for this one, for the same device.
        await device.pair(await hub.invite({ session, role: role! }));
      }
      const before = (await refusals(device)).length;
      const code = await command(peer, name, need.args(session));
      const rest = allowed && session !== target.id ? undefined : await device.command(name, need.args(session));
      if (allowed) {
        // It may fail for another reason: nothing is refused for want of a role.
        expect(await refusals(device), `${name} as ${role}`).toHaveLength(before);
        if (!ELSE.has(name)) expect(REFUSED, `${name} as ${role}`).not.toContain(code);
        expect([undefined, 200, 400, 409, 422, 504, ...(ELSE.get(name) ?? [])]).toContain(rest?.status);
      } else {
        const expected = role === undefined ? 'not-found' : 'not-allowed';
        expect(code, `${name} as ${role}`).toBe(expected);
        expect(rest?.status, `${name} as ${role}`).toBe(role === undefined ? 404 : 403);
        const now = await refusals(device);
        expect(now, `${name} as ${role}`).toHaveLength(before + 1);
        expect(now.at(-1)).toMatchObject({ action: name, session, from: '127.0.0.1' });
      }
    }
  });

  it.each(ROLES)('commands about no session, with %s on everything, by stream and by request', async (role) => {
    const device = role === undefined ? await withRole(undefined, '') : await hub.paired({ role }, `all-${role}`);
    const peer = await device.peer();
    await peer.welcome();
    for (const [name, need] of Object.entries(NEEDS).filter(([, { on }]) => on === 'everything')) {
      const before = (await refusals(device)).length;
      const code = await command(peer, name, need.args(''));
      const { status } = await device.command(name, need.args(''));
      const now = await refusals(device);
      if (need.role === 'all' || may(role, need.role)) {
        expect(code, `${name} as ${role}`).not.toBe('not-allowed');
        expect(status, `${name} as ${role}`).not.toBe(403);
        expect(now, `${name} as ${role}`).toHaveLength(before);
      } else {
        expect(code, `${name} as ${role}`).toBe('not-allowed');
        expect(status, `${name} as ${role}`).toBe(403);
        expect(now, `${name} as ${role}`).toHaveLength(before + 1);
        expect(now.at(-1)).toMatchObject({ action: name, outcome: 'refused' });
      }
    }
    // Whoever may see one session only sees that one, and shares nothing but it.
    expect((await hub.owner.command('hub.status', {})).sessions).toBeGreaterThan(0);
  });

  it.each(ROLES)('messages about a session, with %s on it: attach, resize, keys, a signal, a paste', async (role) => {
    const target = await newSession(hub.owner, 'stty -echo; printf ready; cat -v', { cols: 80, rows: 24 });
    const watcher = new Watcher(hub.owner, target.id);
    await watcher.shows('ready');
    const device = await withRole(role, target.id);
    const peer = await device.peer();
    await peer.welcome();
    const size = { cols: 50, rows: 12 };
    const { id: sessionId, epoch } = target;
    peer.say({ type: 'control', sessionId, ts: 1, payload: { op: 'attach', stream: 1, mode: 'screen', ...size } });
    const sees = may(role, 'viewer');
    const answered = (op: string) => () => peer.all('control').find(({ payload }) => payload.op === op);
    if (sees) await eventually('it is attached', answered('attached'));
    else {
      const ended = (await eventually('it is refused', answered('ended'))) as {
        payload: { failure?: { code: string } };
      };
      expect(ended.payload.failure?.code).toBe('not-found');
    }

    const types = may(role, 'typer');
    peer.say({ type: 'control', ts: 1, payload: { op: 'resize', stream: 1, cols: 60, rows: 20 } });
    const inputs = ['x', '\u0003', '\u001b[200~pasted\u001b[201~', '\r'];
    inputs.forEach((text, i) => {
      const payload = { op: 'input', stream: 1, inputSeq: i + 1 } as const;
      peer.say({ type: 'control', sessionId, epoch, ts: 1, payload, bytes: new TextEncoder().encode(text) });
    });
    const acked = (): boolean => {
      const acks = peer.all('ack').map(({ payload }) => payload);
      return acks.some(({ inputSeq }) => inputSeq === inputs.length);
    };
    await eventually('the last input is answered', acked);
    const refusedInputs = peer.all('ack').filter(({ payload }) => payload.refused);
    const list = await hub.owner.command('session.list', {});
    const now = list.sessions.find(({ id }) => id === target.id)!;
    if (types) {
      expect(refusedInputs).toEqual([]);
      // The signal ended it, or the text is there: it was typed into, by its size too.
      expect([now.cols, now.rows]).toEqual([60, 20]);
    } else {
      expect(refusedInputs).toHaveLength(inputs.length);
      for (const { payload } of refusedInputs) expect(payload.refused?.code).toBe('not-allowed');
      expect([now.cols, now.rows]).toEqual([80, 24]);
      expect(now.process.status).toBe('running');
      expect(watcher.text).not.toMatch(/x|pasted/);
    }
    const actions = (await refusals(device)).map(({ action, session }) => `${action} ${session === target.id}`);
    const denied =
      role === 'viewer' ? ['resize true', 'type true'] : role === undefined ? ['attach true', 'type true'] : [];
    expect(actions.sort()).toEqual(denied);
    // What it has no stream for is nothing to anybody.
    peer.say({ type: 'control', ts: 1, payload: { op: 'detach', stream: 1 } });
    peer.say({ type: 'ack', epoch, seq: 1, ts: 1, payload: { of: 'output', stream: 1 } });
    expect(await command(peer, 'hub.status', {})).toBe('ok');
  });
});

describe('[A25] the right to type', () => {
  it('is gone with the next keystroke when it is taken away, and comes back when it is given', async () => {
    const target = await newSession(hub.owner, 'stty -echo; printf ready; cat -v');
    const watcher = new Watcher(hub.owner, target.id);
    await watcher.shows('ready');
    const device = await hub.paired({ session: target.id, role: 'typer' });
    const peer = await device.peer();
    await peer.welcome();
    const { id: sessionId, epoch } = target;
    peer.say({ type: 'control', sessionId, ts: 1, payload: { op: 'attach', stream: 1, mode: 'screen' } });
    let seq = 0;
    const type = (text: string): void => {
      const payload = { op: 'input', stream: 1, inputSeq: ++seq } as const;
      peer.say({ type: 'control', sessionId, epoch, ts: 1, payload, bytes: new TextEncoder().encode(text) });
    };
    const answered = (count: number) => () => peer.all('ack').some(({ payload: { inputSeq } }) => inputSeq === count);
    type('before\r');
    await watcher.shows('before');
    await hub.owner.command('client.grant', { client: device.id, session: target.id, role: 'viewer' });
    // At once: the very next one.
    type('after\r');
    await eventually('the next keystroke is answered', answered(2));
    expect(peer.all('ack').at(-1)?.payload.refused?.code).toBe('not-allowed');
    // It is told so, and goes on watching.
    const told = () =>
      peer.all('status').flatMap(({ payload }) => (payload.kind === 'sessions' ? payload.changed : []));
    await eventually('it is told so', () => told().at(-1)?.role === 'viewer');
    expect(told().at(-1)).toMatchObject({ id: target.id, role: 'viewer' });
    watcher.type('mine\r');
    await watcher.shows('mine');
    expect(watcher.text).not.toContain('after');
    await hub.owner.command('client.grant', { client: device.id, session: target.id, role: 'typer' });
    type('again\r');
    await watcher.shows('again');
    // Not even seen: what it watches ends.
    await hub.owner.command('client.grant', { client: device.id, session: target.id, role: 'none' });
    await eventually('its stream ends', () => peer.all('control').some(({ payload }) => payload.op === 'ended'));
    await hub.owner.command('client.revoke', { client: device.id });
    expect(await peer.closes()).toMatchObject({ code: 4003 });
  });

  it('ends with its time, also for somebody who is in: they are told, and see it no more', async () => {
    const clock = new MovedClock(systemClock, { held: true });
    hub = await listeningHub({ clock });
    const target = await newSession(hub.owner, 'cat');
    const device = await hub.paired({ session: target.id, role: 'typer', expiresInMs: 20_000 });
    const peer = await device.peer();
    const welcome = await peer.welcome();
    expect(welcome.sessions).toMatchObject([{ id: target.id, role: 'typer' }]);
    const { id: sessionId } = target;
    peer.say({ type: 'control', sessionId, ts: 1, payload: { op: 'attach', stream: 1, mode: 'screen' } });
    await eventually('it sees it', () => peer.find('log'));
    clock.advance(20_000);
    await eventually('it is told that it is over', () =>
      peer.all('control').some(({ payload }) => payload.op === 'ended'),
    );
    await eventually('it is told that the session is gone', () =>
      peer.all('status').some(({ payload }) => payload.kind === 'sessions' && payload.removed.includes(target.id)),
    );
    expect(await command(peer, 'session.send', { session: target.id, text: 'x' })).toBe('not-found');
    expect((await hub.owner.command('client.list', {})).clients[0]?.grants).toEqual([]);
  });
});

describe('layouts of a device', () => {
  it('are its own, and are forgotten with it', async () => {
    const device = await hub.paired({ role: 'typer' });
    const name = 'mine';
    expect((await device.command('workspace.save', { name })).status).toBe(200);
    expect((await device.command('workspace.list')).json.result.workspaces).toMatchObject([{ name }]);
    expect((await hub.owner.command('workspace.list', {})).workspaces).toEqual([]);
    await hub.owner.command('client.revoke', { client: device.id });
    await hub.hub.stop();
    const database = new DatabaseSync(join(hub.paths.state, 'state.db'), { readOnly: true });
    expect(database.prepare('SELECT name FROM workspaces').all()).toEqual([]);
    database.close();
  });
});
