import { IrisError, includes, type Role, type ViewerCall } from '../../core/index.ts';
import type { Workbench } from '../workbench.ts';

type Name = ViewerCall['name'];

/** Commands that start something, or end what is not one session: for whoever owns everything there. */
const OWNERS: ReadonlySet<string> = new Set<Name>(['new-tab', 'split-pane', 'new-session', 'up', 'down', 'edit-team']);
/** Commands about the session in the focused pane, and the role they take on it. */
const ON_SESSION: Readonly<Partial<Record<Name, Role>>> = {
  'kill-pane': 'owner',
  restart: 'owner',
  'rename-session': 'owner',
  'stop-retrying': 'owner',
  retry: 'typer',
  cancel: 'typer',
  paste: 'typer',
  'send-keys': 'typer',
  'send-prefix': 'typer',
};

/** Does this viewer own the hub as whoever sits at it does? A hub that says nothing of it is one's own. */
export function ownsHub({ host }: Workbench): boolean {
  return host.you === undefined || host.you.role === 'owner';
}

/**
 * The hub checks as well, whatever is asked of it; here it is said before anything is asked of the user.
 * @throws IrisError `not-allowed`
 */
export function mustBeAllowed(bench: Workbench, { name }: ViewerCall): void {
  if (OWNERS.has(name) && !ownsHub(bench)) throw refused(name, 'owner', 'of this hub', bench.host.you?.role);
  const wanted = ON_SESSION[name];
  const session = bench.focusedSession;
  if (wanted && session?.role && !includes(session.role, wanted)) {
    throw refused(name, wanted, `of ${session.name}`, session.role);
  }
}

function refused(name: string, wanted: Role, of: string, role: Role | undefined): IrisError {
  return new IrisError('not-allowed', `${name} needs the role ${wanted} ${of}`, {
    remedy: role ? `you are ${role}: ask whoever shares it` : 'ask whoever owns it',
  });
}
