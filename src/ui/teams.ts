import { Emitter, type SessionHost, type TeamInfo } from '../core/index.ts';
import { whyNotAsk } from './may-ask.ts';

/** There is room for one line. */
const inOneLine = ([first = '', ...others]: readonly string[]): string =>
  others.length === 0 ? first : `${first}; and ${others.length} more: iris-tui config check`;

/**
 * The teams of the hub's config, and what is wrong with it: asked for when we come online, and whenever the hub has read it again. Whoever is here for
 * single sessions is not told, and does not ask.
 */
export class Teams {
  readonly changed = new Emitter<void>();
  /** Something in the config is wrong that was not before, as a line; undefined: nothing is wrong any more. */
  readonly problem = new Emitter<string | undefined>();
  readonly #host: SessionHost;
  readonly #undo: () => void;
  #list: readonly TeamInfo[] = [];
  #problems: readonly string[] = [];
  #may = false;
  #asking = false;
  #again = false;

  constructor(host: SessionHost) {
    this.#host = host;
    this.#undo = host.on((event) => {
      if (event.type === 'teams' || (event.type === 'connection' && event.connection.state === 'online'))
        void this.refresh();
      // What one may do comes with the sessions.
      else if (event.type === 'sessions' && this.#may !== this.#mayNow()) void this.refresh();
    });
    if (host.connection.state === 'online') void this.refresh();
  }

  get list(): readonly TeamInfo[] {
    return this.#list;
  }

  /** What is wrong with the config now, as lines for people. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  /** Resolves when the list is as the hub has it now, or the hub could not be asked. */
  async refresh(): Promise<void> {
    if (this.#asking) {
      this.#again = true;
      return;
    }
    this.#may = this.#mayNow();
    if (!this.#may) {
      this.#take([], []);
      return;
    }
    this.#asking = true;
    try {
      do {
        this.#again = false;
        const { teams, problems } = await this.#host.command('team.list', {});
        this.#take(teams, problems);
      } while (this.#again);
    } catch {
      // A hub that can't be asked says so itself; the next connection asks again.
    } finally {
      this.#asking = false;
    }
  }

  close(): void {
    this.#undo();
  }

  #mayNow(): boolean {
    return whyNotAsk(this.#host, 'team.list') === undefined;
  }

  #take(teams: readonly TeamInfo[], problems: readonly string[]): void {
    const before = this.#problems;
    if (teams.length + problems.length + this.#list.length + before.length === 0) return;
    this.#list = teams;
    this.#problems = problems;
    this.changed.emit();
    const news = problems.filter((line) => !before.includes(line));
    if (news.length > 0) this.problem.emit(inOneLine(news));
    if (problems.length === 0 && before.length > 0) this.problem.emit(undefined);
  }
}
