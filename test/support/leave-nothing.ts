// A setup file of vitest: runs in every test file.
import { afterAll } from 'vitest';
import { openThings } from './open-things.ts';

/** A file that leaves a home or a server behind fails, and what it left is ended. */
afterAll(async () => {
  const found: string[] = [];
  for (const [what, look] of openThings()) {
    const { left, close } = look();
    found.push(...left.map((one) => `${what} ${one}`));
    await close();
  }
  if (found.length > 0) throw new Error(`this file left behind: ${found.join(', ')}`);
});
