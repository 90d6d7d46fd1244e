import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import {
  envLines,
  RemoteGate,
  type RemoteStartRequest,
  type RemoteWord,
  shellLine,
  startScript,
} from '../../../src/transports/remote/index.ts';

export interface FarRun {
  readonly words: readonly RemoteWord[];
  readonly output: string;
  readonly error: string;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface FarOptions extends Partial<Omit<RemoteStartRequest, 'env' | 'nonce'>> {
  readonly command: readonly string[];
  /** Sent over stdin when asked for. */
  readonly added?: Readonly<Record<string, string>>;
  /** The whole environment of the login shell. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Given to the program. */
  readonly input?: string;
}

/** Runs the start script as sshd would: one line, in a login shell, with pipes. */
export async function throughShell(shell: readonly string[], options: FarOptions): Promise<FarRun> {
  const nonce = randomBytes(16).toString('hex');
  const line = shellLine(
    startScript({
      nonce,
      command: options.command,
      path: options.path ?? '',
      mode: options.mode ?? 'pipes',
      login: options.login ?? 'when-missing',
      env: options.added !== undefined,
      ...(options.sessionId === undefined ? {} : { sessionId: options.sessionId }),
    }),
  );
  const [program = '', ...args] = shell;
  const child = spawn(program, [...args, '-c', line], { cwd: options.cwd, env: { ...options.env } });
  const words: RemoteWord[] = [];
  const output: Buffer[] = [];
  const show = (bytes: Uint8Array) => void output.push(Buffer.from(bytes));
  const gate = new RemoteGate(nonce, (word) => {
    words.push(word);
    if (word.kind === 'give') child.stdin.write(envLines(options.added ?? {}));
    if (word.kind === 'started') child.stdin.end(options.input ?? '');
  });
  child.stdin.on('error', () => {});
  child.stdout.on('data', (bytes: Buffer) => gate.push(bytes, show));
  const error = text(child.stderr);
  const [exitCode, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, name) => resolve([code, name]));
  });
  gate.flush(show);
  return { words, output: Buffer.concat(output).toString(), error: await error, exitCode, signal };
}
