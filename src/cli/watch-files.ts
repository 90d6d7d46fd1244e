import { type FSWatcher, readlinkSync, statSync, watch } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';

/** Editors write in several steps (truncate and fill, or a new file moved over the old one): this long after the last of them we look. */
const QUIET_MS = 30;
/** Something in the same folder may never be quiet: then we look this often. */
const BUSY_MS = 300;
/** Links are followed this far (as many as Linux does, path_resolution(7)). */
const LINK_LIMIT = 40;

export interface FileWatch {
  close(): void;
}

export interface WatchOptions {
  /** The files; asked again after each change, as one may have taken the place of another. They need not exist, nor their folders. */
  readonly files: () => readonly string[];
  /** Something happened to one of them, or near it: cheap to call too often. */
  readonly onChange: () => void;
  /** A folder can't be watched (inotify(7): no watches left). */
  readonly onProblem: (error: unknown) => void;
}

/**
 * Watches files by their folders, as editors replace files. A file whose folder does not exist is waited for from the nearest folder that
 * does; one behind symbolic links is watched at every link. Costs nothing while nothing happens: the kernel tells (inotify, kqueue).
 */
export function watchFiles(options: WatchOptions): FileWatch {
  const watchers = new Map<string, { readonly id: string; readonly watcher: FSWatcher }>();
  let places = new Map<string, Set<string>>();
  let quiet: NodeJS.Timeout | undefined;
  let busySince: number | undefined;
  let closed = false;

  const look = (): void => {
    quiet = undefined;
    busySince = undefined;
    arm();
    options.onChange();
  };
  const stir = (): void => {
    if (closed) return;
    busySince ??= performance.now();
    const wait = Math.max(0, Math.min(QUIET_MS, busySince + BUSY_MS - performance.now()));
    clearTimeout(quiet);
    quiet = setTimeout(look, wait);
  };
  const arm = (): void => {
    places = placesOf(options.files());
    for (const [folder, { id }] of watchers) {
      if (places.has(folder) && idOf(folder) === id) continue;
      drop(folder);
    }
    for (const folder of places.keys()) {
      const id = idOf(folder);
      if (watchers.has(folder) || id === undefined) continue;
      try {
        const watcher = watch(folder, { persistent: false }, (_event, name) => {
          // Only the names that matter: a home folder sees much that is none of ours. With its own name a folder tells that it is gone.
          const gone = name === basename(folder);
          if (gone) drop(folder);
          if (gone || name === null || places.get(folder)?.has(name)) stir();
        });
        watcher.on('error', () => {
          drop(folder);
          stir();
        });
        watchers.set(folder, { id, watcher });
      } catch (error) {
        // Gone in this very moment: what is there now is looked at next time.
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') stir();
        else options.onProblem(error);
      }
    }
    // A folder that came between the look and the watch was told to nobody.
    const now = placesOf(options.files());
    if ([...now.keys()].some((folder) => !places.has(folder))) stir();
  };
  const drop = (folder: string): void => {
    watchers.get(folder)?.watcher.close();
    watchers.delete(folder);
  };
  arm();
  return {
    close: () => {
      closed = true;
      clearTimeout(quiet);
      for (const { watcher } of watchers.values()) watcher.close();
      watchers.clear();
    },
  };
}

/** Folders to watch, each with the names in it that matter. */
function placesOf(files: readonly string[]): Map<string, Set<string>> {
  const places = new Map<string, Set<string>>();
  const add = (path: string): void => {
    let [folder, name] = [dirname(path), basename(path)];
    while (idOf(folder) === undefined && dirname(folder) !== folder)
      [folder, name] = [dirname(folder), basename(folder)];
    const names = places.get(folder) ?? new Set();
    places.set(folder, names.add(name));
  };
  for (const file of files) {
    let path = file;
    for (let hops = 0; hops < LINK_LIMIT; hops++) {
      add(path);
      const target = targetOf(path);
      if (target === undefined) break;
      path = target;
    }
  }
  return places;
}

function targetOf(path: string): string | undefined {
  try {
    return resolve(dirname(path), readlinkSync(path));
  } catch {
    return undefined;
  }
}

/** Which folder this is: one that was made anew under the same name is another. */
function idOf(folder: string): string | undefined {
  try {
    // A number that became free is soon taken again; the time of birth tells the two apart.
    const { dev, ino, birthtimeMs } = statSync(folder);
    return `${dev}:${ino}:${birthtimeMs}`;
  } catch {
    return undefined;
  }
}
