import type { Clock, HostConnection, IrisError, ReconnectState } from '../core/index.ts';

/**
 * What is told of a connection that comes back by itself. `before`: what was told last; a state lasts since it was first told. Waiting and trying
 * in turn is one trouble: it began when the connection was lost.
 */
export function describe(
  state: ReconnectState,
  before: HostConnection | undefined,
  clock: Clock,
  roundTripMs?: number,
  quietSince?: number,
): HostConnection {
  const since = (name: HostConnection['state']): number => (before?.state === name ? before.since : clock.wall());
  const lost = (lostAt: number): number => Math.round(clock.wall() - (clock.now() - lostAt));
  switch (state.name) {
    case 'stopped':
      return { state: 'offline', since: since('offline'), attempt: 0 };
    case 'connecting':
      return { state: 'connecting', since: lost(state.lostAt), attempt: state.attempt };
    case 'online': {
      const measured = roundTripMs === undefined ? {} : { roundTripMs };
      const quiet = quietSince === undefined ? {} : { quietSince };
      return { state: 'online', since: since('online'), attempt: 0, ...measured, ...quiet };
    }
    case 'waiting': {
      const { attempt, reason, retryAt, lostAt } = state;
      const nextRetryAt = clock.wall() + Math.max(0, retryAt - clock.now());
      // A time that the other side named is what there is to do about it, and is counted down.
      const told = reason.retryAfterMs === undefined ? words(reason) : { reason: reason.message };
      return { state: 'offline', since: lost(lostAt), attempt, nextRetryAt, ...told };
    }
    case 'failed':
      return { state: 'error', since: since('error'), attempt: state.attempt, ...words(state.reason) };
  }
}

function words(reason: IrisError): { reason: string; remedy?: string } {
  return { reason: reason.message, ...(reason.remedy === undefined ? {} : { remedy: reason.remedy }) };
}
