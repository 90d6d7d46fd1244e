// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the config are what is tested
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkAccess } from '../../src/cli/config/access.ts';
import { loadConfig, problemLine, teamConfigOf } from '../../src/cli/config/index.ts';
import { readConfig } from '../../src/cli/config/read.ts';
import { showConfig } from '../../src/cli/config/show.ts';
import { HEADLESS_AGENTS } from '../../src/core/index.ts';

const scope = { vars: { HOME: '/home/u', TOKEN: 's3cret', WHO: 'ada' }, home: '/home/u' };
const read = (yaml: string) => readConfig(yaml, '/etc/iris/c.yaml', scope);
const lines = (yaml: string) => read(yaml).problems.map((problem) => problemLine(problem).replace('/etc/iris/', ''));
/** The one team of a config that has these lines and no problem. */
const team = (yaml: string) => {
  const { config, problems } = read(`teams:\n  t:\n${yaml.trim().replaceAll(/^/gm, '    ')}\n`);
  expect(problems.map(problemLine)).toEqual([]);
  expect(config.teams).toHaveLength(1);
  return config.teams[0]!;
};
/** What is said of a team with these lines. */
const complaints = (yaml: string) =>
  lines(`teams:\n  t:\n${yaml.trim().replaceAll(/^/gm, '    ')}\n`).map((line) => line.replace(/^c\.yaml:/, ''));

