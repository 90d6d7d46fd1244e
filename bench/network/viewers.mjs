// So many viewers of one session, each with a link of its own: node viewers.mjs SOCKET SESSION COUNT. Says `ready`, then lives until its stdin ends.
import { connectOnce } from '../../src/client/index.ts';

const [socketPath, session, count] = process.argv.slice(2);
let attached = 0;
for (let n = 0; n < Number(count); n += 1) {
  const host = await connectOnce({ address: { socketPath }, version: '0.1.0' });
  let first = true;
  host.attach(session, {
    mode: 'screen',
    onEntry: () => {
      if (!first) return;
      first = false;
      attached += 1;
      if (attached === Number(count)) process.stdout.write('ready\n');
    },
  });
}
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
