import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { RunnerDialer } from '../../../src/client/index.ts';
import type { SessionHost, SessionRegistry } from '../../../src/core/index.ts';
import { FakeClock } from '../../core/reconnect/fake-clock.ts';
import { ChaosProxy, waitUntil } from '../../support/index.ts';
import {
  client,
  closeAll,
  closeLater,
  ENV,
  errorOf,
  folder,
  newSession,
  onlineClient,
  openHub,
  type RunningHub,
  Watcher,
} from '../support/index.ts';
import { Known } from '../support/known.ts';
import { type ListeningHub, listeningHub } from '../support/listening.ts';
import { live, runnerStage } from '../support/runner.ts';

afterEach(closeAll);

type Options = NonNullable<Parameters<typeof openHub>[2]>;

/** A session that writes 8 MB when told to `go`, offered to a hub that has just gone away. */
async function cutOff(options: Options = {}) {
  const { here, there, between, office, laptop } = await runnerStage(options);
  await here.command('link.add', { hub: 'office' });
  await newSession(
    here,
    'echo begin; read go; head -c 6000000 /dev/urandom | base64 -w 100; echo it is over; read end',
  );
  const mirror = await live(there, 'laptop/sh');
  const origin = here.sessions[0]!;
  // To the last byte: both are counted from the same one on.
  await waitUntil(() => textOf(laptop, origin.id).endsWith('begin\r\n'), 'it has begun');
  await waitUntil(() => textOf(office, mirror.id) === textOf(laptop, origin.id), 'the beginning is there');
  const far = tap(office, mirror.id);
  const near = tap(laptop, origin.id);
  await between.down();
  await waitUntil(() => there.sessions[0]?.connection.state === 'offline', 'it is away');
  return { here, there, between, far, near };
}

