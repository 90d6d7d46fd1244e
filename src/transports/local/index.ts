import type { LaunchSpec, Transport } from '../../core/index.ts';
import { PipeTransport } from './pipe-transport.ts';
import { type LocalContext, PtyTransport } from './pty-transport.ts';

export { endFamilies, familyMembers, type ProcessFamily, STAGES } from './end-processes.ts';
export { type ProcessIdentity, processEnvironment, TERM_PROGRAM } from './environment.ts';
export { INPUT_LIMIT_BYTES, inputFull } from './input-queue.ts';
export { type ProcessRow, type ProcessTable, processTable } from './process-table.ts';
export { checkLaunch, findProgram } from './program.ts';
export type { LocalContext };
export { PipeTransport, PtyTransport };

/** A process on this machine, with a terminal or with pipes as `launch.mode` says. */
export function localTransport(launch: LaunchSpec, context: LocalContext): Transport {
  // A shell takes its folder's name from PWD when that is the same folder: links in it stay as they were asked for.
  const here = { ...launch, env: { ...launch.env, PWD: launch.cwd } };
  return launch.mode === 'pty' ? new PtyTransport(here, context) : new PipeTransport(here, context);
}
