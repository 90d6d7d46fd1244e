import type { SessionInfo } from '../../core/index.ts';

/** Nothing printed for this long after a connection was begun: the pane says that it is still on its way. */
export const QUIET_MS = 2000;

/** What a pane says of a connection that is not there. */
export type TroubleKind = 'offline' | 'connecting' | 'error';

/**
 * Is there anything to say above the screen of a session? `asks`: something was printed since the attempt began, a question of ssh or its banner;
 * nothing may lie above that. `now` in milliseconds since 1970.
 */
export function troubleOf(session: SessionInfo, asks: boolean, now: number): TroubleKind | undefined {
  const { state, since, reason } = session.connection;
  switch (state) {
    case 'online':
      return undefined;
    case 'offline':
    case 'error':
      return state;
    case 'connecting': {
      if (asks) return undefined;
      // After an attempt that failed the box stays, so that it does not blink at every one.
      return reason !== undefined || now - since >= QUIET_MS ? 'connecting' : undefined;
    }
  }
}

/** Nothing to type into, and nothing that keeps what is typed: the process is gone, or its connection was given up. */
export function isOver({ process, connection }: SessionInfo): boolean {
  return connection.state === 'error' || ['exited', 'failed', 'died'].includes(process.status);
}
