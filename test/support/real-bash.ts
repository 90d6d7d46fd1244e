import { PROMPT } from './temp-home.ts';
import { type SpawnTuiOptions, spawnTui, type Tui } from './tui.ts';

/** The user's shell of the tests in a bare PTY, at its prompt: what the same keys do without a multiplexer. */
export async function realBash(options: Omit<SpawnTuiOptions, 'command' | 'args'> = {}): Promise<Tui> {
  const tui = spawnTui({ ...options, command: ['/bin/bash', '-i'] });
  await tui.waitFor((t) => t.row(t.cursor.y) === PROMPT.trimEnd(), { what: 'bash shows its prompt' });
  return tui;
}
