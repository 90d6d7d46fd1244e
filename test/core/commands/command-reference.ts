import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { hubCommands } from '../../../src/core/index.ts';

/** Where results are declared, as types. */
const SOURCES = ['hub', 'prompt', 'far', 'network', 'sharing'].map(
  (name) => new URL(`../../../src/core/commands/${name}-commands.ts`, import.meta.url),
);

interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

/** docs/commands.md, made from the table of commands: arguments from the schemas they are checked against, results from their types. */
export function commandReference(): string {
  const results = new Map(SOURCES.flatMap((file) => resultsIn(readFileSync(file, 'utf8'))));
  const rows = Object.entries(hubCommands).map(([name, { role, summary, args }]) => {
    const schema = z.toJSONSchema(args, { io: 'input', unrepresentable: 'any' }) as Schema;
    const result = results.get(name);
    if (result === undefined) throw new Error(`no result of ${name} is declared`);
    return `| \`${name}\` | ${role} | ${summary} | ${code(argumentsOf(schema))} | ${code(result)} |`;
  });
  return `# Commands

What a hub can be asked to do: \`control command {id, name, args}\` on a stream, or \`POST /api/commands/NAME\` with \`{args}\` ([protocol.md](protocol.md#commands)). ROLE is what it takes on
the session, or on everything. \`?\`: may be left out; \`= X\`: then it is X. \`session\` is a name, an id, or the beginning of one that fits no other. Names that begin with a capital are types of
the sources: \`SessionInfo\` is a session as [\`ls --json\`](cli.md) prints it. What is longer or more than a hub takes is refused with \`usage\`, and the limit.

| command | role | | arguments | result |
|---|---|---|---|---|
${rows.join('\n')}
`;
}

function argumentsOf({ properties = {}, required = [] }: Schema): string {
  const parts = Object.entries(properties).map(([name, schema]) => {
    const optional = required.includes(name) || schema.default !== undefined ? '' : '?';
    const otherwise = schema.default === undefined ? '' : ` = ${JSON.stringify(schema.default)}`;
    return `${name}${optional}: ${typeOf(schema)}${otherwise}`;
  });
  return `{${parts.join(', ')}}`;
}

function typeOf(schema: Schema): string {
  if (schema.enum) return schema.enum.join('|');
  if (schema.const !== undefined) return String(schema.const);
  if (schema.type === 'array') return `${typeOf(schema.items ?? {})}[]`;
  return schema.type ?? 'any';
}

/** `'session.kill': { id: string };` of an interface, without comments and on one line. */
function resultsIn(source: string): [string, string][] {
  const [, declared = ''] = source.split(/export interface \w+CommandResults/);
  const plain = declared.replace(/\/\*\*.*?\*\//gs, '').replace(/\n\s*\n/g, '\n');
  return [...plain.matchAll(/^ {2}'([\w.-]+)':((?:.|\n(?! {2}'))*?);$(?=\n {2}'|\n\})/gm)].map(([, name, type]) => [
    name!,
    type!
      .replace(/\breadonly /g, '')
      .replace(/\s+/g, ' ')
      .replace(/; \}/g, ' }')
      .trim(),
  ]);
}

function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}