describe('a team of the config', () => {
  it('takes every key', () => {
    const all = team(`
description: trains models
path: /srv/train
remote: ssh -J bastion ml@gpu-01
ssh2: true
remoteOptions:
  identity: ~/.ssh/gpu
  passphrase: hunter2
  port: 2222
  strictHostKeyChecking: accept-new
  connectTimeout: 10000
  serverAliveInterval: 30000
  serverAliveCountMax: 4
  compression: true
  forwardAgent: true
  extraSshArgs: -o "SetEnv=A B"
agent: claude
args: [--model, big one, 7]
env: { A: x, N: 3, B: true }
claudePath: ~/.local/bin/claude
mode: headless
autostart: true
restart: on-failure
maxAttempts: 5
giveUpAfter: 600000
idleTimeout: 3600000
sessionInitTimeout: 45000
color: "#FF6B9D"
hooks: true
grantPermission: forward
allowedTools: Bash(git log:*, git diff:*), Edit
disallowedTools: [WebFetch]
appendSystemPrompt: Be brief.
`);
    expect(all).toEqual({
      name: 't',
      description: 'trains models',
      path: '/srv/train',
      remote: {
        kind: 'ssh2',
        words: ['-J', 'bastion', 'ml@gpu-01'],
        options: {
          identity: '/home/u/.ssh/gpu',
          passphrase: 'hunter2',
          port: 2222,
          strictHostKeyChecking: 'accept-new',
          connectTimeoutMs: 10_000,
          serverAliveIntervalMs: 30_000,
          serverAliveCountMax: 4,
          compression: true,
          forwardAgent: true,
          extraSshArgs: ['-o', 'SetEnv=A B'],
        },
      },
      agent: 'claude',
      args: ['--model', 'big one', '7'],
      env: { A: 'x', N: '3', B: 'true' },
      claudePath: '~/.local/bin/claude',
      mode: 'headless',
      autostart: true,
      restart: 'on-failure',
      maxAttempts: 5,
      giveUpAfterMs: 600_000,
      idleTimeoutMs: 3_600_000,
      sessionInitTimeoutMs: 45_000,
      color: '#ff6b9d',
      hooks: true,
      grantPermission: 'forward',
      allowedTools: ['Bash(git log:*, git diff:*)', 'Edit'],
      disallowedTools: ['WebFetch'],
      appendSystemPrompt: 'Be brief.',
    });
  });

  it('is claude here, in a terminal, started when asked for, when nothing is said', () => {
    const { config, problems } = read('teams:\n  t:\n');
    expect(problems).toEqual([]);
    expect(config.teams).toEqual([
      { name: 't', agent: 'claude', args: [], env: {}, mode: 'interactive', autostart: false, restart: 'never' },
    ]);
  });

  it('is what its command is, where no agent is named', () => {
    expect(team('command: codex --full-auto')).toMatchObject({ agent: 'codex', command: ['codex', '--full-auto'] });
    expect(team('command: [/bin/zsh, -l]').agent).toBe('shell');
    expect(team('command: htop').agent).toBe('command');
    expect(team('command: ~/bin/wrap claude\nagent: claude')).toMatchObject({
      agent: 'claude',
      command: ['/home/u/bin/wrap', 'claude'],
    });
    expect(team('agent: shell').agent).toBe('shell');
    expect(team('agent: mine\ncommand: mine').agent).toBe('mine');
  });

  it('has a folder here that begins at the file, or a folder there as it is written', () => {
    expect(team('path: projects/a').path).toBe('/etc/iris/projects/a');
    expect(team('path: ../b').path).toBe('/etc/b');
    expect(team('path: ~/c d').path).toBe('/home/u/c d');
    expect(team('path: "~"').path).toBe('/home/u');
    for (const path of ['~/c d', 'projects/a', '/srv', '~other/x']) {
      expect(team(`remote: ssh gpu\npath: ${path}`).path).toBe(path);
    }
    expect(team('remote: ssh gpu\nremoteOptions: { identity: keys/gpu }').remote?.options.identity).toBe(
      '/etc/iris/keys/gpu',
    );
  });

  it('runs where remote says: ssh, or any command, as words and never as a line for a shell', () => {
    expect(team('remote: ssh gpu').remote).toEqual({ kind: 'openssh', words: ['gpu'], options: {} });
    expect(team('remote: [ssh, gpu]').remote?.words).toEqual(['gpu']);
    expect(team('remote: me@host').remote).toEqual({ kind: 'openssh', words: ['me@host'], options: {} });
    expect(team('remote: ssh gpu\nssh2: true').remote?.kind).toBe('ssh2');
    expect(team(`remote: docker exec -i 'my box' "$(date)"`).remote).toEqual({
      kind: 'exec',
      words: ['docker', 'exec', '-i', 'my box', '$(date)'],
      options: {},
    });
    expect(team('remote: kubectl exec -i pod --').remote?.words).toEqual(['kubectl', 'exec', '-i', 'pod', '--']);
    expect(team('remote: wsl.exe -d Ubuntu --').remote?.kind).toBe('exec');
  });

  it('takes what the settings say where it says nothing', () => {
    const { config } = read(`
settings: { sessionInitTimeout: 20000, maxProcesses: 4, idleTimeout: 60000 }
teams:
  a: {}
  b: { sessionInitTimeout: 5000 }
`);
    expect(config.teams.map((one) => one.sessionInitTimeoutMs)).toEqual([20_000, 5_000]);
    expect(teamConfigOf(config, ['x'])).toMatchObject({ maxProcesses: 4, idleTimeoutMs: 60_000, problems: ['x'] });
  });

  it('skips permissions as iris-mcp did, unless a rule is named', () => {
    expect(team('skipPermissions: true').grantPermission).toBe('yes');
    expect(team('skipPermissions: false').grantPermission).toBeUndefined();
    expect(complaints('skipPermissions: true\ngrantPermission: ask')).toEqual([
      '3:5: teams.t.skipPermissions: has no effect beside grantPermission',
    ]);
  });
});

