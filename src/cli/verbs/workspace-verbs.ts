import { HUB_OPTION, JSON_OPTION, type Verb, type VerbArgument } from './types.ts';

const both = [JSON_OPTION, HUB_OPTION];
const name: VerbArgument = { name: 'NAME', summary: 'name of the layout', complete: 'workspace' };

/** Layouts (tabs and how they are split), kept by the hub under a name. */
export const workspaceVerbs: readonly Verb[] = [
  {
    name: 'workspace save',
    group: 'sessions',
    summary: 'keep the tabs and splits under a name',
    args: [{ name: 'NAME', summary: 'name of the layout; one of that name is replaced' }],
    options: both,
    examples: [['iris-tui workspace save monday', '']],
    load: async () => (await import('../actions/workspace.ts')).runSave,
  },
  {
    name: 'workspace load',
    group: 'sessions',
    summary: 'take a kept layout',
    args: [name],
    options: both,
    examples: [['iris-tui workspace load monday', 'every viewer follows']],
    load: async () => (await import('../actions/workspace.ts')).runLoad,
  },
  {
    name: 'workspace list',
    aliases: ['ls'],
    group: 'sessions',
    summary: 'list kept layouts',
    options: [{ flags: '--names', summary: 'only the names, one a line; never starts a hub' }, ...both],
    examples: [['iris-tui workspace list --json', '']],
    load: async () => (await import('../actions/workspace.ts')).runList,
  },
  {
    name: 'workspace delete',
    group: 'sessions',
    summary: 'forget a kept layout',
    args: [name],
    options: both,
    examples: [['iris-tui workspace delete monday', '']],
    load: async () => (await import('../actions/workspace.ts')).runDelete,
  },
];
