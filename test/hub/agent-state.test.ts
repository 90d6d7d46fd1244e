import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SessionHost, SessionInfo } from '../../src/core/index.ts';
import { closeAll, ENV, errorOf, eventually, onlineClient, openHub, Watcher } from './support/index.ts';

// Agents take their time: they run side by side, in one hub.
let socket: string;
beforeAll(async () => {
  ({ socket } = await openHub());
});
afterAll(closeAll);

const PLAYER = fileURLToPath(new URL('../support/play-recording.mjs', import.meta.url));
const recording = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/recordings/${name}.cast`, import.meta.url));

/** A recorded agent in place of the real one. */
function start(host: SessionHost, name: string, ...options: string[]): Promise<SessionInfo> {
  const agent = name.split('-')[0]!;
  const command = [process.execPath, PLAYER, recording(name), '--stay', ...options];
  return host.command('session.new', { command, agent, cwd: '/tmp', env: ENV, cols: 120, rows: 40 });
}

const wait = (host: SessionHost, session: string, until: 'working' | 'blocked' | 'idle' | 'done' | 'exited') =>
  host.command('session.wait', { session, until, timeoutMs: 30_000 });
const enter = (host: SessionHost, session: string) => host.command('session.keys', { session, keys: ['Enter'] });
const agentOf = (host: SessionHost, id: string) => host.sessions.find((session) => session.id === id)?.agent;

describe.concurrent('the state of an agent', () => {
  test.each(['claude', 'codex', 'gemini'])('%s: can be waited for, and is told to every viewer', async (agent) => {
    const host = await onlineClient(socket);
    const viewer = await onlineClient(socket);
    const { id } = await start(host, `${agent}-done`, '--wait-at', 'typed,approve');
    expect((await wait(host, id, 'idle')).matched).toBe('idle');
    const blocked = wait(viewer, id, 'blocked');
    await enter(host, id);
    const { session } = await blocked;
    expect(session.agent).toMatchObject({
      kind: agent,
      state: 'blocked',
      question: expect.stringContaining('touch made.txt'),
    });
    await eventually('the viewer hears of it', () => agentOf(viewer, id)?.state === 'blocked');
    expect(agentOf(viewer, id)?.question).toBe(session.agent.question);
    const done = wait(viewer, id, 'done');
    const again = wait(viewer, id, 'working');
    await enter(host, id);
    await again;
    expect((await done).session.agent.state).toBe('done');
    expect((await wait(host, id, 'idle')).matched).toBe('idle');
    await enter(host, id);
    await eventually('who types has seen it', () => agentOf(viewer, id)?.state === 'idle');
    const exited = wait(viewer, id, 'exited');
    await host.command('session.kill', { session: id });
    expect((await exited).matched).toBe('exited');
  });

  test('ends: who waits for anything else is told so', async () => {
    const host = await onlineClient(socket);
    const { id } = await start(host, 'claude-idle');
    await wait(host, id, 'idle');
    const blocked = errorOf(wait(host, id, 'blocked'));
    await host.command('session.kill', { session: id });
    expect((await blocked).message).toContain('ended before blocked');
  });

  test('is done until somebody saw it, and idle where somebody looks', async () => {
    const host = await onlineClient(socket);
    const viewer = await onlineClient(socket);
    const seen = await start(host, 'codex-done', '--wait-at', 'typed', '--speed', '4');
    const unseen = await start(host, 'codex-done', '--wait-at', 'typed', '--speed', '4');
    for (const { id } of [seen, unseen]) await wait(host, id, 'idle');
    await viewer.command('session.seen', { session: seen.id, looking: true });
    const states: string[] = [];
    host.on(() => {
      const state = agentOf(host, seen.id)?.state;
      if (state && states.at(-1) !== state) states.push(state);
    });
    const done = [wait(host, seen.id, 'done'), wait(host, unseen.id, 'done')];
    for (const { id } of [seen, unseen]) await enter(host, id);
    await Promise.all(done);
    await eventually(
      'the one is idle, the other done',
      () => agentOf(host, seen.id)?.state === 'idle' && agentOf(host, unseen.id)?.state === 'done',
    );
    expect(states).not.toContain('done');
    await viewer.command('session.seen', { session: unseen.id });
    await eventually('it was seen', () => agentOf(host, unseen.id)?.state === 'idle');
  });

  test('is not seen by a viewer that has left', async () => {
    const { socket } = await openHub(); // Its viewers are counted.
    const host = await onlineClient(socket);
    const viewer = await onlineClient(socket);
    const { id } = await start(host, 'codex-done', '--wait-at', 'typed', '--speed', '4');
    await wait(host, id, 'idle');
    await viewer.command('session.seen', { session: id, looking: true });
    viewer.close();
    await eventually('it has left', async () => (await host.command('viewer.list', {})).viewers.length === 1);
    await enter(host, id);
    expect((await wait(host, id, 'done')).session.agent.state).toBe('done');
  });

  test('is explained', async () => {
    const host = await onlineClient(socket);
    const { id, name } = await start(host, 'claude-permission');
    await wait(host, id, 'blocked');
    const told = await host.command('session.explain', { session: id });
    expect(told).toMatchObject({ id, name, kind: 'claude', state: 'blocked', now: { rule: 'claude/permission' } });
    expect(told.now?.choices).toEqual(['Yes', expect.stringContaining('always allow'), 'No']);
  });

  test('begins anew with a new run', async () => {
    const host = await onlineClient(socket);
    const { id } = await start(host, 'claude-permission');
    await wait(host, id, 'blocked');
    const restarted = await host.command('session.restart', { session: id });
    expect(restarted.agent.state).toBe('unknown');
    expect(restarted.agent.question).toBeUndefined();
    await wait(host, id, 'blocked');
  });

  test('of an agent in a shell goes with its kind, and a shell that says nothing has none', async () => {
    const host = await onlineClient(socket);
    const command = ['/bin/sh'];
    const { id } = await host.command('session.new', { command, cwd: '/tmp', env: ENV, cols: 120, rows: 40 });
    const pane = new Watcher(host, id, { cols: 120, rows: 40 });
    await pane.shows('$');
    expect(agentOf(host, id)).toMatchObject({ kind: 'shell', state: 'unknown' });
    pane.type(`${process.execPath} ${PLAYER} ${recording('claude-permission')} --stay\r`);
    await wait(host, id, 'blocked');
    await eventually('its kind is told', () => agentOf(host, id)?.kind === 'claude');
  });
});
