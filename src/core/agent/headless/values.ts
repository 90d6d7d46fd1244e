/** JSON from outside. Nothing about its shape is believed: each of these gives what it names, or nothing. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** Deeper than this nothing is kept: what agents say has a handful of levels. */
const DEPTH_LIMIT = 24;

export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

export function asObject(value: Json | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

/** Its own property only: no name from outside reaches a prototype. */
export function field(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let at = value;
  for (const key of path) {
    const object = asObject(at);
    at = object && Object.hasOwn(object, key) ? object[key] : undefined;
  }
  return at;
}

export function text(value: Json | undefined, ...path: readonly string[]): string | undefined {
  const found = field(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

export function number(value: Json | undefined, ...path: readonly string[]): number | undefined {
  const found = field(value, ...path);
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined;
}

export function list(value: Json | undefined, ...path: readonly string[]): readonly Json[] {
  const found = field(value, ...path);
  return Array.isArray(found) ? found : [];
}

export function object(value: Json | undefined, ...path: readonly string[]): JsonObject | undefined {
  return asObject(field(value, ...path));
}

/** An id of JSON-RPC. */
export function idOf(value: Json | undefined): number | string | undefined {
  return typeof value === 'number' || typeof value === 'string' ? value : undefined;
}

/** A copy that can be written again without any risk: what is nested deeper than 24 levels is cut. */
export function shallow(value: Json | undefined, depth = DEPTH_LIMIT): Json {
  if (value === undefined) return null;
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return '…';
  if (Array.isArray(value)) return value.map((item: Json) => shallow(item, depth - 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shallow(item, depth - 1)]));
}
