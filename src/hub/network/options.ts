/** How a hub serves other machines. */
export interface NetworkOptions {
  /** HOST:PORT; an IPv6 address in brackets. */
  readonly listen: string;
  /** PEM files in place of the certificate of its own; both or none. */
  readonly cert?: string;
  readonly key?: string;
  /** Names and addresses by which it is reached, beside those it knows; the first stands in the address that is given out. */
  readonly names?: readonly string[];
  /** Without TLS; on a loopback address only. */
  readonly insecure?: boolean;
  /** Rather no hub than one that does not listen. */
  readonly required: boolean;
}

/** How it is with the network now. Nothing of it: the hub serves its own machine only. */
export interface NetworkState {
  /** HOST:PORT, as it listens. */
  readonly listen?: string;
  /** For other machines: https://HOST:PORT. */
  readonly url?: string;
  /** `sha256:` and the SHA-256 of its certificate in hex; absent without TLS. */
  readonly fingerprint?: string;
  /** Why it does not listen though it should. */
  readonly problem?: string;
  /** It listens, but not everything is as it should be: of its certificate. Whole sentences, with what to do. */
  readonly warnings?: readonly string[];
}
