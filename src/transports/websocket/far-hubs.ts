import { type ConnectAttempt, type ConnectOptions, connect } from '../../client/index.ts';
import { type Clock, type FarHubRef, hubKey, IrisError, type PeopleEvent, type Timer } from '../../core/index.ts';
import { carriedAddress, type OpenTransport } from './carried.ts';
import { FarHubLink } from './far-hub-link.ts';

/** A link that nobody needs is kept this long, as long as it holds: a session that is started again finds it open. */
const LINGER_MS = 5_000;

export interface FarHubsOptions {
  readonly clock: Clock;
  /** Of this software. */
  readonly version: string;
  /** Names this process to other hubs: by it they know input that comes twice. Another one after each start. */
  readonly clientId: string;
  /** How a hub is reached; asked once a link. @throws IrisError `not-found` when there is no such hub */
  readonly addressOf: (ref: Exclude<FarHubRef, { kind: 'carried' }>) => ConnectOptions['address'];
  /** Which one is meant: a name may be that of a runner that is connected. */
  readonly resolve?: (ref: FarHubRef) => FarHubRef;
  /** Runs what leads to the hub of another machine. */
  readonly open: OpenTransport;
  /** Hears who asks for keyboards there. */
  readonly people?: (link: FarHubLink, event: PeopleEvent) => void;
  readonly onError: (error: unknown) => void;
}

interface Entry {
  readonly link: FarHubLink;
  users: number;
  /** Until it is closed, as nobody needs it. */
  linger?: Timer;
}

/** Links to other hubs: one each, however many of its sessions are mirrored here. */
export class FarHubs {
  readonly #o: FarHubsOptions;
  readonly #links = new Map<string, Entry>();

  constructor(options: FarHubsOptions) {
    this.#o = options;
  }

  /** The link to a hub, made if there is none; `release` it once. `asked`: somebody wants it now. @throws IrisError `not-found` */
  use(wanted: FarHubRef, { asked }: ConnectAttempt = { asked: true }): FarHubLink {
    const ref = this.#o.resolve?.(wanted) ?? wanted;
    const key = hubKey(ref);
    let entry = this.#links.get(key);
    if (!entry) {
      const { clock, version, clientId, onError, people } = this.#o;
      let why: IrisError | undefined;
      const address = this.#address(ref);
      const host = connect({
        unattended: !asked,
        address: async (attempt) => {
          try {
            why = undefined;
            return await (typeof address === 'function' ? address(attempt) : address);
          } catch (error) {
            why = IrisError.from(error, 'unreachable');
            throw error;
          }
        },
        version,
        clientId,
        clock,
        // A runner comes when it comes.
        ...(ref.kind === 'runner' ? { reconnect: { giveUpAfterMs: Number.POSITIVE_INFINITY } } : {}),
        onListenerError: onError,
      });
      const made: Entry = { link: new FarHubLink(ref, host, clock, () => why, people), users: 0 };
      // What leads there would start a hub again that was stopped, for nobody.
      host.on((event) => {
        if (event.type === 'connection' && event.connection.state !== 'online') this.#endUnused(key, made);
      });
      entry = made;
      this.#links.set(key, entry);
    }
    entry.users += 1;
    return entry.link;
  }

  release(link: FarHubLink): void {
    const key = hubKey(link.ref);
    const entry = this.#links.get(key);
    if (entry?.link !== link) return;
    entry.users -= 1;
    if (entry.users > 0) return;
    entry.linger?.cancel();
    entry.linger = this.#o.clock.after(LINGER_MS, () => this.#endUnused(key, entry));
  }

  #endUnused(key: string, entry: Entry): void {
    if (entry.users > 0 || this.#links.get(key) !== entry) return;
    this.#links.delete(key);
    entry.linger?.cancel();
    entry.link.close();
  }

  /** A hub has another name now. */
  called(ref: FarHubRef): void {
    this.#links.get(hubKey(ref))?.link.called(ref);
  }

  /** There is no way to this hub (`hubKey`) any more: whoever uses its link hears why. */
  end(key: string, why: IrisError): void {
    const entry = this.#links.get(key);
    this.#links.delete(key);
    entry?.linger?.cancel();
    entry?.link.end(why);
  }

  #address(ref: FarHubRef): ConnectOptions['address'] {
    const { addressOf, open } = this.#o;
    return ref.kind === 'carried' ? (attempt) => carriedAddress(ref.remote, open, attempt) : addressOf(ref);
  }

  /** The link to a hub, if there is one. */
  get(wanted: FarHubRef): FarHubLink | undefined {
    return this.#links.get(hubKey(this.#o.resolve?.(wanted) ?? wanted))?.link;
  }

  list(): FarHubLink[] {
    return [...this.#links.values()].map(({ link }) => link);
  }

  close(): void {
    for (const { link, linger } of this.#links.values()) {
      linger?.cancel();
      link.close();
    }
    this.#links.clear();
  }
}

/** Nobody told us how. */
export function unknownHub(ref: FarHubRef): IrisError {
  const name = ref.kind === 'carried' ? ref.remote.words.join(' ') : ref.name;
  return new IrisError('not-found', `no hub is known as ${name}`, { remedy: 'pair with it: iris-tui pair URL CODE' });
}
