// A client of docs/protocol.md in plain Node (22 or newer) that needs only the package ws: prints what a session writes, and types lines into it.
//   node examples/watch.mjs /path/to/hub.sock SESSION
//   IRIS_TOKEN=… node examples/watch.mjs wss://HOST:PORT#sha256:… SESSION        a token of iris-tui token create, the fingerprint of iris-tui hub status
import { randomUUID } from 'node:crypto';
import { connect as connectSocket } from 'node:net';
import { createInterface } from 'node:readline';
import { connect as connectTls } from 'node:tls';
import WebSocket from 'ws';

const [where = '', wanted = ''] = process.argv.slice(2);
const { IRIS_TOKEN: token } = process.env;
if (!wanted) fail(new Error('usage: node examples/watch.mjs HUB.SOCK|wss://HOST:PORT[#sha256:…] SESSION'), 2);

/** The certificate is judged before anything is sent: a hub's own is signed by nobody, so its fingerprint says whose it is. */
function open() {
  if (!where.startsWith('wss://'))
    return new WebSocket('ws://localhost/', { createConnection: () => connectSocket(where) });
  const { hostname, port, host, hash } = new URL(where);
  const socket = connectTls({ host: hostname, port: Number(port || 443), rejectUnauthorized: hash === '' });
  const stream = new Promise((resolve) => socket.once('secureConnect', resolve)).then(() => {
    const seen = socket.getPeerCertificate().fingerprint256.replaceAll(':', '').toLowerCase();
    if (hash !== '' && hash !== `#sha256:${seen}`) throw new Error(`another certificate: sha256:${seen}`);
    return new WebSocket(`wss://${host}/api/clients/stream`, { createConnection: () => socket });
  });
  socket.once('error', fail);
  return stream;
}

const ws = await Promise.resolve().then(open).catch(fail);
const say = (type, payload, more = {}) => ws.send(JSON.stringify({ type, ts: Date.now(), ...more, payload }));
let session, epoch;
let inputSeq = 0;

ws.on('error', fail);
ws.on('close', (code, reason) => process.exit(code === 1000 ? 0 : fail(new Error(`${code} ${reason}`))));
ws.on('open', () => {
  // Without "binary" among the encodings all messages are text, and bytes are base64 in payload.data.
  say('hello', { protocol: 1, software: 'watch/1', role: 'viewer', encodings: [] }, { clientId: randomUUID() });
  say('auth', token ? { method: 'token', token } : { method: 'local' });
});
ws.on('message', (text) => {
  const { type, payload, ...about } = JSON.parse(text);
  if (type === 'ping') say('pong', payload);
  else if (type === 'error') process.stderr.write(`${payload.message}\n`);
  else if (type === 'status' && payload.kind === 'welcome') {
    session = payload.sessions.find(({ id, name }) => id === wanted || name === wanted)?.id;
    if (!session)
      fail(new Error(`no session ${wanted}; there are: ${payload.sessions.map(({ name }) => name).join(' ')}`));
    say('control', { op: 'attach', stream: 1, mode: 'log' }, { sessionId: session });
  } else if (type === 'log') {
    // A snapshot stands for what came before; all else of the log is what the process wrote, in order. Lines are for one start of it.
    if (payload.data) process.stdout.write(Buffer.from(payload.data, 'base64'));
    if (!epoch) createInterface({ input: process.stdin }).on('line', enter);
    epoch = about.epoch;
    say('ack', { of: 'output', stream: 1 }, { epoch, seq: about.seq });
  } else if (type === 'ack' && payload.refused) process.stderr.write(`${payload.refused.message}\n`);
  else if (type === 'control' && payload.op === 'ended') ws.close(1000);
});

function enter(line) {
  const data = Buffer.from(`${line}\r`).toString('base64');
  say('control', { op: 'input', stream: 1, inputSeq: ++inputSeq, data }, { sessionId: session, epoch });
}

function fail(error, exitCode = 1) {
  process.stderr.write(`watch: ${error.message}\n`);
  process.exit(exitCode);
}
