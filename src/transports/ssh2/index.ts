import type { LaunchSpec, Transport } from '../../core/index.ts';
import { type Ssh2Context, Ssh2Transport } from './ssh2-transport.ts';

export type { Ssh2Context };

/** A process on another machine through the package ssh2, which is loaded when it starts. */
export function ssh2Transport(launch: LaunchSpec, context: Ssh2Context): Transport {
  return new Ssh2Transport(launch, context);
}
