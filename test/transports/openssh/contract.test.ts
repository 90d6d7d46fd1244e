import { afterAll, beforeAll, describe } from 'vitest';
import { opensshTransport } from '../../../src/transports/openssh/index.ts';
import { describeTransport, type TransportTraits } from '../../contract/transport.ts';
import { type Sshd, startSshd, stopSshds } from '../../support/index.ts';

let sshd: Sshd;
beforeAll(async () => {
  sshd = await startSshd();
});
afterAll(stopSshds);

/** ssh says that a signal ended it, and not which one; and a login without a terminal lasts as long as its output is open. */
const traits = (mode: 'pty' | 'pipes'): TransportTraits => ({
  far: true,
  endedBy: () => ({ signal: 'unknown' }),
  whole: false,
  waitsForAll: mode === 'pipes',
});

describe.each(['pty', 'pipes'] as const)('ssh', (mode) => {
  describeTransport(
    `with ${mode === 'pty' ? 'a terminal' : 'pipes'}`,
    mode,
    (launch, sessionId) =>
      opensshTransport(
        launch,
        { kind: 'openssh', words: sshd?.words() ?? ['nowhere'], options: {} },
        { env: { PATH: process.env.PATH ?? '' }, sessionId, farEnv: launch.env },
      ),
    traits(mode),
  );
});
