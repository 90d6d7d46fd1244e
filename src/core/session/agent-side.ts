import {
  AgentMonitor,
  type AgentPrompt,
  type AgentReport,
  type Authority,
  builtInRules,
  type CompiledAnswers,
  type CompiledTranscript,
  type Explanation,
  type HookWord,
  type Sight,
} from '../agent/index.ts';
import type { Screen } from '../output/index.ts';
import type { SessionDeps } from './ports.ts';

/** The agent of a session, through all of its runs: a monitor for each. */
export class AgentSide {
  readonly #kind: string;
  readonly #deps: Pick<SessionDeps, 'clock' | 'rules'>;
  readonly #changed: (report: AgentReport) => void;
  #monitor: AgentMonitor;
  #gone = false;
  #looking = false;

  constructor(
    kind: string,
    screen: Screen,
    deps: Pick<SessionDeps, 'clock' | 'rules'>,
    changed: (report: AgentReport) => void,
  ) {
    this.#kind = kind;
    this.#deps = deps;
    this.#changed = changed;
    this.#monitor = this.#newMonitor(screen);
  }

  get monitor(): AgentMonitor {
    return this.#monitor;
  }

  /** Nothing is read from its screen any more. */
  get gone(): boolean {
    return this.#gone;
  }

  get looking(): boolean {
    return this.#looking;
  }

  look(looking: boolean): void {
    this.#looking = looking;
    this.#monitor.look(looking);
  }

  /** A new run. */
  begin(screen: Screen): void {
    this.#monitor.dispose();
    this.#monitor = this.#newMonitor(screen);
    this.#gone = false;
  }

  /** It can't be seen any more; what was known of it stays. */
  lose(): void {
    this.#monitor.dispose();
    this.#gone = true;
  }

  /** Its process is over. */
  end(): void {
    this.#monitor.ended();
  }

  #newMonitor(screen: Screen): AgentMonitor {
    const { clock, rules } = this.#deps;
    const monitor = new AgentMonitor({
      clock,
      rules: rules ?? builtInRules(),
      kind: this.#kind,
      screen,
      changed: (report) => this.#changed(report),
    });
    monitor.look(this.#looking);
    return monitor;
  }
}

/** What a session lets others know of its agent, and say of it. */
export abstract class WithAgent {
  protected abstract readonly agentSide: AgentSide;

  /** A protocol or a hook of the agent says what it is doing: from then on nothing is read from the screen. */
  setAgent(
    state: 'working' | 'blocked' | 'idle' | 'unknown',
    question?: string,
    authority: Authority = 'hook',
    prompt?: AgentPrompt,
  ): void {
    this.agentSide.monitor.say(authority, state, question, prompt);
  }

  /** A hook of the agent says what it is doing: believed until the terminal shows otherwise. */
  hear(word: HookWord): void {
    this.agentSide.monitor.hear(word);
  }

  /** Has somebody it before their eyes? */
  get looking(): boolean {
    return this.agentSide.looking;
  }

  /** Somebody has it before their eyes from now on, or no longer: what it finishes meanwhile is seen. */
  look(looking: boolean): void {
    this.agentSide.look(looking);
  }

  /** Somebody saw it: `done` becomes `idle`. */
  seen(): void {
    this.agentSide.monitor.seen();
  }

  /** What its agent asks, if that still stands there at this very moment. */
  promptNow(): AgentPrompt | undefined {
    return this.agentSide.monitor.promptNow();
  }

  /** What is to be seen of its agent at this very moment. */
  sight(): Sight {
    return this.agentSide.monitor.sight();
  }

  /** How its agent's answers are read. */
  get transcript(): CompiledTranscript | undefined {
    return this.agentSide.monitor.transcript;
  }

  /** How its agent's questions are answered. */
  get answers(): CompiledAnswers {
    return this.agentSide.monitor.answers;
  }

  /** Why its agent is said to be in its state. */
  explain(): Explanation {
    return this.agentSide.monitor.explain();
  }
}
