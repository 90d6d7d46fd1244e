import type { z } from 'zod';
import { type Issue, valueAt } from './describe.ts';
import { configSchema } from './schema.ts';

/** What the schema makes of a file. */
export type Checked = z.output<typeof configSchema>;

/**
 * Checks plain data, takes out of it what is wrong, and checks again until the rest is right. `onIssue` is told of each thing that is wrong,
 * and says whether it has mended it.
 */
export function check(data: unknown, onIssue: (issue: Issue) => 'mended' | 'wrong'): Checked {
  // Each round takes something out, or mends something, or ends.
  for (;;) {
    const result = configSchema.safeParse(data);
    if (result.success) return result.data;
    const changed = result.error.issues.map((issue) => onIssue(issue) === 'mended' || takeOut(data, issue));
    if (!changed.some(Boolean)) return configSchema.parse({});
  }
}

/** Removes what an issue is about; false when there is nothing to remove. A list is of no use without one of its items. */
function takeOut(data: unknown, issue: Issue): boolean {
  if (issue.code === 'unrecognized_keys') {
    const parent = valueAt(data, issue.path) as Record<string, unknown> | undefined;
    for (const key of issue.keys) delete parent?.[key];
    return parent !== undefined;
  }
  for (let length = issue.path.length; length > 0; length--) {
    const last = issue.path[length - 1]!;
    const parent = valueAt(data, issue.path.slice(0, length - 1));
    if (typeof parent !== 'object' || parent === null || Array.isArray(parent)) continue;
    if (!Object.hasOwn(parent, last)) return false;
    return delete (parent as Record<PropertyKey, unknown>)[last];
  }
  return false;
}

/** Makes the number or boolean that the schema wants of a text that came from variables, which know text alone. */
export function convert(data: unknown, issue: Issue): boolean {
  const found = valueAt(data, issue.path);
  const parent = valueAt(data, issue.path.slice(0, -1));
  if (typeof found !== 'string' || typeof parent !== 'object' || parent === null) return false;
  const wanted = wantedBy(issue);
  const value =
    wanted.includes('boolean') && /^(true|false)$/.test(found)
      ? found === 'true'
      : wanted.includes('number') && /^[-+]?\d+(\.\d+)?(e[-+]?\d+)?$/i.test(found)
        ? Number(found)
        : undefined;
  if (value === undefined) return false;
  (parent as Record<PropertyKey, unknown>)[issue.path.at(-1)!] = value;
  return true;
}

function wantedBy(issue: Issue): string[] {
  if (issue.code === 'invalid_type') return [issue.expected === 'int' ? 'number' : issue.expected];
  if (issue.code === 'invalid_union') return issue.errors.flat().flatMap(wantedBy);
  return [];
}
