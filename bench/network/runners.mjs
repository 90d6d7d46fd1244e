// So many hubs, each with so many idle sessions, that dial another hub and offer them: node runners.mjs HUBS SESSIONS FOLDER. Reads one line of JSON a hub
// ({url, fingerprint, code}) from its stdin; says `linked` when all of them are, and lives until its stdin ends.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Credentials } from '../../src/client/credentials/index.ts';
import { connectOnce } from '../../src/client/index.ts';
import { addressOfKnown, pair, readPlace } from '../../src/client/network/index.ts';
import { startHub } from '../../src/hub/index.ts';
import { systemClock } from '../../src/protocol/index.ts';

const [, sessions, folder] = process.argv.slice(2);
const env = { PATH: process.env.PATH, HOME: folder, SHELL: '/bin/sh' };
const none = () => Promise.reject(new Error('no keychain'));
const hubs = [];

for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'end') break;
  const { url, fingerprint, code } = JSON.parse(line);
  const name = `r${hubs.length}`;
  const place = join(folder, name);
  mkdirSync(place, { recursive: true, mode: 0o700 });
  const credentials = new Credentials({
    configFolder: join(place, 'config'),
    stateFolder: join(place, 'client'),
    clock: systemClock,
    keychain: { get: none, set: none, delete: none },
  });
  const request = { place: readPlace(url), fingerprint, code, name: 'office', deviceName: name, software: 'bench/1' };
  const { hub: known } = await pair(credentials, { ...request, confirm: async () => false }, systemClock);
  const address = addressOfKnown(credentials, known, systemClock);
  const paths = { socket: join(place, 's'), state: join(place, 'state') };
  const started = await startHub({ paths, version: '0.1.0', env, farHubs: () => address });
  const host = await connectOnce({ address: { socketPath: paths.socket }, version: '0.1.0' });
  for (let n = 0; n < Number(sessions); n += 1) {
    await host.command('session.new', { command: ['/bin/sh', '-c', 'echo ready; exec sleep 10000'], cwd: '/', env });
  }
  await host.command('link.add', { hub: 'office', allow: 'type' });
  for (;;) {
    const { links } = await host.command('link.list', {});
    if (links[0]?.connection.state === 'online') break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  host.close();
  hubs.push(started.hub);
  process.stdout.write('linked\n');
}
await Promise.all(hubs.map((hub) => hub.stop()));
process.exit(0);
