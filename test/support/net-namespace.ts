import { execFileSync } from 'node:child_process';

/** May we make network namespaces? Needs root, and iproute2 (Debian: iproute2). */
export const CAN_MAKE_NAMESPACES = ((): boolean => {
  if (process.getuid?.() !== 0) return false;
  const name = `iris-try-${process.pid}`;
  try {
    ip('netns', 'add', name);
    ip('netns', 'del', name);
    return true;
  } catch {
    return false;
  }
})();

/** Networks of three numbers that there are to choose from: 198.18.0.0/15 is set aside for such tests (RFC 2544). */
const NETWORKS = 512;

/** Another machine, as far as the network goes: a namespace behind a cable of its own. `using` pulls it down. */
export class NetNamespace implements Disposable {
  readonly name: string;
  /** Its address there. */
  readonly address: string;
  readonly #net: string;
  readonly #cable: string;
  #here: string;

  constructor() {
    const number = claim();
    this.name = nameOf(number);
    this.#cable = `iris-net${number}`;
    this.#net = `198.${18 + (number >> 8)}.${number & 255}`;
    this.address = `${this.#net}.2`;
    this.#here = `${this.#net}.1`;
    try {
      ip('link', 'add', this.#cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', this.name);
      ip('addr', 'add', `${this.#here}/24`, 'dev', this.#cable);
      ip('link', 'set', this.#cable, 'up');
      this.#there('addr', 'add', `${this.address}/24`, 'dev', 'eth0');
      this.#there('link', 'set', 'eth0', 'up');
      this.#there('link', 'set', 'lo', 'up');
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** Nothing gets there or comes back any more, and nobody is told. (A blackhole route on this side would be told at once.) */
  blackhole(): void {
    this.#there('route', 'add', 'blackhole', `${this.#here}/32`);
    ip('neigh', 'replace', this.address, 'lladdr', '02:00:00:00:00:01', 'dev', this.#cable, 'nud', 'permanent');
  }

  heal(): void {
    this.#there('route', 'del', 'blackhole', `${this.#here}/32`);
    ip('neigh', 'del', this.address, 'dev', this.#cable);
  }

  /** This machine gets another address: connections from the old one are dead, and nobody is told. */
  changeAddress(): void {
    ip('addr', 'del', `${this.#here}/24`, 'dev', this.#cable);
    this.#here = `${this.#net}.7`;
    ip('addr', 'add', `${this.#here}/24`, 'dev', this.#cable);
  }

  [Symbol.dispose](): void {
    for (const args of [
      ['link', 'del', this.#cable],
      ['netns', 'del', this.name],
    ]) {
      try {
        ip(...args);
      } catch {
        // It was never made, or went with the other.
      }
    }
  }

  #there(...args: string[]): void {
    ip('-n', this.name, ...args);
  }
}

const nameOf = (number: number): string => `iris-net-${number}`;

/** A network that nobody else on this machine has: making its namespace succeeds for one only. */
function claim(): number {
  for (let tries = 0; ; tries++) {
    const number = (process.pid + tries) % NETWORKS;
    try {
      ip('netns', 'add', nameOf(number));
      return number;
    } catch (error) {
      if (tries === NETWORKS) throw error;
    }
  }
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: 'pipe' });
}
