import { createHash, createPrivateKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import type { DeviceKey } from '../credentials/index.ts';

export interface ProofOf {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Without query and fragment. */
  readonly url: string;
  /** The token it goes with; absent where there is none yet. */
  readonly token?: string;
  /** Milliseconds since 1970, by the clock of the hub. */
  readonly at: number;
}

/**
 * That whoever sends this has the key of the device: a DPoP proof (RFC 9449, 4.2), good for one request. To sign a JWT (RFC 7515, 8037) is this little; a
 * library, which checking one takes, would be loaded at each start that goes to another machine.
 */
export function makeProof(key: DeviceKey, { method, url, token, at }: ProofOf): string {
  const { kty, crv, x } = key;
  const header = { typ: 'dpop+jwt', alg: 'EdDSA', jwk: { kty, crv, x } };
  const ath = token === undefined ? {} : { ath: createHash('sha256').update(token).digest('base64url') };
  const claims = { jti: randomUUID(), htm: method, htu: url, iat: Math.floor(at / 1000), ...ath };
  const signed = `${encode(header)}.${encode(claims)}`;
  const signature = sign(null, Buffer.from(signed), createPrivateKey({ key: { ...key }, format: 'jwk' }));
  return `${signed}.${signature.toString('base64url')}`;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** A key for one hub: another hub can't tell that it is the same device. */
export function newDeviceKey(): DeviceKey {
  const { x = '', d = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  return { kty: 'OKP', crv: 'Ed25519', x, d };
}
