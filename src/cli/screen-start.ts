import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { KNOWN_AGENTS } from '../core/index.ts';
import type { Config } from './config/index.ts';
import type { Environment } from './environment.ts';
import { findAgents } from './find-programs.ts';

/** Lines of the command prompt that are kept from one run to the next; older ones are dropped when the file is read. */
const HISTORY_LINES = 500;

type StartOptions = Parameters<typeof import('../ui/index.ts').runTui>[0];
type Program = Awaited<ReturnType<StartOptions['programs']>>[number];

/** What the picker of new sessions offers: the shell, what the config names, and the agents on PATH. */
export async function programsToStart(env: Environment, { settings }: Config, far = false): Promise<Program[]> {
  // What is installed there is not known here: whatever is missing is said when it is started.
  if (far) {
    return [
      { name: 'shell', detail: 'your shell there' },
      ...KNOWN_AGENTS.map(({ name }) => ({ name, agent: name, detail: 'if it is installed there' })),
    ];
  }
  const shell = settings.shell ?? env.vars.SHELL ?? '/bin/sh';
  const own = settings.defaultCommand;
  return [
    ...(own ? [{ name: basename(own[0]!), command: own, detail: own.join(' ') }] : []),
    { name: basename(shell), command: [shell], detail: shell },
    ...findAgents(env.vars.PATH).flatMap(({ name, path }) =>
      path === undefined ? [] : [{ name, agent: name, detail: path }],
    ),
  ];
}

/** The lines of earlier runs, read at once, and a place for new ones. A history that can't be kept is no failure. */
export function keptHistory(path: string): StartOptions['history'] {
  return {
    lines: readLines(path),
    add: (line) => {
      try {
        appendFileSync(path, `${line.replaceAll('\n', ' ')}\n`, { mode: 0o600 });
      } catch {
        // It is still there for the rest of this run.
      }
    },
  };
}

function readLines(path: string): string[] {
  try {
    const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
    if (lines.length <= HISTORY_LINES * 2) return lines.slice(-HISTORY_LINES);
    const kept = lines.slice(-HISTORY_LINES);
    writeFileSync(path, `${kept.join('\n')}\n`, { mode: 0o600 });
    return kept;
  } catch {
    return [];
  }
}
