import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import {
  type Clock,
  type Entry,
  IrisError,
  randomIds,
  type Session,
  type SessionEvent,
  SessionRegistry,
  type SessionSpec,
} from '../../../src/core/index.ts';
import { createTransport } from '../../../src/transports/index.ts';
import { isAlive, waitUntil } from '../../support/index.ts';

/** Real monotonic time, unless a test stops it; timers run only when a test says so. */
class HandClock implements Clock {
  readonly timers = new Set<() => void>();
  skew = 0;
  stoppedAt: number | undefined;
  now(): number {
    return (this.stoppedAt ?? performance.now()) + this.skew;
  }
  wall(): number {
    return 1_700_000_000_000;
  }
  after(_delayMs: number, run: () => void) {
    const timer = () => {
      this.timers.delete(timer);
      run();
    };
    this.timers.add(timer);
    return { cancel: () => void this.timers.delete(timer) };
  }
  run(): void {
    for (const timer of [...this.timers]) timer();
  }
}

const folder = mkdtempSync(join(tmpdir(), 'iris-tui-session-'));
const registries: SessionRegistry[] = [];
const clock = new HandClock();

afterEach(async () => {
  for (const registry of registries.splice(0)) {
    await Promise.all(registry.list().map((session) => registry.kill(session)));
    expect(registry.size).toBe(0);
  }
  expect(clock.timers.size).toBe(0);
  clock.skew = 0;
  clock.stoppedAt = undefined;
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

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

const env = { PATH: process.env.PATH!, SECRET_TOKEN: 'hunter2', LC_ALL: 'C.UTF-8' };
const spec = (script: string, more: Partial<SessionSpec> = {}): SessionSpec => ({
  command: ['sh', '-c', script],
  cwd: '/tmp',
  env,
  mode: 'pty',
  cols: 40,
  rows: 5,
  ...more,
});

function record(session: Session): SessionEvent[] {
  const events: SessionEvent[] = [];
  session.events.on((event) => {
    const keeps = event.type === 'entry' && 'bytes' in event.entry;
    events.push(keeps ? { ...event, entry: { ...event.entry, bytes: Uint8Array.from(event.entry.bytes) } } : event);
  });
  return events;
}
const ended = (session: Session) => waitUntil(() => !session.live, 'the session has ended');
const shows = (session: Session, text: string) =>
  waitUntil(() => session.screen.capture().includes(text), `a screen with ${text}`, {
    detail: () => session.screen.capture(),
  });
const bytesOf = (entries: readonly Entry[]) =>
  Buffer.concat(entries.flatMap((entry) => ('bytes' in entry ? [Buffer.from(entry.bytes)] : [])));

describe('a session', () => {
  it('parses output, logs it, and tells of each entry after its screen has it', async () => {
    const session = registry().create(spec('read go; printf "one\\ntwo"; exit 3'));
    const seen: string[] = [];
    session.events.on((event) => {
      if (event.type === 'entry' && event.entry.kind === 'output') seen.push(session.screen.capture());
    });
    const events = record(session);
    session.write(Buffer.from('\r'));
    await ended(session);
    expect(seen.at(-1)).toContain('one\ntwo');
    const entries = events.flatMap((event) => (event.type === 'entry' ? [event.entry] : []));
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, i) => i + 1));
    expect(session.log.from(0)).toEqual(entries);
    expect(events.find(({ type }) => type === 'ended')).toEqual({ type: 'ended', end: { exitCode: 3 } });
    expect(events.findLastIndex(({ type }) => type === 'entry')).toBeLessThan(
      events.findIndex(({ type }) => type === 'ended'),
    );
    expect(session.info().process).toEqual({ status: 'exited', exitCode: 3 });
    expect(session.info().agent.state).toBe('exited');
  });

  it('loses nothing of a flood, and the log keeps its newest part', async () => {
    const session = registry().create(spec('read go; stty raw; head -c 8388608 /dev/zero | tr "\\0" y'));
    const hash = createHash('sha256');
    let bytes = 0;
    session.events.on((event) => {
      if (event.type !== 'entry' || !('bytes' in event.entry)) return;
      hash.update(event.entry.bytes);
      bytes += event.entry.bytes.length;
    });
    session.write(Buffer.from('\n'));
    await ended(session);
    const echo = '\r\n';
    expect(bytes).toBe(8_388_608 + echo.length);
    expect(hash.digest('hex')).toBe(createHash('sha256').update(echo).update('y'.repeat(8_388_608)).digest('hex'));
    expect(session.log.from(0)).toBeUndefined();
    expect(session.log.bytes).toBeLessThanOrEqual(2 * 1024 * 1024);
  });

  it('changes size in order with the output, for the process, the screen and the log', async () => {
    const session = registry().create(spec('trap "stty size" WINCH; echo ready; while :; do sleep 0.02; done'));
    await shows(session, 'ready');
    const events = record(session);
    session.resize(33, 7);
    session.resize(33, 7);
    await shows(session, '7 33');
    expect(events[0]).toEqual({ type: 'entry', entry: { kind: 'resize', cols: 33, rows: 7, seq: expect.any(Number) } });
    expect(events.filter((event) => event.type === 'entry' && event.entry.kind === 'resize')).toHaveLength(1);
    expect([session.screen.cols, session.screen.rows]).toEqual([33, 7]);
    session.resize(0, Number.NaN);
    expect([session.cols, session.rows]).toEqual([2, 1]);
    expect([session.screen.cols, session.screen.rows]).toEqual([2, 1]);
  });

  it('gives the answers of its terminal back to the process, once', async () => {
    const script = 'stty raw -echo; printf "\\033[5n\\033[6n"; head -c 10 | od -An -tx1; stty sane';
    const session = registry().create(spec(script, { cols: 60 }));
    await ended(session);
    expect(session.screen.capture()).toContain('1b 5b 30 6e 1b 5b 31 3b 31 52');
  });

  it('interrupts by Ctrl-C, also in the middle of a flood', async () => {
    const session = registry().create(
      spec('trap "echo; echo got INT; exit 9" INT; while :; do echo flood flood; done'),
    );
    await waitUntil(() => session.log.last > 50, 'a flood');
    session.cancel();
    await ended(session);
    expect(session.info().process.exitCode).toBe(9);
    expect(session.screen.capture()).toContain('got INT');
  });

  it('keeps stdout and stderr apart with pipes, begins lines at the left, and takes Enter as a line feed', async () => {
    const session = registry().create(spec('read x; echo "got $x"; echo bad >&2; echo end', { mode: 'pipes' }));
    session.write(Buffer.from('typed'));
    session.write(Buffer.from('\r'));
    await ended(session);
    const entries = session.log.from(0)!;
    expect(bytesOf(entries.filter(({ kind }) => kind === 'output')).toString()).toBe('got typed\nend\n');
    expect(bytesOf(entries.filter(({ kind }) => kind === 'error')).toString()).toBe('bad\n');
    for (const line of ['got typed', 'bad', 'end']) expect(session.screen.capture().split('\n')).toContain(line);
  });

  it('interrupts a process with pipes by a signal', async () => {
    const session = registry().create(
      spec('trap "exit 4" INT; echo ready; while :; do sleep 0.02; done', { mode: 'pipes' }),
    );
    await shows(session, 'ready');
    session.cancel();
    await ended(session);
    expect(session.info().process.exitCode).toBe(4);
  });

  it('restarts with a new epoch, screen and log, after all of the old run is gone', async () => {
    const session = registry().create(spec('echo run $$; sleep 600'));
    await shows(session, 'run');
    const events = record(session);
    const { epoch, screen, log, pid } = session;
    await session.restart();
    expect(isAlive({ pid: pid! })).toBe(false);
    expect(session.epoch).not.toBe(epoch);
    expect(session.screen).not.toBe(screen);
    expect(session.log).not.toBe(log);
    expect(session.info().process.status).toBe('running');
    const types = events.map(({ type }) => type).filter((type) => type === 'ended' || type === 'restarted');
    expect(types).toEqual(['ended', 'restarted']);
    await shows(session, `run ${session.pid}`);
    expect(session.log.from(0)![0]!.seq).toBe(1);
  });

  it('restarts after its process ended, and says so when that cannot start any more', async () => {
    const program = join(folder, 'program');
    const made = registry();
    writeFileSync(program, '#!/bin/sh\nexit 5\n', { mode: 0o755 });
    const session = made.create({ ...spec(''), command: [program] });
    await ended(session);
    await session.restart();
    await ended(session);
    expect(session.info().process.exitCode).toBe(5);
    rmSync(program);
    await expect(session.restart()).rejects.toMatchObject({ code: 'program-missing' });
    expect(session.info().process).toMatchObject({ status: 'failed', reason: expect.stringContaining(program) });
    expect(made.find(session.id)).toBe(session);
  });

  it('settles everyone who asked: stop twice, restart while it stops, stop while it restarts', async () => {
    const session = registry().create(spec('echo up; exec sleep 600'));
    await shows(session, 'up');
    await Promise.all([session.stop(), session.stop()]);
    expect(session.state.kind).toBe('exited');
    await session.stop();
    await session.restart();
    const stopping = session.stop();
    const restarting = session.restart();
    await Promise.all([stopping, restarting]);
    expect(session.live).toBe(true);
    await Promise.all([session.restart(), session.stop()]);
    expect(session.state.kind).toBe('exited');
  });

  it('refuses input when nothing runs, in words', async () => {
    const session = registry().create(spec('exit 0', { name: 'short' }));
    await ended(session);
    expect(() => session.write(Buffer.from('x'))).toThrow(IrisError);
    expect(() => session.write(Buffer.from('x'))).toThrow('short is not running');
    session.resize(50, 10);
    session.signal('SIGINT');
    expect(session.screen.cols).toBe(50);
  });

  it('tells of changes of its info together, not each for itself', async () => {
    const session = registry().create(
      spec('printf "\\033]2;first\\007"; read x; printf "\\033]2;second\\007"; read x'),
    );
    await waitUntil(() => session.screen.title === 'first', 'a title');
    clock.run();
    const events = record(session);
    session.setAgent('working');
    session.viewers = 2;
    session.setAgent('blocked', 'may I?');
    session.write(Buffer.from('\n'));
    await waitUntil(() => session.screen.title === 'second', 'another title');
    expect(events.filter(({ type }) => type === 'info')).toHaveLength(0);
    clock.run();
    const infos = events.flatMap((event) => (event.type === 'info' ? [event.info] : []));
    expect(infos).toHaveLength(1);
    expect(infos[0]).toMatchObject({
      title: 'second',
      viewers: 2,
      agent: { kind: 'shell', state: 'blocked', question: 'may I?' },
    });
  });

  it('tells of bells, notices and clipboard writes, but of no flood of them', async () => {
    const script = `read x; printf '\\a\\a'; sleep 0.02; printf '\\a\\033]777;notify;T;B\\007\\033]52;c;aGk=\\007'; read x; printf '\\a'; read x`;
    const session = registry().create(spec(script));
    const events = record(session);
    const told = (type: string) => events.filter((event) => event.type === type);
    clock.stoppedAt = performance.now();
    session.write(Buffer.from('\n'));
    await waitUntil(() => told('clipboard').length === 1, 'a clipboard write');
    expect(told('bell')).toHaveLength(1);
    expect(told('notice')).toEqual([{ type: 'notice', title: 'T', body: 'B' }]);
    expect(told('clipboard')).toEqual([{ type: 'clipboard', text: 'hi' }]);
    clock.skew = 1000;
    session.write(Buffer.from('\n'));
    await waitUntil(() => told('bell').length === 2, 'another bell');
  });

  it('goes on when a listener throws', async () => {
    const thrown: unknown[] = [];
    const made = new SessionRegistry({
      clock,
      ids: randomIds((bytes) => crypto.getRandomValues(bytes)),
      hub: 'local',
      scrollback: 10,
      transport: (launch, identity) => createTransport('local', launch, { identity, hub: '/run/test.sock' }),
      onError: (error) => thrown.push(error),
    });
    registries.push(made);
    const session = made.create(spec('echo hello'));
    session.events.on(() => {
      throw new Error('a listener');
    });
    await ended(session);
    expect(session.screen.capture()).toContain('hello');
    expect(thrown.length).toBeGreaterThan(0);
  });
});

