// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the config are what is tested
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { jsonSchema } from '../../src/cli/config/json-schema.ts';
import { readConfig } from '../../src/cli/config/read.ts';

const validate = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).compile(jsonSchema() as object);
const errors = (yaml: string): string[] => {
  validate(parse(yaml) ?? {});
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
};
const reads = (yaml: string): boolean => {
  const { problems } = readConfig(yaml, '/c.yaml', { vars: { A: '22', B: 'true' }, home: '/' });
  return problems.every((problem) => problem.severity !== 'error');
};

const example = readFileSync(fileURLToPath(new URL('../../docs/config.example.yaml', import.meta.url)), 'utf8');

const RIGHT: readonly string[] = [
  '{}',
  example.replace('  root:\n', '  root: {}\n'),
  example.replace('  root:\n', '  root: {}\n').replace(/^# ?(?=( {2,}.*|teams:|hub:)?$)/gm, ''),
  'settings: { maxProcesses: "${A}", mouse: "${B:-true}", borders: "${C:-ascii}", httpPort: 1615 }',
  'theme: { accent: 208 }',
  'keys: { "|": split-pane -h, x: null, 1: zoom, root: { F5: zoom } }',
  'teams: { t: {} }',
  'teams: { t: { remote: [docker, exec, -i, x], args: [a, 1], env: { A: 1, B: true, C: c } } }',
  'teams: { t: { remote: ssh x, remoteOptions: { strictHostKeyChecking: accept-new, port: "${A:-22}" } } }',
  'teams: { t: { remote: ssh x, remoteOptions: { strictHostKeyChecking: false, serverAliveInterval: 1000 } } }',
  'teams: { t: { allowedTools: "Edit, Read", disallowedTools: [WebFetch], persist: auto, hooks: true } }',
  'hubs: { a: 1 }\ndashboard: false\ndatabase: []',
];

const WRONG: readonly string[] = [
  'teems: {}',
  'settings: { borders: round }',
  'settings: { maxProcesses: many }',
  'settings: { maxProcesses: -1 }',
  'teams: [a]',
  'teams: { t: { pth: x } }',
  'teams: { t: { restart: sometimes } }',
  'teams: { t: { autostart: "yes" } }',
  'teams: { t: { path: "" } }',
  'teams: { t: { remoteOptions: { serverAliveInterval: 30 } } }',
  'teams: { t: { remoteOptions: { port: 0 } } }',
  'teams: { t: { remoteOptions: { strictHostKeyChecking: ask } } }',
  'teams: { t: { env: { A: [x] } } }',
  'teams: { t: { grantPermission: true } }',
];

describe('the JSON Schema of the config', () => {
  it('takes what the config takes', () => {
    for (const yaml of RIGHT) {
      expect(errors(yaml), yaml).toEqual([]);
      expect(reads(yaml), yaml).toBe(true);
    }
  });

  it('refuses what the config refuses', () => {
    for (const yaml of WRONG) {
      expect(errors(yaml), yaml).not.toEqual([]);
      expect(reads(yaml), yaml).toBe(false);
    }
  });

  it('describes each key that people write', () => {
    const schema = jsonSchema() as Described;
    const team = schema.properties?.teams?.additionalProperties;
    const open = (of: Described | undefined) =>
      Object.entries(of?.properties ?? {})
        .filter(([, { description }]) => description === undefined)
        .map(([name]) => name);
    const later = ['enableReverseMcp', 'allowHttp', 'forward'];
    expect(open(team)).toEqual(expect.arrayContaining(later));
    expect(open(team)).not.toEqual(expect.arrayContaining(['path']));
    expect(team?.properties?.restart).toMatchObject({ default: 'never' });
  });
});

interface Described {
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Record<string, Described>;
  readonly additionalProperties?: Described;
}
