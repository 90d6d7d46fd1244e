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
export async function confirm(env: Environment, question: string): Promise<boolean | undefined> {
  const answer = await ask(env, `${question} [y/N] `);
  return answer === undefined ? undefined : /^\s*y(es)?\s*$/i.test(answer);
}

/** A line from the terminal; undefined where there is nobody to ask. */
export async function ask(env: Environment, question: string): Promise<string | undefined> {
  if (!env.stdinIsTerminal || !env.stderrIsTerminal) return undefined;
  process.stderr.write(question);
  // The terminal gives whole lines, and an end of file on Ctrl-D.
  const answer = await new Promise<string>((resolve) => {
    const ended = (): void => done('\n');
    const done = (text: string): void => {
      process.stdin.off('data', heard).off('end', ended);
      resolve(text);
    };
    const heard = (chunk: unknown): void => done(String(chunk));
    // Paused by an earlier question, it stays so until told.
    process.stdin.on('data', heard).on('end', ended).resume();
  });
  process.stdin.pause();
  if (!answer.endsWith('\n')) process.stderr.write('\n');
  return answer;
}
