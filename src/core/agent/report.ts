import type { Clock } from '../clock.ts';
import type { Surface } from '../output/cells.ts';
import type { AgentStateName } from '../session/info.ts';
import type { RuleBook } from './book.ts';
import type { InputBox } from './prompt/box.ts';
import type { AgentPrompt } from './prompt/types.ts';

/** What `AgentMonitor` needs of a screen. */
export interface MonitoredScreen extends Surface {
  readonly modes: { readonly alternateScreen: boolean };
}

export interface AgentReport {
  /** Kind of the agent that is in the foreground: of the session, or of an agent that was started in its shell. */
  readonly kind: string;
  readonly state: AgentStateName;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly question?: string;
  /** What it asks, where it can be answered from elsewhere. */
  readonly prompt?: AgentPrompt;
}

/** What is to be seen of an agent at this very moment. */
export interface Sight {
  /** What the rules make of it; undefined: none matches. Not held back as the state is. */
  readonly reading: 'working' | 'blocked' | 'idle' | undefined;
  /** Do the rules say where its input box is? */
  readonly knowsBox: boolean;
  /** undefined: none is to be seen. */
  readonly box: InputBox | undefined;
}

/** Sources that outrank everything that is read from a terminal. */
export type Authority = 'protocol' | 'hook';

export interface MonitorOptions {
  readonly clock: Clock;
  readonly rules: RuleBook;
  /** Of the session. */
  readonly kind: string;
  readonly screen: MonitoredScreen;
  /** The report changed. */
  readonly changed: (report: AgentReport) => void;
}
