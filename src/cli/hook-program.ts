import { fileURLToPath } from 'node:url';

/** What hooks of agents run, as argv: this Node, and a program of its own beside us; from dist/, where this runs, and from src/cli/ alike. */
export function hookProgram(): readonly string[] {
  const here = import.meta.url;
  const file = here.includes('/src/cli/') ? './hook-main.ts' : './hook.js';
  return [process.execPath, fileURLToPath(new URL(file, here))];
}
