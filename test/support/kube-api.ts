import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';
import { openPty } from './pty.ts';

/** Streams of exec over WebSocket, in the first byte of a message (kubernetes, remotecommand v5). */
const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const STATUS = 3;
const RESIZE = 4;
const CLOSE = 255;

/** kubectl speaks WebSocket since 1.30, SPDY before. */
export const CAN_RUN_KUBECTL = (() => {
  const { stdout, status } = spawnSync('kubectl', ['version', '--client', '-o', 'json'], { encoding: 'utf8' });
  return status === 0 && Number(/"minor": "(\d+)/.exec(stdout)?.[1] ?? 0) >= 30;
})();

/**
 * As much of the API of a cluster as `kubectl exec` asks for: the pod `web`, whose processes run on this machine. `pod forbidden` may not be
 * entered. Drive it with the real kubectl and `env`.
 */
export class KubeApi implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'iris-kube-'));
  readonly env: Readonly<Record<string, string>>;
  readonly #server: Server;
  readonly #sockets = new Set<WebSocket>();
  readonly #ends = new Set<() => void>();

  static async start(): Promise<KubeApi> {
    const api = new KubeApi();
    await new Promise<void>((resolve) => api.#server.listen(0, '127.0.0.1', resolve));
    const address = api.#server.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
    const cluster = { name: 'c', cluster: { server: `http://127.0.0.1:${address.port}` } };
    const context = { name: 'x', context: { cluster: 'c', user: 'u' } };
    const config = {
      'current-context': 'x',
      clusters: [cluster],
      contexts: [context],
      users: [{ name: 'u', user: {} }],
    };
    writeFileSync(join(api.folder, 'config'), JSON.stringify({ apiVersion: 'v1', kind: 'Config', ...config }));
    return api;
  }

  private constructor() {
    this.env = { PATH: process.env.PATH ?? '', HOME: this.folder, KUBECONFIG: join(this.folder, 'config') };
    this.#server = createServer((request, response) => this.#answer(request, response));
    const upgrades = new WebSocketServer({ noServer: true, handleProtocols: () => 'v5.channel.k8s.io' });
    this.#server.on('upgrade', (request: IncomingMessage, socket, head) => {
      upgrades.handleUpgrade(request, socket, head, (ws) => this.#exec(ws, new URL(request.url ?? '', 'http://x')));
    });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const name = /^\/api\/v1\/namespaces\/default\/pods\/([^/?]+)/.exec(request.url ?? '')?.[1];
    const send = (code: number, body: object) => {
      response.writeHead(code, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ apiVersion: 'v1', ...body }));
    };
    const failure = (code: number, reason: string, message: string) =>
      send(code, { kind: 'Status', status: 'Failure', reason, code, message });
    // What kubectl asks first, to know the kinds of things there are.
    if (request.url === '/api' || request.url?.startsWith('/api?'))
      send(200, { kind: 'APIVersions', versions: ['v1'] });
    else if (/^\/apis(\?|$)/.test(request.url ?? '')) send(200, { kind: 'APIGroupList', groups: [] });
    else if (/^\/api\/v1(\?|$)/.test(request.url ?? '')) {
      const pods = { name: 'pods', singularName: 'pod', namespaced: true, kind: 'Pod', verbs: ['get', 'list'] };
      send(200, { kind: 'APIResourceList', groupVersion: 'v1', resources: [pods] });
    } else if (name === 'web') {
      const spec = { containers: [{ name: 'main', image: 'x' }] };
      send(200, { kind: 'Pod', metadata: { name, namespace: 'default' }, spec, status: { phase: 'Running' } });
    } else if (name === 'forbidden')
      failure(403, 'Forbidden', 'pods "forbidden" is forbidden: User "u" cannot get resource');
    else failure(404, 'NotFound', `pods "${name}" not found`);
  }

  #exec(ws: WebSocket, url: URL): void {
    this.#sockets.add(ws);
    const command = url.searchParams.getAll('command');
    const send = (stream: number, bytes: Uint8Array) => ws.send(Buffer.concat([Buffer.of(stream), bytes]));
    const over = (exitCode: number) => {
      const cause = { reason: 'ExitCode', message: String(exitCode) };
      const failed = { status: 'Failure', reason: 'NonZeroExitCode', message: 'ended', details: { causes: [cause] } };
      send(STATUS, Buffer.from(JSON.stringify({ metadata: {}, ...(exitCode === 0 ? { status: 'Success' } : failed) })));
      ws.close(1000);
    };
    const far = url.searchParams.get('tty') === 'true' ? terminal(command, send, over) : pipes(command, send, over);
    this.#ends.add(far.end);
    ws.on('message', (data: Buffer) => {
      if (data[0] === STDIN) far.write(data.subarray(1));
      else if (data[0] === CLOSE && data[1] === STDIN) far.closeStdin();
      else if (data[0] === RESIZE) {
        const size = JSON.parse(data.subarray(1).toString()) as { Width: number; Height: number };
        far.resize(size.Width, size.Height);
      }
    });
    // As a kubelet: what runs goes on when nobody listens any more; only its stdin ends.
    ws.on('close', () => {
      far.closeStdin();
      this.#sockets.delete(ws);
    });
  }

  /** Nothing answers any more; what runs in the pod is ended. */
  async stop(): Promise<void> {
    for (const ws of this.#sockets) ws.terminate();
    for (const end of this.#ends) end();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.folder, { recursive: true, force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

interface FarProcess {
  write(bytes: Uint8Array): void;
  closeStdin(): void;
  resize(cols: number, rows: number): void;
  end(): void;
}

const POD_ENV = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/root' };

type Send = (stream: number, bytes: Uint8Array) => void;

function terminal(command: readonly string[], send: Send, over: (exitCode: number) => void): FarProcess {
  const pty = openPty({ command, cols: 80, rows: 24, cwd: '/', env: POD_ENV });
  let ended = false;
  pty.onData((bytes) => send(STDOUT, bytes));
  pty.onExit(({ exitCode, signal }) => {
    ended = true;
    over(signal ? 128 + signal : exitCode);
  });
  return {
    write: (bytes) => pty.write(bytes),
    closeStdin() {},
    resize: (cols, rows) => pty.resize(cols, rows),
    end: () => void (ended || pty.kill('SIGKILL')),
  };
}

function pipes([program = '', ...args]: readonly string[], send: Send, over: (exitCode: number) => void): FarProcess {
  const child = spawn(program, args, { cwd: '/', env: POD_ENV, detached: true });
  child.stdin.on('error', () => {});
  child.stdout.on('data', (bytes: Buffer) => send(STDOUT, bytes));
  child.stderr.on('data', (bytes: Buffer) => send(STDERR, bytes));
  child.on('error', () => over(126));
  child.on('close', (code) => over(code ?? 137));
  return {
    write: (bytes) => void child.stdin.write(bytes),
    closeStdin: () => child.stdin.end(),
    resize() {},
    end: () => void child.kill('SIGKILL'),
  };
}
