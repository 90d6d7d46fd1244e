import type { Session } from '../../core/index.ts';
import { mayAnswer } from '../../core/index.ts';

/** Keys wait for a prompt that is being submitted at most so long: it takes 0.2 to 0.5 s. */
const CLOSED_LIMIT_MS = 1500;
/** Keys that wait; what comes after them is typed at once. */
const WAITING_LIMIT = 1000;

interface Gate {
  /** Monotonic milliseconds: somebody pressed a key. */
  typedAt: number;
  /** A prompt is on its way from its paste until it is seen to be taken: since then. */
  closedAt: number | undefined;
  readonly waiting: (() => void)[];
}

const gates = new WeakMap<Session, Gate>();

function gateOf(session: Session): Gate {
  let gate = gates.get(session);
  if (!gate) {
    gate = { typedAt: Number.NEGATIVE_INFINITY, closedAt: undefined, waiting: [] };
    gates.set(session, gate);
  }
  return gate;
}

/**
 * Keys of a person, or of a script that presses keys. While a prompt is on its way into the box they wait, some 0.3 s, so that the
 * two don't become one; at any other time they are typed at once. `write` may throw only when it is called at once.
 */
export function typeKeys(session: Session, bytes: Uint8Array, now: number, write: () => void): void {
  const gate = gateOf(session);
  if (mayAnswer(bytes)) gate.typedAt = now;
  const closed = gate.closedAt !== undefined && now - gate.closedAt < CLOSED_LIMIT_MS;
  if (!closed || gate.waiting.length >= WAITING_LIMIT) {
    openGate(session);
    write();
  } else gate.waiting.push(write);
}

/** When somebody pressed a key last. */
export function typedAt(session: Session): number {
  return gateOf(session).typedAt;
}

export function closeGate(session: Session, now: number): void {
  gateOf(session).closedAt = now;
}

/** Lets the keys through that waited, in order. Harmless when it is open. */
export function openGate(session: Session): void {
  const gate = gateOf(session);
  gate.closedAt = undefined;
  for (const write of gate.waiting.splice(0)) {
    try {
      write();
    } catch {
      // The process has gone meanwhile: everybody who watches it is told.
    }
  }
}
