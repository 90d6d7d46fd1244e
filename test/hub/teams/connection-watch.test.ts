import { afterEach, describe, expect, test } from 'vitest';
import { IrisError, randomIds, Session } from '../../../src/core/index.ts';
import { ConnectionWatch } from '../../../src/hub/teams/index.ts';
import { FakeClock } from '../../core/reconnect/fake-clock.ts';
import { FakeTransport } from '../../core/session/fake-transport.ts';

const reset = new IrisError('unreachable', 'the connection was reset', { retriable: true });
const disposals: (() => void)[] = [];
afterEach(() => {
  for (const dispose of disposals.splice(0)) dispose();
});

function stage() {
  const clock = new FakeClock();
  const made: FakeTransport[] = [];
  const sessions: Session[] = [];
  let network = 'eth0 10.0.0.2';
  let asked = 0;
  for (const id of ['a', 'b']) {
    const session = Session.create(
      {
        clock,
        ids: randomIds((bytes) => crypto.getRandomValues(bytes)),
        hub: 'local',
        scrollback: 10,
        transport: (launch) => {
          const transport = new FakeTransport(launch);
          made.push(transport);
          return transport;
        },
        onError: (error) => {
          throw error;
        },
      },
      { id, name: id },
      {
        command: ['bash'],
        cwd: '~',
        env: {},
        mode: 'pty',
        cols: 40,
        rows: 5,
        remote: { kind: 'openssh', words: ['far'], options: {} },
      },
    );
    session.start();
    sessions.push(session);
    disposals.push(() => session.dispose());
  }
  const watch = new ConnectionWatch({
    clock,
    sessions: () => sessions,
    network: () => {
      asked += 1;
      return network;
    },
  });
  watch.look();
  disposals.push(() => watch.dispose());
  return {
    clock,
    made,
    sessions,
    asked: () => asked,
    moveTo: (name: string) => {
      network = name;
    },
    /** Both have failed so often that the next attempt is half a minute away. */
    waitLong() {
      for (let i = 0; i < 7; i++) {
        for (const transport of made.slice(-2)) transport.fails(reset);
        clock.advance(i < 6 ? 40_000 : 100);
      }
    },
  };
}

describe('the watch over connections', () => {
  test('makes all that is offline connect at once when the network is another one', () => {
    const { clock, made, moveTo, waitLong } = stage();
    waitLong();
    const before = made.length;
    clock.advance(3_000);
    expect(made).toHaveLength(before);
    moveTo('wlan0 192.168.1.7');
    clock.advance(3_000);
    expect(made).toHaveLength(before + 2);
    expect(made.at(-1)?.launch.unattended).toBe(true);
    // What failed on the network before says nothing of this one.
    for (const transport of made.slice(-2)) transport.fails(reset);
    clock.advance(1_300);
    expect(made).toHaveLength(before + 4);
  });

  test('and when the machine was asleep, whichever clock noticed', () => {
    const wall = stage();
    wall.waitLong();
    const before = wall.made.length;
    wall.clock.setWall(wall.clock.wall() + 3_600_000);
    wall.clock.advance(3_000);
    expect(wall.made).toHaveLength(before + 2);
    const stalled = stage();
    stalled.waitLong();
    const then = stalled.made.length;
    stalled.clock.stall(12_000);
    expect(stalled.made).toHaveLength(then + 2);
  });

  test('looks at the network only while something is offline, and at nothing while nothing is remote', () => {
    const { clock, made, asked, sessions } = stage();
    for (const transport of made) transport.ready();
    clock.advance(60_000);
    expect(asked()).toBe(0);
    made[0]!.metrics = { bytesIn: 0, bytesOut: 0, roundTripMs: 12 };
    clock.advance(3_000);
    expect(sessions[0]!.info().connection.roundTripMs).toBe(12);
    for (const transport of made) transport.ends({ exitCode: 0 });
    clock.advance(10_000);
    expect(clock.pending).toBe(0);
  });
});
