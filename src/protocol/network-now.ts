import { networkInterfaces } from 'node:os';

/** The addresses of this machine; another text is another network. */
export function networkNow(): string {
  const addresses = Object.entries(networkInterfaces()).flatMap(([name, rows]) =>
    (rows ?? []).filter(({ internal }) => !internal).map(({ address }) => `${name} ${address}`),
  );
  return addresses.sort().join('\n');
}
