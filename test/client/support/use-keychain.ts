// Uses the keychain of the session bus it runs in: node use-keychain.ts FOLDER
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Credentials } from '../../../src/client/credentials/index.ts';
import { newDeviceKey } from '../../../src/client/network/index.ts';
import { systemClock } from '../../../src/protocol/index.ts';

const [path = '', mode = 'write'] = process.argv.slice(2);
const credentials = new Credentials({
  configFolder: join(path, 'config'),
  stateFolder: join(path, 'state'),
  clock: systemClock,
});
if (mode === 'read') {
  const { refreshToken } = await credentials.secrets(credentials.hubs.get('office'));
  process.stdout.write(refreshToken);
} else {
  const hub = await credentials.keep(
    {
      name: 'office',
      url: 'https://office:1',
      fingerprint: `sha256:${'00'.repeat(32)}`,
      trust: 'pin',
      deviceId: 'd1',
      hub: { id: 'h1', name: 'office' },
      pairedAt: 1,
    },
    {
      key: newDeviceKey(),
      accessToken: 'access',
      accessExpiresAt: 1,
      refreshToken: 'refresh-of-the-keychain',
      refreshExpiresAt: 2,
    },
  );
  const other = spawnSync(process.execPath, [...process.execArgv, process.argv[1] ?? '', path, 'read']);
  await credentials.forget(hub);
  const gone = await credentials.secrets(hub).then(
    () => 'still there',
    () => 'forgotten',
  );
  const read = other.stdout.toString() === 'refresh-of-the-keychain' ? 'read by another' : other.stderr.toString();
  process.stdout.write(`kept in ${hub.kept}, ${read}, ${gone}\n`);
}
