import type { HubContext } from '../context.ts';
import { Access } from './access.ts';
import type { AccessRecords, AccessStore } from './records.ts';

/** Who may come into this hub, as its store has it: what changes is told to those who are in. */
export function openAccess(hub: HubContext, store: AccessStore & { load(): { access: AccessRecords } }): Access {
  return new Access({
    clock: hub.clock,
    store,
    records: store.load().access,
    changed: (id) => {
      for (const viewer of hub.viewers.values()) if (viewer.identity.principal.id === id) viewer.accessChanged();
      hub.far.deviceChanged(id);
    },
    gone: (id) => {
      hub.workspaces.forget(id);
      hub.far.deviceChanged(id);
    },
  });
}
