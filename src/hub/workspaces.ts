import { type Clock, IrisError, type Workspace } from '../core/index.ts';

export interface StoredWorkspace {
  readonly name: string;
  readonly revision: number;
  readonly savedAt: number;
  readonly workspace: Workspace;
}

/** Where layouts are kept. Writing is not waited for: the store groups and reports its own failures. */
export interface WorkspaceStore {
  put(workspace: StoredWorkspace): void;
  delete(name: string): void;
}

/** The layout that viewers share; every other name is a kept one. */
const MAIN = 'main';
/** Kept layouts; more are refused. */
const MAX_WORKSPACES = 256;
const EMPTY: Workspace = { tabs: [], recent: [] };

/** Layouts by name, each with a revision that grows with every change: who changes must have seen the newest. */
export class Workspaces {
  readonly #all: Map<string, StoredWorkspace>;
  readonly #clock: Clock;
  readonly #store: WorkspaceStore;
  readonly #changed: (name: string, revision: number) => void;

  constructor(
    stored: readonly StoredWorkspace[],
    clock: Clock,
    store: WorkspaceStore,
    changed: (name: string, revision: number) => void,
  ) {
    this.#all = new Map(stored.map((workspace) => [workspace.name, workspace]));
    this.#clock = clock;
    this.#store = store;
    this.#changed = changed;
  }

  get(name: string): { name: string; revision: number; workspace: Workspace } {
    const found = this.#all.get(name);
    if (!found && name !== MAIN) throw missing(name);
    return { name, revision: found?.revision ?? 0, workspace: found?.workspace ?? EMPTY };
  }

  put(name: string, revision: number, workspace: Workspace): { revision: number } {
    const newest = this.#all.get(name)?.revision ?? 0;
    if (revision !== newest) {
      throw new IrisError(
        'conflict',
        `the layout ${name} was changed meanwhile (revision ${newest}, not ${revision})`,
        {
          remedy: 'read it again and apply the change to that',
          retriable: true,
        },
      );
    }
    return { revision: this.#write(name, workspace) };
  }

  list(): { name: string; tabs: number; savedAt: number }[] {
    return [...this.#all.values()]
      .filter(({ name }) => name !== MAIN)
      .map(({ name, workspace, savedAt }) => ({ name, tabs: workspace.tabs.length, savedAt }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  save(name: string): { name: string } {
    if (name === MAIN)
      throw new IrisError('usage', `"${MAIN}" is the layout in use`, { remedy: 'choose another name' });
    this.#write(name, this.get(MAIN).workspace);
    return { name };
  }

  load(name: string): { revision: number; workspace: Workspace } {
    const { workspace } = this.get(name);
    return { revision: this.#write(MAIN, workspace), workspace };
  }

  delete(name: string): { name: string } {
    if (name === MAIN) throw new IrisError('usage', `"${MAIN}" is the layout in use`);
    if (!this.#all.delete(name)) throw missing(name);
    this.#store.delete(name);
    return { name };
  }

  #write(name: string, workspace: Workspace): number {
    const before = this.#all.get(name);
    if (!before && this.#all.size >= MAX_WORKSPACES) {
      throw new IrisError('failed', `there are ${MAX_WORKSPACES} kept layouts already`, { remedy: 'delete one first' });
    }
    const revision = (before?.revision ?? 0) + 1;
    const stored = { name, revision, savedAt: this.#clock.wall(), workspace };
    this.#all.set(name, stored);
    this.#store.put(stored);
    this.#changed(name, revision);
    return revision;
  }
}

function missing(name: string): IrisError {
  return new IrisError('not-found', `there is no layout "${name}"`);
}
