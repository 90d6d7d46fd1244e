// A stand-in for a hub. `start` begins processes through the journal, says when all run, and waits to be killed; `sweep` is the hub
// that comes after it: it ends what was left and prints how much that was.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { journaled, ProcessJournal } from '../../../src/hub/sweep/index.ts';
import { createTransport } from '../../../src/transports/index.ts';

const [what = '', dir = '', hub = '', dieBeforeStarted = ''] = process.argv.slice(2);
const journal = new ProcessJournal(dir, hub, (error) => {
  throw error;
});
const deaf = 'trap "" HUP TERM INT;';
const commands: Record<string, string[]> = {
  // A grandchild that ignores HUP in a group of its own, and one that left the session.
  shell: [
    'bash',
    '-c',
    `set -m; sh -c '${deaf} : > "$DEAF"; sleep 600; sleep 600' & setsid sh -c '${deaf} sleep 600; sleep 600' & wait`,
  ],
  // Knows nothing of who it belongs to but its group.
  bare: ['sh', '-c', `${deaf} env -i sh -c '${deaf} /bin/sleep 600; /bin/sleep 600' & exec sleep 600`],
  // Left everything: group, session, and its parent is gone.
  daemon: ['sh', '-c', `setsid -f sh -c '${deaf} sleep 600; sleep 600'; echo off; exec sleep 600`],
};
const deafFile = join(dir, 'deaf');
const env = { PATH: process.env.PATH!, HOME: process.env.HOME!, LANG: 'C', DEAF: deafFile };

if (what === 'sweep') console.log(JSON.stringify(await journal.sweep()));
else start();

function start(): void {
  let ready = 0;
  for (const [name, command] of Object.entries(commands)) {
    const launch = { command, cwd: '/', env, mode: name === 'bare' ? 'pipes' : 'pty', cols: 80, rows: 24 } as const;
    const identity = { id: `${name}-${process.pid}`, name };
    if (dieBeforeStarted === name) journal.started = () => dieOnceDeaf();
    const transport = journaled(createTransport('local', launch, { identity, hub }), journal, identity.id);
    transport.start({
      status: () => {},
      output: () => {},
      ended: () => {},
      failed: (error) => console.error(error.line),
    });
    ready += 1;
  }
  console.log(`ready ${ready}`);
  setInterval(() => {}, 1000);
}

/** Whoever hears the hang-up that our death is leaves no orphan: one must be deaf to it by then. */
function dieOnceDeaf(): undefined {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  while (!existsSync(deafFile)) Atomics.wait(pause, 0, 0, 10);
  process.kill(process.pid, 'SIGKILL');
}
