import { IrisError, plainText } from '../../core/index.ts';

/** How the certificate of a hub is judged. */
export type Trust =
  /** Only this certificate: `sha256:` and hex. `given`: somebody named it now; else it was pinned at pairing. */
  | { readonly kind: 'pin'; readonly fingerprint: string; readonly given?: true }
  /** What the certificate authorities of this machine vouch for. */
  | { readonly kind: 'ca' }
  /** No TLS at all; only to this very machine, and only when asked for. */
  | { readonly kind: 'none' };

/** Where a hub is. */
export interface HubPlace {
  /** `https://HOST:PORT`, or `http://` without TLS; nothing behind it. */
  readonly origin: string;
  readonly host: string;
  readonly port: number;
  /** That of the certificate, where the address told it. */
  readonly fingerprint?: string;
  readonly tls: boolean;
}

/**
 * Reads `HOST:PORT`, `https://HOST:PORT` or `wss://HOST:PORT`, each perhaps with `#sha256:…` behind it. Without TLS (`http:`, `ws:`) only with
 * `insecure`, and only a loopback address: a token must not cross a network in clear.
 * @throws IrisError `usage`
 */
export function readPlace(given: string, options: { readonly insecure?: boolean } = {}): HubPlace {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(given)?.[1]?.toLowerCase();
  let url: URL | undefined;
  try {
    url = new URL(scheme === undefined ? `https://${given}` : given);
  } catch {
    // Told below.
  }
  const clear = scheme === 'http' || scheme === 'ws';
  const known = clear || scheme === undefined || scheme === 'https' || scheme === 'wss';
  if (!url || !known || url.hostname === '' || url.username || url.password || url.search || url.pathname.length > 1) {
    throw new IrisError('usage', `${plainText(given, 200)} is no address of a hub`, {
      remedy: 'write https://HOST:PORT as iris-tui hub pair prints it, without anything secret in it',
    });
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (clear && !(options.insecure === true && isLoopback(host))) {
    throw new IrisError('usage', `${given} would send everything in clear`, {
      remedy: isLoopback(host)
        ? 'write https:// or wss://; to this machine alone --insecure allows it'
        : 'write https:// or wss://',
    });
  }
  const port = url.port === '' ? (clear ? 80 : 443) : Number(url.port);
  // As `new URL` writes it, so that both ends of a proof write the same.
  const { origin } = new URL(`${clear ? 'http' : 'https'}://${url.host}`);
  const fingerprint = url.hash === '' ? undefined : readFingerprint(url.hash.slice(1));
  return { origin, host, port, tls: !clear, ...(fingerprint === undefined ? {} : { fingerprint }) };
}

/**
 * `sha256:` and 64 hexadecimal digits; colons between them, and upper case, are read as well.
 * @throws IrisError `usage`
 */
export function readFingerprint(given: string): string {
  const hex = given
    .replace(/^sha256[:=]/i, '')
    .replaceAll(':', '')
    .toLowerCase();
  if (/^[0-9a-f]{64}$/.test(hex)) return `sha256:${hex}`;
  throw new IrisError('usage', `${plainText(given, 100)} is no fingerprint`, {
    remedy: 'write sha256: and 64 hexadecimal digits, as iris-tui hub pair prints it',
  });
}

/** For people, as it is written in an address. */
export function whereOf({ origin }: HubPlace): string {
  return new URL(origin).host;
}

/** An address or a name that never leaves this machine. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
