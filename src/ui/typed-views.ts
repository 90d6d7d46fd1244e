import { whyNotType } from './may-type.ts';
import type { SessionView } from './panes/session-view.ts';
import type { Workbench } from './workbench.ts';

/** What gets keys and pastes: the focused pane, or all panes of a synchronized tab that are to be seen, run, and are not in copy mode; if they may. */
export function typedViews(bench: Workbench): SessionView[] {
  const { tab, focusedView, view, placement, copying, views } = bench;
  const may = ({ sessionId }: { readonly sessionId: string }): boolean => whyNotType(bench, sessionId) === undefined;
  if (!tab || !view.synchronized.has(tab.id)) return focusedView && may(focusedView) ? [focusedView] : [];
  return placement.panes.flatMap(({ paneId, sessionId }) => {
    const runs = bench.session(sessionId)?.process.status === 'running';
    return runs && !copying.has(paneId) && may({ sessionId }) ? (views.get(sessionId) ?? []) : [];
  });
}
