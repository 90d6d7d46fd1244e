import type { Clock, Timer } from '../clock.ts';
import { IrisError } from '../errors.ts';
import { Screen } from '../output/index.ts';
import type { RuleBook } from './book.ts';
import type { Decision } from './explain.ts';
import { AgentMonitor } from './monitor.ts';

/** A recorded terminal: asciicast, version 2 (asciinema). */
export interface Recording {
  readonly cols: number;
  readonly rows: number;
  readonly events: readonly RecordedEvent[];
}

export interface RecordedEvent {
  /** Milliseconds since the recording began. */
  readonly atMs: number;
  /** o output, i input, m marker, r resize; others are passed over. */
  readonly kind: string;
  readonly data: string;
}

/** @throws IrisError `usage` when it is no recording */
export function parseRecording(text: string): Recording {
  const [first = '', ...lines] = text.split('\n').filter((line) => line.trim() !== '');
  const header = json(first) as { version?: unknown; width?: unknown; height?: unknown } | undefined;
  if (header?.version !== 2) throw notOne('its first line is no header of version 2');
  const { width, height } = header;
  if (!isSize(width) || !isSize(height)) throw notOne('its header has no size');
  const events = lines.map((line, i): RecordedEvent => {
    const event = json(line);
    if (
      !Array.isArray(event) ||
      typeof event[0] !== 'number' ||
      typeof event[1] !== 'string' ||
      typeof event[2] !== 'string'
    ) {
      throw notOne(`line ${i + 2} is no event`);
    }
    return { atMs: event[0] * 1000, kind: event[1], data: event[2] };
  });
  return { cols: width, rows: height, events };
}

function json(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 10_000;
}

function notOne(why: string): IrisError {
  return new IrisError('usage', `this is no recording: ${why}`, { remedy: 'make one with asciinema rec, version 2' });
}

export interface Rehearsed {
  /** Milliseconds since the recording began. */
  readonly atMs: number;
  readonly kind: string;
  readonly question?: string;
  readonly decision: Decision;
}

/** What the monitor makes of a recording, as if it were running now: every change, at its time. A marker or the end says how long to go on. */
export function rehearse(recording: Recording, rules: RuleBook, kind: string): Rehearsed[] {
  const clock = new RecordedTime();
  const screen = new Screen({ cols: recording.cols, rows: recording.rows, scrollback: 0 });
  const changes: Rehearsed[] = [];
  const monitor = new AgentMonitor({
    clock,
    rules,
    kind,
    screen,
    changed: ({ kind, question }) => {
      const decision = monitor.lastDecision;
      if (decision)
        changes.push({ atMs: clock.now(), kind, decision, ...(question === undefined ? {} : { question }) });
    },
  });
  screen.events.on((event) => monitor.event(event));
  const encoder = new TextEncoder();
  for (const { atMs, kind, data } of recording.events) {
    clock.goTo(atMs);
    if (kind === 'o') {
      screen.write(encoder.encode(data));
      monitor.output();
    } else if (kind === 'r') {
      const [cols, rows] = data.split('x').map(Number);
      if (isSize(cols) && isSize(rows)) screen.resize(cols, rows);
    }
  }
  monitor.dispose();
  screen.dispose();
  return changes;
}

/** The time of a recording; timers run when it passes them. */
class RecordedTime implements Clock {
  #now = 0;
  #timers: { readonly at: number; readonly run: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#now;
  }

  after(delayMs: number, run: () => void): Timer {
    const timer = { at: this.#now + delayMs, run };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }

  goTo(ms: number): void {
    for (;;) {
      const next = this.#timers.filter((timer) => timer.at <= ms).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#timers = this.#timers.filter((other) => other !== next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    this.#now = Math.max(this.#now, ms);
  }
}
