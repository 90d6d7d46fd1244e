import type { TeamConfig } from '../core/index.ts';
import { type LoadedConfig, loadConfig, type Problem, problemLine, readFile, teamConfigOf } from './config/index.ts';
import type { Environment } from './environment.ts';
import { configCandidates, resolvePaths } from './paths.ts';
import { type FileWatch, watchFiles } from './watch-files.ts';

/** A file without a byte is usually one that is just being written. */
const EMPTY_RECHECK_MS = 250;
/** A look is one read of a small file. */
const POLL_MS = 5_000;

/** The config of a hub: as it is when the hub starts, and again whenever the file changes. */
export class HubConfig {
  readonly #env: Environment;
  #loaded: LoadedConfig;
  /** What the last reading was made from: the same again is not read. */
  #source: string;
  #teams: TeamConfig;

  static async load(env: Environment): Promise<HubConfig> {
    const source = sourceOf(resolvePaths(env).configFile);
    return new HubConfig(env, await read(env), source);
  }

  private constructor(env: Environment, loaded: LoadedConfig, source: string) {
    this.#env = env;
    this.#loaded = loaded;
    this.#source = source;
    // At the start there is nothing to keep: the teams that are right are taken.
    this.#teams = teamConfigOf(loaded.config, errorLines(loaded.problems));
  }

  /** As it was when it was last read. */
  get loaded(): LoadedConfig {
    return this.#loaded;
  }

  get teams(): TeamConfig {
    return this.#teams;
  }

  /**
   * Reads the file if it is another than before. A file with an error where it speaks of teams changes nothing but `problems`: half of what
   * was meant could end or start the wrong things.
   * @returns whether `teams` is another one now
   */
  async reload(): Promise<boolean> {
    const { configFile } = resolvePaths(this.#env);
    if (sourceOf(configFile) === this.#source) return false;
    await this.#settled(configFile);
    const source = sourceOf(configFile);
    const loaded = await read(this.#env);
    // Written again meanwhile: there is another event for that.
    if (sourceOf(configFile) !== source) return false;
    this.#source = source;
    this.#loaded = loaded;
    const lines = errorLines(loaded.problems);
    this.#teams = loaded.intact ? teamConfigOf(loaded.config, lines) : { ...this.#teams, problems: lines };
    return true;
  }

  async #settled(file: string): Promise<void> {
    const now = readFile(file);
    if ('text' in now && now.text === '') await new Promise((resolve) => setTimeout(resolve, EMPTY_RECHECK_MS));
  }

  /** Calls back with each change, one after the other, from now on. Where the system can't tell of changes, the file is looked at now and then. */
  watch(
    onTeams: (teams: TeamConfig) => void,
    onProblem: (error: unknown) => void,
    { watcher = watchFiles, pollMs = POLL_MS }: WatchSettings = {},
  ): FileWatch {
    let turn = Promise.resolve();
    let poll: NodeJS.Timeout | undefined;
    const look = (): void => {
      turn = turn
        .then(async () => {
          if (await this.reload()) onTeams(this.#teams);
        })
        .catch(onProblem);
    };
    const watch = watcher({
      files: () => configCandidates(this.#env),
      onChange: look,
      onProblem: (error) => {
        if (poll) return;
        poll = setInterval(look, pollMs).unref();
        onProblem(error);
      },
    });
    // Whatever was written between the first reading and now.
    look();
    return {
      close: () => {
        clearInterval(poll);
        watch.close();
      },
    };
  }
}

interface WatchSettings {
  readonly watcher?: typeof watchFiles;
  readonly pollMs?: number;
}

function read(env: Environment): Promise<LoadedConfig> {
  const { configFile, configFrom } = resolvePaths(env);
  return loadConfig(configFile, env, { reader: 'hub', deep: true, named: configFrom === 'IRIS_CONFIG_PATH' });
}

function errorLines(problems: readonly Problem[]): string[] {
  return problems.filter((problem) => problem.severity === 'error').map(problemLine);
}

/** Tells one state of a file from another: which file, and what is in it. */
function sourceOf(file: string): string {
  const now = readFile(file);
  return `${file}\0${'text' in now ? `=${now.text}` : now.failed}`;
}
