import { spawn } from 'node:child_process';
import { homedir } from 'node:os';
import { IrisError, type LaunchSpec, type ProcessEnd, plainText, type Remote } from '../../core/index.ts';
import { findProgram } from '../local/index.ts';
import {
  type Carrier,
  type CarrierContext,
  type CarrierEnd,
  endScript,
  shellArgv,
  shellLine,
  signalScript,
} from '../remote/index.ts';
import { execVerdict } from './failures.ts';
import { type Prefix, prefixFor } from './prefix.ts';

/** What is run beside the session has this long. */
const ASIDE_MS = 10_000;
const WHERE_LIMIT_CHARS = 80;

/** Any command that runs another one: `docker exec -i web`, `kubectl exec pod --`, `sudo -u other`. argv only. */
export class ExecCarrier implements Carrier {
  readonly kind = 'exec';
  /** An image's own PATH would be replaced by what a login shell there takes for one. */
  readonly login = 'when-missing';
  readonly where: string;
  readonly launchCommand: readonly string[];
  readonly sessionId?: string;
  readonly farEnv: Readonly<Record<string, string>>;
  #diagnostics: readonly string[] = [];
  readonly #remote: Remote;
  readonly #prefix: Prefix;
  readonly #env: Readonly<Record<string, string>>;

  /** @throws IrisError `usage` */
  constructor(remote: Remote, launch: LaunchSpec, context: CarrierContext) {
    this.#remote = remote;
    this.#env = context.env;
    this.#prefix = prefixFor(remote.words, launch.mode, launch.unattended === true);
    this.where = plainText(remote.words.join(' '), WHERE_LIMIT_CHARS);
    this.farEnv = context.farEnv;
    if (context.sessionId !== undefined) this.sessionId = context.sessionId;
    this.launchCommand = [...this.#prefix.words, ...launch.command];
  }

  get diagnostics(): readonly string[] {
    return this.#diagnostics;
  }

  prepare(script: string): Pick<LaunchSpec, 'command' | 'cwd' | 'env'> {
    const cwd = homedir();
    const program = this.#prefix.words[0] ?? '';
    if (findProgram(program, this.#env.PATH, cwd) === undefined) {
      throw new IrisError('program-missing', `${program} was not found on this machine, for ${this.where}`, {
        remedy: 'install it, or correct remote',
      });
    }
    return { command: this.#argv(this.#prefix, script), cwd, env: { TERM: 'xterm-256color', ...this.#env } };
  }

  /** ssh joins its words with spaces, and a shell there takes them apart: that gets one line. */
  #argv({ tool, words }: Prefix, script: string): string[] {
    return tool === 'ssh' ? [...words, shellLine(script)] : [...words, ...shellArgv(script)];
  }

  started(): void {}

  verdict(seen: CarrierEnd): ProcessEnd | IrisError {
    this.#diagnostics = seen.shown === '' ? [] : seen.shown.split('\n').slice(-200);
    return execVerdict(this.#prefix.tool, this.where, seen);
  }

  signal(farPid: number, signal: string): void {
    void this.#aside(signalScript(farPid, signal));
  }

  /** A container goes on with what it was told to run when nobody listens any more: so it is told to end it. */
  async ended(farPid: number): Promise<void> {
    if (this.sessionId !== undefined) await this.#aside(endScript(farPid, this.sessionId));
  }

  close(): void {}

  #aside(script: string): Promise<void> {
    const [program = '', ...args] = this.#argv(prefixFor(this.#remote.words, 'pipes', true), script);
    return new Promise((resolve) => {
      const child = spawn(program, args, {
        cwd: homedir(),
        env: this.#env,
        stdio: 'ignore',
        timeout: ASIDE_MS,
        killSignal: 'SIGKILL',
        // Nobody can be asked: without a terminal.
        detached: true,
      });
      child.on('error', () => resolve());
      child.on('exit', () => resolve());
    });
  }
}
