import type { Clock, IrisError, Session } from '../core/index.ts';

/** Another hub says within this what it makes of a new session; one that takes longer is told of by its pane. */
const FIRST_MS = 2_000;

/** Why a session that was just started in another hub has failed for good, if it has within its first moments. */
export function failedAtOnce(session: Session, clock: Clock): Promise<IrisError | undefined> {
  const why = (): IrisError | undefined => (session.state.kind === 'failed' ? session.state.error : undefined);
  const open = (): boolean => session.remote?.kind === 'websocket' && session.state.kind === 'starting';
  if (!open()) return Promise.resolve(why());
  return new Promise((resolve) => {
    const end = (): void => {
      stop();
      timer.cancel();
      resolve(why());
    };
    const stop = session.events.on(() => {
      if (!open()) end();
    });
    const timer = clock.after(FIRST_MS, end);
  });
}
