import { findSession, hubAndSession, plainText } from '../../core/index.ts';
import { panes } from '../layout/index.ts';
import { addTiled } from '../model/team-tabs.ts';
import type { Workbench } from '../workbench.ts';
import type { ActionContext } from './context.ts';
import type { Handlers } from './handlers.ts';

/** Sessions of other hubs, as panes among the others. */
export const hubHandlers: Handlers<'open' | 'close'> = { open, close };

function open({ bench }: ActionContext, { what }: { readonly what: string }): Promise<void> {
  const { hub, session } = hubAndSession(what);
  return bench.keeper.start(async () => {
    const { sessions } = await bench.host.command('far.open', {
      hub,
      ...(session === undefined ? {} : { sessions: [session] }),
    });
    // Where its name is taken it is called otherwise here.
    const one = sessions.find(({ name }) => name === what);
    const wanted = session !== undefined && one ? [one] : sessions;
    showTiled(
      bench,
      wanted.map(({ id }) => id),
      hub,
    );
    if (wanted.length === 0) bench.say(plainText(`${hub} has no sessions: they appear as they are started`));
  });
}

async function close({ bench }: ActionContext, { what }: { readonly what: string }): Promise<void> {
  const { hub, session } = hubAndSession(what);
  if (session === undefined) await bench.host.command('far.close', { hub });
  else await bench.host.command('session.forget', { session: findSession(bench.host.sessions, what).id });
}

/** Shows sessions as panes, tiled in tabs of this name, where they are in no pane yet, and goes to the first. */
export function showTiled(bench: Workbench, ids: readonly string[], name: string): void {
  const shown = new Set(bench.sync.current.tabs.flatMap((tab) => panes(tab.layout).map((p) => p.sessionId)));
  const fresh = ids.filter((id) => !shown.has(id));
  bench.sync.apply(addTiled(fresh, bench.area, name));
  bench.view.follow(bench.sync.current);
  const [first = ids[0]] = fresh;
  if (first !== undefined) bench.goToSession(first);
}
