// A hub of its own, as installed, that also listens on loopback with TLS; and links to it that count what comes over them.
import { spawnSync } from 'node:child_process';
import { connect as connectSocket, createServer } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { connectOnce } from '../../src/client/index.ts';
import { iris } from '../peers/iris.mjs';
import { Sandbox } from '../sandbox.mjs';

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

export class BenchHub {
  static async start(name, files) {
    const sandbox = new Sandbox(name, files);
    const hub = new BenchHub(sandbox, iris.create(sandbox).start, await freePort());
    hub.run('hub', 'start', '--listen', `127.0.0.1:${hub.port}`);
    const status = JSON.parse(hub.run('hub', 'status', '--json'));
    hub.pid = status.pid;
    hub.socket = status.socket;
    hub.token = JSON.parse(hub.run('token', 'create', '--role', 'owner', '--expires', '1d', '--json')).token;
    return hub;
  }

  constructor(sandbox, command, port) {
    this.sandbox = sandbox;
    this.command = command;
    this.port = port;
  }

  /** A verb of the program; what it printed. */
  run(...args) {
    const [file, ...first] = this.command;
    const { status, stdout, stderr } = spawnSync(file, [...first, ...args], {
      env: this.sandbox.env,
      cwd: this.sandbox.path,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`iris-tui ${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  /** `carrier`: unix or tls. `link.bytes()` is what came over it, below WebSocket and TLS. */
  async link(carrier) {
    let socket;
    const address = async () => {
      if (carrier === 'unix') {
        socket = connectSocket(this.socket);
        return { stream: socket, where: this.socket };
      }
      const tcp = connectSocket({ host: '127.0.0.1', port: this.port, noDelay: true });
      const connection = connectTls({ socket: tcp, rejectUnauthorized: false });
      await new Promise((resolve, reject) => {
        connection.once('secureConnect', resolve);
        connection.once('error', reject);
      });
      socket = tcp;
      const auth = { method: 'token', token: this.token };
      return { url: `wss://127.0.0.1:${this.port}/api/clients/stream`, connection, auth, refused: '' };
    };
    const host = await connectOnce({ address, version: '0.1.0' });
    return { host, bytes: () => socket.bytesRead, close: () => host.close() };
  }

  async stop() {
    this.run('hub', 'stop', '--force');
    await this.sandbox.dispose();
  }
}
