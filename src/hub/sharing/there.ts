import { lesserRole, type Role, type Session } from '../../core/index.ts';
import type { HubContext, HubViewer } from '../context.ts';

/** Those who are attached to a session. */
export function watching({ viewers }: HubContext, { id }: Session): HubViewer[] {
  return [...viewers.values()].filter((viewer) => viewer.watched.has(id));
}

/** What somebody may do with a session: as far as both this hub and the one where it lives let them. */
export function roleIn(viewer: HubViewer, { id, far }: Session): Role | undefined {
  const own = viewer.roleOn(id);
  return own && lesserRole(own, far?.info?.role);
}
