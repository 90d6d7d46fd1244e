import { createHash, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { exportJWK, SignJWT } from 'jose';
import WebSocket from 'ws';
import type { Grant } from '../../../src/core/index.ts';
import type { Hub } from '../../../src/hub/index.ts';
import type { AuthPayload } from '../../../src/protocol/index.ts';
import { RawPeer } from './raw.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the hub answers
  readonly json: any;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** The loopback address it comes from, as another machine would. */
  readonly from?: string | undefined;
}

/** One request to a hub on this machine, whoever's certificate it shows. */
export function ask(url: string, { method = 'GET', headers = {}, body, from }: Ask = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
    const options = {
      method,
      rejectUnauthorized: false,
      agent: false as const,
      ...(from === undefined ? {} : { localAddress: from }),
      headers: { ...(text === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    };
    const made = (url.startsWith('https:') ? httpsRequest : httpRequest)(url, options, (response) => {
      let answer = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        answer += chunk;
      });
      response.on('end', () => {
        const isJson = answer !== '' && response.headers['content-type']?.includes('json');
        const json: unknown = isJson ? JSON.parse(answer) : undefined;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: answer, json });
      });
    });
    made.on('error', reject);
    made.end(text);
  });
}

export interface ProofWishes {
  readonly htm?: string;
  readonly htu?: string;
  readonly token?: string;
  readonly iat?: number;
  readonly jti?: string;
}

export interface Tokens {
  accessToken: string;
  refreshToken: string;
}

/** A machine that pairs with a hub, with a key of its own. */
export class Device {
  readonly url: string;
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;
  readonly from: string | undefined;
  tokens: Tokens = { accessToken: '', refreshToken: '' };
  id = '';
  grants: Grant[] = [];
  /** Milliseconds since 1970. */
  wall = (): number => Date.now();

  /** `from`: the loopback address it comes from, as another machine would. */
  constructor(url: string, from?: string) {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    this.url = url;
    this.from = from;
    this.#privateKey = privateKey;
    this.#publicKey = publicKey;
  }

  get stream(): string {
    return `${this.url.replace(/^http/, 'ws')}/api/clients/stream`;
  }

  async proof(wishes: ProofWishes = {}): Promise<string> {
    const { htm = 'POST', htu = this.url, token, iat = Math.floor(this.wall() / 1000), jti = randomUUID() } = wishes;
    const ath = token === undefined ? {} : { ath: createHash('sha256').update(token).digest('base64url') };
    return new SignJWT({ htm, htu, iat, jti, ...ath })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'dpop+jwt', jwk: await exportJWK(this.#publicKey) })
      .sign(this.#privateKey);
  }

  async post(path: string, body: unknown, token?: string, wishes: ProofWishes = {}): Promise<Answer> {
    const method = 'POST';
    const proof = await this.proof({ htu: this.url + path, ...(token === undefined ? {} : { token }), ...wishes });
    const headers = { dpop: proof, ...(token === undefined ? {} : { authorization: `DPoP ${token}` }) };
    return ask(this.url + path, { method, headers, body, from: this.from });
  }

  async pair(code: string, name = 'laptop'): Promise<Answer> {
    const answer = await this.post('/api/clients/pair', { code, name, software: 'test/1' });
    if (answer.status === 200) {
      const { deviceId, grants, accessToken, refreshToken } = answer.json;
      Object.assign(this, { id: deviceId, grants, tokens: { accessToken, refreshToken } });
    }
    return answer;
  }

  refresh(token = this.tokens.refreshToken): Promise<Answer> {
    return this.post('/api/clients/refresh', { refreshToken: token });
  }

  command(name: string, args: unknown = {}): Promise<Answer> {
    return this.post(`/api/commands/${name}`, { args }, this.tokens.accessToken);
  }

  async sessionToken(): Promise<string> {
    const answer = await this.post('/api/clients/session', undefined, this.tokens.accessToken);
    if (answer.status !== 200) throw new Error(`no session token: ${answer.status} ${answer.text}`);
    return answer.json.sessionToken as string;
  }

  /** A stream with a fresh session token. */
  async peer(): Promise<RawPeer> {
    const token = await this.sessionToken();
    return this.peerWith(token, await this.streamProof(token));
  }

  streamProof(token: string): Promise<string> {
    return this.proof({ htm: 'GET', htu: `${this.url}/api/clients/stream`, token });
  }

  async peerWith(token: string, proof?: string): Promise<RawPeer> {
    return streamPeer(this.url, { method: 'token', token, ...(proof === undefined ? {} : { proof }) }, this.from);
  }
}

/** Opens a stream and says who it is. */
export async function streamPeer(url: string, auth?: AuthPayload, from?: string): Promise<RawPeer> {
  const ws = new WebSocket(`${url.replace(/^http/, 'ws')}/api/clients/stream`, {
    rejectUnauthorized: false,
    perMessageDeflate: false,
    ...(from === undefined ? {} : { localAddress: from }),
  });
  const peer = await RawPeer.of(ws);
  if (auth) peer.login(auth);
  return peer;
}

/** The status of a WebSocket that was refused. */
export function upgradeStatus(url: string, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve) => {
    const ws = new WebSocket(url, { rejectUnauthorized: false, headers });
    ws.once('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0);
      response.resume();
      ws.terminate();
    });
    ws.once('open', () => {
      ws.terminate();
      resolve(101);
    });
    ws.on('error', () => {});
  });
}

export function urlOf(hub: Hub): string {
  if (hub.network.url === undefined) throw new Error(`it does not listen: ${hub.network.problem}`);
  return hub.network.url;
}
