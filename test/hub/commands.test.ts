import { chmodSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { KNOWN_AGENTS } from '../../src/core/index.ts';
import {
  client,
  closeAll,
  ENV,
  errorOf,
  eventsOf,
  eventually,
  folder,
  newSession,
  onlineClient,
  openHub,
  Watcher,
} from './support/index.ts';

afterEach(closeAll);

async function open() {
  const place = await openHub();
  return { ...place, host: await onlineClient(place.socket) };
}

describe('session.wait', () => {
  test('is answered by what stands on the screen already', async () => {
    const { host } = await open();
    const { id } = await newSession(host, 'echo all good; cat');
    const { matched, session } = await host.command('session.wait', { session: id, text: 'all (good|bad)' });
    expect(matched).toBe('all good');
    expect(session.id).toBe(id);
    expect((await host.command('session.wait', { session: id, text: '^all' })).matched).toBe('all');
  });

  test('finds what scrolled off the screen between two looks, and text that wraps', async () => {
    const { host } = await open();
    const { id } = await newSession(host, 'read x; echo needle; seq 300; cat', { cols: 20, rows: 5 });
    const scrolled = host.command('session.wait', { session: id, text: 'needle', timeoutMs: 30_000 });
    await host.command('session.keys', { session: id, keys: ['Enter'] });
    expect((await scrolled).matched).toBe('needle');
    const wrapped = host.command('session.wait', { session: id, text: 'a{30}bc d', timeoutMs: 30_000 });
    await host.command('session.send', { session: id, text: `${'a'.repeat(38)}bc d`, enter: false });
    await wrapped;
  });

  test('ends with its time, with the session, and with the process', async () => {
    const { host } = await open();
    const { id, name } = await newSession(host, 'cat');
    const late = await errorOf(host.command('session.wait', { session: id, text: 'never', timeoutMs: 50 }));
    expect(late.code).toBe('timed-out');
    expect(late.line).toContain(name);
    const killed = errorOf(host.command('session.wait', { session: id, text: 'never' }));
    await host.command('session.kill', { session: id });
    expect((await killed).code).toBe('failed');
    const short = await newSession(host, 'read x; echo last words; exit 3');
    const words = host.command('session.wait', { session: short.id, text: 'last words' });
    const never = errorOf(host.command('session.wait', { session: short.id, text: 'never' }));
    const exited = host.command('session.wait', { session: short.id, until: 'exited' });
    await host.command('session.keys', { session: short.id, keys: ['Enter'] });
    expect((await words).matched).toBe('last words');
    expect((await exited).session.process.exitCode).toBe(3);
    expect((await never).line).toContain('ended before');
    // What is over already is told at once.
    expect((await errorOf(host.command('session.wait', { session: short.id, text: 'never' }))).code).toBe('failed');
  });

  test('a pattern without an end is given up, and nobody waits for it', async () => {
    const { host } = await open();
    const { id } = await newSession(host, `echo ${'a'.repeat(60)}!; cat`);
    await host.command('session.wait', { session: id, text: 'a!' });
    const error = await errorOf(host.command('session.wait', { session: id, text: '^(a+)+$', timeoutMs: 30_000 }));
    expect(error.code).toBe('usage');
    const search = { session: id, pattern: '^(a+)+$', regex: true, from: 100, direction: 'up' } as const;
    expect((await errorOf(host.command('session.search', search))).code).toBe('usage');
    expect((await errorOf(host.command('session.wait', { session: id, text: '(' }))).code).toBe('usage');
    expect((await errorOf(host.command('session.wait', { session: id }))).code).toBe('usage');
  });

  test('is forgotten when the one who waits leaves', async () => {
    const { host, socket } = await open();
    const { id } = await newSession(host, 'cat');
    const other = client(socket);
    const waiting = errorOf(other.command('session.wait', { session: id, text: 'never' }));
    await eventually('it is connected', () => other.connection.state === 'online');
    other.close();
    expect((await waiting).code).toBe('cancelled');
    await host.command('session.send', { session: id, text: 'never' });
  });
});

describe('typing by command', () => {
  test('keys go by tmux name, what is no key as text, and all of it as the program’s modes want', async () => {
    const { host } = await open();
    const { id } = await newSession(host, 'stty -echo -icanon; printf "\\033[?1h"; echo ready; cat -v');
    await host.command('session.wait', { session: id, text: 'ready' });
    await host.command('session.keys', { session: id, keys: ['Up', 'C-a', 'hello', 'Enter'] });
    const { matched } = await host.command('session.wait', { session: id, text: '\\^\\[OA.*', timeoutMs: 30_000 });
    expect(matched).toContain('^[OA^Ahello');
    await host.command('session.keys', { session: id, keys: ['Up', 'Enter'], literal: true });
    await host.command('session.wait', { session: id, text: 'UpEnter', timeoutMs: 30_000 });
  });

  test('[E30] a paste is wrapped if the program asked, and can’t end its own bracket', async () => {
    const { host } = await open();
    const { id } = await newSession(host, 'stty -echo -icanon; printf "\\033[?2004h"; echo ready; cat -v');
    await host.command('session.wait', { session: id, text: 'ready' });
    const text = 'x \u001b[201~touch P\r\u009b201~\u0003y';
    await host.command('session.send', { session: id, text, paste: true });
    const { matched } = await host.command('session.wait', {
      session: id,
      text: '\\^\\[\\[200~[^]*201~',
      timeoutMs: 30_000,
    });
    expect(matched.match(/\^\[\[20[01]~/g)).toEqual(['^[[200~', '^[[201~']);
    expect(matched).toContain('touch P');
    expect(matched).not.toContain('^C');
  });

  test('enter comes after the text, on its own when it is a paste; pipes get a line', async () => {
    const { host } = await open();
    const { id } = await newSession(host, 'read a; echo "got<$a>"; read b; echo "got<$b>"; cat');
    await host.command('session.send', { session: id, text: 'one' });
    await host.command('session.wait', { session: id, text: 'got<one>', timeoutMs: 30_000 });
    await host.command('session.send', { session: id, text: 'two', paste: true });
    await host.command('session.wait', { session: id, text: 'got<two>', timeoutMs: 30_000 });
    const pipes = await host.command('session.new', { command: ['cat'], cwd: '/tmp', env: ENV, mode: 'pipes' });
    await host.command('session.send', { session: pipes.id, text: 'through pipes' });
    await host.command('session.wait', { session: pipes.id, text: 'through pipes', timeoutMs: 30_000 });
  });

  test('cancel interrupts what runs', async () => {
    const { host } = await open();
    const { id } = await newSession(host, 'trap "echo interrupted; exit 130" INT; echo ready; sleep 100 & wait');
    await host.command('session.wait', { session: id, text: 'ready' });
    await host.command('session.cancel', { session: id });
    const { session } = await host.command('session.wait', { session: id, until: 'exited', timeoutMs: 30_000 });
    expect(session.process.exitCode).toBe(130);
  });
});

describe('reading by command', () => {
  test('capture gives the screen, with history and with colours when asked', async () => {
    const { host } = await open();
    const { id } = await newSession(host, 'seq 50; printf "\\033[31mred\\033[0m"; cat', { cols: 30, rows: 5 });
    await host.command('session.wait', { session: id, text: 'red' });
    const plain = await host.command('session.capture', { session: id });
    expect(plain).toMatchObject({ cols: 30, rows: 5, cursor: { x: 3, y: 4 }, text: '47\n48\n49\n50\nred' });
    const long = await host.command('session.capture', { session: id, history: 1_000 });
    expect(long.text.split('\n').slice(0, 3)).toEqual(['1', '2', '3']);
    expect((await host.command('session.capture', { session: id, ansi: true })).text).toContain('\u001b[31mred');
  });

  test('lines are numbered from the start of the epoch, and a search finds them', async () => {
    const { host } = await open();
    const { id } = await newSession(host, 'seq -f "line %.0f" 100; cat', { cols: 30, rows: 5 });
    await host.command('session.wait', { session: id, text: 'line 100' });
    const range = await host.command('session.lines', { session: id, from: 10, count: 3 });
    expect(range).toMatchObject({ first: 0, from: 10, cols: 30, lines: ['line 11', 'line 12', 'line 13'] });
    expect(range.end).toBe(range.screenTop + 5);
    const up = { session: id, pattern: 'line 5', regex: false, from: range.end, direction: 'up' } as const;
    expect(await host.command('session.search', up)).toEqual({ match: { line: 58, column: 0, length: 6 } });
    expect(await host.command('session.search', { ...up, pattern: 'nowhere' })).toEqual({});
  });

  test('a long scrollback is captured whole, though it is longer than a message may be', async () => {
    const { host } = await open();
    const { id } = await newSession(host, 'seq -f "%01000.0f" 1500; echo over; cat', { cols: 1000, rows: 5 });
    await host.command('session.wait', { session: id, text: 'over', timeoutMs: 30_000 });
    const { text } = await host.command('session.capture', { session: id, history: 10_000 });
    expect(text.length).toBeGreaterThan(1_500_000);
    expect(text.split('\n')[1_499]).toBe('1500'.padStart(1_000, '0'));
  });
});

describe('session.new', () => {
  test('runs an agent found on the caller’s PATH, or says what is missing', async () => {
    const { host } = await open();
    const place = folder();
    writeFileSync(`${place.path}/claude`, '#!/bin/sh\necho I am claude; cat\n');
    chmodSync(`${place.path}/claude`, 0o755);
    const env = { ...ENV, PATH: `${place.path}:${ENV.PATH}` };
    const session = await host.command('session.new', { agent: 'claude', cwd: '/tmp', env });
    expect(session.agent.kind).toBe('claude');
    await host.command('session.wait', { session: session.id, text: 'I am claude', timeoutMs: 30_000 });
    const missing = await errorOf(host.command('session.new', { agent: 'codex', cwd: '/tmp', env }));
    expect(missing.code).toBe('program-missing');
    expect(missing.line).toContain(KNOWN_AGENTS.find((agent) => agent.name === 'codex')!.install);
    // A wrapper in its place keeps its rules.
    const wrapped = await host.command('session.new', { agent: 'codex', command: ['cat'], cwd: '/tmp', env });
    expect(wrapped.agent.kind).toBe('codex');
  });

  test('without a command it is the shell of the caller, in the folder asked for', async () => {
    const { host } = await open();
    const session = await host.command('session.new', { cwd: '/usr', env: { ...ENV, SHELL: '/bin/bash' } });
    expect(session.command).toEqual(['/bin/bash']);
    await host.command('session.send', { session: session.id, text: 'echo "in $PWD $IRIS_TUI $IRIS_SESSION_NAME"' });
    await host.command('session.wait', { session: session.id, text: 'in /usr 1 bash', timeoutMs: 30_000 });
  });
});

describe('viewers', () => {
  test('are listed, and one can be made to leave: it is told and does not come back', async () => {
    const { host, socket } = await open();
    const other = client(socket);
    await eventually('it is connected', () => other.connection.state === 'online');
    const events = eventsOf(other);
    const { viewers } = await host.command('viewer.list', {});
    expect(viewers).toHaveLength(2);
    expect(viewers.filter((viewer) => viewer.self)).toHaveLength(1);
    await host.command('viewer.detach', { viewer: viewers.find((viewer) => !viewer.self)!.id });
    await eventually('it left', () => other.connection.state === 'error');
    expect(events.find((event) => event.type === 'detached')).toBeDefined();
    await eventually('one is left', async () => (await host.command('viewer.list', {})).viewers.length === 1);
  });

  test('are counted in the session, each once', async () => {
    const { host, socket } = await open();
    const session = await newSession(host, 'cat');
    const watchers = [new Watcher(host, session.id), new Watcher(host, session.id)];
    const other = await onlineClient(socket);
    new Watcher(other, session.id);
    const counts = (): number | undefined => host.sessions[0]?.viewers;
    await eventually('two are counted', () => counts() === 2);
    other.close();
    await eventually('one is counted', () => counts() === 1);
    for (const watcher of watchers) watcher.attachment.detach();
    await eventually('none is counted', () => counts() === 0);
  });
});

describe('layouts', () => {
  test('are kept under names, taken again and forgotten', async () => {
    const { host } = await open();
    const layout = { type: 'pane', id: 'p', sessionId: 's' } as const;
    const tab = (name: string) => ({ id: name, name, named: true, layout, focus: ['p'], zoomed: false });
    const codeOf = async (promise: Promise<unknown>): Promise<string> => (await errorOf(promise)).code;
    await host.command('workspace.put', { revision: 0, workspace: { tabs: [tab('one')], recent: ['one'] } });
    await host.command('workspace.save', { name: 'evening' });
    await host.command('workspace.put', { revision: 1, workspace: { tabs: [], recent: [] } });
    expect((await host.command('workspace.list', {})).workspaces).toMatchObject([{ name: 'evening', tabs: 1 }]);
    const loaded = await host.command('workspace.load', { name: 'evening' });
    expect(loaded).toMatchObject({ revision: 3, workspace: { tabs: [{ name: 'one' }] } });
    expect((await host.command('workspace.get', {})).revision).toBe(3);
    await host.command('workspace.delete', { name: 'evening' });
    expect(await codeOf(host.command('workspace.load', { name: 'evening' }))).toBe('not-found');
    expect(await codeOf(host.command('workspace.save', { name: 'main' }))).toBe('usage');
  });
});