describe('what is wrong with a team', () => {
  it('is told with its place and what was probably meant', () => {
    for (const [yaml, ...said] of [
      ['pth: /srv', '3:5: teams.t has no key "pth" (did you mean path?)'],
      ['port: 22', '3:5: teams.t has no key "port" (it belongs under remoteOptions)'],
      ['nonsense: 1', '3:5: teams.t has no key "nonsense" (iris-tui config schema has them all)'],
      ['agent: claud', '3:12: teams.t.agent: there is no agent "claud" (did you mean claude?)'],
      ['agent: emacs', '3:12: teams.t.agent: there is no agent "emacs" (name its program as command)'],
      [
        'agent: Em acs\ncommand: emacs',
        '3:12: teams.t.agent: "Em acs" is no name of an agent (small letters make one)',
      ],
      [
        'restart: onfailure',
        '3:14: teams.t.restart: must be one of never, on-failure, always, not "onfailure" (did you mean on-failure?)',
      ],
      ['mode: batch', '3:11: teams.t.mode: must be one of interactive, headless, not "batch"'],
      ['autostart: yes', '3:16: teams.t.autostart: must be true or false, not "yes" (write true)'],
      ['path: ""', '3:11: teams.t.path: is empty'],
      ['path: [a]', '3:11: teams.t.path: must be text, not ["a"]'],
      ['remote: ""', '3:13: teams.t.remote: is empty'],
      ['remote: ssh', '3:13: teams.t.remote: names no host (write remote: ssh HOST)'],
      [
        'remote: /usr/bin/ssh gpu',
        '3:13: teams.t.remote: names a program by its path (write ssh: it is looked up on PATH)',
      ],
      ["remote: ssh 'gpu", "3:13: teams.t.remote: a ' is not closed (add ' at the end)"],
      ['remote: "ssh a\\0b"', '3:13: teams.t.remote: no argument can hold NUL'],
      ['ssh2: true', '3:11: teams.t.ssh2: has no meaning without ssh (write remote: ssh HOST, or leave it out)'],
      [
        'remote: docker exec x\nssh2: true',
        '4:11: teams.t.ssh2: has no meaning without ssh (write remote: ssh HOST, or leave it out)',
      ],
      ['args: [[a]]', '3:11: teams.t.args: may not be [["a"]] (write text in quotes)'],
      ['command: []', '3:14: teams.t.command: is empty'],
      ['env: { "A-B": x }', '3:12: teams.t.env.A-B: "A-B" is no name of a variable (letters, digits and _ make one)'],
      ['env: { IFS: "," }', "3:12: teams.t.env.IFS: IFS is the shell's own (leave it out)"],
      ['env: { A: [x] }', '3:15: teams.t.env.A: may not be ["x"] (write text in quotes)'],
      ['grantPermission: true', '3:22: teams.t.grantPermission: must be one of yes, no, ask, forward, not true'],
      ['color: blu', '3:12: teams.t.color: there is no colour "blu" (did you mean blue?)'],
      ['idleTimeout: 3000000000', '3:18: teams.t.idleTimeout: must be at most 2147483647, not 3000000000'],
      [
        'mode: headless\nagent: shell',
        `3:11: teams.t.mode: shell cannot be run headless (that is for ${HEADLESS_AGENTS.join(', ')})`,
      ],
      ['giveUpAfter: 0', '3:18: teams.t.giveUpAfter: must be at least 1000, not 0'],
      ['- a', '3:5: teams.t: must be a map of names to values, not ["a"]'],
    ] as const) {
      expect(complaints(yaml), yaml).toEqual(said);
    }
  });

  it('is told of the connection: times are milliseconds, and not seconds as in ssh', () => {
    const options = (yaml: string) => complaints(`remote: ssh x\nremoteOptions:\n  ${yaml}`)[0];
    expect(options('serverAliveInterval: 30')).toBe(
      '5:28: teams.t.remoteOptions.serverAliveInterval: must be at least 1000, not 30 (times are milliseconds: 30 seconds are 30000)',
    );
    expect(options('serverAliveInterval: 999')).toContain('at least 1000');
    expect(options('serverAliveInterval: 0')).toContain('must be at least 1000, not 0');
    expect(options('connectTimeout: 10')).toContain('times are milliseconds: 10 seconds are 10000');
    expect(options('port: 70000')).toContain('must be at most 65535');
    expect(options('serverAliveCountMax: 0')).toContain('must be at least 1');
    expect(options('strictHostKeyChecking: ask')).toContain('it is one of true, false, accept-new');
    expect(options('privateKey: xyz')).toBe(
      '5:7: teams.t.remoteOptions has no key "privateKey" (no keys in here: identity names a file)',
    );
    expect(options('identitty: x')).toContain('did you mean identity?');
  });

  it('can be its name', () => {
    for (const [name, said] of [
      ['"a/b"', 'the name has a slash in it (write - in its place)'],
      ['"-t"', 'the name begins with a dash'],
      ['"a\\nb"', 'the name has control characters in it'],
      ['"a\\u202eb"', 'the name has control characters in it'],
      ['" a"', 'the name begins or ends with a blank'],
      ['""', 'a team has no name'],
      [`"${'x'.repeat(65)}"`, 'the name is longer than 64 characters'],
    ] as const) {
      const { config, problems } = read(`teams:\n  ${name}: {}\n  good: {}\n`);
      expect(problems.map(problemLine).join('\n'), name).toContain(said);
      expect(problems[0], name).toMatchObject({ line: 2, column: 3 });
      expect(config.teams.map((one) => one.name)).toEqual(['good']);
    }
    const odd = read('teams:\n  __proto__: {path: /x}\n  constructor: {}\n  Zoë & co. 2: {}\n');
    expect(odd.problems.map(({ path, message }) => [path, message])).toEqual([
      ['teams.__proto__', '"__proto__" may be no name'],
    ]);
    expect(odd.config.teams.map((one) => one.name)).toEqual(['constructor', 'Zoë & co. 2']);
    expect(({} as { path?: string }).path).toBeUndefined();
  });

  it('leaves that team out, and only that one', () => {
    const { config, intact } = read('teams:\n  a: {}\n  b: { restart: maybe }\n  c: { path: /c }\n');
    expect(config.teams.map(({ name }) => name)).toEqual(['a', 'c']);
    expect(intact).toBe(false);
    expect(read('settings:\n  borders: x\nteams: { a: {} }\n').intact).toBe(true);
    expect(lines('teams: [a]\n')).toEqual(['c.yaml:1:8: teams: must be a map of names to values, not ["a"]']);
  });

  it('is no error where a key only has no effect', () => {
    expect(
      complaints('enableReverseMcp: true\nreverseMcpPort: 1615\nallowHttp: false\nsessionMcpEnabled: true'),
    ).toEqual(
      ['enableReverseMcp', 'reverseMcpPort', 'allowHttp', 'sessionMcpEnabled'].map(
        (key, at) => `${at + 3}:5: teams.t.${key}: has no effect yet`,
      ),
    );
    expect(complaints('env: { TERM: vt100, IRIS_HUB: x, OTHER: y }')).toEqual([
      '3:12: teams.t.env.TERM: has no effect: iris-tui sets it',
      '3:25: teams.t.env.IRIS_HUB: has no effect: iris-tui sets it',
    ]);
    expect(complaints('remote: ssh x\nenv: { TERM: vt100 }')).toEqual([]);
    expect(complaints('agent: codex\nallowedTools: Edit\ngrantPermission: ask')).toEqual([
      '4:5: teams.t.allowedTools: has no effect on codex',
      '5:5: teams.t.grantPermission: has no effect on codex',
    ]);
    expect(complaints('remoteOptions: { port: 1 }')).toEqual([
      '3:5: teams.t.remoteOptions: has no effect without remote (it is about ssh)',
    ]);
    expect(complaints('remote: docker exec -i x\nremoteOptions: { port: 1 }')).toEqual([
      '4:5: teams.t.remoteOptions: has no effect on docker (it is about ssh)',
    ]);
  });

  it('leaves a team of another hub out, and says so', () => {
    const { config, problems, intact } = read('teams:\n  t:\n    remote: https://hub.example.com/teams/t\n');
    expect(config.teams).toEqual([]);
    expect(intact).toBe(true);
    expect(problems).toMatchObject([
      { severity: 'notice', line: 3, message: 'an address says nothing of who you are there: the team is left out' },
    ]);
  });
});

