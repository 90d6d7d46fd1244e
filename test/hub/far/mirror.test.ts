import { afterEach, describe, expect, it } from 'vitest';
import { IrisError, type SessionHost, type SessionInfo } from '../../../src/core/index.ts';
import { systemClock } from '../../../src/protocol/index.ts';
import { waitUntil } from '../../support/index.ts';
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
  openChaos,
  openHub,
  openProxy,
  throughProxy,
  Watcher,
} from '../support/index.ts';
import { MovedClock } from '../support/listening.ts';

afterEach(closeAll);

/** Two hubs: `here` knows the other as `office`, by way of something that can break. */
async function twoHubs() {
  const office = await openHub();
  const way = await openProxy(office.socket, office);
  const here = await openHub(folder(), '0.1.0', {
    farHubs: ({ name }) => (name === 'office' ? { socketPath: way.socket } : undefined),
  });
  return {
    way,
    office,
    here,
    there: await onlineClient(office.socket),
    host: await onlineClient(here.socket),
  };
}

/** Connected, with its process known. */
function live(host: SessionHost, name?: string): Promise<SessionInfo> {
  return waitUntil(
    () => host.sessions.find((one) => (name ?? one.name) === one.name && one.process.pid !== undefined),
    'the mirror is live',
  );
}

describe('sessions of another hub', () => {
  it('are listed by hub/name, with their process, their agent and their epoch', async () => {
    const { there, host } = await twoHubs();
    const train = await newSession(there, 'echo hello; sleep 100');
    const { sessions } = await host.command('far.open', { hub: 'office' });
    expect(sessions.map(({ name }) => name)).toEqual(['office/sh']);
    const mirror = await live(host, 'office/sh');
    expect(mirror).toMatchObject({ transport: 'websocket', epoch: train.epoch, cols: train.cols });
    expect(mirror.id).not.toBe(train.id);
    await waitUntil(() => host.sessions[0]?.process.pid === train.process.pid, 'its process is known');
    await host.command('session.wait', { session: 'office/sh', text: 'hello', timeoutMs: 30_000 });
  });

  it('say at a glance what they say there: the agent is read off the same picture', async () => {
    const { there, host } = await twoHubs();
    const rule = '─'.repeat(40);
    const screen = ['● It is said here.', '', rule, '❯ a draft', rule, '  ? for shortcuts'].join('\\r\\n');
    const command = ['sh', '-c', `printf '${screen}'; exec sleep 100`];
    const launch = { command, agent: 'claude', cwd: '/tmp', env: ENV, cols: 120, rows: 40 };
    const train = await there.command('session.new', launch);
    await there.command('session.wait', { session: train.id, text: 'for shortcuts', timeoutMs: 30_000 });
    await host.command('far.open', { hub: 'office' });
    const { id } = await live(host);
    await waitUntil(() => host.sessions.some((one) => one.id === id && one.seq >= train.seq), 'it is followed');
    const at = async (where: SessionHost, session: string) => {
      const { glances } = await where.command('session.glances', { sessions: [session] });
      return glances[0]!.line;
    };
    const line = await at(there, train.id);
    expect(line).toBe('It is said here.');
    await eventually('the same is said here', async () => (await at(host, id)) === line);
  });

  it('are typed into, once, and what they answer is seen; a command is done where they live', async () => {
    const { there, host } = await twoHubs();
    await newSession(there, 'stty -echo; while read line; do echo "got <$line>"; done');
    await host.command('far.open', { hub: 'office' });
    const { id } = await live(host);
    const watcher = new Watcher(host, id);
    await watcher.shows('');
    watcher.attachment.write(Buffer.from('one\r'));
    await watcher.shows('got <one>');
    await host.command('session.send', { session: 'office/sh', text: 'two' });
    await watcher.shows('got <two>');
    const waited = await host.command('session.wait', { session: 'office/sh', text: 'got <two>' });
    expect(waited.session.id).toBe(id);
  });

  it('appear and go as they do there; a mirror that was taken away stays away', async () => {
    const { there, host } = await twoHubs();
    const { id } = await newSession(there, 'sleep 100');
    await host.command('far.open', { hub: 'office' });
    await there.command('session.rename', { session: id, name: 'first' });
    await waitUntil(() => host.sessions.some(({ name }) => name === 'office/first'), 'it is renamed here');
    const second = await there.command('session.new', { command: ['sleep', '50'], cwd: '/tmp', name: 'second' });
    await waitUntil(() => host.sessions.some(({ name }) => name === 'office/second'), 'the new one is here');
    await there.command('session.kill', { session: second.id });
    await waitUntil(() => !host.sessions.some(({ name }) => name === 'office/second'), 'it is gone here');
    await host.command('session.forget', { session: 'office/first' });
    await there.command('session.rename', { session: id, name: 'renamed' });
    await there.command('session.new', { command: ['sleep', '50'], cwd: '/tmp', name: 'third' });
    await waitUntil(() => host.sessions.some(({ name }) => name === 'office/third'), 'the third is here');
    expect(host.sessions.map(({ name }) => name)).toEqual(['office/third']);
    expect(there.sessions.find((one) => one.id === id)?.process.status).toBe('running');
  });

  it('are opened one by one, or all; what is not there opens nothing, and says so', async () => {
    const { there, host } = await twoHubs();
    for (const name of ['a', 'b', 'c'])
      await there.command('session.new', { command: ['sleep', '50'], cwd: '/tmp', name });
    const names = () => host.sessions.map(({ name }) => name).sort();
    expect((await errorOf(host.command('far.open', { hub: 'office', sessions: ['nope'] }))).code).toBe('not-found');
    expect((await errorOf(host.command('far.open', { hub: 'nowhere' }))).message).toContain(
      'no hub is known as nowhere',
    );
    expect(names()).toEqual([]);
    await host.command('far.open', { hub: 'office', sessions: ['b'] });
    await waitUntil(() => names().join() === 'office/b', 'one of them is here');
    await host.command('far.open', { hub: 'office', sessions: ['c'] });
    await waitUntil(() => names().join() === 'office/b,office/c', 'another one is here');
    await host.command('far.open', { hub: 'office' });
    await waitUntil(() => names().length === 3, 'all of them are here');
    await host.command('far.close', { hub: 'office' });
    await waitUntil(() => names().length === 0, 'none is here');
    expect(there.sessions.map(({ process }) => process.status)).toEqual(['running', 'running', 'running']);
  });

  it('that were closed stay away, also from a hub that is started anew, until they are opened again', async () => {
    const { office, here, there, host } = await twoHubs();
    for (const name of ['a', 'b', 'c'])
      await there.command('session.new', { command: ['sleep', '50'], cwd: '/tmp', name });
    const names = (of: SessionHost) =>
      of.sessions
        .map(({ name }) => name)
        .sort()
        .join();
    await host.command('far.open', { hub: 'office' });
    await live(host, 'office/a');
    await host.command('session.forget', { session: 'office/a' });
    await host.command('session.forget', { session: 'office/b' });
    await waitUntil(() => names(host) === 'office/c', 'one is left');
    await here.hub.stop();
    const again = await openHub(here, '0.1.0', { farHubs: () => ({ socketPath: office.socket }) });
    const next = await onlineClient(again.socket);
    await live(next, 'office/c');
    await there.command('session.new', { command: ['sleep', '50'], cwd: '/tmp', name: 'd' });
    await live(next, 'office/d');
    expect(names(next)).toBe('office/c,office/d');
    const { sessions } = await next.command('far.open', { hub: 'office', sessions: ['b'] });
    expect(sessions.map(({ name }) => name)).toContain('office/b');
    expect(names(next)).not.toContain('office/a');
    await next.command('far.open', { hub: 'office' });
    await waitUntil(() => names(next) === 'office/a,office/b,office/c,office/d', 'all of them are here');
    // Of some that are open, one is closed.
    await next.command('far.close', { hub: 'office' });
    await next.command('far.open', { hub: 'office', sessions: ['a', 'b'] });
    await next.command('session.forget', { session: 'office/a' });
    await next.command('far.open', { hub: 'office', sessions: ['c'] });
    await waitUntil(() => names(next) === 'office/b,office/c', 'those that were opened are here');
    await next.command('far.open', { hub: 'office', sessions: ['a'] });
    await waitUntil(() => names(next) === 'office/a,office/b,office/c', 'it is here again');
  });

  it('have the size of whoever looks from here, also when they looked before the other hub was there', async () => {
    const { office, here, there, host } = await twoHubs();
    const { id: farId } = await newSession(there, 'cat', { cols: 90, rows: 20 });
    await host.command('far.open', { hub: 'office' });
    const { id } = await live(host);
    const far = () => there.sessions.find((one) => one.id === farId);
    // Nobody looks from here: it stays as it was.
    expect([far()?.cols, far()?.rows]).toEqual([90, 20]);
    await here.hub.stop();
    let open = false;
    const again = await openHub(here, '0.1.0', {
      farHubs: () => async () => {
        if (!open) throw new IrisError('unreachable', 'not yet', { retriable: true });
        return { socketPath: office.socket };
      },
    });
    const next = await onlineClient(again.socket);
    await waitUntil(() => next.sessions[0]?.connection.reason === 'not yet', 'it is away');
    new Watcher(next, id, { cols: 111, rows: 33 });
    open = true;
    await next.command('session.retry', { session: id });
    await waitUntil(() => far()?.cols === 111 && far()?.rows === 33, 'it has the size there');
    await waitUntil(() => next.sessions[0]?.cols === 111, 'and here');
  });

  it('end there when they are killed here', async () => {
    const { there, host } = await twoHubs();
    await newSession(there, 'sleep 100');
    await host.command('far.open', { hub: 'office' });
    await host.command('session.kill', { session: 'office/sh' });
    await waitUntil(() => there.sessions.length === 0, 'it is gone there');
    await waitUntil(() => host.sessions.length === 0, 'it is gone here');
  });

  it('stay readable while the other hub is away, and go on byte for byte when it is back', async () => {
    const { office, way, host, there } = await twoHubs();
    const { id: farId } = await newSession(
      there,
      'stty -echo; i=0; while read line; do i=$((i+1)); echo "n$i $line"; done',
    );
    await host.command('far.open', { hub: 'office' });
    const { id } = await live(host);
    const watcher = new Watcher(host, id);
    watcher.attachment.write(Buffer.from('a\r'));
    await watcher.shows('n1 a');
    way.hold(true);
    way.cut();
    await waitUntil(() => host.sessions[0]?.connection.state !== 'online', 'it is away');
    expect((await host.command('session.capture', { session: id })).text).toContain('n1 a');
    watcher.attachment.write(Buffer.from('b\r'));
    // It waits, and that is to be seen.
    await waitUntil(() => host.sessions[0]?.connection.heldBytes === 2, 'it is held');
    way.hold(false);
    way.cut();
    await host.command('session.retry', { session: id });
    await watcher.shows('n2 b');
    await waitUntil(() => host.sessions[0]?.connection.heldBytes === undefined, 'nothing is held any more');
    const direct = await onlineClient(office.socket);
    await eventually('it is byte for byte the same', async () => {
      const [log, wanted] = [await logOf(host, id), await logOf(direct, farId)];
      return log === wanted && log.includes('n2 b\r\n');
    });
  });

  it('that are started again there while the way is cut lose nothing of either run, nor does a reader who was away here', async () => {
    const office = await openHub();
    const there = await onlineClient(office.socket);
    const way = await openChaos(office.socket);
    const here = await openHub(folder(), '0.1.0', { farHubs: () => () => throughProxy(way) });
    const host = await onlineClient(here.socket);
    const script = "stty -echo; printf 'begin\\n>'; while read -r l; do eval \"$l\"; printf 'done\\n>'; done";
    const far = await newSession(there, script);
    await host.command('far.open', { hub: 'office' });
    const { id } = await live(host, 'office/sh');
    const wayHere = await openChaos(here.socket);
    const readers = [client(here.socket), client(wayHere, { reconnect: { settleMs: 0 } })] as const;
    const [stays, away] = readers.map((reader) => new Watcher(reader, id, { mode: 'log' })) as [Watcher, Watcher];
    for (const one of [stays, away]) await waitUntil(() => one.output.includes('begin\r\n>'), 'it hears the beginning');
    await wayHere.down();
    await way.down();
    await waitUntil(() => host.sessions[0]?.connection.state === 'offline', 'it is cut');
    await there.command('session.send', { session: far.id, text: 'seq 1000', enter: true });
    await there.command('session.wait', { session: far.id, text: '^1000\ndone\n>$' });
    await there.command('session.restart', { session: far.id });
    await there.command('session.wait', { session: far.id, text: '^begin\n>$' });
    await way.up();
    await host.command('session.retry', { session: id });
    const whole = `begin\n>${Array.from({ length: 1000 }, (_, i) => `${i + 1}\n`).join('')}done\n>begin\n>`;
    const heard = ({ output }: Watcher): string => output.replaceAll('\r\n', '\n');
    await waitUntil(() => heard(stays).endsWith('done\n>begin\n>'), 'the second run is there');
    await wayHere.up();
    readers[1].retryNow();
    await waitUntil(() => heard(away).endsWith('done\n>begin\n>'), 'it is there for the other, too');
    for (const one of [stays, away]) {
      expect(heard(one)).toBe(whole);
      expect(one.entries.filter((entry) => entry.kind === 'snapshot' && (entry.gap || entry.lostAfter))).toEqual([]);
    }
  });

  it('whose hub gives no answer are told of as far away, long before the way to it is given up', async () => {
    const office = await openHub();
    const way = await openChaos(office.socket);
    const here = await openHub(folder(), '0.1.0', { farHubs: () => () => throughProxy(way) });
    const host = await onlineClient(here.socket);
    await newSession(await onlineClient(office.socket), 'echo ready; sleep 100');
    await host.command('far.open', { hub: 'office' });
    await live(host, 'office/sh');
    way.set({ silent: true });
    const { connection } = await waitUntil(
      () => host.sessions.find(({ connection: { roundTripMs = 0 } }) => roundTripMs >= 3_000),
      'it is told',
    );
    expect(connection.state).toBe('online');
    way.set({ silent: false });
    await waitUntil(() => (host.sessions[0]?.connection.roundTripMs ?? 0) < 3_000, 'it is heard again');
  });

  it('that wrote more than is kept while the way was cut: the gap is told, and screen and scrollback are whole', async () => {
    const office = await openHub();
    const there = await onlineClient(office.socket);
    const way = await openChaos(office.socket);
    const here = await openHub(folder(), '0.1.0', { farHubs: () => () => throughProxy(way) });
    const host = await onlineClient(here.socket);
    const far = await newSession(there, 'stty -echo; echo begin; read x; seq 500000; echo it is over; read x');
    await host.command('far.open', { hub: 'office' });
    const { id } = await live(host, 'office/sh');
    const reader = new Watcher(client(here.socket), id, { mode: 'log' });
    await waitUntil(() => reader.output.includes('begin\r\n'), 'it hears the beginning');
    await way.down();
    await waitUntil(() => host.sessions[0]?.connection.state === 'offline', 'it is cut');
    await there.command('session.send', { session: far.id, text: 'go', enter: true });
    await there.command('session.wait', { session: far.id, text: 'it is over', timeoutMs: 90_000 });
    await way.up();
    await host.command('session.retry', { session: id });
    await eventually('the reader is told', () =>
      reader.entries.some((entry) => entry.kind === 'snapshot' && entry.gap),
    );
    const whole = { history: 1_000_000, ansi: true };
    const wanted = await there.command('session.capture', { session: far.id, ...whole });
    expect(wanted.text.split('\n').length).toBeGreaterThan(5_000);
    expect((await host.command('session.capture', { session: id, ...whole })).text).toBe(wanted.text);
  });

  it('hold 64 KiB that are typed while the other hub is away; what is more is refused, and told', async () => {
    const { way, there, host } = await twoHubs();
    await newSession(there, 'stty raw -echo; printf ready; head -c 65536 | wc -c; sleep 100');
    await host.command('far.open', { hub: 'office' });
    const { id } = await live(host);
    const watcher = new Watcher(host, id);
    await watcher.shows('ready');
    const heard = eventsOf(host);
    way.hold(true);
    way.cut();
    await waitUntil(() => host.sessions[0]?.connection.state !== 'online', 'it is away');
    for (let i = 0; i < 6; i++) watcher.attachment.write(Buffer.alloc(16 * 1024, 'x'));
    const refused = () => heard.filter((event) => event.type === 'refused');
    await waitUntil(() => refused().reduce((sum, { bytes }) => sum + bytes, 0) === 32 * 1024, 'two are refused');
    expect(refused()[0]!.reason).toBe('more than 64 KiB wait for the connection of office/sh');
    await waitUntil(() => host.sessions[0]?.connection.heldBytes === 64 * 1024, 'the others are held');
    way.hold(false);
    way.cut();
    await host.command('session.retry', { session: id });
    await watcher.shows('65536');
  });

  it('are waited for across a break, also from within it, and as long as was asked for', async () => {
    const { office, way, host } = await twoHubs();
    const direct = await onlineClient(office.socket);
    const { id: far } = await newSession(direct, 'stty -echo; while read l; do eval "$l"; done');
    await host.command('far.open', { hub: 'office' });
    await live(host);
    const session = 'office/sh';
    const before = host.command('session.wait', { session, text: 'it is (over)' });
    const short = errorOf(host.command('session.wait', { session, text: 'never', timeoutMs: 1_500 }));
    way.hold(true);
    way.cut();
    await waitUntil(() => host.sessions[0]?.connection.state !== 'online', 'it is away');
    const within = host.command('session.wait', { session, text: 'it is over' });
    const exited = host.command('session.wait', { session, until: 'exited' });
    // It has left the screen by the time the way is there again.
    await direct.command('session.send', { session: far, text: 'echo it is over; seq 100; echo end' });
    await direct.command('session.wait', { session: far, text: '^end$' });
    expect((await short).code).toBe('timed-out');
    way.hold(false);
    way.cut();
    await host.command('session.retry', { session });
    expect(await before).toMatchObject({ matched: 'it is over', session: { name: session } });
    expect(await within).toMatchObject({ matched: 'it is over' });
    const last = host.command('session.wait', { session, text: 'last words' });
    const other = errorOf(host.command('session.wait', { session, text: 'something else' }));
    await direct.command('session.send', { session: far, text: 'echo last words; exit' });
    expect(await last).toMatchObject({ matched: 'last words' });
    expect(await exited).toMatchObject({ matched: 'exited', session: { process: { status: 'exited' } } });
    expect((await other).message).toContain('office/sh ended before the text "something else"');
  });

  it('are waited for until they are closed here, and that is said; or gone there', async () => {
    const { host, there } = await twoHubs();
    const { id } = await newSession(there, 'sleep 100');
    await host.command('far.open', { hub: 'office' });
    await live(host);
    const closed = errorOf(host.command('session.wait', { session: 'office/sh', text: 'x' }));
    await host.command('far.close', { hub: 'office' });
    expect(await closed).toMatchObject({
      code: 'failed',
      message: expect.stringContaining('office/sh was closed here before'),
    });
    await host.command('far.open', { hub: 'office' });
    await live(host);
    const gone = errorOf(host.command('session.wait', { session: 'office/sh', text: 'x' }));
    await there.command('session.kill', { session: id });
    expect(await gone).toMatchObject({ code: 'failed', message: expect.stringContaining('office/sh ended before') });
  });

  it('are waited for while this hub, and one in the middle of a chain, are started anew', async () => {
    const { office, here, there, host } = await twoHubs();
    const { id: far } = await newSession(there, 'stty -echo; while read l; do eval "$l"; done');
    await host.command('far.open', { hub: 'office' });
    const end = await openHub(folder(), '0.1.0', { farHubs: () => ({ socketPath: here.socket }) });
    const user = client(here.socket);
    const last = await onlineClient(end.socket);
    await live(user, 'office/sh');
    await last.command('far.open', { hub: 'here' });
    await live(last, 'here/office/sh');
    const waits = [
      user.command('session.wait', { session: 'office/sh', text: 'it is over' }),
      last.command('session.wait', { session: 'here/office/sh', text: 'it is over' }),
    ];
    await here.hub.stop();
    await waitUntil(() => last.sessions[0]?.connection.state !== 'online', 'it is away');
    await there.command('session.send', { session: far, text: 'echo it is over; seq 100' });
    await openHub(here, '0.1.0', { farHubs: () => ({ socketPath: office.socket }) });
    user.retryNow();
    await last.command('session.retry', { session: 'here/office/sh' });
    expect(await Promise.all(waits)).toMatchObject([{ matched: 'it is over' }, { matched: 'it is over' }]);
  });

  it('pass through a chain of three hubs with the same epoch, and do not go round', async () => {
    const first = await openHub();
    let lastSocket = '';
    const second = await openHub(folder(), '0.1.0', {
      farHubs: ({ name }) => ({ socketPath: name === 'first' ? first.socket : lastSocket }),
    });
    const third = await openHub(folder(), '0.1.0', { farHubs: () => ({ socketPath: second.socket }) });
    lastSocket = third.socket;
    const a = await onlineClient(first.socket);
    const b = await onlineClient(second.socket);
    const c = await onlineClient(third.socket);
    const origin = await newSession(a, 'stty -echo; while read l; do echo "<$l>"; done');
    await b.command('far.open', { hub: 'first' });
    await c.command('far.open', { hub: 'second' });
    const end = await live(c, 'second/first/sh');
    const watcher = new Watcher(c, end.id);
    watcher.attachment.write(Buffer.from('far\r'));
    await watcher.shows('<far>');
    expect(c.sessions[0]?.epoch).toBe(origin.epoch);
    await b.command('far.open', { hub: 'third' });
    await newSession(c, 'sleep 77');
    await waitUntil(
      () => b.sessions.some(({ name }) => name === 'third/sh'),
      'what lives in the third is in the second',
    );
    expect(b.sessions.map(({ name }) => name).sort()).toEqual(['first/sh', 'third/sh']);
  });

  it('of a hub that has lost the next one in a chain say when that is tried again, and it is tried, or not, from here', async () => {
    const first = await openHub();
    const proxy = await openProxy(first.socket, first);
    let open = true;
    // Its clock is an hour ahead of ours.
    const clock = Object.assign(new MovedClock(systemClock), { movedMs: 3_600_000 });
    const second = await openHub(folder(), '0.1.0', {
      clock,
      farHubs: () => async () => {
        if (!open) throw new IrisError('unreachable', 'no way there', { retriable: true });
        return { socketPath: proxy.socket };
      },
    });
    const third = await openHub(folder(), '0.1.0', { farHubs: () => ({ socketPath: second.socket }) });
    const a = await onlineClient(first.socket);
    const b = await onlineClient(second.socket);
    const c = await onlineClient(third.socket);
    await newSession(a, 'sleep 100');
    await b.command('far.open', { hub: 'first' });
    await c.command('far.open', { hub: 'second' });
    const { id } = await live(c, 'second/first/sh');
    open = false;
    proxy.cut();
    const connection = () => c.sessions[0]!.connection;
    const away = () => (connection().attempt > 2 && connection().nextRetryAt ? connection() : undefined);
    const { nextRetryAt = 0, state, reason } = await waitUntil(away, 'it is told when it is tried again');
    expect(state).toBe('offline');
    expect(reason).toBe('no way there');
    expect(Math.abs(nextRetryAt - Date.now())).toBeLessThan(60_000);
    await c.command('session.stop-retrying', { session: id });
    await waitUntil(() => connection().state === 'error' && b.sessions[0]?.connection.state === 'error', 'it is left');
    open = true;
    await c.command('session.retry', { session: id });
    await waitUntil(() => connection().state === 'online', 'it is there again');
  });

  it('are there again, with what was on their screen, when this hub is started anew', async () => {
    const { office, here, there, host } = await twoHubs();
    await newSession(there, 'echo before; stty -echo; while read l; do echo "<$l>"; done');
    await host.command('far.open', { hub: 'office' });
    const { id } = await live(host, 'office/sh');
    await host.command('session.wait', { session: id, text: 'before' });
    await here.hub.stop();
    const again = await openHub(here, '0.1.0', { farHubs: () => ({ socketPath: office.socket }) });
    const next = await onlineClient(again.socket);
    const info = await live(next, 'office/sh');
    expect(info.id).toBe(id);
    const watcher = new Watcher(next, id);
    await watcher.shows('before');
    watcher.attachment.write(Buffer.from('again\r'));
    await watcher.shows('<again>');
    expect(next.sessions).toHaveLength(1);
  });

  it('get what was typed while the hub in the middle was killed and started anew, once', async () => {
    const { office, here, there, host: _host } = await twoHubs();
    await newSession(there, 'stty -echo; i=0; while read l; do i=$((i+1)); echo "$i <$l>"; done');
    await _host.command('far.open', { hub: 'office' });
    const proxy = await openProxy(here.socket, here);
    const user = client(proxy.socket);
    const { id } = await live(user);
    const watcher = new Watcher(user, id);
    // Many numbers, which the hub that comes back counts anew.
    for (const key of 'one two three four five six seven eight nine ten\r') watcher.type(key);
    await watcher.shows('1 <one two three four five six seven eight nine ten>');
    proxy.cut();
    await here.hub.stop();
    for (const key of 'echo typed while away\r') watcher.type(key);
    await openHub(here, '0.1.0', { farHubs: () => ({ socketPath: office.socket }) });
    user.retryNow();
    await watcher.shows('2 <echo typed while away>');
    watcher.type('three\r');
    await watcher.shows('3 <three>');
  });
});

async function logOf(host: SessionHost, id: string): Promise<string> {
  let text = '';
  const info = host.sessions.find((one) => one.id === id)!;
  const attachment = host.attach(id, {
    mode: 'log',
    onEntry: (entry) => {
      if (entry.kind === 'output') text += `${entry.seq}:${Buffer.from(entry.bytes).toString('latin1')}|`;
    },
  });
  await waitUntil(() => (attachment.position?.seq ?? 0) >= info.seq, 'the whole log');
  attachment.detach();
  return text;
}