describe('a runner', () => {
  it('dials out, and what it offers is listed, watched and typed into there, as far as it allows', async () => {
    const { here, there } = await runnerStage();
    await newSession(here, 'stty -echo; while read l; do echo "<$l>"; done');
    await here.command('link.add', { hub: 'office', allow: 'type' });
    const mirror = await live(there, 'laptop/sh');
    expect(mirror.transport).toBe('websocket');
    const watcher = new Watcher(there, mirror.id);
    watcher.attachment.write(Buffer.from('from afar\r'));
    await watcher.shows('<from afar>');
    const error = await errorOf(there.command('session.kill', { session: mirror.id }));
    expect(error.code).toBe('not-allowed');
    expect(here.sessions).toHaveLength(1);
    const { links } = await here.command('link.list', {});
    expect(links).toMatchObject([{ hub: 'office', allow: 'type', connection: { state: 'online' } }]);
  });

  it('of many comes back spread, as the hub that it dials asked when it let it in', async () => {
    const office = await listeningHub();
    for (let i = 0; i < 24; i++) await office.paired({ runner: true }, `runner-${i}`);
    const between = await ChaosProxy.open({ to: { port: Number(new URL(office.url).port) } });
    closeLater(() => between[Symbol.asyncDispose]());
    const known = new Known(folder());
    await known.pair(office, 'office', 'laptop', { runner: true }, between.port);
    const delays: number[] = [];
    const address = known.farHubs({ kind: 'known', name: 'office' })!;
    const clock = new FakeClock();
    // What is random is at its most.
    const dialer = new RunnerDialer({ address, version: '0.1.0', clock, random: () => 0.999_999, turned: () => {} });
    try {
      dialer.on(({ nextRetryAt }) => nextRetryAt && delays.push(nextRetryAt - clock.wall()));
      await waitUntil(() => dialer.connection.state === 'online', 'it is online');
      // Its connection was a good one.
      clock.advance(2_000);
      await between.down();
      await waitUntil(() => delays.length === 1, 'it is lost');
      clock.advance(delays[0]!);
      await waitUntil(() => delays.length === 2, 'it was tried once');
    } finally {
      dialer.close();
    }
    // 25 of them, 40 ms each: a quarter of that at first, and all of it later.
    expect(delays).toEqual([250, 2_200]);
  });

  it('that allows to look only takes no key, and says so; one that allows to start ends what is ended there', async () => {
    const { here, there } = await runnerStage();
    await newSession(here, 'cat');
    await here.command('link.add', { hub: 'office' });
    const mirror = await live(there, 'laptop/sh');
    const watcher = new Watcher(there, mirror.id);
    let refused = '';
    there.on((event) => {
      if (event.type === 'refused') refused = event.reason;
    });
    await watcher.shows('');
    watcher.attachment.write(Buffer.from('x'));
    await waitUntil(() => refused !== '', 'it is refused');
    expect(refused).toContain('only watch');
    await here.command('link.add', { hub: 'office', allow: 'start' });
    await live(there, 'laptop/sh');
    await waitUntil(async () => {
      await there.command('session.kill', { session: 'laptop/sh' }).catch(() => {});
      return here.sessions.length === 0;
    }, 'it is ended');
  });

  it('that allows to start is started in, once, by whoever is at the other hub; one that does not refuses', async () => {
    const { here, there } = await runnerStage();
    await here.command('link.add', { hub: 'office', allow: 'start' });
    await newSession(here, 'sleep 100');
    await live(there, 'laptop/sh');
    const started = await there.command('session.new', {
      on: 'laptop',
      command: ['sh', '-c', 'echo "in $PWD with $EXTRA"; exec cat'],
      cwd: '/tmp',
      extraEnv: { EXTRA: 'what was added' },
    });
    expect(started.name).toBe('laptop/sh-2');
    const mirror = await live(there, 'laptop/sh-2');
    const watcher = new Watcher(there, mirror.id);
    await watcher.shows('in /tmp with what was added');
    expect(here.sessions).toHaveLength(2);
    expect(there.sessions.map(({ name }) => name)).toEqual(['laptop/sh', 'laptop/sh-2']);
    await there.command('session.kill', { session: mirror.id });
    await waitUntil(() => here.sessions.length === 1, 'it is ended there');
    await here.command('link.add', { hub: 'office', allow: 'type' });
    await waitUntil(() => there.sessions[0]?.role === 'typer', 'it is known there');
    const error = await errorOf(there.command('session.new', { on: 'laptop', command: ['cat'] }));
    expect(error).toMatchObject({ code: 'not-allowed', message: expect.stringContaining('needs the role owner') });
    expect((await there.command('session.list', {})).sessions.map(({ name }) => name)).toEqual(['laptop/sh']);
  });

  it('lets the other hub at its sessions, and at nothing else, whatever it allows', async () => {
    const { office, here, there } = await runnerStage();
    await newSession(here, 'sleep 100');
    await here.command('link.add', { hub: 'office', allow: 'start' });
    await live(there, 'laptop/sh');
    // What a hub that means ill would ask for.
    const { far } = office.hub as unknown as { far: { hubs: { list(): { host: SessionHost }[] } } };
    const { host } = far.hubs.list()[0]!;
    const asked = [
      host.command('hub.stop', { force: true }),
      host.command('link.add', { hub: 'evil' }),
      host.command('link.list', {}),
      host.command('far.open', { hub: 'office' }),
      host.command('pair.create', {}),
      host.command('token.create', { role: 'owner' }),
      host.command('client.list', {}),
      host.command('audit.list', {}),
      host.command('workspace.get', {}),
      host.command('viewer.list', {}),
      host.command('team.up', {}),
      host.command('session.new', { on: 'office', command: ['id'] }),
    ];
    for (const one of asked) expect((await errorOf(one)).code).toBe('not-allowed');
    expect((await host.command('session.list', {})).sessions).toHaveLength(1);
  });

  it('offers only what is named, and nothing once the link is removed', async () => {
    const { here, there } = await runnerStage();
    await here.command('session.new', { command: ['sleep', '100'], cwd: '/tmp', name: 'secret', env: ENV });
    await here.command('session.new', { command: ['sleep', '100'], cwd: '/tmp', name: 'open', env: ENV });
    await here.command('link.add', { hub: 'office', sessions: ['open'] });
    await live(there, 'laptop/open');
    expect(there.sessions.map(({ name }) => name)).toEqual(['laptop/open']);
    await here.command('link.remove', { hub: 'office' });
    await waitUntil(() => there.sessions[0]?.connection.state !== 'online', 'it is away');
    const { reason, remedy } = there.sessions[0]!.connection;
    expect(reason).toBe('laptop is not connected: the link was removed there');
    expect(remedy).toContain('iris-tui link add');
    const session = 'laptop/open';
    // Asked for in vain, it is told all the same.
    await there.command('session.retry', { session });
    const log = async () => (await there.command('session.connection', { session })).log;
    await waitUntil(async () => (await log()).at(-1) === 'laptop is not connected', 'it was tried');
    expect(there.sessions[0]?.connection.reason).toBe(reason);
    await here.command('link.add', { hub: 'office', sessions: ['open'], allow: 'view' });
    await live(there, session);
    await here.command('link.add', { hub: 'office', sessions: ['open'], allow: 'type' });
    await waitUntil(async () => (await log()).some((line) => line.includes('was changed')), 'it is told what was done');
    await live(there, session);
    expect(await log()).not.toContain('access was revoked');
  });

  it('comes back after a pause: everything that was written meanwhile is there, byte for byte', async () => {
    const { here, there, between, far, near } = await cutOff();
    expect(there.sessions[0]?.connection.reason).toContain('laptop is not connected');
    await here.command('session.send', { session: 'sh', text: 'go' });
    await here.command('session.wait', { session: 'sh', text: 'it is over', timeoutMs: 90_000 });
    await between.up();
    await waitUntil(async () => far.last === near.last && far.last > 1000, 'all of it is there', {
      timeoutMs: 90_000,
      detail: () => `${far.last} of ${near.last}`,
    });
    expect(far.gaps).toBe(0);
    expect(far.digest()).toBe(near.digest());
  });

  it('stops a process only when all room for what is not taken is full, says so, and lets it go on', async () => {
    const retention = { sessionBytes: 4 * 1024 * 1024, totalBytes: 64 * 1024 * 1024 };
    const { here, between, far, near } = await cutOff({ retention });
    await here.command('session.send', { session: 'sh', text: 'go' });
    const paused = () => here.sessions[0]?.process.paused;
    expect(await waitUntil(paused, 'its process is stopped')).toContain('office has not taken');
    expect((await here.command('session.capture', { session: 'sh' })).text).not.toContain('it is over');
    await between.up();
    await here.command('session.wait', { session: 'sh', text: 'it is over', timeoutMs: 90_000 });
    await waitUntil(() => paused() === undefined, 'it goes on');
    await waitUntil(() => far.last === near.last, 'all of it is there', { timeoutMs: 90_000 });
    expect(far.gaps).toBe(0);
    expect(far.digest()).toBe(near.digest());
  });

  it('whose process was started again meanwhile is there whole: first the rest of the old one, then the new one', async () => {
    const { here, between, far, near } = await cutOff();
    const goes = async (): Promise<void> => {
      await here.command('session.wait', { session: 'sh', text: 'begin' });
      await here.command('session.send', { session: 'sh', text: 'go' });
      await here.command('session.wait', { session: 'sh', text: 'it is over', timeoutMs: 90_000 });
    };
    await goes();
    await here.command('session.restart', { session: 'sh' });
    await here.command('session.wait', { session: 'sh', text: 'begin' });
    await here.command('session.restart', { session: 'sh' });
    await goes();
    await between.up();
    await waitUntil(() => far.epochs.length === 3 && far.last === near.last, 'all of it is there', {
      timeoutMs: 90_000,
      detail: () => `${far.last} of ${near.last} in ${far.epochs.length}`,
    });
    expect(far.epochs).toEqual(near.epochs);
    expect([far.gaps, near.gaps]).toEqual([0, 0]);
    expect(far.digest()).toBe(near.digest());
  });

  it('whose process was started again while the other hub was down is there whole, from what that one has on its disk on', async () => {
    const { office, here, there, restarted } = await runnerStage();
    await here.command('link.add', { hub: 'office' });
    await newSession(here, "stty -echo; printf 'begin\\n>'; while read -r l; do eval \"$l\"; printf 'done\\n>'; done");
    const mirror = await live(there, 'laptop/sh');
    const reader = client(office.socket, { reconnect: { settleMs: 0 } });
    const watcher = new Watcher(reader, mirror.id, { mode: 'log' });
    const heard = (): string => watcher.output.replaceAll('\r\n', '\n');
    await waitUntil(() => heard() === 'begin\n>', 'the beginning is there');
    await restarted(async () => {
      await here.command('session.send', { session: 'sh', text: 'seq 5000', enter: true });
      await here.command('session.wait', { session: 'sh', text: '^5000\ndone\n>$' });
      await here.command('session.restart', { session: 'sh' });
      await here.command('session.wait', { session: 'sh', text: '^begin\n>$' });
    });
    await waitUntil(
      () => {
        reader.retryNow();
        return heard().endsWith('done\n>begin\n>');
      },
      'both runs are there',
      { timeoutMs: 90_000, detail: () => JSON.stringify(heard().slice(-100)) },
    );
    const counted = Array.from({ length: 5000 }, (_, i) => `${i + 1}\n`).join('');
    expect(heard()).toBe(`begin\n>${counted}done\n>begin\n>`);
    expect(watcher.entries.filter((entry) => entry.kind === 'snapshot' && (entry.gap || entry.lostAfter))).toEqual([]);
  });

  it('that was not invited as one is refused', async () => {
    const office: ListeningHub = await listeningHub();
    const place = folder();
    const known = new Known(place);
    await known.pair(office, 'office', 'guest', { role: 'typer' });
    const guest = await openHub(place, '0.1.0', { farHubs: known.farHubs });
    const here = await onlineClient(guest.socket);
    await newSession(here, 'sleep 100');
    await here.command('link.add', { hub: 'office' });
    const state = async () => (await here.command('link.list', {})).links[0]?.connection;
    const connection = await waitUntil(async () => {
      const now = await state();
      return now?.state === 'error' ? now : undefined;
    }, 'it is refused');
    expect(connection.reason).toContain('may not offer sessions');
    expect(office.owner.sessions).toEqual([]);
  });
});

