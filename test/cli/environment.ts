import type { Environment } from '../../src/cli/environment.ts';

/** An environment of a test: nothing of the developer's. */
export function testEnvironment(vars: Record<string, string> = {}, other: Partial<Environment> = {}): Environment {
  return {
    vars,
    cwd: '/work',
    home: '/home/u',
    uid: 1000,
    platform: 'linux',
    stdinIsTerminal: false,
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    debug: false,
    ...other,
  };
}
