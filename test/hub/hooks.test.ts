import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { NO_TEAMS, type SessionHost, type SessionInfo } from '../../src/core/index.ts';
import { type Hub, startHub } from '../../src/hub/index.ts';
import { closeAll, ENV, errorOf, type Folder, folder, onlineClient } from './support/index.ts';

const HOOK = fileURLToPath(new URL('../../src/cli/hook-main.ts', import.meta.url));
const AGENT = fileURLToPath(new URL('../support/hooked-agent.mjs', import.meta.url));

let hub: Hub | undefined;
afterEach(async () => {
  await hub?.stop();
  hub = undefined;
  await closeAll();
});

interface Stand {
  readonly place: Folder;
  readonly host: SessionHost;
  readonly claude: string;
  start(hooks?: boolean): Promise<SessionInfo>;
  /** What stands on its screen, once that holds `text`. */
  shows(session: SessionInfo, text: string): Promise<string>;
  fire(session: SessionInfo, line: string): Promise<void>;
}

async function stand(hookProgram = [process.execPath, HOOK], hooks?: boolean): Promise<Stand> {
  const place = folder();
  const teams = hooks === undefined ? NO_TEAMS : { ...NO_TEAMS, hooks };
  const started = await startHub({ paths: place.paths, version: '0.1.0', env: ENV, hookProgram, teams });
  if (started.kind !== 'started') throw new Error('another hub runs there');
  hub = started.hub;
  const claude = join(place.path, 'bin/claude');
  mkdirSync(join(place.path, 'bin'));
  writeFileSync(claude, `#!/bin/sh\nexec '${process.execPath}' '${AGENT}' "$@"\n`);
  chmodSync(claude, 0o755);
  const host = await onlineClient(place.socket);
  const shows = async (session: SessionInfo, text: string): Promise<string> => {
    await host.command('session.wait', { session: session.id, text, timeoutMs: 30_000 });
    return (await host.command('session.capture', { session: session.id })).text;
  };
  return {
    place,
    host,
    claude,
    start: (wanted) =>
      host.command('session.new', {
        command: [claude, '--model', 'x'],
        cwd: '/tmp',
        env: ENV,
        cols: 200,
        ...(wanted === undefined ? {} : { hooks: wanted }),
      }),
    shows,
    fire: async (session, line) => {
      await host.command('session.send', { session: session.id, text: line, enter: false });
      await host.command('session.keys', { session: session.id, keys: ['Enter'] });
      await shows(session, `${line.split(' ')[0]}: \\d+ \\[`);
    },
  };
}

const state = async ({ host }: Stand, { id }: SessionInfo) =>
  (await host.command('session.explain', { session: id })).state;

