import { chmodSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { RemoteOptions, SessionInfo, Team } from '../../../src/core/index.ts';
import type { Sshd } from '../../support/index.ts';
import { team } from '../teams/support.ts';

/** A team that lives behind a sshd. */
export function farTeam(
  name: string,
  sshd: Pick<Sshd, 'words'>,
  more: Partial<Team> = {},
  options: RemoteOptions = {},
): Team {
  return team(name, {
    remote: { kind: 'openssh', words: sshd.words(), options: { connectTimeoutMs: 10_000, ...options } },
    path: '/tmp',
    ...more,
  });
}

/** A program on the other machine that stands for claude: says how it was called, and reads lines. */
export function farAgent(sshd: Sshd): string {
  const path = join(sshd.folder, 'claude');
  writeFileSync(path, '#!/bin/sh\necho "called with: $*"\nwhile read -r line; do echo "<$line>"; done\n');
  chmodSync(path, 0o755);
  return path;
}

export const is =
  (state: SessionInfo['connection']['state']) =>
  (info: SessionInfo): boolean =>
    info.connection.state === state && (state !== 'online' || info.process.status === 'running');

/** A port behind which nobody speaks: connections are taken, and nothing ever comes. */
export class SilentPort implements AsyncDisposable {
  readonly connections = new Set<Socket>();
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(): Promise<SilentPort> {
    const server = createServer();
    const port = new SilentPort(server);
    server.on('connection', (socket) => {
      port.connections.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => port.connections.delete(socket));
      socket.resume();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return port;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  words(): string[] {
    return ['-F', '/dev/null', '-p', String(this.port), '127.0.0.1'];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.connections) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
