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

/**
 * Before the name of a layout that is not shared: who it belongs to. Whoever does not own everything here sees other sessions than the owner
 * does, and arranges them for themselves.
 */
const PRIVATE = '~';

/** Layouts by name, each with a revision that grows with every change: who changes must have seen the newest. `owner`: absent for those that are shared. */
export class Workspaces {
  readonly #all: Map<string, StoredWorkspace>;
  readonly #clock: Clock;
  readonly #store: WorkspaceStore;
  readonly #changed: (name: string, revision: number, owner: string | undefined) => void;

  constructor(
    stored: readonly StoredWorkspace[],
    clock: Clock,
    store: WorkspaceStore,
    changed: (name: string, revision: number, owner: string | undefined) => void,
  ) {
    this.#all = new Map(stored.map((workspace) => [workspace.name, workspace]));
    this.#clock = clock;
    this.#store = store;
    this.#changed = changed;
  }

  get(name: string, owner?: string): { name: string; revision: number; workspace: Workspace } {
    const found = this.#all.get(keyOf(name, owner));
    if (!found && name !== MAIN) throw missing(name);
    return { name, revision: found?.revision ?? 0, workspace: found?.workspace ?? EMPTY };
  }

  put(name: string, revision: number, workspace: Workspace, owner?: string): { revision: number } {
    const newest = this.#all.get(keyOf(name, owner))?.revision ?? 0;
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
    return { revision: this.#write(name, workspace, owner) };
  }

  list(owner?: string): { name: string; tabs: number; savedAt: number }[] {
    const prefix = owner === undefined ? '' : keyOf('', owner);
    return [...this.#all.values()]
      .filter(({ name }) => (owner === undefined ? !name.startsWith(PRIVATE) : name.startsWith(prefix)))
      .map(({ name, workspace, savedAt }) => ({
        name: name.slice(prefix.length),
        tabs: workspace.tabs.length,
        savedAt,
      }))
      .filter(({ name }) => name !== MAIN)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  save(name: string, owner?: string): { name: string } {
    if (name === MAIN)
      throw new IrisError('usage', `"${MAIN}" is the layout in use`, { remedy: 'choose another name' });
    this.#write(name, this.get(MAIN, owner).workspace, owner);
    return { name };
  }

  load(name: string, owner?: string): { revision: number; workspace: Workspace } {
    const { workspace } = this.get(name, owner);
    return { revision: this.#write(MAIN, workspace, owner), workspace };
  }

  delete(name: string, owner?: string): { name: string } {
    if (name === MAIN) throw new IrisError('usage', `"${MAIN}" is the layout in use`);
    const key = keyOf(name, owner);
    if (!this.#all.delete(key)) throw missing(name);
    this.#store.delete(key);
    return { name };
  }

  /** Its owner is gone. */
  forget(owner: string): void {
    for (const key of [...this.#all.keys()]) {
      if (!key.startsWith(keyOf('', owner))) continue;
      this.#all.delete(key);
      this.#store.delete(key);
    }
  }

  #write(name: string, workspace: Workspace, owner: string | undefined): number {
    const key = keyOf(name, owner);
    if (owner === undefined && name.startsWith(PRIVATE)) {
      throw new IrisError('usage', `a layout's name does not begin with ${PRIVATE}`);
    }
    const before = this.#all.get(key);
    if (!before && this.#all.size >= MAX_WORKSPACES) {
      throw new IrisError('failed', `there are ${MAX_WORKSPACES} kept layouts already`, { remedy: 'delete one first' });
    }
    const revision = (before?.revision ?? 0) + 1;
    const stored = { name: key, revision, savedAt: this.#clock.wall(), workspace };
    this.#all.set(key, stored);
    this.#store.put(stored);
    this.#changed(name, revision, owner);
    return revision;
  }
}

function keyOf(name: string, owner: string | undefined): string {
  return owner === undefined ? name : `${PRIVATE}${owner}/${name}`;
}

function missing(name: string): IrisError {
  return new IrisError('not-found', `there is no layout "${name}"`);
}