describe('the registry', () => {
  it('gives every session a name of its own', () => {
    const made = registry();
    const names = [made.create(spec('sleep 9')), made.create(spec('sleep 9'))].map(({ name }) => name);
    expect(names).toEqual(['sh', 'sh-2']);
    expect(() => made.create(spec('true', { name: 'sh' }))).toThrow(/named "sh" already/);
    const session = made.create(spec('sleep 9', { name: 'api' }));
    expect(() => made.rename(session, 'sh-2')).toThrow(IrisError);
    made.rename(session, 'api');
    made.rename(session, ' web\u0007 ');
    expect(session.name).toBe('web');
    expect(made.find('we')).toBe(session);
  });

  it('leaves no session behind when the program is missing', () => {
    const made = registry();
    const events: string[] = [];
    made.on(({ type }) => events.push(type));
    expect(() => made.create({ ...spec(''), command: ['iris-no-such-program'] })).toThrow(/was not found in/);
    expect(() => made.create({ ...spec(''), command: [] })).toThrow(IrisError);
    expect(made.list()).toEqual([]);
    expect(events).toEqual([]);
  });

  it('keeps sessions after they ended, until they are killed', async () => {
    const made = registry();
    const events: string[] = [];
    made.on(({ type, session }) => events.push(`${type} ${session.name}`));
    const short = made.create(spec('exit 0', { name: 'short' }));
    const long = made.create(spec('exec sleep 600', { name: 'long' }));
    await ended(short);
    expect(made.list()).toEqual([short, long]);
    await made.kill(short);
    const { pid } = long;
    await made.kill(long);
    expect(isAlive({ pid: pid! })).toBe(false);
    expect(made.list()).toEqual([]);
    expect(events).toEqual(['added short', 'added long', 'removed short', 'removed long']);
  });

  it('stops all at once and keeps them listed', async () => {
    const made = registry();
    const all = Array.from({ length: 4 }, () => made.create(spec('echo up; exec sleep 600')));
    await Promise.all(all.map((session) => shows(session, 'up')));
    const results = await made.stopAll();
    expect(results.map(({ status }) => status)).toEqual(Array(4).fill('fulfilled'));
    expect(made.list().map(({ state }) => state.kind)).toEqual(Array(4).fill('exited'));
  });
});

