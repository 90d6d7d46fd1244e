import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { colourOf } from '../../src/cli/config/colour.ts';
import { DEFAULT_CONFIG, loadConfig, problemLine } from '../../src/cli/config/index.ts';
import { jsonSchema } from '../../src/cli/config/json-schema.ts';
import { readConfig } from '../../src/cli/config/read.ts';

const scope = { vars: {}, home: '/home/u' };
const read = (text: string) => readConfig(text, 'c.yaml', scope);
const lines = (text: string) => read(text).problems.map(problemLine);

describe('a config', () => {
  it('is complete when nothing is said', () => {
    for (const text of [
      '',
      '# nothing\n',
      '{}',
      'settings:\nkeys:\n  root:\n',
      'keys:\n',
      'settings: {}\nkeys: {}\ntheme: {}',
    ]) {
      const { config, problems } = read(text);
      expect(problems, text).toEqual([]);
      expect(config, text).toEqual(DEFAULT_CONFIG);
    }
  });

  it('takes every setting', () => {
    const { config, problems } = read(`
settings:
  prefix: C-a
  repeatTimeMs: 300
  escapeTimeMs: 10
  mouse: false
  shell: /bin/zsh
  defaultCommand: claude --model "big one"
  scrollbackLines: 50000
  borders: single
  clipboard: on
  predict: never
  maxProcesses: 8
  idleTimeout: 3600000
  sessionInitTimeout: 20000
  hooks: true
keys:
  "|": split-pane -h
  x: null
  root:
    M-Left: select-pane -L
theme:
  accent: "#7aF"
hub:
  listen: "[::]:4747"
  cert: tls/office.pem
  key: /etc/office.key
  names: office.example.com, 10.0.0.7
  name: office
`);
    expect(problems).toEqual([]);
    expect(config).toEqual({
      settings: {
        prefix: 'C-a',
        repeatTimeMs: 300,
        escapeTimeMs: 10,
        mouse: false,
        shell: '/bin/zsh',
        defaultCommand: ['claude', '--model', 'big one'],
        scrollbackLines: 50_000,
        borders: 'single',
        clipboard: 'on',
        predict: 'never',
        maxProcesses: 8,
        idleTimeout: 3_600_000,
        sessionInitTimeout: 20_000,
        hooks: true,
      },
      keys: { prefix: { '|': 'split-pane -h', x: null }, root: { 'M-Left': 'select-pane -L' } },
      theme: { accent: '#77aaff' },
      hub: {
        listen: '[::]:4747',
        cert: resolve('tls/office.pem'),
        key: '/etc/office.key',
        names: ['office.example.com', '10.0.0.7'],
        name: 'office',
      },
      teams: [],
    });
  });

  it('says what of a network can not be', () => {
    expect(lines('hub: { listen: 4747, cert: a.pem }\n')).toEqual([
      'c.yaml:1:16: hub.listen: must be text, not 4747',
      'c.yaml:1:28: hub.cert: cert and key go together: one of them is missing',
    ]);
    expect(lines('hub: { listen: "office:99999" }\n')[0]).toContain('office:99999 is no address to listen on');
    expect(lines('hub: { names: [office:4747] }\n')[0]).toContain('"office:4747" is no name of a machine');
    expect(lines('hub: { lisen: "a:1" }\n')[0]).toContain('did you mean listen?');
  });

  it('says where a name is wrong, and which was probably meant', () => {
    expect(lines('settings:\n  prefx: C-a\n')).toEqual([
      'c.yaml:2:3: settings has no key "prefx" (did you mean prefix?)',
    ]);
    expect(lines('setings: {}\n')).toEqual(['c.yaml:1:1: the config has no key "setings" (did you mean settings?)']);
    expect(lines('theme:\n  bordercolor: red\n')[0]).toMatch(
      /^c\.yaml:2:3: theme has no key "bordercolor" \(it has accent\)$/,
    );
  });

  it('says where a value is wrong, what it may be, and which was probably meant', () => {
    expect(lines('settings:\n  borders: roundd\n')).toEqual([
      'c.yaml:2:12: settings.borders: must be one of rounded, single, ascii, not "roundd" (did you mean rounded?)',
    ]);
    expect(lines('settings:\n  mouse: yes\n')).toEqual([
      'c.yaml:2:10: settings.mouse: must be true or false, not "yes" (write true)',
    ]);
    expect(lines('settings:\n  repeatTimeMs: -1\n')[0]).toBe(
      'c.yaml:2:17: settings.repeatTimeMs: must be at least 0, not -1',
    );
    expect(lines('settings:\n  scrollbackLines: 1e9\n')[0]).toContain('must be at most 1000000');
    expect(lines('settings:\n  shell: ""\n')[0]).toContain('is empty');
    expect(lines('settings: 3\n')[0]).toBe('c.yaml:1:11: settings: must be a map of names to values, not 3');
    expect(lines('- a\n')[0]).toContain('must be a map of names to values');
  });

  it('says which key or command of a binding is wrong', () => {
    expect(lines('settings:\n  prefix: Ctrl-b\n')[0]).toMatch(
      /^c\.yaml:2:11: settings\.prefix: no key is named "Ctrl-b"/,
    );
    expect(lines('keys:\n  Ener: zoom\n')[0]).toMatch(
      /^c\.yaml:2:3: keys\.Ener: no key is named "Ener" \(did you mean Enter\?\)$/,
    );
    expect(lines('keys:\n  a: splt-pane -h\n')[0]).toMatch(
      /^c\.yaml:2:6: keys\.a: unknown command: splt-pane \(did you mean split-pane\?\)$/,
    );
    expect(lines('keys:\n  root:\n    F5: zoom now\n')[0]).toMatch(
      /^c\.yaml:3:9: keys\.root\.F5: zoom takes no arguments/,
    );
    expect(lines('keys:\n  ~: messages\n')[0]).toMatch(/^c\.yaml:2:3: .*write ~ as "~"/);
    expect(lines('keys:\n  1: [a]\n')[0]).toMatch(/^c\.yaml:2:6: keys\.1: /);
  });

  it('binds digits and unbinds with null', () => {
    const { config, problems } = read('keys:\n  1: zoom\n  "2":\n');
    expect(problems).toEqual([]);
    expect(config.keys.prefix).toEqual({ 1: 'zoom', 2: null });
  });

  it('keeps what is right beside what is wrong', () => {
    const { config, problems } = read(
      'settings:\n  prefix: C-a\n  mouse: 7\n  nope: 1\nkeys:\n  a: bad-command\n  b: zoom\n',
    );
    expect(problems).toHaveLength(3);
    expect(config.settings).toEqual({ ...DEFAULT_CONFIG.settings, prefix: 'C-a' });
    expect(config.keys.prefix).toEqual({ b: 'zoom' });
  });

  it('is all defaults when it is not YAML, with the place', () => {
    const { config, problems } = read('settings:\n  prefix: "C-a\n  mouse: false\n');
    expect(config).toEqual(DEFAULT_CONFIG);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ severity: 'error', line: expect.any(Number) });
    expect(lines('a: 1\na: 2\n')[0]).toMatch(/^c\.yaml:2:1: the same name stands here a second time/);
    expect(lines('settings:\n\tmouse: false\n')[0]).toMatch(/^c\.yaml:2:1: .*tab/);
  });

  it('survives aliases that grow without end, and any other bytes', () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghij'
      .split('')
      .map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[i]}`).join(',')}]`)
      .join('\n')}\n`;
    expect(read(bomb).config).toEqual(DEFAULT_CONFIG);
    expect(lines(bomb)[0]).toContain('grow without end');
    expect(read('\u0000\ufffd{[').problems.length).toBeGreaterThan(0);
  });

  it('accepts what other programs and later versions read, and says that it has no effect', () => {
    const { config, problems } = read(`
