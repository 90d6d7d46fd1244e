import { z } from 'zod';
import { type Clock, IrisError, plainText, type ToldGrant } from '../../core/index.ts';
import type { AuthPayload } from '../../protocol/index.ts';
import type { DeviceKey } from '../credentials/index.ts';
import { type HubPlace, type Trust, whereOf } from './place.ts';
import { makeProof } from './proof.ts';
import { callHub, type RestAnswer, type RestCall, refusalOf } from './rest.ts';

export const STREAM_PATH = '/api/clients/stream';

/** A proof is good for about a minute; a clock that is further off than this is corrected by what the hub says. */
const SKEW_MS = 20_000;

const token = z.string().min(1).max(256);
const time = z.number();
const tokensSchema = z.object({
  accessToken: token,
  refreshToken: token,
  accessExpiresAt: time,
  refreshExpiresAt: time,
});
export type Tokens = z.infer<typeof tokensSchema>;

const pairedSchema = tokensSchema.extend({
  deviceId: z.string().min(1).max(128),
  hub: z.object({ id: z.string().max(128), name: z.string().max(256) }),
  grants: z
    .array(
      z.object({
        session: z.string().max(64),
        role: z.enum(['viewer', 'typer', 'owner', 'none', 'runner']),
        expiresAt: time.exactOptional(),
        /** What the session is called there. */
        name: z.string().max(256).exactOptional(),
      }),
    )
    .max(10_000) satisfies z.ZodType<ToldGrant[]>,
});
export type Paired = z.infer<typeof pairedSchema>;

const sessionSchema = z.object({ sessionToken: token, expiresAt: time });

/** The paths of a hub that are not the protocol: docs/protocol.md. */
export class HubApi {
  readonly place: HubPlace;
  readonly trust: Trust;
  readonly #clock: Clock;
  /** What the hub's clock is ahead of ours. */
  #skewMs = 0;

  constructor(place: HubPlace, trust: Trust, clock: Clock) {
    this.place = place;
    this.trust = trust;
    this.#clock = clock;
  }

  /** For people. */
  get where(): string {
    return whereOf(this.place);
  }

  /** Milliseconds since 1970 as the hub has it, as far as is known. */
  get time(): number {
    return this.#clock.wall() + this.#skewMs;
  }

  async pair(key: DeviceKey, request: { code: string; name: string; software: string }): Promise<Paired> {
    return this.#ask(pairedSchema, key, { method: 'POST', path: '/api/clients/pair', body: request });
  }

  async refresh(key: DeviceKey, refreshToken: string): Promise<Tokens> {
    return this.#ask(tokensSchema, key, { method: 'POST', path: '/api/clients/refresh', body: { refreshToken } });
  }

  /** What the first message of a stream says; good once, for a minute. */
  async streamAuth(key: DeviceKey, accessToken: string): Promise<AuthPayload> {
    const call = { method: 'POST', path: '/api/clients/session' } as const;
    const { sessionToken } = await this.#ask(sessionSchema, key, call, accessToken);
    const url = this.place.origin + STREAM_PATH;
    const proof = makeProof(key, { method: 'GET', url, token: sessionToken, at: this.time });
    return { method: 'token', token: sessionToken, proof };
  }

  /** This device leaves: the hub forgets it. */
  async leave(key: DeviceKey, accessToken: string): Promise<void> {
    await this.#ask(z.unknown(), key, { method: 'DELETE', path: '/api/clients/self' }, accessToken);
  }

  /** @throws IrisError `not-allowed` or `usage` when the hub refuses, `hub-unreachable` when there is no answer of a hub */
  async #ask<T>(schema: z.ZodType<T>, key: DeviceKey, call: RestCall, accessToken?: string): Promise<T> {
    let answer = await this.#call(key, call, accessToken);
    const wasWrong = this.#heardTime(answer);
    // Refused, and the clocks differ: the proof was too old or too new by the hub's.
    if (wasWrong && answer.status >= 400 && answer.status < 500) {
      answer = await this.#call(key, call, accessToken);
    }
    if (answer.status < 200 || answer.status > 299) throw refusalOf(answer, this.where);
    const parsed = schema.safeParse(answer.body);
    if (parsed.success) return parsed.data;
    throw new IrisError('version-mismatch', `${this.where} answers ${call.path} as no hub of this version does`, {
      remedy: 'is that a hub? If so, update the older of the two',
      cause: plainText(parsed.error.message, 500),
    });
  }

  async #call(key: DeviceKey, call: RestCall, accessToken: string | undefined): Promise<RestAnswer> {
    const { method, path } = call;
    const about = accessToken === undefined ? {} : { token: accessToken };
    const proof = makeProof(key, { method, url: this.place.origin + path, at: this.time, ...about });
    const headers = {
      dpop: proof,
      ...(accessToken === undefined ? {} : { authorization: `DPoP ${accessToken}` }),
    };
    return callHub(this.place, this.trust, { ...call, headers }, this.#clock);
  }

  /** True: our idea of the hub's time was wrong, and is right now. */
  #heardTime({ at }: RestAnswer): boolean {
    if (at === undefined || Math.abs(at - this.time) < SKEW_MS) return false;
    this.#skewMs = at - this.#clock.wall();
    return true;
  }
}
