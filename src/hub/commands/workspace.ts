import { layoutOwner } from '../principal.ts';
import type { Handlers } from './handler.ts';

const of = layoutOwner;

export const workspaceHandlers: Handlers<'workspace'> = {
  'workspace.get': ({ name }, hub, caller) => hub.workspaces.get(name, of(caller)),
  'workspace.put': ({ name, revision, workspace }, hub, caller) =>
    hub.workspaces.put(name, revision, workspace, of(caller)),
  'workspace.list': (_args, hub, caller) => ({ workspaces: hub.workspaces.list(of(caller)) }),
  'workspace.save': ({ name }, hub, caller) => hub.workspaces.save(name, of(caller)),
  'workspace.load': ({ name }, hub, caller) => hub.workspaces.load(name, of(caller)),
  'workspace.delete': ({ name }, hub, caller) => hub.workspaces.delete(name, of(caller)),
};