settings:
  spawnTimeout: 30000
  httpPort: \${IRIS_HTTP_PORT}
dashboard:
  enabled: true
teams:
  gpu:
    remote: ssh gpu.example.com
    enableReverseMcp: true
hubs: {}
`);
    expect(config.settings).toEqual(DEFAULT_CONFIG.settings);
    expect(config.teams.map((team) => team.name)).toEqual(['gpu']);
    expect(problems.map((p) => [p.severity, p.path, p.line])).toEqual([
      ['notice', 'settings.spawnTimeout', 3],
      ['notice', 'settings.httpPort', 4],
      ['notice', 'dashboard', 5],
      ['notice', 'teams.gpu.enableReverseMcp', 10],
      ['notice', 'hubs', 11],
    ]);
  });
});

describe('colours', () => {
  it('are names, bright names, #rgb, #rrggbb, and numbers of the palette', () => {
    expect(['cyan', 'grey', 'bright-red', 'brightBlue', '#abc', '#A0B0C0', 208, '7'].map(colourOf)).toEqual([
      'cyan',
      'gray',
      'redBright',
      'blueBright',
      '#aabbcc',
      '#a0b0c0',
      'ansi256(208)',
      'ansi256(7)',
    ]);
  });

  it('are refused with what was probably meant', () => {
    expect(lines('theme:\n  accent: magnta\n')).toEqual([
      'c.yaml:2:11: theme.accent: there is no colour "magnta" (did you mean magenta?)',
    ]);
    expect(lines('theme:\n  accent: 256\n')[0]).toContain('from 0 to 255');
    expect(lines('theme:\n  accent: [1]\n')[0]).toMatch(/^c\.yaml:2:11: theme\.accent: /);
  });
});

describe('the config file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'iris-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('need not exist, unless it was named', async () => {
    const file = join(folder, 'none.yaml');
    expect(await loadConfig(file, scope)).toEqual({
      config: DEFAULT_CONFIG,
      problems: [],
      file,
      exists: false,
      intact: true,
    });
    expect((await loadConfig(file, scope, { named: true })).problems.map(problemLine)).toEqual([
      `${file}: cannot be read: no such file or folder`,
    ]);
  });

  it('that is a folder, or far too large, is a problem and no failure', async () => {
    expect((await loadConfig(folder, scope)).problems[0]?.message).toContain('it is a folder');
    const large = join(folder, 'large.yaml');
    writeFileSync(large, `# ${'x'.repeat(1024 * 1024)}`);
    expect((await loadConfig(large, scope)).problems[0]?.message).toContain('larger than');
  });

  it('of the documentation is without problems and says the defaults', async () => {
    const file = fileURLToPath(new URL('../../docs/config.example.yaml', import.meta.url));
    const { config, problems } = await loadConfig(file, scope);
    expect(problems).toEqual([]);
    expect(config.settings).toMatchObject(DEFAULT_CONFIG.settings);
    // Every setting is in it, be it in a comment.
    const text = readFileSync(file, 'utf8');
    const schema = jsonSchema() as { properties: Record<string, Described> };
    const said = (of: Described | undefined, within: string): void => {
      for (const [name, property] of Object.entries(of?.properties ?? {})) {
        if (property.description !== undefined) expect(within, name).toMatch(new RegExp(`^ *#? *${name}:`, 'm'));
      }
    };
    said(schema.properties.settings, text);
    const teams = text.slice(text.indexOf('# teams:'));
    const team = schema.properties.teams?.additionalProperties;
    said({ ...team, properties: omit(team?.properties, ['skipPermissions']) }, teams);
    said(team?.properties?.remoteOptions, teams);

    // The teams are comments, as nobody has just these machines.
    const read = readConfig(text.replace(/^# ?(?=( {2,}.*|teams:|hub:)?$)/gm, ''), file, scope);
    expect(read.problems.map(problemLine)).toEqual([]);
    expect(read.config.teams.map(({ name }) => name)).toEqual([
      'api',
      'train',
      'vault',
      'office',
      'box',
      'pod',
      'wsl',
      'tests',
      'reviewer',
    ]);
  });
});

interface Described {
  readonly description?: string;
  readonly properties?: Record<string, Described>;
  readonly additionalProperties?: Described;
}

function omit(properties: Record<string, Described> = {}, names: string[]): Record<string, Described> {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name)));
}
