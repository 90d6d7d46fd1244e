import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { KNOWN_AGENTS } from '../core/index.ts';

export interface AgentFound {
  readonly name: string;
  /** Absent: it is not on PATH. */
  readonly path?: string;
  readonly install: string;
}

export function findAgents(pathVariable: string | undefined): AgentFound[] {
  return KNOWN_AGENTS.map(({ name, program, install }) => {
    const path = findProgram(program, pathVariable);
    return { name, ...(path === undefined ? {} : { path }), install };
  });
}

/** The file that would be run, as execvp(3) finds it: on PATH, or from `cwd` when its name has a slash. */
export function findProgram(program: string, pathVariable: string | undefined, cwd = '/'): string | undefined {
  if (program.includes('/')) return isProgram(resolve(cwd, program)) ? resolve(cwd, program) : undefined;
  for (const folder of (pathVariable ?? '').split(delimiter)) {
    const path = join(folder || '.', program);
    if (isProgram(path)) return path;
  }
  return undefined;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
