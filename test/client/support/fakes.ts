import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Credentials, type KnownHub } from '../../../src/client/credentials/index.ts';
import { connect } from '../../../src/client/index.ts';
import { addressOfKnown, pair, readPlace } from '../../../src/client/network/index.ts';
import type { Clock, SessionHost } from '../../../src/core/index.ts';
import { systemClock } from '../../../src/protocol/index.ts';
import { eventually } from '../../hub/support/index.ts';
import { type Asked, FakeHub, type FakeHubOptions, makeCertificate, type RestReply } from './fake-hub.ts';

const folders: string[] = [];
const hosts: SessionHost[] = [];
const hubs: FakeHub[] = [];

/** Ends what a test opened by the functions below. */
export async function closeFakes(): Promise<void> {
  for (const host of hosts.splice(0)) host.close();
  for (const hub of hubs.splice(0)) await hub[Symbol.asyncDispose]();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Closed at the end of the test. */
export function keep(host: SessionHost): SessionHost {
  hosts.push(host);
  return host;
}

export function credentialsAt(path?: string): Credentials {
  const place = path ?? mkdtempSync(join(tmpdir(), 'in-'));
  if (path === undefined) folders.push(place);
  const none = () => Promise.reject(new Error('no keychain'));
  return new Credentials({
    configFolder: join(place, 'config'),
    stateFolder: join(place, 'state'),
    clock: systemClock,
    keychain: { get: none, set: none, delete: none },
  });
}

export async function listen(options: FakeHubOptions = {}): Promise<FakeHub> {
  const hub = await FakeHub.listen(options);
  hubs.push(hub);
  return hub;
}

/** Pairs and hands tokens out as a hub does: one set a number, each access token good until the hub says otherwise. */
export class Desk {
  issued = 0;
  refreshes = 0;
  /** Access tokens that are let in; undefined: the newest. */
  good: ReadonlySet<string> | undefined;
  accessLastsMs = 900_000;
  /** In place of an answer. */
  refuse: ((asked: Asked) => RestReply | undefined) | undefined;

  readonly rest = (asked: Asked): RestReply => {
    const refused = this.refuse?.(asked);
    if (refused) return refused;
    const path = asked.path;
    if (path === '/api/clients/pair') {
      const { code } = asked.body as { code: string };
      if (code !== 'GOOD') return bad(400, 'not-allowed', 'that code is not good');
      return {
        status: 200,
        body: { deviceId: 'd1', hub: { id: 'h1', name: 'office' }, grants: [], ...this.#tokens() },
      };
    }
    if (path === '/api/clients/refresh') {
      this.refreshes += 1;
      return { status: 200, body: this.#tokens() };
    }
    if (path === '/api/clients/session') {
      const token = asked.headers.authorization?.replace(/^DPoP /, '') ?? '';
      const good = this.good ?? new Set([`access-${this.issued}`]);
      if (!good.has(token)) return bad(401, 'not-allowed', 'the access token is not good');
      return { status: 200, body: { sessionToken: `session-of-${token}`, expiresAt: Date.now() + 60_000 } };
    }
    return bad(404, 'not-found', 'nothing there');
  };

  #tokens() {
    this.issued += 1;
    return {
      accessToken: `access-${this.issued}`,
      refreshToken: `refresh-${this.issued}`,
      accessExpiresAt: Date.now() + this.accessLastsMs,
      refreshExpiresAt: Date.now() + 86_400_000,
    };
  }
}

export const bad = (status: number, code: string, message: string): RestReply => ({
  status,
  body: { error: { code, message } },
});

export const REQUEST = { code: 'GOOD', deviceName: 'laptop', software: 'iris-tui/0.1.0', confirm: async () => false };

export async function paired(options: Omit<FakeHubOptions, 'rest'> & { desk?: Desk; credentials?: Credentials } = {}) {
  const { desk = new Desk(), credentials = credentialsAt(), ...rest } = options;
  const certificate = options.certificate ?? makeCertificate();
  const hub = await listen({ ...rest, certificate, rest: desk.rest });
  const { fingerprint } = certificate;
  const { hub: known } = await pair(
    credentials,
    { ...REQUEST, place: readPlace(hub.origin), fingerprint },
    systemClock,
  );
  return { hub, desk, credentials, known, certificate };
}

export function attach(credentials: Credentials, known: KnownHub, clock: Clock = systemClock): SessionHost {
  const host = connect({
    address: addressOfKnown(credentials, known, clock),
    version: '0.1.0',
    clock,
    // Attempts as fast as they may be: what is tested is not the back-off.
    random: () => 0,
    reconnect: { settleMs: 0 },
  });
  hosts.push(host);
  return host;
}

export const online = (host: SessionHost) => eventually('it is online', () => host.connection.state === 'online');
