import type { LaunchSpec, Remote, Transport } from '../../core/index.ts';
import { CarriedTransport, type CarrierContext } from '../remote/index.ts';
import { ExecCarrier } from './exec.ts';

export { execVerdict } from './failures.ts';
export { type Prefix, prefixFor, type Tool, toolOf } from './prefix.ts';

/** A process behind a command prefix: in a container, as another user. @throws IrisError `usage` when `remote` cannot be understood. */
export function execTransport(launch: LaunchSpec, remote: Remote, context: CarrierContext): Transport {
  return new CarriedTransport(launch, new ExecCarrier(remote, launch, context));
}
