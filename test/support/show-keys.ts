import type { Tui } from './tui.ts';

let shown = 0;

/**
 * Runs `cat -v` in the shell of a screen. The terminal echoes nothing and keeps no lines: what shows from now on is what the program got, key by key.
 * @param modes what the program asks of its terminal first, in the words of printf
 */
export async function showKeys(tui: Tui, modes = ''): Promise<void> {
  shown += 1;
  // In a shell below, so that the one above finds its terminal as it was. The line as it is typed does not hold the words that are waited for.
  tui.send(`clear; (stty -icanon -echo min 1; printf '${modes}%s\\n' keys""-${shown}; exec cat -v)\r`);
  await tui.waitFor(`keys-${shown}`);
}
