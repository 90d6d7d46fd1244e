import { afterEach, describe, expect, test } from 'vitest';
import type { HostEvent, SessionHost, SessionInfo, ViewEntry } from '../../src/core/index.ts';
import { closeAll, equalCells, errorOf, eventsOf, eventually, newSession, Watcher } from '../hub/support/index.ts';

/** What every session host must do, whatever hub is behind it. `open` gives two viewers of the same fresh hub, online. */
export function sessionHostContract(
  name: string,
  open: () => Promise<{ first: SessionHost; second: SessionHost }>,
): void {
  describe(name, () => {
    afterEach(closeAll);
    const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
    const of = <T extends HostEvent['type']>(events: HostEvent[], type: T) =>
      events.filter((event): event is Extract<HostEvent, { type: T }> => event.type === type);

    test('a fresh hub is online and has no sessions', async () => {
      const { first } = await open();
      expect(first.connection.state).toBe('online');
      expect(first.connection.attempt).toBe(0);
      expect(first.sessions).toEqual([]);
      expect(first.hub?.software).toMatch(/^iris-tui\//);
      await eventually('the round trip is measured', () => first.connection.roundTripMs !== undefined);
    });

    test('a session that one viewer starts, renames and kills is seen by the other', async () => {
      const { first, second } = await open();
      const events = eventsOf(second);
      const a = await newSession(first, 'cat');
      const b = await newSession(first, 'cat');
      await eventually('both are listed', () => second.sessions.length === 2);
      expect(second.sessions.map((s) => s.id)).toEqual([a.id, b.id]);
      expect(a.name).not.toBe(b.name);
      expect(of(events, 'sessions').length).toBeGreaterThan(0);
      await first.command('session.rename', { session: a.name, name: 'api' });
      await eventually('the new name is listed', () => second.sessions[0]?.name === 'api');
      await first.command('session.kill', { session: 'api' });
      await eventually('one is left', () => second.sessions.length === 1);
      expect(second.sessions[0]?.id).toBe(b.id);
    });

    test('a viewer gets a snapshot, then what is written, and types into the process', async () => {
      const { first } = await open();
      const session = await newSession(first, 'echo ready; cat');
      await first.command('session.wait', { session: session.id, text: 'ready', timeoutMs: 30_000 });
      const watcher = new Watcher(first, session.id);
      await watcher.shows('ready');
      expect(watcher.entries[0]?.kind).toBe('snapshot');
      expect(watcher.attachment.position?.epoch).toBe(session.epoch);
      watcher.type('häl\tlo\r');
      await watcher.shows(/häl +lo\nhäl +lo/);
    });

    test('two viewers of one session see the same cells', async () => {
      const { first, second } = await open();
      const session = await newSession(
        first,
        'printf "\\033[1;31mred\\033[0m \\033[48;5;20mblue\\033[0m 漢字 e\\314\\201\\n"; cat',
      );
      const a = new Watcher(first, session.id);
      const b = new Watcher(second, session.id);
      await a.shows('漢字');
      a.type('one\r');
      await a.shows('one\none');
      b.type('two\r');
      await a.shows('two\ntwo');
      // To one of them the last newline may come later.
      await equalCells(first, session.id, [a, b]);
      const cursors = (): string[] => [a, b].map(({ screen }) => JSON.stringify(screen.cursor));
      await eventually('their cursors are equal', () => new Set(cursors()).size === 1);
    });

    test('a reader of the log gets every entry, numbered without a hole, from the first', async () => {
      const { first } = await open();
      const session = await newSession(first, 'for i in $(seq 300); do echo line $i; done; cat');
      await first.command('session.wait', { session: session.id, text: 'line 300', timeoutMs: 30_000 });
      const log = new Watcher(first, session.id, { mode: 'log' });
      await eventually('all lines are there', () => log.output.includes('line 300\r\n'));
      const seqs = log.entries.filter((e) => e.kind !== 'snapshot').map((e) => e.seq);
      expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, i) => i + 1));
      expect(log.output).toBe(Array.from({ length: 300 }, (_, i) => `line ${i + 1}\r\n`).join(''));
    });

    test('who attaches after a position gets what came since, and nothing twice', async () => {
      const { first, second } = await open();
      const session = await newSession(first, 'cat');
      const log = new Watcher(first, session.id, { mode: 'log' });
      log.type('one\r');
      await eventually('one was echoed', () => log.output.includes('one\r\none\r\n'));
      const { position } = log.attachment;
      log.attachment.detach();
      const other = new Watcher(second, session.id, { mode: 'log' });
      other.type('two\r');
      await eventually('two was echoed', () => other.output.includes('two\r\ntwo\r\n'));
      const again = new Watcher(first, session.id, { mode: 'log', ...(position ? { after: position } : {}) });
      await eventually('the rest is there', () => again.output === 'two\r\ntwo\r\n');
      expect(again.entries.every((entry) => entry.kind === 'output')).toBe(true);
      expect(again.entries[0]?.seq).toBe((position?.seq ?? 0) + 1);
    });

    test('an entry is handed out when the one before it was dealt with', async () => {
      const { first } = await open();
      const session = await newSession(first, 'cat');
      const seen: ViewEntry['kind'][] = [];
      let release: (() => void) | undefined;
      const watcher = new Watcher(first, session.id, {
        onEntry: (entry) => {
          seen.push(entry.kind);
          return new Promise<void>((resolve) => {
            release = resolve;
          });
        },
      });
      await eventually('the first entry is there', () => release !== undefined);
      watcher.type('x');
      await first.command('session.wait', { session: session.id, text: 'x', timeoutMs: 30_000 });
      // A round trip later everything that was sent has arrived.
      await first.command('session.list', {});
      expect(seen).toHaveLength(1);
      release?.();
      await eventually('the second entry is there', () => seen.length === 2);
    });

    test('a restart is a new epoch on a fresh screen', async () => {
      const { first } = await open();
      const session = await newSession(first, 'echo "pid $$."; cat');
      const watcher = new Watcher(first, session.id);
      await watcher.shows(/pid \d+\./);
      const before = watcher.text;
      const after = await first.command('session.restart', { session: session.id });
      expect(after.epoch).not.toBe(session.epoch);
      await eventually('the new epoch is seen', () => watcher.attachment.position?.epoch === after.epoch);
      await eventually('another process is shown', () => watcher.text !== before && /pid \d+\./.test(watcher.text));
      watcher.type('again\r');
      await watcher.shows('again\nagain');
    });

    test('an exit is told with its code and the screen stays', async () => {
      const { first } = await open();
      const session = await newSession(first, 'echo bye; exit 7');
      const { session: ended } = await first.command('session.wait', { session: session.id, until: 'exited' });
      expect(ended.process).toMatchObject({ status: 'exited', exitCode: 7 });
      await eventually('the list says so', () => first.sessions[0]?.process.exitCode === 7);
      const watcher = new Watcher(first, session.id);
      await watcher.shows('bye');
      expect(watcher.ended).toBeUndefined();
    });

    test('a killed session ends its attachments, an unknown one never begins', async () => {
      const { first, second } = await open();
      const session = await newSession(first, 'cat');
      const watcher = new Watcher(second, session.id);
      await eventually('it is attached', () => watcher.entries.length > 0);
      await first.command('session.kill', { session: session.id });
      await eventually('the attachment is over', () => watcher.ended);
      expect(watcher.ended?.reason).toBeUndefined();
      const unknown = new Watcher(first, 'nosuchsession');
      await eventually('it is refused', () => unknown.ended);
      expect(unknown.ended?.reason?.code).toBe('not-found');
    });

    test('a read-only viewer sees, but neither types nor decides the size', async () => {
      const { first, second } = await open();
      const session = await newSession(first, 'cat', { cols: 60, rows: 20 });
      const reader = new Watcher(second, session.id, { readOnly: true, cols: 100, rows: 40 });
      await eventually('it sees', () => reader.entries.length > 0);
      reader.type('never\r');
      reader.attachment.resize(99, 33);
      // The hub has dealt with both.
      await second.command('session.list', {});
      const typer = new Watcher(first, session.id, { cols: 60, rows: 20 });
      typer.type('typed\r');
      await reader.shows('typed\ntyped');
      expect(reader.text).not.toContain('never');
      const { sessions } = await first.command('session.list', {});
      expect(sessions).toMatchObject([{ id: session.id, cols: 60, rows: 20 }]);
    });

    test('bell, clipboard and notice reach those who watch the session, once each', async () => {
      const { first, second } = await open();
      const session = await newSession(first, 'read x; printf "\\a\\033]52;c;aGVsbG8=\\a\\033]9;look here\\a"; cat');
      const watcher = new Watcher(first, session.id);
      new Watcher(first, session.id);
      const seen = eventsOf(first);
      const elsewhere = eventsOf(second);
      watcher.type('\r');
      await eventually('all three came', () => of(seen, 'notice').length > 0 && of(seen, 'clipboard').length > 0);
      await first.command('session.list', {});
      await second.command('session.list', {});
      expect(of(seen, 'bell')).toEqual([{ type: 'bell', sessionId: session.id }]);
      expect(of(seen, 'clipboard')).toEqual([{ type: 'clipboard', sessionId: session.id, text: 'hello' }]);
      expect(of(seen, 'notice')).toMatchObject([{ sessionId: session.id, body: 'look here' }]);
      expect([...of(elsewhere, 'bell'), ...of(elsewhere, 'clipboard'), ...of(elsewhere, 'notice')]).toEqual([]);
    });

    test('a layout changes only for who has seen the newest, and all others hear of it', async () => {
      const { first, second } = await open();
      const events = eventsOf(second);
      const empty = await first.command('workspace.get', {});
      expect(empty).toEqual({ name: 'main', revision: 0, workspace: { tabs: [], recent: [] } });
      const tab = {
        id: 't1',
        name: 'work',
        named: true,
        layout: { type: 'pane', id: 'p1', sessionId: 's1' },
        focus: ['p1'],
        zoomed: false,
      } as const;
      const workspace = { tabs: [{ ...tab, focus: [...tab.focus] }], recent: ['t1'] };
      expect(await first.command('workspace.put', { revision: 0, workspace })).toEqual({ revision: 1 });
      const late = await errorOf(second.command('workspace.put', { revision: 0, workspace: empty.workspace }));
      expect(late.code).toBe('conflict');
      await eventually('the other heard of it', () => of(events, 'workspace').length > 0);
      expect(of(events, 'workspace')[0]).toMatchObject({ name: 'main', revision: 1 });
      expect((await second.command('workspace.get', {})).workspace).toEqual(workspace);
    });

    test('commands fail with the code of what is wrong', async () => {
      const { first } = await open();
      const codeOf = async (promise: Promise<unknown>): Promise<string> => (await errorOf(promise)).code;
      expect(await codeOf(first.command('session.kill', { session: 'nobody' }))).toBe('not-found');
      expect(await codeOf(first.command('session.kill', { session: '' }))).toBe('usage');
      expect(await codeOf(first.command('session.new', { command: ['/no/such/program'] }))).toBe('program-missing');
      expect(await codeOf(first.command('session.new', { cwd: '/no/such/folder' }))).toBe('folder-missing');
      expect(await codeOf(first.command('session.dance' as 'session.list', {}))).toBe('usage');
      await newSession(first, 'cat');
      const sessions: readonly SessionInfo[] = (await first.command('session.list', {})).sessions;
      const taken = first.command('session.new', { command: ['cat'], name: sessions[0]!.name });
      expect(await codeOf(taken)).toBe('conflict');
    });

    test('after close nothing is told and nothing is done any more', async () => {
      const { first, second } = await open();
      const session = await newSession(first, 'cat');
      const watcher = new Watcher(second, session.id);
      await eventually('it is attached', () => watcher.entries.length > 0);
      const events = eventsOf(second);
      second.close();
      const entries = watcher.entries.length;
      expect((await errorOf(second.command('session.list', {}))).code).toBe('cancelled');
      await first.command('session.send', { session: session.id, text: 'hello' });
      await first.command('session.wait', { session: session.id, text: 'hello', timeoutMs: 30_000 });
      await eventually('the hub noticed', async () => (await first.command('viewer.list', {})).viewers.length === 1);
      expect(events).toEqual([]);
      expect(watcher.entries).toHaveLength(entries);
      second.close();
      watcher.attachment.write(utf8('nobody'));
      watcher.attachment.detach();
    });
  });
}