const sessionOf = (hub: RunningHub, id: string) =>
  (hub.hub as unknown as { registry: SessionRegistry }).registry.get(id)!;

/** What a hub has of the output of a session. */
function textOf(hub: RunningHub, id: string): string {
  const entries = sessionOf(hub, id).log.from(0) ?? [];
  return entries.map((entry) => (entry.kind === 'output' ? Buffer.from(entry.bytes).toString() : '')).join('');
}

/** What goes through a hub of one of its sessions, entry by entry: a viewer may be left behind, the hub may not. */
function tap(hub: RunningHub, id: string) {
  const session = sessionOf(hub, id);
  const hash = createHash('sha256');
  const epochs = [session.epoch];
  const seen = { last: session.log.last, gaps: 0, epochs, digest: () => hash.copy().digest('hex') };
  session.events.on((event) => {
    if (event.type === 'restarted') {
      // An epoch that begins anew, or in its middle, is one with a gap.
      if (event.epoch === epochs.at(-1) || session.log.last > 0) seen.gaps += 1;
      else epochs.push(event.epoch);
      seen.last = session.log.last;
    }
    if (event.type !== 'entry') return;
    if (event.entry.seq !== seen.last + 1) seen.gaps += 1;
    seen.last = event.entry.seq;
    if (event.entry.kind === 'output') hash.update(event.entry.bytes);
  });
  return seen;
}
