// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the config are what is tested
import { describe, expect, it } from 'vitest';
import { problemLine } from '../../src/cli/config/index.ts';
import { readConfig } from '../../src/cli/config/read.ts';
import { expand, missingVariables, parseTemplate } from '../../src/cli/config/variables.ts';

const vars = {
  HOST: 'gpu-01',
  USER: 'ada',
  PORT: '2222',
  EMPTY: '',
  YES: 'true',
  SPACES: 'a b',
  YAML: '[1, 2]',
  NESTED: '${HOST}',
  QUOTE: `it's "x"`,
};
const text = (template: string) => expand(parseTemplate(template), vars);
const read = (yaml: string, reader: 'hub' | 'person' = 'person') =>
  readConfig(yaml, '/etc/c.yaml', { vars, home: '/home/u', reader });
const team = (lines: string) => {
  const { config, problems } = read(`teams:\n  t:\n${lines.replaceAll(/^/gm, '    ')}\n`);
  expect(problems.map(problemLine)).toEqual([]);
  return config.teams[0];
};

describe('a text with variables', () => {
  it('has their values, several in one string', () => {
    expect(text('ssh ${USER}@${HOST} -p ${PORT}')).toBe('ssh ada@gpu-01 -p 2222');
    expect(text('${EMPTY}')).toBe('');
  });

  it('takes a default where a variable is not set or empty, as a shell', () => {
    expect(text('${NO:-x}|${EMPTY:-y}|${HOST:-z}|${NO:-}')).toBe('x|y|gpu-01|');
    expect(text('${NO:-a:-b}')).toBe('a:-b');
    expect(text('${NO:-${ALSO_NO:-${HOST}}}!')).toBe('gpu-01!');
  });

  it('has a dollar sign for two, and leaves one alone that begins nothing', () => {
    expect(text('$${HOST}')).toBe('${HOST}');
    expect(text('$$5, $HOST, 5$')).toBe('$5, $HOST, 5$');
    expect(text('$$$${HOST}')).toBe('$${HOST}');
    expect(text('$$${HOST}')).toBe('$gpu-01');
    expect(text('${NO:-$$}')).toBe('$');
  });

  it('never reads a value again', () => {
    expect(text('${NESTED}')).toBe('${HOST}');
    expect(text('${NO:-${NESTED}}')).toBe('${HOST}');
  });

  it('knows what is missing, defaults considered', () => {
    const missing = (template: string) => missingVariables(parseTemplate(template), vars);
    expect(missing('${A}${B:-${C}}${HOST}${A}${D:-d}')).toEqual(['A', 'C']);
    expect(missing('${toString}${__proto__}')).toEqual(['toString', '__proto__']);
  });

  it('says what is no variable', () => {
    for (const [template, problem] of [
      ['${', 'names no variable'],
      ['${}', 'names no variable'],
      ['${1A}', 'names no variable'],
      ['${A', 'is not closed'],
      ['${A:-b', 'is not closed'],
      ['${A-b}', 'is no variable'],
      ['${A b}', 'is no variable'],
      ['${A:-'.repeat(10) + '}'.repeat(10), 'stands in too many others'],
    ] as const) {
      expect(() => parseTemplate(template), template).toThrow(problem);
    }
  });
});

