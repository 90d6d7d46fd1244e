import { isIP, isIPv6 } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { IrisError } from '../../core/index.ts';

export interface ListenAddress {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
}

/** @throws IrisError `usage` */
export function parseListen(text: string): ListenAddress {
  const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^:[\]/@\s]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65_535 || (match?.[1] !== undefined && !isIPv6(host))) {
    throw new IrisError('usage', `${text} is no address to listen on`, {
      remedy:
        'write HOST:PORT, as 0.0.0.0:4747 for every network, 127.0.0.1:4747 for this machine, [::]:4747 for IPv6 too',
    });
  }
  return { host, port };
}

/** A name or an address by which a hub is reached; `*.example.com` is one label of any name. @throws IrisError `usage` */
export function checkHubName(name: string): void {
  if (isIP(name) !== 0 || /^(\*\.)?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/.test(name)) return;
  throw new IrisError('usage', `${JSON.stringify(name)} is no name of a machine`, {
    remedy: 'without a port or a scheme',
  });
}

export function formatAddress({ host, port }: ListenAddress): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

/** Is it this machine, and only this one? A name other than localhost may be anything. */
export function isLoopback(host: string): boolean {
  if (host.toLowerCase() === 'localhost') return true;
  const plain = plainAddress(host);
  if (isIP(plain) === 4) return plain.startsWith('127.');
  // As short as it can be written (RFC 5952).
  return isIPv6(plain) && new URL(`http://[${plain}]`).hostname === '[::1]';
}

/** Every address of this machine? */
export function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

/** ::ffff:127.0.0.1 → 127.0.0.1; without a zone. */
export function plainAddress(address: string): string {
  const plain = address.split('%')[0]!;
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1] ?? plain;
}

/** The address that others are told: a name that was given, the listening address, or one that this machine has on a network. */
export function advertisedHost(listen: ListenAddress, names: readonly string[]): string {
  if (names[0] !== undefined) return names[0];
  if (!isWildcard(listen.host)) return listen.host;
  return ownAddresses()[0] ?? hostname();
}

/** Those on networks, IPv4 first. */
export function ownAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((rows) => rows ?? []);
  const usable = all.filter(({ internal, address }) => !internal && !address.toLowerCase().startsWith('fe80:'));
  return usable
    .sort((a, b) => (a.family === b.family ? 0 : a.family === 'IPv4' ? -1 : 1))
    .map(({ address }) => address);
}
