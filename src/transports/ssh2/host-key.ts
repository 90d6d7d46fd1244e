import { createHash } from 'node:crypto';

import type { IrisError } from '../../core/index.ts';
import { orderHostKeys } from './algorithms.ts';
import type { Asker } from './dialogue.ts';
import { hostKeyFailure } from './failures.ts';
import { hostName, type KnownHost, keyFields, keyType, knownTypes, type LookUp, verdictOn } from './known-hosts.ts';
import { readKnownHosts, rememberHost } from './known-hosts-files.ts';
import type { HostSettings } from './settings.ts';

const SHORT_NAMES: Record<string, string> = {
  'ssh-ed25519': 'ED25519',
  'ssh-rsa': 'RSA',
  'ecdsa-sha2-nistp256': 'ECDSA',
  'ecdsa-sha2-nistp384': 'ECDSA',
  'ecdsa-sha2-nistp521': 'ECDSA',
};

/** `SHA256:…`, as ssh-keygen -l prints it. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** Decides on the key that a server shows, as ssh does; asks where ssh would ask and somebody is there. */
export class HostKeyCheck {
  /** In the order in which they are offered to the server. */
  readonly algorithms: string[];
  /** Why the key was not taken. */
  failure: IrisError | undefined;
  /** The key is not the known one, and the user wanted that ignored: no password may be given to this server, and no agent. */
  unsafe = false;
  readonly #settings: HostSettings;
  readonly #lines: readonly KnownHost[];
  readonly #at: LookUp;
  readonly #dialogue: Asker | undefined;
  #accepted: Buffer | undefined;

