import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { IrisError, type LaunchSpec, type ProcessEnd, type Remote } from '../../core/index.ts';
import { findProgram } from '../local/index.ts';
import {
  type Carrier,
  type CarrierContext,
  type CarrierEnd,
  quoteWord,
  shellLine,
  signalScript,
} from '../remote/index.ts';
import { identityPath, sshCommand, sshOptions } from './arguments.ts';
import { askpassEnvironment, hasAsked } from './askpass.ts';
import { sshVerdict } from './failures.ts';
import { roundTrips } from './round-trip.ts';
import { SshLog } from './ssh-log.ts';
import { parseSshWords, type SshWords } from './words.ts';

/** A signal beside the session has this long to get there. */
const ASIDE_MS = 15_000;

/** A word that means itself to every shell. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/**
 * In a terminal ssh's own words would stand among the program's ("Connection to … closed."): they go to a file. What it asks, it asks on the
 * terminal all the same (readpassphrase(3) takes /dev/tty).
 */
const APART = 'exec "$@" 2>>"$0"';

/** The system's ssh: its config, agent, jump hosts and shared masters work because it is ssh. */
export class OpenSshCarrier implements Carrier {
  readonly kind = 'openssh';
  /** `.profile` and the like are not read for a command: PATH and keys for agents are often set there. */
  readonly login = 'always';
  readonly where: string;
  readonly launchCommand: readonly string[];
  readonly sessionId?: string;
  readonly farEnv: Readonly<Record<string, string>>;
  #log: SshLog | undefined;
  #pid: number | undefined;
  readonly #remote: Remote;
  readonly #launch: LaunchSpec;
  readonly #words: SshWords;
  readonly #env: Readonly<Record<string, string>>;
  readonly #askOn: string | undefined;
  /** Without a terminal ssh could only open a window of its own, on whatever display there is. */
  readonly #unattended: boolean;

  /** @throws IrisError `usage` for words that are no USER@HOST and options of ssh */
  constructor(remote: Remote, launch: LaunchSpec, context: CarrierContext) {
    this.#remote = remote;
    this.#launch = launch;
    this.#env = context.env;
    const unattended = launch.unattended === true;
    this.#askOn = launch.mode === 'pipes' && !unattended ? context.askOn : undefined;
    this.#unattended = unattended || (launch.mode === 'pipes' && this.#askOn === undefined);
    this.#words = parseSshWords(remote.words);
    this.where = this.#words.destination;
    this.farEnv = context.farEnv;
    if (context.sessionId !== undefined) this.sessionId = context.sessionId;
    this.launchCommand = [
      'ssh',
      launch.mode === 'pty' ? '-tt' : '-T',
      ...sshOptions(remote.options),
      ...this.#words.options,
      '--',
      this.#words.destination,
      ...launch.command,
    ];
  }

  get diagnostics(): readonly string[] {
    return this.#log?.lines ?? [];
  }

  get roundTripMs(): number | undefined {
    return this.#pid === undefined ? undefined : roundTrips.of(this.#pid);
  }

  prepare(script: string): Pick<LaunchSpec, 'command' | 'cwd' | 'env'> {
    const { options } = this.#remote;
    const cwd = homedir();
    if (findProgram('ssh', this.#env.PATH, cwd) === undefined) {
      throw new IrisError('program-missing', `ssh was not found on this machine, for ${this.where}`, {
        remedy: 'install the OpenSSH client, or set ssh2: true',
      });
    }
    const identity = options.identity === undefined ? undefined : identityPath(options.identity);
    if (identity !== undefined) checkIdentity(identity, this.where);
    const log = new SshLog();
    this.#log = log;
    const unattended = this.#unattended;
    const command = this.#command(log.file, unattended, shellLine(script));
    return {
      command: this.#launch.mode === 'pty' ? ['sh', '-c', APART, log.errors, ...command] : command,
      cwd,
      env: {
        ...this.#env,
        TERM: 'xterm-256color',
        ...askpassEnvironment({
          folder: log.folder,
          identity,
          passphrase: options.passphrase,
          unattended,
          askOn: this.#askOn,
        }),
      },
    };
  }

  #command(logFile: string, unattended: boolean, line: string): string[] {
    const { options } = this.#remote;
    return sshCommand({ words: this.#words, options, mode: this.#launch.mode, unattended, logFile, line });
  }

  said(): string {
    return this.#launch.mode === 'pty' ? (this.#log?.heard() ?? '') : '';
  }

  asked(): boolean {
    return this.#log !== undefined && hasAsked(this.#log.folder);
  }

  started(pid: number): void {
    this.#pid = pid;
    roundTrips.watch(pid);
  }

  verdict(seen: CarrierEnd): ProcessEnd | IrisError {
    return sshVerdict({
      ...seen,
      destination: this.where,
      // Beside a terminal, ssh's stderr is its own; with pipes it is that of the program.
      log: [...(this.#log?.all ?? []), ...(this.#launch.mode === 'pty' ? (this.#log?.errorLines ?? []) : [])],
      unattended: this.#unattended,
      ...(this.#launch.mode === 'pipes' ? { byHand: this.#byHand() } : {}),
      identity: this.#remote.options.identity,
    });
  }

  #byHand(): string {
    const { options, destination } = this.#words;
    return ['ssh', ...options, destination].map((word) => (PLAIN.test(word) ? word : quoteWord(word))).join(' ');
  }

  /** ssh carries no signals: another login does. Where that would ask something, nothing happens. */
  signal(farPid: number, signal: string): void {
    const { passphrase: _secret, ...options } = this.#remote.options;
    const [program = '', , ...args] = sshCommand({
      words: this.#words,
      options: { connectTimeoutMs: ASIDE_MS, ...options },
      mode: 'pipes',
      unattended: true,
      logFile: '/dev/null',
      line: shellLine(signalScript(farPid, signal)),
    });
    const env = { ...this.#env, ...askpassEnvironment({ folder: '', unattended: true }) };
    const child = spawn(program, ['-T', ...args], { env, stdio: 'ignore', timeout: ASIDE_MS });
    child.on('error', () => {});
  }

  /** sshd hangs up what had a terminal; what had none sees the end of its stdin. */
  async ended(): Promise<void> {}

  close(): void {
    if (this.#pid !== undefined) roundTrips.forget(this.#pid);
    this.#log?.close();
  }
}

function checkIdentity(file: string, where: string): void {
  try {
    accessSync(file, constants.R_OK);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new IrisError(
      'login-refused',
      `${missing ? 'there is no' : 'this user may not read the'} key ${file}, for ${where}`,
      {
        remedy: 'correct remoteOptions.identity',
      },
    );
  }
}