describe('what is kept of a session', () => {
  it('comes back as died, with its screen, size, numbers and title, and can be started again', async () => {
    const session = registry().create(
      spec('printf "\\033]2;topic\\007"; i=0; while [ $i -lt 60 ]; do i=$((i+1)); echo line $i; done; sleep 600'),
    );
    await shows(session, 'line 60');
    session.resize(50, 6);
    const saved = JSON.parse(JSON.stringify(session.saved())) as ReturnType<Session['saved']>;
    expect(saved.status).toEqual({ kind: 'live' });
    expect(JSON.stringify(saved)).not.toContain('hunter2');
    expect(saved.env).toEqual({ PATH: process.env.PATH, LC_ALL: 'C.UTF-8' });

    const entries = session.log.from(0)!;
    const restored = registry().restore(saved, { entries });
    expect(restored.screen.capture({ history: 1000 })).toBe(session.screen.capture({ history: 1000 }));
    expect(restored.info()).toMatchObject({
      id: session.id,
      name: session.name,
      epoch: session.epoch,
      seq: session.log.last,
      title: 'topic',
      cols: 50,
      rows: 6,
      createdAt: session.createdAt,
      process: { status: 'died' },
      agent: { kind: 'shell', state: 'exited' },
    });
    expect(restored.live).toBe(false);
    await restored.restart();
    expect(restored.epoch).not.toBe(session.epoch);
    await shows(restored, 'line 60');
  });

  it('comes back from a checkpoint and what followed it', async () => {
    const session = registry().create(
      spec('i=0; while [ $i -lt 60 ]; do i=$((i+1)); echo line $i; done; read x; echo more; read x'),
    );
    await shows(session, 'line 60');
    const checkpoint = {
      seq: session.log.last,
      cols: session.cols,
      rows: session.rows,
      bytes: session.screen.snapshot({ history: 1000 }),
    };
    session.write(Buffer.from('\n'));
    await shows(session, 'more');
    const entries = session.log.from(checkpoint.seq)!;
    const restored = registry().restore(session.saved(), { checkpoint, entries });
    expect(restored.screen.capture({ history: 1000 })).toBe(session.screen.capture({ history: 1000 }));
    expect(restored.log.last).toBe(session.log.last);
    // Numbers go on from there.
    restored.resize(60, 9);
    expect(restored.log.from(session.log.last)).toEqual([
      { kind: 'resize', cols: 60, rows: 9, seq: session.log.last + 1 },
    ]);
  });

  it('keeps how a process ended', async () => {
    const session = registry().create(spec('exit 7'));
    await ended(session);
    const restored = registry().restore(session.saved(), { entries: [] });
    expect(restored.info().process).toEqual({ status: 'exited', exitCode: 7 });
  });
});
