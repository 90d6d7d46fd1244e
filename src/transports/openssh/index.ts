import type { LaunchSpec, Remote, Transport } from '../../core/index.ts';
import { CarriedTransport, type CarrierContext } from '../remote/index.ts';
import { OpenSshCarrier } from './openssh.ts';

export { sshCommand, sshOptions } from './arguments.ts';
export { type SshEnd, sshVerdict, UNKNOWN_SIGNAL } from './failures.ts';
export { parseRoundTrips } from './round-trip.ts';
export { parseSshOptions, parseSshWords, type SshWords } from './words.ts';

/** A process on another machine, carried by the system's ssh. @throws IrisError `usage` when `remote` cannot be understood. */
export function opensshTransport(launch: LaunchSpec, remote: Remote, context: CarrierContext): Transport {
  return new CarriedTransport(launch, new OpenSshCarrier(remote, launch, context));
}
