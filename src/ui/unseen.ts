import type { SessionInfo } from '../core/index.ts';
import { endKey } from './model/make-snapshot.ts';

/** What happened in sessions while nobody looked: they rang, or ended. Bounded by the sessions that a hub keeps and how often they were started. */
export class Unseen {
  readonly bells = new Set<string>();
  /** Ends that were looked at. */
  readonly seenEnds = new Set<string>();

  rang(sessionId: string, visible: boolean): void {
    if (!visible) this.bells.add(sessionId);
  }

  looked(sessionId: string, session: SessionInfo | undefined): void {
    this.bells.delete(sessionId);
    if (session) this.seenEnds.add(endKey(session));
  }
}
