import { IrisError } from '../core/index.ts';
import { PROTOCOL } from './limits.ts';

export interface PeerVersion {
  readonly protocol: number;
  readonly software: string;
}

/** The one line for a hub and a client that do not understand each other. Undefined when they do. */
export function versionMismatch(client: PeerVersion, hub: PeerVersion): IrisError | undefined {
  if (client.protocol === hub.protocol) return undefined;
  const hubIsOlder = hub.protocol < client.protocol;
  const line =
    `the running hub is ${hub.software} (protocol ${hub.protocol}), this is ${client.software} (protocol ${client.protocol}): ` +
    `the ${hubIsOlder ? 'hub' : 'client'} is older`;
  return new IrisError('version-mismatch', line, {
    remedy: hubIsOlder
      ? 'end it with "iris-tui hub stop" and start iris-tui again'
      : 'start the newer iris-tui, or end the hub with "iris-tui hub stop" and start this one again',
  });
}

export function ownVersion(version: string): PeerVersion {
  return { protocol: PROTOCOL, software: `iris-tui/${version}` };
}
