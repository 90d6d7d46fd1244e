import type { Environment } from './environment.ts';

/** Of the terminal that standard output is; undefined where it is none. */
export function terminalSize(env: Pick<Environment, 'stdoutIsTerminal'>): { cols: number; rows: number } | undefined {
  const { columns: cols, rows } = process.stdout;
  return env.stdoutIsTerminal && cols > 0 && rows > 0 ? { cols, rows } : undefined;
}