  private constructor(settings: HostSettings, lines: readonly KnownHost[], dialogue: Asker | undefined) {
    this.#settings = settings;
    this.#lines = lines;
    this.#dialogue = dialogue;
    this.#at = { host: settings.host, port: settings.port, alias: settings.hostKeyAlias };
    this.algorithms = orderHostKeys(settings.algorithms.serverHostKey, knownTypes(this.#at, lines));
  }

  /** `dialogue`: absent when nobody is there to answer. @throws IrisError `host-key` when a file cannot be read. */
  static async prepare(settings: HostSettings, dialogue: Asker | undefined): Promise<HostKeyCheck> {
    const lines = await readKnownHosts([...settings.userKnownHosts, ...settings.globalKnownHosts]);
    return new HostKeyCheck(settings, lines, dialogue);
  }

  /** False: `failure` says why. It is called again whenever keys are exchanged anew. */
  async accepts(key: Buffer): Promise<boolean> {
    if (this.#accepted) {
      if (this.#accepted.equals(key)) return true;
      this.failure = hostKeyFailure(`${this.#host} changed its host key during the connection`, 'ask who runs it');
      return false;
    }
    this.failure = await this.#judge(key);
    if (this.failure) return false;
    this.#accepted = Buffer.from(key);
    return true;
  }

  /** For people. */
  get #host(): string {
    return this.#settings.originalHost;
  }

  /** As known_hosts names it. */
  get #name(): string {
    return this.#at.alias ?? hostName(this.#at.host, this.#at.port);
  }

  async #judge(key: Buffer): Promise<IrisError | undefined> {
    const type = keyType(key);
    const short = SHORT_NAMES[type ?? ''];
    if (type === undefined || short === undefined) {
      return hostKeyFailure(`${this.#host} showed a host key that cannot be read`, 'set ssh2: false');
    }
    const bits = rsaBits(key);
    if (bits !== undefined && bits < this.#settings.requiredRsaBits) {
      return hostKeyFailure(
        `the RSA host key of ${this.#host} has only ${bits} bits`,
        `make a better one there, or lower RequiredRSASize (${this.#settings.requiredRsaBits})`,
      );
    }
    const verdict = verdictOn(key, this.#at, this.#lines);
    const print = `${short} ${fingerprintOf(key)}`;
    switch (verdict.kind) {
      case 'known':
        return undefined;
      case 'revoked':
        return hostKeyFailure(
          `the host key of ${this.#host} (${print}) is revoked (${verdict.where})`,
          'ask who runs it; nothing was sent there',
        );
      case 'authority':
        return hostKeyFailure(
          `${verdict.where} trusts a certificate authority for ${this.#host}, and ssh2 cannot check certificates of hosts`,
          'set ssh2: false',
        );
      case 'changed':
        if (this.#settings.strict === 'off') {
          this.unsafe = true;
          this.#dialogue?.say(`Warning: the host key of ${this.#host} (${print}) is not the one in ${verdict.where}.`);
          return undefined;
        }
        return hostKeyFailure(
          `the host key of ${this.#host} has changed: it shows ${print} (known: ${verdict.where})`,
          `${REINSTALLED}, consider ssh-keygen -R '${this.#name}'`,
        );
      case 'unknown':
        return await this.#newHost(key, type, short, print);
    }
  }

  async #newHost(key: Buffer, type: string, short: string, print: string): Promise<IrisError | undefined> {
    const { strict, batchMode } = this.#settings;
    const mayAsk = strict === 'ask' && !batchMode;
    const unknown = hostKeyFailure(
      `the host key of ${this.#host} is not known (${print})`,
      mayAsk
        ? 'press R to connect and answer its question'
        : 'compare that fingerprint with its own (ssh-keygen -lf there), then connect once with ssh',
    );
    if (strict === 'yes' || (strict === 'ask' && !(mayAsk && this.#dialogue))) return unknown;
    if (strict === 'ask' && this.#dialogue && !(await this.#ask(this.#dialogue, short, key))) {
      return hostKeyFailure(
        `the host key of ${this.#host} (${print}) was not accepted`,
        'press R to try again and answer its question',
      );
    }
    await this.#remember(type, short, key);
    return undefined;
  }

  async #ask(dialogue: Asker, short: string, key: Buffer): Promise<boolean> {
    const print = fingerprintOf(key);
    dialogue.say(
      [
        `The authenticity of host '${this.#name}' can't be established.`,
        `${short} key fingerprint is ${print}.`,
        ...this.#otherNames(key),
      ].join('\n'),
    );
    let prompt = 'Are you sure you want to continue connecting (yes/no/[fingerprint])? ';
    for (let tries = 0; tries < 100; tries++) {
      const answer = (await dialogue.ask(prompt, { echo: true })).trim();
      if (answer.toLowerCase() === 'yes' || answer === print) return true;
      if (answer.toLowerCase() === 'no' || answer === '') return false;
      prompt = "Please type 'yes', 'no' or the fingerprint: ";
    }
    return false;
  }

  #otherNames(key: Buffer): string[] {
    const others = this.#lines.filter((line) => line.marker === 'none' && line.key.equals(key));
    if (others.length === 0) return ['This key is not known by any other names.'];
    const names = others.map(({ hosts, where }) => `    ${where}: ${hosts.startsWith('|') ? '[hashed name]' : hosts}`);
    return ['This host key is known by the following other names:', ...names.slice(0, 8)];
  }

  async #remember(type: string, short: string, key: Buffer): Promise<void> {
    const path = this.#settings.userKnownHosts[0];
    if (path === undefined || path === '/dev/null') return;
    try {
      await rememberHost(path, { name: this.#name.toLowerCase(), type, key, hashed: this.#settings.hashKnownHosts });
      this.#dialogue?.say(`Warning: Permanently added '${this.#name}' (${short}) to the list of known hosts.`);
    } catch (error) {
      // As ssh: the user said yes, so the connection goes on.
      this.#dialogue?.say(`Failed to add the host to the list of known hosts (${path}): ${(error as Error).message}`);
    }
  }
}

const REINSTALLED = 'somebody may be in between: ask who runs it; if it was set up anew';

function rsaBits(key: Buffer): number | undefined {
  const fields = keyFields(key);
  if (fields?.[0]?.toString('latin1') !== 'ssh-rsa') return undefined;
  const modulus = fields[2] ?? Buffer.alloc(0);
  const first = modulus.findIndex((byte) => byte !== 0);
  return first < 0 ? 0 : (modulus.length - first) * 8 - Math.clz32(modulus[first]!) + 24;
}
