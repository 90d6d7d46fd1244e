import type { Clock } from '../core/index.ts';
import { MAX_SPREAD_MS, SPREAD_FROM_VIEWERS, SPREAD_MS_A_VIEWER } from '../protocol/index.ts';
import type { HubViewer } from './context.ts';

/** Before a hub that stops closes its links: many viewers are asked not to come back together. */
export function spreadReturns(viewers: readonly HubViewer[], clock: Clock): void {
  if (viewers.length < SPREAD_FROM_VIEWERS) return;
  const spreadMs = Math.min(MAX_SPREAD_MS, viewers.length * SPREAD_MS_A_VIEWER);
  const ts = clock.wall();
  for (const { link } of viewers) link.send({ type: 'status', ts, payload: { kind: 'stopping', spreadMs } });
}
