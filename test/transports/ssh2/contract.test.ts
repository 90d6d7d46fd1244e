import { afterAll, beforeAll, describe } from 'vitest';
import { ssh2Transport } from '../../../src/transports/ssh2/index.ts';
import { describeTransport } from '../../contract/transport.ts';
import { type Sshd, startSshd, stopSshds } from '../../support/index.ts';

let sshd: Sshd;
beforeAll(async () => {
  sshd = await startSshd();
});
afterAll(stopSshds);

describe.each(['pty', 'pipes'] as const)('ssh2', (mode) => {
  describeTransport(
    `with ${mode === 'pty' ? 'a terminal' : 'pipes'}`,
    mode,
    (launch, sessionId) =>
      ssh2Transport(
        { ...launch, remote: { kind: 'ssh2', words: sshd?.words() ?? ['nowhere'], options: {} } },
        { identity: { id: sessionId, name: 'contract' }, env: {} },
      ),
    { far: true, pid: false, endedBy: (signal) => ({ signal }), whole: false, waitsForAll: false },
  );
});