describe('a team of another hub', () => {
  it('is started in a hub that this device was paired with', () => {
    const { config, problems } = read('teams:\n  t:\n    remote: hub office\n    path: ~/src\n');
    expect(problems).toEqual([]);
    expect(config.teams[0]?.remote).toMatchObject({ kind: 'websocket', hub: { kind: 'known', name: 'office' } });
    expect(config.teams[0]?.path).toBe('~/src');
  });

  it('is kept there with persist, which means nothing where there is no other machine', () => {
    const kept = read('teams:\n  t:\n    remote: ssh gpu\n    persist: auto\n');
    expect(kept.problems).toEqual([]);
    expect(kept.config.teams[0]?.remote).toMatchObject({ kind: 'openssh', options: { persist: 'auto' } });
    const spoken = read('teams:\n  t:\n    remote: ssh gpu\n    mode: headless\n    persist: true\n');
    expect(spoken.problems).toEqual([]);
    expect(spoken.config.teams[0]?.remote).toMatchObject({ options: { persist: true } });
    for (const [yaml, why] of [
      ['persist: true', 'has no effect without remote'],
      ['remote: hub office\n    persist: true', 'has no effect on hub: sessions live there anyway'],
      ['remote: hub office\n    restart: always', 'has no effect on hub: what has ended in the hub there stays so'],
      [
        'remote: ssh gpu\n    persist: true\n    restart: always',
        'has no effect beside persist: what has ended in the hub there stays so',
      ],
    ]) {
      expect(read(`teams:\n  t:\n    ${yaml}\n`).problems).toMatchObject([{ severity: 'notice', message: why }]);
    }
  });
});

