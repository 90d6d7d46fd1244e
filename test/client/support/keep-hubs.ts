// Keeps some hubs, as a process of its own: node keep-hubs.ts FOLDER PREFIX COUNT
import { join } from 'node:path';
import { Credentials } from '../../../src/client/credentials/index.ts';
import { newDeviceKey } from '../../../src/client/network/index.ts';
import { systemClock } from '../../../src/protocol/index.ts';

const [path = '', prefix = '', count = '1'] = process.argv.slice(2);
const none = { get: fail, set: fail, delete: fail };
const credentials = new Credentials({
  configFolder: join(path, 'config'),
  stateFolder: join(path, 'state'),
  clock: systemClock,
  keychain: none,
  machineId: 'this-machine',
});
for (let i = 0; i < Number(count); i += 1) {
  const name = `${prefix}${i}`;
  await credentials.keep(
    {
      name,
      url: `https://${name}:1`,
      fingerprint: `sha256:${'00'.repeat(32)}`,
      trust: 'pin',
      deviceId: name,
      hub: { id: name, name },
      pairedAt: 1,
    },
    {
      key: newDeviceKey(),
      accessToken: `access-${name}`,
      accessExpiresAt: 1,
      refreshToken: `refresh-${name}`,
      refreshExpiresAt: 2,
    },
  );
}

function fail(): Promise<never> {
  return Promise.reject(new Error('no keychain'));
}
