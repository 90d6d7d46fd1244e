import { Box, Text } from 'ink';
import { type ReactNode, useSyncExternalStore } from 'react';
import type { ViewSnapshot } from '../model/snapshot.ts';
import { OverlayLayer } from './overlays.tsx';
import { PaneFrame } from './PaneFrame.tsx';
import { StatusLine } from './StatusLine.tsx';
import { TabBar } from './TabBar.tsx';
import { TroubleLayer } from './trouble.tsx';

/** Below this nothing useful can be drawn. */
export const MIN_COLS = 20;
export const MIN_ROWS = 5;

export interface ViewStore {
  subscribe(listener: () => void): () => void;
  get(): ViewSnapshot;
}

/** Everything around the panes. The insides of the panes are the compositor's. */
export function App({ store }: { readonly store: ViewStore }): ReactNode {
  const view = useSyncExternalStore(
    (listener) => store.subscribe(listener),
    () => store.get(),
  );
  if (view.cols < MIN_COLS || view.rows < MIN_ROWS) {
    return (
      <Box width={view.cols} height={view.rows} overflow="hidden">
        <Text wrap="truncate">{`${view.cols}x${view.rows}: too small, ${MIN_COLS}x${MIN_ROWS} needed`}</Text>
      </Box>
    );
  }
  return (
    <Box width={view.cols} height={view.rows} overflow="hidden">
      <Box position="absolute" left={0} top={0} width={view.cols} height={1}>
        <TabBar tabs={view.tabs} counts={view.counts} cols={view.cols} accent={view.accent} ascii={view.ascii} />
      </Box>
      {view.panes.map((pane) => (
        <PaneFrame
          key={pane.paneId}
          pane={pane}
          frames={view.frames}
          ascii={view.ascii}
          accent={view.accent}
          now={view.now}
          prefix={view.prefix}
        />
      ))}
      {view.dividers.map((rect) => (
        <Box key={`${rect.x},${rect.y}`} position="absolute" left={rect.x} top={rect.y} width={1} height={rect.rows}>
          <Text dimColor>{Array.from({ length: rect.rows }, () => (view.ascii ? '|' : '│')).join('\n')}</Text>
        </Box>
      ))}
      <TroubleLayer view={view} />
      <OverlayLayer view={view} />
      <Box position="absolute" left={0} top={view.rows - 1} width={view.cols} height={1}>
        <StatusLine view={view} />
      </Box>
    </Box>
  );
}
