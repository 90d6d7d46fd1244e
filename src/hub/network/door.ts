import type { Socket as NetSocket } from 'node:net';
import { hostname } from 'node:os';
import type { WebSocket } from 'ws';
import { IrisError, type Timer } from '../../core/index.ts';
import type { AcceptOptions } from '../accept.ts';
import type { HubContext } from '../context.ts';
import { advertisedHost, checkHubName, formatAddress, isLoopback, isWildcard, parseListen } from './address.ts';
import type { Certificate, readCertificate } from './certificate.ts';
import type { NetworkOptions, NetworkState } from './options.ts';
import type { Served } from './serve.ts';

/** Somebody's own certificate is looked at this often: it is renewed while the hub runs, and to start the hub again would end its sessions. */
const RENEWED_EVERY_MS = 5 * 60_000;
/** A hub that may do without the network tries again this often: mostly somebody else has its port, for a while. */
const RETRIED_EVERY_MS = 5_000;

export interface DoorOptions {
  readonly hub: HubContext;
  /** Absent: this hub serves its own machine only. */
  readonly network: NetworkOptions | undefined;
  /** Why there is none, though there should be one. */
  readonly problem: string | undefined;
  /** State folder of the hub. */
  readonly folder: string;
  readonly accept: (socket: WebSocket, raw: NetSocket, who: Pick<AcceptOptions, 'authenticate' | 'from'>) => void;
}

type Looked = (certificate: Certificate) => void;

/** A hub's door to the network. What is behind it is loaded when it is opened. */
export class NetworkDoor {
  readonly #o: DoorOptions;
  #served: Served | undefined;
  #renewal: Timer | undefined;
  #retry: Timer | undefined;
  #isClosed = false;
  #state: NetworkState = {};
  /** What its certificate lacks, and why a renewed one is not taken. */
  #lacking: string | undefined;
  #notRenewed: string | undefined;
  readonly #ready: Promise<void>;
  #settleReady: () => void = () => {};

  constructor(options: DoorOptions) {
    this.#o = options;
    if (options.problem !== undefined) this.#state = { problem: options.problem };
    this.#ready = new Promise((resolve) => {
      this.#settleReady = resolve;
    });
  }

  get state(): NetworkState {
    const warnings = [this.#lacking, this.#notRenewed].filter((one) => one !== undefined);
    return warnings.length === 0 ? this.#state : { ...this.#state, warnings };
  }

  /**
   * Takes the port; whoever comes waits for `ready`. A hub that may be without it tries again until it has it.
   * @throws IrisError where the hub shall not be without it
   */
  async open(): Promise<void> {
    const { network } = this.#o;
    if (!network) return;
    try {
      this.#state = await this.#open(network);
    } catch (error) {
      if (network.required) throw error;
      this.#without(IrisError.from(error));
      return;
    }
    // It was stopped meanwhile.
    if (this.#isClosed) this.close();
  }

  /** Told once for each reason. What was asked for wrongly stays wrong. */
  #without(error: IrisError): void {
    const { clock, log } = this.#o.hub;
    const problem = error.line;
    if (problem !== this.#state.problem) log.error('no network', { problem });
    this.#state = { problem };
    if (error.code === 'usage' || this.#isClosed) return;
    this.#retry = clock.after(RETRIED_EVERY_MS, () => void this.open());
  }

  ready(): void {
    this.#settleReady();
  }

  /** Takes nobody more. */
  close(): void {
    this.#isClosed = true;
    this.#retry?.cancel();
    this.#renewal?.cancel();
    this.#served?.close();
  }

  /** Takes the certificate of the files when it is another one; devices that pinned the one before notice. */
  #renew(cert: string, key: string, read: typeof readCertificate, before: string, looked: Looked): void {
    const { clock, log } = this.#o.hub;
    this.#renewal = clock.after(RENEWED_EVERY_MS, () => {
      let now = before;
      const wrong = this.#notRenewed;
      this.#notRenewed = undefined;
      try {
        const certificate = read(cert, key);
        now = certificate.cert;
        if (now !== before) {
          this.#served?.renew(certificate);
          this.#state = { ...this.#state, fingerprint: certificate.fingerprint };
          log.info('certificate renewed', { fingerprint: certificate.fingerprint });
          looked(certificate);
        }
      } catch (error) {
        this.#notRenewed = `the one before goes on: ${IrisError.from(error).line}`;
        if (wrong !== this.#notRenewed) log.warn('certificate', { problem: this.#notRenewed });
      }
      this.#renew(cert, key, read, now, looked);
    });
  }

  async #open({ listen, cert, key, names = [], insecure = false }: NetworkOptions): Promise<NetworkState> {
    const { hub, folder, accept } = this.#o;
    const address = parseListen(listen);
    names.forEach(checkHubName);
    if (insecure && !isLoopback(address.host)) {
      throw new IrisError('usage', `--insecure is for loopback addresses, not for ${address.host}`, {
        remedy: 'listen on 127.0.0.1, or leave it out: TLS needs no preparation',
      });
    }
    if ((cert === undefined) !== (key === undefined)) {
      throw new IrisError('usage', 'a certificate needs its key, and a key its certificate', {
        remedy: 'give both --cert and --key, or none',
      });
    }
    const { lacking, ownCertificate, readCertificate } = await import('./certificate.ts');
    const certificate = insecure
      ? undefined
      : cert !== undefined && key !== undefined
        ? readCertificate(cert, key)
        : await ownCertificate(folder, address.host, names);
    const [{ serve }, { OwnNames }] = await Promise.all([import('./serve.ts'), import('./own-names.ts')]);
    const scheme = certificate ? 'https' : 'http';
    const own = [
      ...names,
      hostname(),
      ...(certificate?.names ?? []),
      ...(isWildcard(address.host) ? [] : [address.host]),
    ];
    this.#served = await serve({
      hub,
      address,
      names: new OwnNames(own, scheme),
      ready: this.#ready,
      accept,
      ...(certificate ? { certificate } : {}),
    });
    // The addresses of a machine change; what somebody wrote, and what hub pair prints, should be right.
    const promised = [...names, ...(isWildcard(address.host) ? [] : [address.host])];
    const looked: Looked = (one) => {
      this.#lacking = lacking(one, promised, cert === undefined ? folder : undefined);
      if (this.#lacking !== undefined) hub.log.warn('certificate', { problem: this.#lacking });
    };
    if (certificate) looked(certificate);
    if (certificate && cert !== undefined && key !== undefined)
      this.#renew(cert, key, readCertificate, certificate.cert, looked);
    const bound = this.#served.address;
    return {
      listen: formatAddress(bound),
      url: `${scheme}://${formatAddress({ host: advertisedHost(address, names), port: bound.port })}`,
      ...(certificate ? { fingerprint: certificate.fingerprint } : {}),
    };
  }
}
