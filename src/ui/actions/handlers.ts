import type { ViewerCommandArgs, ViewerCommandName } from '../../core/index.ts';
import type { ActionContext } from './context.ts';

/** What each command does. What is thrown or rejected is said in the status line. */
export type Handlers<N extends ViewerCommandName = ViewerCommandName> = {
  readonly [K in N]: (ctx: ActionContext, args: ViewerCommandArgs<K>) => unknown;
};

/** The direction among -L -R -U -D. */
export function directionOf(args: {
  left?: boolean | undefined;
  right?: boolean | undefined;
  up?: boolean | undefined;
  down?: boolean | undefined;
}): 'left' | 'right' | 'up' | 'down' | undefined {
  return args.left ? 'left' : args.right ? 'right' : args.up ? 'up' : args.down ? 'down' : undefined;
}
