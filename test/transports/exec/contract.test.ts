import { describe } from 'vitest';
import { execTransport } from '../../../src/transports/exec/index.ts';
import { describeTransport, type TransportTraits } from '../../contract/transport.ts';

/** These become what they run: the end of the process is told as it was, and stopping is what it is for a process that runs here. */
const traits: TransportTraits = {
  far: true,
  endedBy: (signal) => ({ signal }),
  whole: true,
  waitsForAll: false,
};

describe.each(['pty', 'pipes'] as const)('a command prefix', (mode) => {
  describeTransport(
    `with ${mode === 'pty' ? 'a terminal' : 'pipes'}`,
    mode,
    (launch, sessionId) =>
      execTransport(
        launch,
        { kind: 'exec', words: ['env', 'IRIS_HUB=none'], options: {} },
        { env: { PATH: process.env.PATH ?? '' }, sessionId, farEnv: launch.env },
      ),
    traits,
  );
});
