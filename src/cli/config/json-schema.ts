import { z } from 'zod';
import { configSchema } from './schema.ts';

type Schema = Record<string, unknown>;

/** A text with a variable in it may stand for anything. */
const VARIABLE: Schema = { type: 'string', pattern: '\\$\\{[A-Za-z_][A-Za-z0-9_]*(:-|\\})' };

/** For editors: JSON Schema of what may be written (draft 2020-12). */
export function jsonSchema(): unknown {
  return {
    ...(withVariables(z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' })) as Schema),
    title: 'The config of iris-tui',
  };
}

/** The same schema, with variables allowed in place of every number, boolean and choice. */
function withVariables(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withVariables);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { type, enum: choices, const: only } = schema as Schema;
  const fixed = choices !== undefined || only !== undefined;
  if (type === 'integer' || type === 'number' || type === 'boolean' || fixed) {
    // What people see stays outside: editors show it for the key, not for one of the ways to write it.
    const { description, default: value, ...rest } = schema as Schema;
    const shown = {
      ...(description === undefined ? {} : { description }),
      ...(value === undefined ? {} : { default: value }),
    };
    return { ...shown, anyOf: [rest, VARIABLE] };
  }
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => {
      if (key === 'properties') return [key, mapValues(value as Schema, withVariables)];
      if (key === 'items' || key === 'additionalProperties' || key === 'anyOf' || key === 'allOf')
        return [key, withVariables(value)];
      return [key, value];
    }),
  );
}

function mapValues(value: Schema, change: (item: unknown) => unknown): Schema {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, change(item)]));
}
