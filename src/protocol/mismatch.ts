import { IrisError } from '../core/index.ts';
import { PROTOCOL } from './limits.ts';

export interface PeerVersion {
  readonly protocol: number;
  readonly software: string;
}

/** The one line for a hub and a client that do not understand each other. Undefined when they do. `elsewhere`: the hub is on another machine. */
export function versionMismatch(client: PeerVersion, hub: PeerVersion, elsewhere = false): IrisError | undefined {
  if (client.protocol === hub.protocol) return undefined;
  const hubIsOlder = hub.protocol < client.protocol;
  const line =
    `the running hub is ${hub.software} (protocol ${hub.protocol}), this is ${client.software} (protocol ${client.protocol}): ` +
    `the ${hubIsOlder ? 'hub' : 'client'} is older`;
  if (elsewhere) {
    const remedy = hubIsOlder ? 'update iris-tui there, and start its hub again' : 'update iris-tui here';
    return new IrisError('version-mismatch', line, { remedy });
  }
  return new IrisError('version-mismatch', line, {
    remedy: hubIsOlder
      ? 'end it with "iris-tui hub stop" and start iris-tui again'
      : 'start the newer iris-tui, or end the hub with "iris-tui hub stop" and start this one again',
  });
}

export function ownVersion(version: string): PeerVersion {
  return { protocol: PROTOCOL, software: `iris-tui/${version}` };
}
