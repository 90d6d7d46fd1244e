import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { randomIds, type Session, SessionRegistry, type SessionSpec } from '../../../src/core/index.ts';
import { createTransport } from '../../../src/transports/index.ts';
import { waitUntil } from '../../support/index.ts';
import { FakeClock } from '../reconnect/fake-clock.ts';

/** Real processes, in time that moves only by hand. */
let clock = new FakeClock();
const folder = mkdtempSync(join(tmpdir(), 'iris-tui-restart-'));
const registries: SessionRegistry[] = [];
afterEach(async () => {
  for (const registry of registries.splice(0)) {
    await Promise.all(registry.list().map((session) => registry.kill(session)));
  }
  clock = new FakeClock();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function registry(): SessionRegistry {
  const made = new SessionRegistry({
    clock,
    ids: randomIds((bytes) => crypto.getRandomValues(bytes)),
    hub: 'local',
    scrollback: 200,
    transport: (launch, identity) => createTransport('local', launch, { identity, hub: '/run/test.sock' }),
    onError: (error) => {
      throw error;
    },
  });
  registries.push(made);
  return made;
}

const spec = (command: readonly string[], more: Partial<SessionSpec> = {}): SessionSpec => ({
  command,
  cwd: folder,
  env: { PATH: process.env.PATH! },
  mode: 'pty',
  cols: 80,
  rows: 5,
  ...more,
});

/** What is to be done at once is done meanwhile. */
const becomes = (session: Session, what: string, condition: () => boolean) =>
  waitUntil(
    () => {
      clock.advance(0);
      return condition();
    },
    what,
    { detail: () => `${JSON.stringify(session.info().process)} ${session.screen.capture()}` },
  );
const shows = (session: Session, text: string) =>
  becomes(session, `a screen with ${text}`, () => session.screen.capture().includes(text));

/** A program that counts its runs, and does in each what the test says. */
function program(name: string, script: string): string {
  const path = join(folder, name);
  rmSync(`${path}.runs`, { force: true });
  writeFileSync(path, `#!/bin/sh\necho ">$*" >> "${path}.runs"\nrun=$(wc -l < "${path}.runs")\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}
const runs = (path: string): string[] => {
  if (!existsSync(`${path}.runs`)) return [];
  return readFileSync(`${path}.runs`, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => line.slice(1));
};

describe('a process that ended by itself', () => {
  it('is started again when its rule says so, with a new epoch, and says so', async () => {
    const path = program('flaky', '[ "$run" = 1 ] && exit 3; echo "run $run"; read -r line');
    const session = registry().create(spec([path], { restart: 'on-failure' }));
    const { epoch } = session;
    await shows(session, 'run 2');
    expect(session.epoch).not.toBe(epoch);
    expect(session.info().process).toMatchObject({ status: 'running', begun: 'restarted' });
    expect(session.info().connection).toMatchObject({ state: 'online', attempt: 0 });
    // Ended well: that was all.
    session.write(Buffer.from('\r'));
    await becomes(session, 'it ends', () => !session.live);
    clock.advance(60_000);
    expect(session.info().process).toEqual({ status: 'exited', exitCode: 0 });
    expect(runs(path)).toHaveLength(2);
  });

  it('waits before it is started once more, shows when, and never runs twice', async () => {
    const path = program('hopeless', 'exit 1');
    const session = registry().create(spec([path], { restart: 'always' }));
    const isDown = (times: number) => runs(path).length === times && session.state.kind === 'exited';
    await becomes(session, 'the second run is over', () => isDown(2));
    const { process } = session.info();
    expect(process).toMatchObject({ status: 'exited', exitCode: 1, reason: 'its rule starts it again' });
    expect(process.restartAt).toBe(clock.wall() + 1_000);
    clock.advance(999);
    expect(session.state.kind).toBe('exited');
    clock.advance(1);
    expect(session.state.kind).toBe('running');
    await becomes(session, 'the third run is over', () => isDown(3));
    expect(session.info().process.restartAt).toBe(clock.wall() + 2_000);
    session.stopRetrying();
    expect(session.info().process).toEqual({ status: 'exited', exitCode: 1 });
    session.retry();
    clock.advance(60_000);
    expect(session.state.kind).toBe('exited');
    // Somebody asked for it: the first time is at once again.
    await session.restart();
    await becomes(session, 'the fifth run is over', () => isDown(5));
  });

  it('stays down when somebody stopped it', async () => {
    const path = program('steady', 'echo "run $run"; while :; do sleep 1; done');
    const session = registry().create(spec([path], { restart: 'always' }));
    await shows(session, 'run 1');
    await session.stop();
    expect(session.info().process).not.toHaveProperty('restartAt');
    expect(session.wanted).toBe(false);
    clock.advance(60_000);
    expect(session.state.kind).toBe('exited');
    expect(runs(path)).toHaveLength(1);
  });
});

describe('an agent that is started again', () => {
  it('goes on with its conversation, by the name it was given, and says so', async () => {
    const path = program('claude', 'echo "run $run: $*"; [ "$run" = 1 ] && exit 1; read -r line');
    const session = registry().create(spec([path, '--verbose'], { restart: 'always' }));
    await shows(session, 'run 2');
    const [first = '', second = ''] = runs(path);
    const id = /^--session-id ([0-9a-f-]{36}) --verbose$/.exec(first)?.[1];
    expect(id).toBeDefined();
    expect(second).toBe(`--resume ${id} --verbose`);
    expect(session.info().process.begun).toBe('resumed');
    expect(session.log.from(0)?.[0]).toMatchObject({ kind: 'mark', mark: 'resumed' });
    expect(session.saved().conversation).toEqual({ agent: 'claude', id });
    expect(session.info().command).toEqual([path, '--verbose']);
  });

  it('goes on with the conversation it says it is in, and with no other name', async () => {
    const path = program('claude', 'echo "run $run"; read -r line; exit 1');
    const session = registry().create(spec([path], { restart: 'always' }));
    await shows(session, 'run 1');
    const other = '0199a7b2-6c1e-7f43-9a55-0f1c2d3e4f50';
    session.converses('claude', other);
    session.converses('claude', '--dangerously-skip-permissions');
    session.converses('gemini', other.replace('0', '1'));
    session.write(Buffer.from('\r'));
    await shows(session, 'run 2');
    expect(runs(path)[1]).toBe(`--resume ${other}`);
    expect(session.saved().conversation).toEqual({ agent: 'claude', id: other });
  });

  it('begins anew, once, when there is nothing to go on with', async () => {
    const path = program(
      'codex',
      'case "$*" in *resume*) echo "No conversation found"; exit 1;; esac; echo "fresh $run"; read -r line; exit 1',
    );
    const session = registry().create(spec([path], { restart: 'on-failure' }));
    await shows(session, 'fresh 1');
    session.write(Buffer.from('\r'));
    await shows(session, 'fresh 3');
    expect(runs(path)).toEqual(['', 'resume --last', '']);
    expect(session.info().process.begun).toBe('restarted');
  });
});
