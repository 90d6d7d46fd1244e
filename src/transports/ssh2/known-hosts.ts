import { createHmac, timingSafeEqual } from 'node:crypto';
import { matchesAny } from './patterns.ts';

/** A line of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export interface KnownHost {
  readonly marker: 'none' | 'revoked' | 'authority';
  /** Patterns apart by commas, or `|1|salt|hash`. */
  readonly hosts: string;
  readonly type: string;
  readonly key: Buffer;
  /** `path:line`. */
  readonly where: string;
}

/**
 * What is known about a key that a host shows.
 * `changed`: other keys are known for it. `authority`: only a certificate authority is; certificates are not supported, so nobody can tell.
 */
export type Verdict =
  | { readonly kind: 'known' | 'unknown' }
  | { readonly kind: 'changed' | 'revoked' | 'authority'; readonly where: string };

/** Reads the lines that can be read; others are passed over, as ssh does. */
export function parseKnownHosts(text: string, path: string): KnownHost[] {
  return text.split('\n').flatMap((line, index) => {
    const entry = parseLine(line, `${path}:${index + 1}`);
    return entry ? [entry] : [];
  });
}

function parseLine(line: string, where: string): KnownHost | undefined {
  const text = line.replace(/^[ \t]+/, '').replace(/[\r\n]+$/, '');
  if (text === '' || text.startsWith('#')) return undefined;
  const [, marker, hosts, type, base64] = /^(?:(@\S+)[ \t]+)?([^\s@]\S*)[ \t]+(\S+)[ \t]+(\S+)/.exec(text) ?? [];
  if (!hosts || !type || !base64) return undefined;
  if (marker !== undefined && marker !== '@revoked' && marker !== '@cert-authority') return undefined;
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined;
  const key = Buffer.from(base64, 'base64');
  if (keyType(key) !== type) return undefined;
  const kind = marker === '@revoked' ? 'revoked' : marker === '@cert-authority' ? 'authority' : 'none';
  return { marker: kind, hosts, type, key, where };
}

/** How many strings a public key consists of, its name included (RFC 4253 6.6, RFC 5656 3.1, RFC 8709 4, PROTOCOL.u2f). */
const FIELDS = new Map([
  ['ssh-ed25519', 2],
  ['ssh-rsa', 3],
  ['ecdsa-sha2-nistp256', 3],
  ['ecdsa-sha2-nistp384', 3],
  ['ecdsa-sha2-nistp521', 3],
  ['ssh-dss', 5],
  ['sk-ssh-ed25519@openssh.com', 3],
  ['sk-ecdsa-sha2-nistp256@openssh.com', 4],
]);

/** The strings of a public key, or undefined when it is not whole. */
export function keyFields(key: Buffer): Buffer[] | undefined {
  const fields: Buffer[] = [];
  let at = 0;
  while (at < key.length) {
    if (at + 4 > key.length) return undefined;
    const end = at + 4 + key.readUInt32BE(at);
    if (end > key.length) return undefined;
    fields.push(key.subarray(at + 4, end));
    at = end;
  }
  const count = FIELDS.get(fields[0]?.toString('latin1') ?? '');
  return count === fields.length && fields.every((field) => field.length > 0) ? fields : undefined;
}

/** The name that a public key begins with, or undefined when it is none. */
export function keyType(key: Buffer): string | undefined {
  return keyFields(key)?.[0]?.toString('latin1');
}

/** How known_hosts writes a host: `[host]:port` unless the port is 22. */
export function hostName(host: string, port: number): string {
  return port === 22 ? host : `[${host}]:${port}`;
}

/** The lines that speak of a name, as written by `hostName`. */
export function linesFor(name: string, lines: readonly KnownHost[]): KnownHost[] {
  const wanted = name.toLowerCase();
  return lines.filter(({ hosts }) =>
    hosts.startsWith('|') ? isHashOf(wanted, hosts) : matchesAny(wanted, hosts.toLowerCase().split(',')),
  );
}

/** `|1|salt|hash`: HMAC-SHA1 of the name. */
function isHashOf(name: string, text: string): boolean {
  const [, salt, hash] = /^\|1\|([A-Za-z0-9+/=]+)\|([A-Za-z0-9+/=]+)$/.exec(text) ?? [];
  if (!salt || !hash) return false;
  const mine = hashOf(name, Buffer.from(salt, 'base64'));
  const theirs = Buffer.from(hash, 'base64');
  return mine.length === theirs.length && timingSafeEqual(mine, theirs);
}

function hashOf(name: string, salt: Buffer): Buffer {
  return createHmac('sha1', salt).update(name).digest();
}

/** A name as it is written with HashKnownHosts. */
export function hashedName(name: string, salt: Buffer): string {
  return `|1|${salt.toString('base64')}|${hashOf(name.toLowerCase(), salt).toString('base64')}`;
}

/** Where a host is looked up. */
export interface LookUp {
  readonly host: string;
  readonly port: number;
  /** HostKeyAlias: in place of both. */
  readonly alias?: string | undefined;
}

/** ssh's verdict on a key (check_host_key in sshconnect.c, check_hostkeys_by_key_or_type in hostfile.c). */
export function verdictOn(key: Buffer, at: LookUp, lines: readonly KnownHost[]): Verdict {
  const name = at.alias ?? hostName(at.host, at.port);
  const verdict = verdictFor(key, linesFor(name, lines));
  if (verdict.kind === 'known' || verdict.kind === 'changed' || verdict.kind === 'revoked') return verdict;
  if (at.alias === undefined && at.port !== 22) {
    // A line without the port will do, if the key is the same.
    const plain = verdictFor(key, linesFor(hostName(at.host, 22), lines));
    if (plain.kind === 'known' || plain.kind === 'revoked') return plain;
  }
  return verdict;
}

function verdictFor(key: Buffer, lines: readonly KnownHost[]): Verdict {
  const revoked = lines.find((line) => line.marker === 'revoked' && line.key.equals(key));
  if (revoked) return { kind: 'revoked', where: revoked.where };
  const plain = lines.filter((line) => line.marker === 'none');
  if (plain.some((line) => line.key.equals(key))) return { kind: 'known' };
  const other = plain[0];
  if (other) return { kind: 'changed', where: other.where };
  const authority = lines.find((line) => line.marker === 'authority');
  return authority ? { kind: 'authority', where: authority.where } : { kind: 'unknown' };
}

/** The types of the keys that are known: those are asked for first. */
export function knownTypes(at: LookUp, lines: readonly KnownHost[]): Set<string> {
  const found = linesFor(at.alias ?? hostName(at.host, at.port), lines);
  const types = new Map<string, boolean>();
  for (const { marker, type, key } of found) {
    // The first of a type speaks for it, and one that is revoked is not asked for (lookup_key_in_hostkeys_by_type).
    if (marker !== 'none' || types.has(type)) continue;
    types.set(type, !found.some((line) => line.marker === 'revoked' && line.key.equals(key)));
  }
  return new Set([...types].flatMap(([type, good]) => (good ? [type] : [])));
}