describe('hooks, with consent', () => {
  it('tell what an agent does, print nothing, and are no part of the command that is shown', async () => {
    const s = await stand();
    const session = await s.start(true);
    await s.shows(session, 'hooks: \\d+, token: [\\w-]{32}\\.');
    expect(session.command).toEqual([s.claude, '--model', 'x']);
    await s.fire(session, 'UserPromptSubmit');
    expect(await state(s, session)).toBe('working');
    await s.fire(
      session,
      'PermissionRequest {"tool_name":"Bash","tool_input":{"command":"make"},"permission_suggestions":[1]}',
    );
    const told = await s.host.command('session.explain', { session: session.id });
    expect(told).toMatchObject({
      state: 'blocked',
      question: 'Bash: make',
      authority: 'hook',
      hooks: 'on the command line of claude',
    });
    await s.fire(session, 'Stop');
    const text = await s.shows(session, 'Stop: ');
    expect(text.match(/^\w+: \d+ \[.*\]/gm)).toEqual([
      'UserPromptSubmit: 0 []',
      'PermissionRequest: 0 []',
      'Stop: 0 []',
    ]);
    await expect.poll(() => state(s, session), { timeout: 30_000 }).toBe('done');
  });

  it('speak for their own session alone', async () => {
    const s = await stand();
    const [one, other] = [await s.start(true), await s.start(true)];
    const tokenOf = async (session: SessionInfo): Promise<string> =>
      /token: ([\w-]+)\./.exec(await s.shows(session, 'token: [\\w-]{32}\\.'))![1]!;
    const [token, foreign] = [await tokenOf(one), await tokenOf(other)];
    expect(token).not.toBe(foreign);
    const words = { agent: 'claude', at: 1, fields: { hook_event_name: 'UserPromptSubmit' } };
    for (const wrong of [foreign, 'x', `${token}x`]) {
      const error = await errorOf(s.host.command('session.report', { session: one.id, token: wrong, ...words }));
      expect(error.code).toBe('not-allowed');
      expect(await post(s.place.socket, JSON.stringify({ session: one.id, token: wrong, ...words }))).toBe(403);
    }
    expect(await post(s.place.socket, '{"session":')).toBe(400);
    expect(await state(s, one)).toBe('unknown');
    expect(await post(s.place.socket, JSON.stringify({ session: one.id, token, ...words }))).toBe(204);
    expect(await state(s, one)).toBe('working');
    expect(await state(s, other)).toBe('unknown');
    // A new run has a new one.
    await s.host.command('session.restart', { session: one.id });
    expect(await post(s.place.socket, JSON.stringify({ session: one.id, token, ...words, at: 2 }))).toBe(403);
  });

  it('are heard in the order in which they began', async () => {
    const s = await stand();
    const session = await s.start(true);
    const token = /token: ([\w-]+)\./.exec(await s.shows(session, 'token: [\\w-]{32}\\.'))![1]!;
    const say = (event: string, at: number) =>
      s.host.command('session.report', {
        session: session.id,
        token,
        agent: 'claude',
        at,
        fields: { hook_event_name: event },
      });
    await say('PermissionRequest', 20_000);
    await say('PreToolUse', 19_990);
    expect(await state(s, session)).toBe('blocked');
    // The clock was set back.
    await say('PreToolUse', 10);
    expect(await state(s, session)).toBe('working');
  });

  it('do no harm where their program, or the hub, is gone', async () => {
    const s = await stand(['/nowhere/node', '/nowhere/hook.js']);
    const session = await s.start(true);
    await s.shows(session, 'hooks: \\d');
    await s.fire(session, 'Stop');
    expect(await s.shows(session, 'Stop: ')).toContain('Stop: 0 []');
    const run = (env: Record<string, string>, input: string): string =>
      execFileSync(process.execPath, [HOOK, 'claude'], { env, input, encoding: 'utf8', timeout: 60_000 });
    const known = { IRIS_SESSION_ID: 'x', IRIS_HOOK_TOKEN: 'y' };
    expect(run({}, '{}')).toBe('');
    expect(run({ ...known, IRIS_HUB: '/nowhere/hub.sock' }, '{"hook_event_name":"Stop"}')).toBe('');
    expect(run({ ...known, IRIS_HUB: s.place.socket }, 'no json')).toBe('');
    expect(run({ ...known, IRIS_HUB: s.place.socket }, '{"hook_event_name":"Stop"}')).toBe('');
  });

  it('can be had for all, and then refused for one', async () => {
    const s = await stand(undefined, true);
    await s.shows(await s.start(), 'token: [\\w-]{32}\\.');
    await s.shows(await s.start(false), 'hooks: 0, token: none');
  });
});

it('no hooks without consent', async () => {
  const s = await stand();
  const session = await s.start();
  await s.shows(session, 'hooks: 0, token: none');
  expect(await s.host.command('session.explain', { session: session.id })).not.toHaveProperty('hooks');
});

it('a session says why it has none', async () => {
  const s = await stand();
  const made = await s.host.command('session.new', {
    command: ['/bin/cat'],
    agent: 'claude',
    cwd: '/tmp',
    env: ENV,
    hooks: true,
  });
  expect((await s.host.command('session.explain', { session: made.id })).hooks).toMatch(/^none: /);
});

function post(socketPath: string, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, path: '/hook', method: 'POST' }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
