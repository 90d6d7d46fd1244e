import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  AgentMonitor,
  type AgentStateName,
  builtInRules,
  type Explanation,
  type RuleBook,
  Screen,
} from '../../../src/core/index.ts';
import { FakeClock } from '../reconnect/fake-clock.ts';

/** One line of an asciicast (version 2): seconds, o output, i input, m marker, r resize. */
export type CastEvent = readonly [at: number, kind: string, data: string];

export interface Cast {
  readonly cols: number;
  readonly rows: number;
  readonly events: readonly CastEvent[];
}

export function readCast(name: string): Cast {
  const file = fileURLToPath(new URL(`../../fixtures/recordings/${name}.cast`, import.meta.url));
  const [header = '', ...lines] = readFileSync(file, 'utf8').trim().split('\n');
  const { width, height } = JSON.parse(header) as { width: number; height: number };
  return { cols: width, rows: height, events: lines.map((line) => JSON.parse(line) as CastEvent) };
}

export interface Change {
  /** Milliseconds since the recording began. */
  readonly at: number;
  readonly state: AgentStateName;
  readonly kind: string;
  readonly question?: string;
}

export interface BenchOptions {
  readonly kind?: string;
  readonly cols?: number;
  readonly rows?: number;
  readonly rules?: RuleBook;
}

/** A screen with a monitor at it and a clock to turn. */
export class Bench {
  readonly clock = new FakeClock();
  readonly screen: Screen;
  readonly monitor: AgentMonitor;
  readonly changes: Change[] = [];
  readonly #start = this.clock.now();

  constructor({ kind = 'claude', cols = 120, rows = 40, rules = builtInRules() }: BenchOptions = {}) {
    this.screen = new Screen({ cols, rows, scrollback: 1000 });
    this.monitor = new AgentMonitor({
      clock: this.clock,
      rules,
      kind,
      screen: this.screen,
      changed: ({ state, kind, question }) => {
        this.changes.push({ at: this.time, state, kind, ...(question === undefined ? {} : { question }) });
      },
    });
    this.screen.events.on((event) => this.monitor.event(event));
  }

  get time(): number {
    return this.clock.now() - this.#start;
  }

  get state(): AgentStateName {
    return this.monitor.report.state;
  }

  write(data: string | Uint8Array): void {
    this.screen.write(typeof data === 'string' ? new TextEncoder().encode(data) : data);
    this.monitor.output();
  }

  /** Text, and time enough for it to be looked at and to last. */
  show(data: string, ms = 3000): this {
    this.write(data);
    this.clock.advance(ms);
    return this;
  }

  explain(): Explanation {
    return this.monitor.explain();
  }

  /** Plays a recording at the times it was made, then lets `afterMs` pass. */
  play(cast: Cast, afterMs = 0): this {
    for (const [at, kind, data] of cast.events) {
      this.clock.advance(Math.max(0, at * 1000 - this.time));
      if (kind === 'o') this.write(data);
    }
    this.clock.advance(afterMs);
    return this;
  }
}
