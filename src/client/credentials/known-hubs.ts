import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type Clock, IrisError, nearest, plainText } from '../../core/index.ts';
import { reason, writePrivately } from './files.ts';
import { withLock } from './lock-file.ts';

/** A word that no other kind of hub is named by: neither `local`, nor a path, nor a URL. */
const NAME = /^(?!local$)[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/;

const knownHubSchema = z.object({
  name: z.string().regex(NAME),
  /** Where it is: `https://HOST:PORT`, nothing behind it. */
  url: z.string().max(512),
  /** `sha256:` and the digest of its certificate, as it was at pairing. */
  fingerprint: z.string().max(128),
  /** `pin`: only that certificate. `ca`: whatever the authorities of this machine vouch for, as it did at pairing. `none`: without TLS, on this machine. */
  trust: z.enum(['pin', 'ca', 'none']),
  /** What it calls this device. */
  deviceId: z.string().max(128),
  /** What it says of itself. */
  hub: z.object({ id: z.string().max(128), name: z.string().max(256) }),
  /** Under this name its secrets are kept. */
  secret: z.string().max(64),
  kept: z.enum(['keychain', 'file']),
  pairedAt: z.number(),
});
/** A hub that this device was paired with. Nothing in it is secret. */
export type KnownHub = Readonly<z.infer<typeof knownHubSchema>>;

const fileSchema = z.object({ version: z.literal(1), hubs: z.array(knownHubSchema).max(10_000) });

/** The hubs this device was paired with, in a file that people may read. */
export class KnownHubs {
  readonly #path: string;
  readonly #lock: string;
  readonly #clock: Clock;

  constructor(path: string, lock: string, clock: Clock) {
    this.#path = path;
    this.#lock = lock;
    this.#clock = clock;
  }

  /** @throws IrisError `storage` for a file that is none of ours */
  list(): KnownHub[] {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw new IrisError('storage', `${this.#path} can't be read (${reason(error)})`, { cause: error });
    }
    try {
      return fileSchema.parse(JSON.parse(text)).hubs;
    } catch (cause) {
      throw new IrisError('storage', `${this.#path} is damaged, or of a newer iris-tui`, {
        cause,
        remedy: 'mend it, or move it away and pair again',
      });
    }
  }

  find(name: string): KnownHub | undefined {
    return this.list().find((hub) => hub.name === name);
  }

  /** As it is known by now: another process may have renamed it, or moved it. One that was forgotten is as it was. */
  newest(hub: KnownHub): KnownHub {
    return this.list().find((one) => one.secret === hub.secret) ?? hub;
  }

  /** @throws IrisError `not-found` */
  get(name: string): KnownHub {
    const hubs = this.list();
    const found = hubs.find((hub) => hub.name === name);
    if (found) return found;
    const near = nearest(
      name,
      hubs.map((hub) => hub.name),
    );
    throw new IrisError('not-found', `no hub is known as ${name}`, {
      remedy: near ? `did you mean ${near}?` : 'iris-tui hubs lists them, iris-tui pair adds one',
    });
  }

  /** Adds it, or takes the place of the one whose secrets it shares. */
  async put(hub: KnownHub): Promise<void> {
    await this.#change((hubs) => [...hubs.filter((one) => one.secret !== hub.secret), hub]);
  }

  async remove(hub: KnownHub): Promise<void> {
    await this.#change((hubs) => hubs.filter((one) => one.secret !== hub.secret));
  }

  async rename(name: string, to: string): Promise<KnownHub> {
    checkName(to);
    const renamed = { ...this.get(name), name: to };
    await this.#change((hubs) => {
      if (name !== to && hubs.some((one) => one.name === to)) {
        throw new IrisError('conflict', `another hub is known as ${to}`);
      }
      return hubs.map((one) => (one.name === name ? renamed : one));
    });
    return renamed;
  }

  async #change(change: (hubs: readonly KnownHub[]) => readonly KnownHub[]): Promise<void> {
    await withLock(this.#lock, this.#clock, async () => {
      const hubs = [...change(this.list())].sort((a, b) => (a.name < b.name ? -1 : 1));
      writePrivately(this.#path, `${JSON.stringify({ version: 1, hubs }, null, 2)}\n`);
    });
  }
}

/** @throws IrisError `usage` */
export function checkName(name: string): void {
  if (NAME.test(name)) return;
  throw new IrisError('usage', `${JSON.stringify(plainText(name, 64))} can't be the name of a hub`, {
    remedy: 'take letters, digits, dots, hyphens and underscores, at most 64; not local',
  });
}

/** A name made of what a hub says of itself, that no other has. */
export function nameFor(wanted: readonly string[], taken: ReadonlySet<string>): string {
  const words = wanted.map((word) => word.replaceAll(/[^A-Za-z0-9_.-]+/g, '-').replaceAll(/^[^A-Za-z0-9_]+|-+$/g, ''));
  const base = words.map((word) => word.slice(0, 48)).find((word) => NAME.test(word)) ?? 'hub';
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? base : `${base}-${n}`;
    if (!taken.has(name)) return name;
  }
}
