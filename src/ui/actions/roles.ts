import type { HubCommandName, ViewerCall } from '../../core/index.ts';
import { whyNotAsk } from '../may-ask.ts';
import { livesElsewhere } from '../model/places.ts';
import type { Workbench } from '../workbench.ts';

type Asks = Readonly<Partial<Record<ViewerCall['name'], HubCommandName>>>;

/** What commands ask of the hub that start something, or end what is not one session. */
const OF_THE_HUB: Asks = {
  'new-tab': 'session.new',
  'split-pane': 'session.new',
  'new-session': 'session.new',
  'edit-team': 'session.new',
  teams: 'team.list',
  up: 'team.up',
  down: 'team.down',
  open: 'far.open',
  close: 'far.close',
};
/** And those about the session in the focused pane. */
const OF_THE_SESSION: Asks = {
  'kill-pane': 'session.kill',
  restart: 'session.restart',
  'rename-session': 'session.rename',
  'stop-retrying': 'session.stop-retrying',
  retry: 'session.retry',
  cancel: 'session.cancel',
  paste: 'session.keys',
  'send-keys': 'session.keys',
  'send-prefix': 'session.keys',
};

/**
 * The hub checks as well, whatever is asked of it; here it is said before anything is asked of the user.
 * @throws IrisError `not-allowed`
 */
export function mustBeAllowed({ host, focusedSession }: Workbench, { name }: ViewerCall): void {
  const hubs = OF_THE_HUB[name];
  const sessions = OF_THE_SESSION[name];
  const asks =
    name === 'kill-pane' && focusedSession && livesElsewhere(focusedSession) ? 'session.forget' : (hubs ?? sessions);
  if (asks === undefined || (hubs === undefined && !focusedSession)) return;
  const why = whyNotAsk(host, asks, hubs === undefined ? focusedSession?.id : undefined, name);
  if (why) throw why;
}
