// Renews the tokens of the only known hub and logs in, as a process of its own: node renew.ts FOLDER TIMES
import { join } from 'node:path';
import { Credentials } from '../../../src/client/credentials/index.ts';
import { connectOnce } from '../../../src/client/index.ts';
import { addressOfKnown } from '../../../src/client/network/index.ts';
import type { Clock } from '../../../src/core/index.ts';
import { systemClock } from '../../../src/protocol/index.ts';

const [path = '', times = '1'] = process.argv.slice(2);
const none = (): Promise<never> => Promise.reject(new Error('no keychain'));
const credentials = new Credentials({
  configFolder: join(path, 'config'),
  stateFolder: join(path, 'state'),
  clock: systemClock,
  keychain: { get: none, set: none, delete: none },
});
const [known] = credentials.hubs.list();
if (!known) throw new Error('no hub is known');
for (let i = 0; i < Number(times); i += 1) {
  // By this clock every access token is over, and proofs are still young enough.
  const secrets = await credentials.secrets(known);
  const clock: Clock = { ...systemClock, wall: () => Date.now() + 4 * 60_000 };
  await credentials.alone(known, async () => {
    const now = await credentials.secrets(known);
    if (now.accessToken === secrets.accessToken)
      await credentials.renew(known, { ...now, accessExpiresAt: Date.now() });
  });
  const host = await connectOnce({ address: addressOfKnown(credentials, known, clock), version: '0.1.0' });
  host.close();
}
