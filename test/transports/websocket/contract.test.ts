import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe } from 'vitest';
import { DEFAULT_LOG_LIMITS } from '../../../src/core/output/index.ts';
import { systemClock } from '../../../src/protocol/index.ts';
import { FarHubs, unknownHub, WebSocketTransport } from '../../../src/transports/websocket/index.ts';
import { describeTransport, type TransportTraits } from '../../contract/transport.ts';
import { closeAll, openHub } from '../../hub/support/index.ts';

/** A process of another hub: what that one tells of it is told on. What it says when it is ended is not waited for. */
const traits: TransportTraits = {
  far: true,
  endedBy: (signal) => ({ signal }),
  whole: false,
  keptBytes: DEFAULT_LOG_LIMITS.limitBytes / 2,
  saysAsHere: true,
  waitsForAll: false,
  pid: false,
  launched: /^iris-tui attach \S+ --hub$/,
};

describe.each(['pty', 'pipes'] as const)('a session of another hub', (mode) => {
  let socketPath = '';
  let hubs: FarHubs;
  beforeAll(async () => {
    socketPath = (await openHub()).socket;
    hubs = new FarHubs({
      clock: systemClock,
      version: '0.1.0',
      clientId: randomUUID(),
      addressOf: (ref) => {
        if (ref.name !== 'office') throw unknownHub(ref);
        return { socketPath };
      },
      open: () => {
        throw new Error('nothing is carried here');
      },
      onError: (error) => {
        throw error;
      },
    });
  });
  afterAll(async () => {
    hubs.close();
    await closeAll();
  });

  describeTransport(
    `with ${mode === 'pty' ? 'a terminal' : 'pipes'}`,
    mode,
    (launch) =>
      new WebSocketTransport(
        launch,
        { kind: 'websocket', hub: { kind: 'known', name: 'office' }, words: ['hub', 'office'], options: {} },
        hubs,
      ),
    traits,
  );
});
