import type { HubCommandName, HubCommandParsed, HubCommandResult } from '../../core/index.ts';
import type { HubContext, HubViewer } from '../context.ts';

/** Does a command whose arguments and caller were checked. Throws an IrisError for what the caller should be told. */
export type Handler<N extends HubCommandName> = (
  args: HubCommandParsed<N>,
  hub: HubContext,
  caller: HubViewer,
) => HubCommandResult<N> | Promise<HubCommandResult<N>>;

export type Handlers<Prefix extends string> = {
  readonly [N in Extract<HubCommandName, `${Prefix}.${string}`>]: Handler<N>;
};
