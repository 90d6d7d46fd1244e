import { isIP } from 'node:net';
import { isLoopback, plainAddress } from './address.ts';

/**
 * By which names this hub may be addressed. A page of somebody else that a browser was led to by a name of its own (DNS rebinding) says that
 * name in Host, and its origin in Origin: both are refused before anything else is looked at.
 */
export class OwnNames {
  readonly #names: ReadonlySet<string>;
  readonly #scheme: string;

  constructor(names: readonly string[], scheme: 'http' | 'https') {
    this.#names = new Set(names.map((name) => name.toLowerCase()));
    this.#scheme = scheme;
  }

  /** `localAddress`: the one that the connection came in on: whoever says that address means us. */
  allows(host: string | undefined, origin: string | undefined, localAddress: string | undefined): boolean {
    const own = this.#urlOf(host);
    if (!own || !this.#isOwn(own, localAddress)) return false;
    if (origin === undefined) return true;
    const from = parsed(origin);
    return (
      from?.origin === origin &&
      from.protocol === own.protocol &&
      from.port === own.port &&
      this.#isOwn(from, localAddress)
    );
  }

  /** The address of a request as its client made it. */
  urlOf(host: string, path: string): string {
    return new URL(path, this.#urlOf(host)).href;
  }

  #urlOf(host: string | undefined): URL | undefined {
    if (host === undefined || !/^[A-Za-z0-9._:[\]-]{1,255}$/.test(host)) return undefined;
    return parsed(`${this.#scheme}://${host}/`);
  }

  #isOwn({ hostname }: URL, localAddress: string | undefined): boolean {
    const name = hostname.replace(/^\[|\]$/g, '').toLowerCase();
    if (isLoopback(name) || this.#names.has(name)) return true;
    if (isIP(name) !== 0) return localAddress !== undefined && plainAddress(localAddress) === plainAddress(name);
    // *.example.com of a certificate stands for one label.
    const dot = name.indexOf('.');
    return dot > 0 && this.#names.has(`*${name.slice(dot)}`);
  }
}

function parsed(url: string): URL | undefined {
  return URL.canParse(url) ? new URL(url) : undefined;
}
