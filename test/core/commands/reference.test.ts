import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { commandReference } from './command-reference.ts';

it('docs/commands.md says the same as the table of commands (update it with: vitest run test/core/commands -u)', async () => {
  await expect(commandReference()).toMatchFileSnapshot(
    fileURLToPath(new URL('../../../docs/commands.md', import.meta.url)),
  );
});
