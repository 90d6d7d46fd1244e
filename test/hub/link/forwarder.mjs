// Listens on TCP where it is started, and passes every connection on to a Unix socket: forwarder.mjs ADDRESS PORT SOCKET
import { connect, createServer } from 'node:net';

const [address, port, path] = process.argv.slice(2);
const server = createServer({ noDelay: true }, (near) => {
  const far = connect(path);
  for (const [from, to] of [
    [near, far],
    [far, near],
  ]) {
    from.on('error', () => {});
    from.on('close', () => to.destroy());
    from.pipe(to);
  }
});
server.listen(Number(port), address, () => process.stdout.write('ready\n'));
