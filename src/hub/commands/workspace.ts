import type { Handlers } from './handler.ts';

export const workspaceHandlers: Handlers<'workspace'> = {
  'workspace.get': ({ name }, hub) => hub.workspaces.get(name),
  'workspace.put': ({ name, revision, workspace }, hub) => hub.workspaces.put(name, revision, workspace),
  'workspace.list': (_args, hub) => ({ workspaces: hub.workspaces.list() }),
  'workspace.save': ({ name }, hub) => hub.workspaces.save(name),
  'workspace.load': ({ name }, hub) => hub.workspaces.load(name),
  'workspace.delete': ({ name }, hub) => hub.workspaces.delete(name),
};
