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

/** That whoever sends this has the key of the device: a DPoP proof (RFC 9449, 4.2), good for one request. */
export async function makeProof(key: DeviceKey, { method, url, token, at }: ProofOf): Promise<string> {
  const { SignJWT, importJWK } = await import('jose');
  const { kty, crv, x } = key;
  const ath = token === undefined ? {} : { ath: await digest(token) };
  return new SignJWT({ jti: crypto.randomUUID(), htm: method, htu: url, iat: Math.floor(at / 1000), ...ath })
    .setProtectedHeader({ typ: 'dpop+jwt', alg: 'EdDSA', jwk: { kty, crv, x } })
    .sign(await importJWK(key, 'EdDSA'));
}

/** Base64url of the SHA-256 of a token. */
async function digest(token: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token));
  return Buffer.from(hash).toString('base64url');
}

/** A key for one hub: another hub can't tell that it is the same device. */
export async function newDeviceKey(): Promise<DeviceKey> {
  const { exportJWK, generateKeyPair } = await import('jose');
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const { x = '', d = '' } = await exportJWK(privateKey);
  return { kty: 'OKP', crv: 'Ed25519', x, d };
}
