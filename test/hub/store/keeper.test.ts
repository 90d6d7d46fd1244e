import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { randomIds, type Session, SessionRegistry } from '../../../src/core/index.ts';
import { SessionKeeper, Store, type StoreEvent } from '../../../src/hub/store/index.ts';
import { createTransport } from '../../../src/transports/index.ts';
import { waitUntil } from '../../support/index.ts';

interface Hub {
  readonly registry: SessionRegistry;
  readonly store: Store;
  readonly keeper: SessionKeeper;
  readonly events: StoreEvent[];
}

let dir = '';
const hubs: Hub[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'iris-tui-keeper-'));
});
afterEach(async () => {
  for (const { registry, store, keeper } of hubs.splice(0)) {
    keeper.dispose();
    await Promise.all(registry.list().map((session) => registry.kill(session)));
    await store.close();
  }
  rmSync(dir, { recursive: true, force: true });
});

async function hub(): Promise<Hub> {
  const registry = new SessionRegistry({
    clock: {
      now: () => performance.now(),
      wall: () => Date.now(),
      after: (delayMs, run) => {
        const timer = setTimeout(run, delayMs);
        return { cancel: () => clearTimeout(timer) };
      },
    },
    ids: randomIds((bytes) => crypto.getRandomValues(bytes)),
    hub: 'local',
    scrollback: 1000,
    transport: (launch, identity) => createTransport('local', launch, { identity, hub: join(dir, 'hub.sock') }),
    onError: (error) => {
      throw error;
    },
  });
  const events: StoreEvent[] = [];
  const store: Store = await Store.open(dir, {
    onEvent: (event) => {
      events.push(event);
      if (event.type === 'checkpoint-wanted') keeper.checkpoint(event.sessionId, event.quiet);
    },
  });
  const keeper = new SessionKeeper(registry, store);
  const made = { registry, store, keeper, events };
  hubs.push(made);
  return made;
}

const shell = (script: string, name: string) => ({
  command: ['sh', '-c', script],
  cwd: '/tmp',
  env: { PATH: process.env.PATH! },
  mode: 'pty' as const,
  cols: 40,
  rows: 6,
  name,
});
const shows = (session: Session, text: string) =>
  waitUntil(() => session.screen.capture().includes(text), `a screen with ${text}`);
const picture = (session: Session) => session.screen.capture({ ansi: true, history: 2000 });

describe('sessions that are kept', () => {
  it('come back after the hub was killed: name, screen, scrollback and how they ended', async () => {
    const first = await hub();
    const counts = first.registry.create(
      shell('i=0; while [ $i -lt 50 ]; do echo line $((i+=1)); done; printf over; sleep 600', 'counts'),
    );
    const over = first.registry.create(shell('printf "\\033[1;31mred\\033[m"; exit 7', 'over'));
    const gone = first.registry.create(shell('exit 0', 'gone'));
    // Nothing comes behind it, as a newline would.
    await shows(counts, 'over');
    first.registry.rename(counts, 'counted');
    counts.resize(50, 8);
    await waitUntil(() => !over.live && !gone.live, 'two have ended');
    await first.registry.kill(gone);
    // What was renamed and resized is told within 50 ms, and written within as much again.
    await waitUntil(async () => {
      await first.store.flush();
      const { sessions } = await peek();
      return sessions.some(({ name, cols }) => name === 'counted' && cols === 50);
    }, 'it is on the disk');

    const second = await hub();
    const restored = await second.keeper.restore();
    expect(restored.map(({ name }) => name)).toEqual(['counted', 'over']);
    expect(picture(restored[0]!)).toBe(picture(counts));
    expect(picture(restored[1]!)).toBe(picture(over));
    expect(restored[0]!.info()).toMatchObject({ id: counts.id, process: { status: 'died' }, seq: counts.log.last });
    expect(restored[1]!.info().process).toEqual({ status: 'exited', exitCode: 7 });
  });

  async function peek() {
    const store = await Store.open(dir, { onEvent: () => {} });
    const loaded = store.load();
    await store.close();
    return loaded;
  }

  it('come back as they were after a flood, once it was over for a moment', async () => {
    const first = await hub();
    const script = 'read x; head -c 12000000 /dev/zero | tr "\\0" "x" | fold -w 79; printf "the end"; read x';
    const flood = first.registry.create(shell(script, 'flood'));
    flood.write(Buffer.from('\n'));
    await shows(flood, 'the end');
    // On a slow machine there were some in the middle of it.
    await waitUntil(async () => {
      await first.store.flush();
      const { checkpoint, entries, lostAfter } = await first.store.loadOutput(flood.id);
      return lostAfter === undefined && (entries.at(-1) ?? checkpoint)?.seq === flood.log.last;
    }, 'a checkpoint of its end');
    expect(first.events.some(({ type }) => type === 'checkpoint-wanted')).toBe(true);
    const second = await hub();
    const [restored] = await second.keeper.restore();
    expect(picture(restored!)).toBe(picture(flood));
    expect(restored!.log.last).toBe(flood.log.last);
  });

  it('begin anew when they are started again, and are forgotten when they are killed', async () => {
    const first = await hub();
    const session = first.registry.create(shell('echo run; sleep 600', 'again'));
    await shows(session, 'run');
    await session.restart();
    await shows(session, 'run');
    await first.store.flush();
    expect((await first.store.loadOutput(session.id)).entries.map(({ seq }) => seq)[0]).toBe(1);
    await waitUntil(
      () =>
        first.store
          .flush()
          .then(() => peek())
          .then(({ sessions }) => sessions[0]?.epoch === session.epoch),
      'the new epoch is kept',
    );
    await first.registry.kill(session);
    await first.store.flush();
    expect((await peek()).sessions).toEqual([]);
  });
});
