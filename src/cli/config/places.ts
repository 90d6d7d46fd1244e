import { isMap, isScalar, type parseDocument } from 'yaml';

export type Document = ReturnType<typeof parseDocument>;
type Ranged = { range?: readonly number[] | null } | null | undefined;

/** Where a value, or the name before it, stands in the text. */
export function offsetOf(document: Document, path: readonly PropertyKey[], onKey: boolean): number | undefined {
  const last = path.at(-1);
  const parent = path.length <= 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (last !== undefined && isMap(parent)) {
    const pair = parent.items.find(
      (item) => String(isScalar(item.key) ? (item.key.value ?? '') : item.key) === String(last),
    );
    const node = (onKey ? pair?.key : (pair?.value ?? pair?.key)) as Ranged;
    if (node?.range) return node.range[0];
  }
  const node = document.getIn(path, true) as Ranged;
  // What an alias or a merge brought in has no place of its own: that of what it is part of.
  return node?.range?.[0] ?? (path.length > 0 ? offsetOf(document, path.slice(0, -1), true) : 0);
}

/** Where `${NAME` stands in the value at a path; the value itself where it can't be found. */
export function offsetOfVariable(
  document: Document,
  text: string,
  path: readonly PropertyKey[],
  name: string | undefined,
): number | undefined {
  const node = document.getIn(path, true) as Ranged;
  const [start, end] = node?.range ?? [];
  if (start === undefined || end === undefined) return offsetOf(document, path, false);
  const found = text.slice(start, end).search(name === undefined ? /\$\{/ : new RegExp(`\\$\\{${name}\\b`));
  return found < 0 ? start : start + found;
}
