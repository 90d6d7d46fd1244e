/** What support keeps open in this process, by kind: homes, servers. In one place for all, however often the modules are loaded. */
export type OpenThings = Map<
  string,
  () => { readonly left: readonly string[]; readonly close: () => Promise<unknown> }
>;

const KEY = Symbol.for('iris-tui.test.open');

export function openThings(): OpenThings {
  const here = globalThis as { [KEY]?: OpenThings };
  here[KEY] ??= new Map();
  return here[KEY];
}
