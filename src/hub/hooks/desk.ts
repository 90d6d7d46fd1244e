import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  agentKindOf,
  geminiSettings,
  type HookWord,
  IrisError,
  type LaunchSpec,
  readHook,
  type SessionIdentity,
  withHooks,
} from '../../core/index.ts';

/** What hooks run, as argv with absolute paths; the name of the agent is added. */
export type HookProgram = readonly string[];

/** Hooks overtake one another by less than they may take; what is older than that was told by a clock that was set back. */
const DISORDER_MS = 5_000;
/** A config is written by hand; what is larger is something else. */
const FILE_LIMIT_BYTES = 1024 * 1024;

interface Held {
  readonly digest: Uint8Array;
  /** Start of the hook program that was believed last, milliseconds since 1970: hooks run side by side, and arrive in any order. */
  newest: number;
}

export interface HookDeskOptions {
  /** Absent: no session gets hooks. */
  readonly program: HookProgram | undefined;
  /** The hub's own folder. */
  readonly state: string;
}

/** Gives sessions their hooks, and hears what these report: each may speak for its own session alone, by a token that only its processes have. */
export class HookDesk {
  readonly #options: HookDeskOptions;
  readonly #tokens = new Map<string, Held>();
  readonly #why = new Map<string, string>();

  constructor(options: HookDeskOptions) {
    this.#options = options;
  }

  /** The launch with hooks in it, and the token for its environment; the launch itself where there are none. */
  prepare(launch: LaunchSpec, { id }: SessionIdentity, wanted: boolean): { launch: LaunchSpec; token?: string } {
    this.forget(id);
    const { program } = this.#options;
    const agent = agentKindOf(launch.command);
    if (!wanted || program === undefined) return { launch };
    if (launch.remote) {
      this.#why.set(id, 'none: sessions on other machines have no hooks yet');
      return { launch };
    }
    const plan = withHooks(agent, launch.command, launch.env, {
      program,
      ...(agent === 'codex' ? { codexNotifies: codexNotifies(launch) } : {}),
      ...(agent === 'gemini' ? this.#geminiFile(program) : {}),
    });
    if (plan.kind === 'none') {
      this.#why.set(id, `none: ${plan.why}`);
      return { launch };
    }
    const token = randomBytes(24).toString('base64url');
    this.#tokens.set(id, { digest: digestOf(token), newest: 0 });
    this.#why.set(id, `on the command line of ${agent}`);
    return { launch: { ...launch, command: plan.command, env: { ...launch.env, ...plan.env } }, token };
  }

  /** Has this session hooks? Absent: nobody wanted them. */
  words(sessionId: string): string | undefined {
    return this.#why.get(sessionId);
  }

  /** The session is gone, or starts anew: what its last run knew is worth nothing any more. */
  forget(sessionId: string): void {
    this.#tokens.delete(sessionId);
    this.#why.delete(sessionId);
  }

  /**
   * What a hook said; undefined: it means nothing, or is older than what was said before.
   * @throws IrisError `not-allowed` when the token is not this session's
   */
  read(
    sessionId: string,
    token: string,
    agent: string,
    at: number,
    fields: Record<string, unknown>,
  ): HookWord | undefined {
    const held = this.#tokens.get(sessionId);
    if (!held || !timingSafeEqual(held.digest, digestOf(token))) {
      throw new IrisError('not-allowed', 'this token may not speak for this session');
    }
    const word = readHook(agent, fields);
    if (!word || (at < held.newest && held.newest - at < DISORDER_MS)) return undefined;
    held.newest = at;
    return word;
  }

  /** gemini (0.61.0) takes it only where everything on the way belongs to root and nobody else may write there: in containers, mostly. */
  #geminiFile(program: HookProgram): { geminiFile?: string } {
    if (existsSync('/etc/gemini-cli/system-defaults.json')) return {};
    const folder = join(this.#options.state, 'hooks');
    const file = join(folder, 'gemini.json');
    try {
      if (!rootOwned(this.#options.state)) return {};
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeFileSync(`${file}.new`, geminiSettings(program), { mode: 0o600 });
      renameSync(`${file}.new`, file);
      return { geminiFile: file };
    } catch {
      return {};
    }
  }
}

function rootOwned(path: string): boolean {
  for (let at = path; ; at = dirname(at)) {
    const { uid, mode } = statSync(at);
    if (uid !== 0 || (mode & 0o022) !== 0) return false;
    if (at === dirname(at)) return true;
  }
}

/** Does codex's config, the user's or that of the folder, name a program of the user's own? */
function codexNotifies({ env, cwd }: LaunchSpec): boolean {
  const home = env.CODEX_HOME || join(env.HOME ?? homedir(), '.codex');
  return [join(home, 'config.toml'), join(cwd, '.codex/config.toml')].some((file) => {
    try {
      if (statSync(file).size > FILE_LIMIT_BYTES) return true;
      return /^\s*["']?notify["']?\s*=/m.test(readFileSync(file, 'utf8'));
    } catch {
      return false;
    }
  });
}

function digestOf(token: string): Uint8Array {
  return createHash('sha256').update(token).digest();
}
