import { createHash, createHmac, randomBytes } from 'node:crypto';

/** What a token is for stands before it: whoever finds one knows what it is, and it is taken for nothing else. */
export type TokenKind = 'access' | 'refresh' | 'session' | 'bearer';
const PREFIX: Readonly<Record<TokenKind, string>> = {
  access: 'iris_a_',
  refresh: 'iris_r_',
  session: 'iris_s_',
  bearer: 'iris_t_',
};

const SECRET_BYTES = 32;
/** Crockford's base 32: no I, L, O, U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 80 bits. */
const CODE_LENGTH = 16;
const CODE_GROUP = 4;

/** 256 bits of chance. */
export function newToken(kind: TokenKind): string {
  return PREFIX[kind] + randomBytes(SECRET_BYTES).toString('base64url');
}

/** The kind a token says it is of. */
export function kindOfToken(token: string): TokenKind | undefined {
  return (Object.keys(PREFIX) as TokenKind[]).find((kind) => token.startsWith(PREFIX[kind]));
}

/** A refresh token names its family, so that an old one is known for what it is. */
export function newRefreshToken(family: string): string {
  return `${PREFIX.refresh}${family}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
}

export function familyOf(refreshToken: string): string | undefined {
  return /^iris_r_([0-9a-f]{32})_[A-Za-z0-9_-]{43}$/.exec(refreshToken)?.[1];
}

/**
 * What comes after a refresh token follows from it and a salt that only the hub has: the same retry gets the same answer, also of a hub that was
 * started again meanwhile, and nothing but digests has to be kept.
 */
export function successorsOf(refreshToken: string, family: string, salt: string): { access: string; refresh: string } {
  const derived = (what: string): string =>
    createHmac('sha256', Buffer.from(salt, 'base64url')).update(`${what} ${refreshToken}`).digest('base64url');
  return { access: PREFIX.access + derived('access'), refresh: `${PREFIX.refresh}${family}_${derived('refresh')}` };
}

export function newSalt(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/** 128 bits, for what is no secret. */
export function newId(): string {
  return randomBytes(16).toString('hex');
}

/**
 * All that is kept of a secret. Secrets are looked up by this: how long a look-up takes tells about the digest of what was offered, which
 * says nothing about any secret.
 */
export function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** `7K3M-9QXC-…`: easy to read out and to type. */
export function newCode(): string {
  const bytes = randomBytes(CODE_LENGTH);
  const letters = [...bytes].map((byte) => ALPHABET[byte & 31]).join('');
  return letters.match(new RegExp(`.{${CODE_GROUP}}`, 'g'))!.join('-');
}

/** A code as somebody typed it: case, blanks and dashes do not matter, nor does what is easily mistaken. Undefined: it can't be one. */
export function readCode(typed: string): string | undefined {
  const letters = typed.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  if (letters.length !== CODE_LENGTH || [...letters].some((letter) => !ALPHABET.includes(letter))) return undefined;
  return letters;
}