describe('variables in the config', () => {
  it('become numbers and booleans where those are wanted, and stay text elsewhere', () => {
    const { config, problems } = read(`
settings:
  mouse: \${NO:-false}
  maxProcesses: \${NO:-7}
  scrollbackLines: \${PORT}
theme:
  accent: \${NO:-208}
teams:
  t:
    remote: ssh \${HOST}
    description: \${PORT}
    autostart: \${YES}
    env: { A: "\${PORT}", B: "\${YES}" }
    remoteOptions: { port: "\${PORT}", compression: "\${YES}", strictHostKeyChecking: "\${NO:-false}" }
`);
    expect(problems.map(problemLine)).toEqual([]);
    expect(config.settings).toMatchObject({ mouse: false, maxProcesses: 7, scrollbackLines: 2222 });
    expect(config.theme.accent).toBe('ansi256(208)');
    expect(config.teams[0]).toMatchObject({
      description: '2222',
      autostart: true,
      env: { A: '2222', B: 'true' },
      remote: { options: { port: 2222, compression: true, strictHostKeyChecking: false } },
    });
    const choice = read(
      'teams:\n  t:\n    remote: ssh x\n    remoteOptions:\n      strictHostKeyChecking: ${NO:-accept-new}\n',
    );
    expect(choice.config.teams[0]?.remote?.options.strictHostKeyChecking).toBe('accept-new');
  });

  it('are never read as YAML, nor as several words', () => {
    expect(team('description: ${YAML}')?.description).toBe('[1, 2]');
    expect(team('remote: docker exec -i ${SPACES} x')?.remote?.words).toEqual(['docker', 'exec', '-i', 'a b', 'x']);
    expect(team("args: --dir=${SPACES}/x '${SPACES}' ${QUOTE} $$HOME")?.args).toEqual([
      '--dir=a b/x',
      'a b',
      `it's "x"`,
      '$HOME',
    ]);
    expect(team('args: ["${SPACES}", "x ${QUOTE}"]')?.args).toEqual(['a b', `x it's "x"`]);
  });

  it('may be a whole line, which is then split', () => {
    const { config } = readConfig('teams:\n  t:\n    remote: ${WHERE}\n', 'c', {
      vars: { WHERE: 'ssh -p 22 "gpu 1"' },
      home: '/',
    });
    expect(config.teams[0]?.remote).toMatchObject({ kind: 'openssh', words: ['-p', '22', 'gpu 1'] });
  });

  it('that are not set are an error where they stand, and the team is left out', () => {
    const yaml = 'teams:\n  a: {}\n  t:\n    remote: ssh ${HOST} ${NOPE}\n    args:\n      - x\n      - "${NOPE_2}"\n';
    const { config, problems, intact } = read(yaml);
    expect(problems.map(problemLine)).toEqual([
      '/etc/c.yaml:4:25: teams.t.remote: the variable NOPE is not set (set it, or write ${NOPE:-default})',
      '/etc/c.yaml:7:10: teams.t.args.1: the variable NOPE_2 is not set (set it, or write ${NOPE_2:-default})',
    ]);
    expect(config.teams.map(({ name }) => name)).toEqual(['a']);
    expect(intact).toBe(false);
    expect(read(yaml, 'hub').problems[0]?.remedy).toMatch(/^the hub has the environment it was started in/);
  });

  it('are not looked for in names, nor in what has no effect', () => {
    const { problems, config } = read('hubs:\n  x: ${NOPE}\nteams:\n  "${HOST}":\n    sessionMcpPath: ${NOPE}\n');
    expect(problems.filter((p) => p.severity === 'error')).toEqual([]);
    expect(config.teams[0]?.name).toBe('${HOST}');
  });

  it('do not show what they hold in what is said of them', () => {
    const lines = read(`
settings:
  maxProcesses: \${USER}
  borders: \${USER}
teams:
  t:
    remote: ssh x
    remoteOptions:
      port: \${USER}
      passphrase: [hunter2]
`).problems.map(problemLine);
    expect(lines).toEqual([
      '/etc/c.yaml:3:17: settings.maxProcesses: must be a number, not ${USER}',
      '/etc/c.yaml:4:12: settings.borders: must be one of rounded, single, ascii, not ${USER}',
      '/etc/c.yaml:9:13: teams.t.remoteOptions.port: must be a number, not ${USER}',
      '/etc/c.yaml:10:19: teams.t.remoteOptions.passphrase: must be text, not what it is',
    ]);
  });

  it('are replaced once where an alias brings them to two places', () => {
    const { config, problems } = read(`
teams:
  a: &a
    env: { X: "$\${HOST} \${HOST}" }
  b:
    <<: *a
    path: /b
  c: *a
`);
    expect(problems.map(problemLine)).toEqual([]);
    expect(config.teams.map(({ name, env, path }) => [name, env.X, path])).toEqual([
      ['a', '${HOST} gpu-01', undefined],
      ['b', '${HOST} gpu-01', '/b'],
      ['c', '${HOST} gpu-01', undefined],
    ]);
  });
});
