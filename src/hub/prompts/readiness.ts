import type { HeldReason, Session } from '../../core/index.ts';
import { typedAt } from './typing.ts';

/** After a key, what it typed is waited for so long to show up. */
export const ECHO_MS = 1000;

/** May a prompt be typed into this agent now? */
export type Readiness =
  | { readonly kind: 'ready' }
  | { readonly kind: 'held'; readonly reason: HeldReason; readonly until?: number }
  /** In the middle of a frame: look again in a moment. */
  | { readonly kind: 'unclear' }
  | { readonly kind: 'gone' };

/** A person comes first: never into a half-typed box, never onto a question, never between the tools of a turn. */
export function readiness(session: Session, now: number): Readiness {
  if (!session.live) return { kind: 'gone' };
  const { connection, process } = session.info();
  if (connection.state !== 'online') return { kind: 'held', reason: 'offline' };
  if (process.status !== 'running') return { kind: 'held', reason: 'starting' };
  const { state } = session.agent;
  if (state === 'blocked') return { kind: 'held', reason: 'blocked' };
  if (state === 'working') return { kind: 'held', reason: 'working' };
  const typed = typedAt(session) + ECHO_MS;
  if (session.screen.synchronizing) return { kind: 'unclear' };
  const { reading, knowsBox, box } = session.sight();
  if (reading === 'blocked') return { kind: 'held', reason: 'blocked' };
  if (!knowsBox) return { kind: 'ready' };
  if (state === 'unknown' && reading !== 'idle') return { kind: 'held', reason: 'starting' };
  if (box && !box.free) return { kind: 'held', reason: 'typing' };
  if (now < typed) return { kind: 'held', reason: 'typing', until: typed };
  // A menu, or a page of its own, that somebody opened; or it has not drawn its box yet.
  if (!box) return { kind: 'held', reason: state === 'unknown' ? 'starting' : 'typing' };
  return { kind: 'ready' };
}
