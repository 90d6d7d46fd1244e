import type { AgentStateName } from '../../../src/core/index.ts';
import type { Cast, Change } from './replay.ts';

/** What a recorded agent really did from this time on. `starting`: nothing is expected yet. */
export interface Phase {
  readonly from: number;
  readonly to: number;
  readonly state: 'starting' | 'working' | 'blocked' | 'idle';
}

/** What begins at each marker of a recording. Others mean nothing. */
const BEGINS: Readonly<Record<string, Phase['state']>> = {
  'saw shortcuts': 'idle',
  ready: 'idle',
  asked: 'working',
  working: 'working',
  'saw (proceed\\?|followingcommand|Allowexecution)': 'blocked',
  dialog: 'blocked',
  approve: 'working',
  denied: 'idle',
  done: 'idle',
  quoted: 'idle',
};

/** The truth of a recording, from its markers, up to the marker `end`. */
export function truthOf(cast: Cast): Phase[] {
  const phases: Phase[] = [];
  let from = 0;
  let state: Phase['state'] = 'starting';
  const end = cast.events.find(([, kind, data]) => kind === 'm' && data === 'end') ?? cast.events.at(-1)!;
  for (const [at, kind, data] of cast.events) {
    const next = kind === 'm' ? BEGINS[data] : undefined;
    if (next === undefined || next === state || at >= end[0]) continue;
    phases.push({ from, to: at * 1000, state });
    from = at * 1000;
    state = next;
  }
  phases.push({ from, to: end[0] * 1000, state });
  return phases;
}

export interface Score {
  /** Milliseconds of the recording with a known truth. */
  total: number;
  /** Of these, in the right state; idle that is being held counts as right (its hold is wanted). */
  right: number;
  /** As `right`, but the first 150 ms of each phase don't count: until then the agent has drawn, and a viewer may be told. */
  settled: number;
  settledTotal: number;
  blocked: number;
  /** Of the time in `blocked`, when a dialog was there. Its last 150 ms may follow the answer. */
  blockedRight: number;
}

export const REACTION_MS = 150;
/** Dialogs are marked by a second reader of the terminal: a few milliseconds may lie between. */
const MARK_ERROR_MS = 10;

const RIGHT: Readonly<Record<Exclude<Phase['state'], 'starting'>, readonly AgentStateName[]>> = {
  working: ['working'],
  blocked: ['blocked'],
  idle: ['idle', 'done'],
};

/** Compares, millisecond by millisecond. @param holdMs how long a state may stay `working` when it has become idle */
export function score(phases: readonly Phase[], changes: readonly Change[], holdMs: number): Score {
  const result: Score = { total: 0, right: 0, settled: 0, settledTotal: 0, blocked: 0, blockedRight: 0 };
  let next = 0;
  let state: AgentStateName = 'unknown';
  phases.forEach((phase, i) => {
    for (let t = Math.ceil(phase.from); t < phase.to; t++) {
      while (next < changes.length && changes[next]!.at <= t) state = changes[next++]!.state;
      const since = t - phase.from;
      if (state === 'blocked') {
        result.blocked += 1;
        const before = phases[i + 1]?.state === 'blocked' && phase.to - t <= MARK_ERROR_MS;
        const after = phases[i - 1]?.state === 'blocked' && since <= REACTION_MS;
        if (phase.state === 'blocked' || before || after) result.blockedRight += 1;
      }
      if (phase.state === 'starting') continue;
      const held = phase.state === 'idle' && state === 'working' && since <= holdMs + REACTION_MS;
      const right = held || RIGHT[phase.state].includes(state);
      result.total += 1;
      if (right) result.right += 1;
      if (since < REACTION_MS) continue;
      result.settledTotal += 1;
      if (right) result.settled += 1;
    }
  });
  return result;
}