describe('the config file', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'iris-'));
    file = join(folder, 'config.yaml');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const access = async (mode: number, text: string) => {
    rmSync(file, { force: true });
    writeFileSync(file, text);
    const { chmodSync } = await import('node:fs');
    chmodSync(file, mode);
    return checkAccess(await loadConfig(file, scope)).map((problem) => [
      problem.severity,
      problem.message,
      problem.remedy,
    ]);
  };

  it('is warned of when others may write it, or may read its teams', async () => {
    expect(await access(0o600, 'teams: { a: {} }')).toEqual([]);
    expect(await access(0o644, 'theme: {}')).toEqual([]);
    expect(await access(0o644, 'teams: { a: {} }')).toEqual([
      ['warning', 'others may read it, and it may hold secrets', `chmod 600 ${file}`],
    ]);
    expect(await access(0o620, 'theme: {}')).toEqual([
      ['warning', 'others may write it, and so run what they like here', `chmod 600 ${file}`],
    ]);
    expect(checkAccess(await loadConfig(join(folder, 'none.yaml'), scope))).toEqual([]);
  });

  it('is shown with what is in force, in its own words, without secrets', async () => {
    writeFileSync(
      file,
      `
settings: { httpPort: 1, prefix: C-a }
keys: { F5: "send-keys 'echo $$$$'" }
teams:
  t:
    remote: ssh \${WHO}@gpu
    remoteOptions: { passphrase: hunter2, port: 22 }
    env: { API_KEY: k-123, GH_TOKEN: "\${TOKEN}", NAME: plain, FROM: "x \${TOKEN}" }
    allowHttp: true
    args: ["--key=\${TOKEN}"]
  broken: { restart: maybe }
`,
    );
    const { shown, problems } = showConfig(file, scope);
    expect(JSON.stringify(shown)).not.toMatch(/hunter2|k-123|s3cret/);
    expect(shown).toMatchObject({
      settings: { prefix: 'C-a', borders: 'rounded' },
      keys: { F5: "send-keys 'echo $$$$'" },
      theme: { accent: 'cyan' },
    });
    expect(shown.teams).toEqual({
      t: {
        agent: 'claude',
        mode: 'interactive',
        autostart: false,
        restart: 'never',
        remote: 'ssh ${WHO}@gpu',
        remoteOptions: { passphrase: '********', port: 22 },
        env: { API_KEY: '********', GH_TOKEN: '********', NAME: 'plain', FROM: 'x ${TOKEN}' },
        args: ['--key=${TOKEN}'],
      },
    });
    expect(shown.settings).not.toHaveProperty('httpPort');
    expect(problems.some((problem) => problem.path === 'teams.broken.restart')).toBe(true);
  });

  it('is shown as a config that means the same', async () => {
    writeFileSync(file, 'teams:\n  t:\n    remote: ssh -p ${NO:-22} gpu\n    description: costs $$5\n');
    const { stringify } = await import('yaml');
    const before = (await loadConfig(file, scope)).config;
    writeFileSync(file, stringify(showConfig(file, scope).shown));
    expect(await loadConfig(file, scope)).toMatchObject({ config: before, problems: [] });
  });
});
