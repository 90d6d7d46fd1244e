import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
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

/** The first file of that name on PATH that may be run, as execvp(3) finds it. */
export function findProgram(program: string, pathVariable: string | undefined): string | undefined {
  for (const folder of (pathVariable ?? '').split(delimiter)) {
    const path = join(folder || '.', program);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      // Not here.
    }
  }
  return undefined;
}
