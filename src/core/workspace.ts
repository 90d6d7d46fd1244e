import { z } from 'zod';

/** A place on the screen that shows a session. */
export interface PaneNode {
  readonly type: 'pane';
  readonly id: string;
  readonly sessionId: string;
}

/** Children side by side (`row`) or above one another (`column`); `weights` are their shares, same length, each > 0. */
export interface SplitNode {
  readonly type: 'split';
  readonly direction: 'row' | 'column';
  readonly children: readonly LayoutNode[];
  readonly weights: readonly number[];
}

export type LayoutNode = PaneNode | SplitNode;

const paneSchema = z.object({ type: z.literal('pane'), id: z.string().max(64), sessionId: z.string().max(64) });
export const layoutSchema: z.ZodType<LayoutNode> = z.lazy(() =>
  z.union([
    paneSchema,
    z.object({
      type: z.literal('split'),
      direction: z.enum(['row', 'column']),
      children: z.array(layoutSchema).min(2).max(64),
      weights: z.array(z.number().positive().finite()).min(2).max(64),
    }),
  ]),
);

export const tabSchema = z.object({
  id: z.string().max(64),
  name: z.string().max(256),
  /** The user named it: it no longer follows the focused pane. */
  named: z.boolean(),
  layout: layoutSchema,
  /** Pane ids, most recently focused first. */
  focus: z.array(z.string().max(64)).max(64),
  zoomed: z.boolean(),
});

/** Tabs and splits: shared by all viewers of a hub, kept by it. Focus, tab and zoom here are those of the viewer that changed them last; each viewer has its own while it runs. */
export const workspaceSchema = z.object({
  tabs: z.array(tabSchema).max(256),
  /** Tab ids, most recently used first. */
  recent: z.array(z.string().max(64)).max(256),
});

export type Tab = z.infer<typeof tabSchema>;
export type Workspace = z.infer<typeof workspaceSchema>;
