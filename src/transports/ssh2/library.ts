import { createRequire } from 'node:module';
import { setImmediate } from 'node:timers/promises';

/** The package `ssh2`: 40 ms and 10 MB that only who uses it shall pay. */
export type Ssh2 = typeof import('ssh2');

/** Its parts, from those that need nothing: each in a turn of the event loop of its own, so that other sessions go on meanwhile. */
const PARTS = ['crypto.js', 'constants.js', 'keyParser.js', 'kex.js', 'Protocol.js', 'SFTP.js'];

let loading: Promise<Ssh2> | undefined;

export function loadSsh2(): Promise<Ssh2> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Ssh2> {
  // A package of CommonJS: loaded as what it is.
  const require = createRequire(import.meta.url);
  for (const part of PARTS) {
    try {
      require(`ssh2/lib/protocol/${part}`);
    } catch {
      // Another version may be cut otherwise: then it comes with the whole.
    }
    await setImmediate();
  }
  require('ssh2/lib/client.js');
  await setImmediate();
  return require('ssh2') as Ssh2;
}
