import { readSync } from 'node:fs';
import { IrisError } from '../core/index.ts';
import type { Environment } from './environment.ts';

/** Everything on standard input, up to `limitBytes`: what comes after is left there. */
export async function readAllOfStdin(limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= limitBytes) break;
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new IrisError('failed', `standard input cannot be read (${reason})`, { cause });
  }
  return Buffer.concat(chunks);
}

/** Asks on the terminal; anything but y or yes is no. Undefined where there is nobody to ask. */
export function confirm(env: Environment, question: string): boolean | undefined {
  if (!env.stdinIsTerminal || !env.stderrIsTerminal) return undefined;
  process.stderr.write(`${question} [y/N] `);
  const buffer = Buffer.alloc(1024);
  try {
    const length = readSync(0, buffer);
    return /^\s*y(es)?\s*$/i.test(buffer.toString('utf8', 0, length));
  } catch {
    return false;
  }
}
