import { findSession, IrisError } from '../core/index.ts';
import { loadConfig, problemLine } from './config/index.ts';
import { type Context, makeContext } from './context.ts';
import type { Environment } from './environment.ts';
import { reachHub } from './launch-hub.ts';
import type { ScreenArguments } from './screen-arguments.ts';
import { VERSION } from './version.ts';

/** `iris-tui` and `iris-tui attach`, from the arguments alone. */
export function openScreen(env: Environment, args: ScreenArguments): Promise<number> {
  return openScreenOn(makeContext(env, { hub: args.hub }), args);
}

/** Opens the screen and gives the exit code once the user left it. */
export async function openScreenOn(context: Context, args: ScreenArguments): Promise<number> {
  const { env, paths } = context;
  refuseWithoutTerminal(env);
  refuseToNest(env, 'iris-tui new -d, ls, send and the like work here');
  // The hub first: it comes up while the rest is loaded.
  const reached = reachHub(context);
  reached.catch(() => {});
  const [{ runTui }, { connect }, { config, problems }] = await Promise.all([
    import('../ui/index.ts'),
    import('../client/index.ts'),
    loadConfig(paths.configFile, paths.configFrom === 'IRIS_CONFIG_PATH'),
  ]);
  let { socket } = await reached;
  let first = true;
  const stopped = false;
  const host = connect({
    version: VERSION,
    address: async () => {
      // A hub that was killed is started again; one that was stopped was stopped for a reason.
      if (!first && !stopped) socket = (await reachHub(context)).socket;
      first = false;
      return { socketPath: socket };
    },
  });
}

/** Only a terminal can show it. */
export function refuseWithoutTerminal(env: Environment): void {
  if (env.stdinIsTerminal && env.stdoutIsTerminal) return;
  const which = env.stdinIsTerminal ? 'standard output' : 'standard input';
  throw new IrisError('failed', `there is no terminal to draw on (${which} is not one)`, {
    remedy: 'iris-tui ls lists sessions, iris-tui new -d starts one without showing it',
  });
}

/** A screen in a pane of itself would show itself without end. */
export function refuseToNest(env: Environment, remedy: string): void {
  const { IRIS_SESSION_ID, IRIS_SESSION_NAME } = env.vars;
  if (!IRIS_SESSION_ID) return;
  throw new IrisError('failed', `this is a pane of iris-tui already (${IRIS_SESSION_NAME ?? IRIS_SESSION_ID})`, {
    remedy: `${remedy}; unset IRIS_SESSION_ID to nest all the same`,
  });
}
