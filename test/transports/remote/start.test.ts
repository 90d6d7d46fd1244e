import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FarOptions, type FarRun, throughShell } from './far-shell.ts';

/** What a user's login shell may be; sshd gives it the command line. */
const SHELLS = ['sh', 'dash', 'bash', 'busybox sh', 'fish', 'tcsh'].map((line) => line.split(' '));
const HOSTILE = [
  '-oProxyCommand=touch canary',
  '$(touch canary)',
  '`touch canary`',
  '; touch canary',
  "it's '' \"both\"",
  'back\\slash \\\\ \\n \\0141 %s %d',
  'new\nline\n\nend\n',
  '!! !x history',
  'tab\tand\u00a0space',
  'né 你好 🙂',
  '*',
  '~',
  '',
  '-n',
  '\u0001\u001b[31m\u007f',
];

let home = '';
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'iris-far-'));
});
beforeEach(() => {
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const env = () => ({ HOME: home, PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' });
const run = (options: Partial<FarOptions> & Pick<FarOptions, 'command'>, shell = ['sh']): Promise<FarRun> =>
  throughShell(shell, { env: env(), cwd: '/', ...options });
/** fish makes folders of its own. */
const files = () => readdirSync(home).filter((name) => !['.config', '.local'].includes(name));
const kinds = (far: FarRun) => far.words.map((word) => (word.kind === 'fail' ? `fail ${word.why}` : word.kind));

describe.each(SHELLS.map((shell) => [shell.join(' '), shell] as const))('through %s', (_name, shell) => {
  it('[S33] the command arrives as it is, and nothing of it is read by a shell', async () => {
    const far = await run({ command: ['printf', '<%s>', ...HOSTILE], path: home }, shell);
    expect(far).toMatchObject({ output: HOSTILE.map((word) => `<${word}>`).join(''), exitCode: 0, error: '' });
    expect(kinds(far)).toEqual(['hello', 'started']);
    expect(files()).toEqual([]);
  });

  it('[S33] so do words of any characters', async () => {
    // Seeded: the same words each time (mulberry32).
    let state = 20_260_101;
    const random = (below: number) => {
      state = (state + 0x6d2b79f5) | 0;
      let t = Math.imul(state ^ (state >>> 15), 1 | state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) % below;
    };
    const alphabet = [
      ...'\'"`$\\!#%&()*;<>?[]^{|}~=-+,.:/@ \t\n\r0123abn',
      'é',
      '🙂',
      '\u001b',
      '\u007f',
      '$(touch canary)',
    ];
    const words = Array.from({ length: 400 }, () =>
      Array.from({ length: random(24) }, () => alphabet[random(alphabet.length)]).join(''),
    );
    const far = await run({ command: ['printf', '%s\\001', ...words], path: home }, shell);
    expect(far.output.split('\u0001').slice(0, -1)).toEqual(words);
    expect(files()).toEqual([]);
  });

  it('[S33] goes to folders of any name', async () => {
    for (const name of HOSTILE.filter((word) => word !== '' && !word.includes('/') && word !== '~')) {
      mkdirSync(join(home, name));
      // Ways to write it: absolute, from the home, relative to the home.
      for (const path of [join(home, name), `~/${name}`, name]) {
        const far = await run({ command: ['pwd'], path }, shell);
        expect(far.output).toBe(`${join(home, name)}\n`);
      }
      expect(files()).toEqual([name]);
      rmSync(join(home, name), { recursive: true });
    }
  });

  it('takes an environment over stdin, of any values and any length, and leaves the rest of stdin to the program', async () => {
    const added = Object.fromEntries(HOSTILE.map((value, i) => [`V_${i}`, value]));
    const far = await run(
      {
        command: ['sh', '-c', 'env -0 | grep -z ^V_; printf "[%s]" "$LONG" | wc -c; cat'],
        added: { ...added, LONG: 'x'.repeat(50_000) },
        input: 'the rest\n',
      },
      shell,
    );
    const [variables, tail] = [
      far.output.slice(0, far.output.lastIndexOf('\0')),
      far.output.slice(far.output.lastIndexOf('\0') + 1),
    ];
    const got = Object.fromEntries(variables.split('\0').map((pair) => pair.split(/=(.*)/s).slice(0, 2)));
    expect(got).toEqual(added);
    expect(tail).toBe('50002\nthe rest\n');
  });

  it('passes on exit codes and signals of the program', async () => {
    expect(await run({ command: ['sh', '-c', 'exit 42'] }, shell)).toMatchObject({ exitCode: 42 });
    expect(await run({ command: ['sh', '-c', 'kill -KILL $$'] }, shell)).toMatchObject({ signal: 'SIGKILL' });
  });
});

describe.each(['bash', 'zsh', 'busybox'])('where sh is %s', (shell) => {
  it('[S33] everything means the same', async () => {
    const bin = join(home, 'bin');
    mkdirSync(bin);
    const path = (name: string) => ['/usr/bin', '/bin'].map((folder) => join(folder, name)).find(existsSync) ?? '';
    // With busybox, nothing else is there at all.
    const applets =
      shell === 'busybox' ? execFileSync('busybox', ['--list'], { encoding: 'utf8' }).split('\n') : ['sh'];
    for (const applet of applets) if (applet !== '') symlinkSync(path(shell), join(bin, applet));
    const far = await run({
      command: ['printf', '<%s>', ...HOSTILE],
      path: '~',
      added: { HOSTILE: HOSTILE.join('') },
      login: 'always',
      env: { HOME: home, SHELL: join(bin, 'sh'), PATH: shell === 'busybox' ? bin : `${bin}:/usr/bin:/bin` },
    });
    expect(far).toMatchObject({ output: HOSTILE.map((word) => `<${word}>`).join(''), exitCode: 0, error: '' });
    expect(kinds(far)).toEqual(['hello', 'profile', 'give', 'started']);
    const gone = await run({ command: ['no-such'], env: { HOME: home, PATH: bin } });
    expect(kinds(gone).at(-1)).toBe('fail no-program');
  });
});

describe('what is missing there is told', () => {
  const whyOf = async (options: Partial<FarOptions> & Pick<FarOptions, 'command'>) => {
    const far = await run(options);
    expect(far.output).toBe('');
    const word = far.words.at(-1);
    return word?.kind === 'fail' ? [word.why, word.detail] : word;
  };

  it('a folder', async () => {
    writeFileSync(join(home, 'file'), '');
    expect(await whyOf({ command: ['true'], path: '~/gone' })).toEqual(['no-folder', 'missing']);
    expect(await whyOf({ command: ['true'], path: join(home, 'file') })).toEqual(['no-folder', 'file']);
  });

  it('a program', async () => {
    writeFileSync(join(home, 'plain'), 'no program');
    expect(await whyOf({ command: ['no-such-agent'] })).toEqual([
      'no-program',
      expect.stringContaining('/usr/bin:/bin'),
    ]);
    expect(await whyOf({ command: ['/no/such/agent'] })).toEqual(['no-program', 'path']);
    expect(await whyOf({ command: [home] })).toEqual(['no-program', 'folder']);
    expect(await whyOf({ command: [join(home, 'plain')] })).toEqual(['not-executable', join(home, 'plain')]);
    // A builtin of the shell is none.
    expect(await whyOf({ command: ['cd'] })).toEqual(['no-program', expect.any(String)]);
  });

  it('who runs a script', async () => {
    const script = (first: string) => {
      writeFileSync(join(home, 'agent'), `${first}\n`);
      chmodSync(join(home, 'agent'), 0o755);
      return { command: ['~/agent', 'a b', ''] };
    };
    expect(await whyOf(script('#!/nowhere/node'))).toEqual(['no-interpreter', '/nowhere/node']);
    expect(await whyOf(script('#! /usr/bin/env iris-no-node'))).toEqual(['no-interpreter', 'iris-no-node']);
    const far = await run(script('#!/usr/bin/env -S sh\nprintf "<%s>" "$@"'));
    expect(far).toMatchObject({ output: '<a b><>', exitCode: 0 });
  });

  it('programs that only look like something else to a shell', async () => {
    mkdirSync(join(home, 'bin'));
    for (const name of ['-n', 'echo', 'a b', 'exec']) {
      writeFileSync(join(home, 'bin', name), '#!/bin/sh\nprintf "mine<%s>" "$@"\n', { mode: 0o755 });
      const far = await run({ command: [name, '-x', 'y'], env: { ...env(), PATH: `${home}/bin:/usr/bin:/bin` } });
      expect(far).toMatchObject({ output: 'mine<-x>mine<y>', exitCode: 0 });
    }
  });
});

describe('where agents are found', () => {
  const agent = (folder: string) => {
    mkdirSync(join(home, folder), { recursive: true });
    writeFileSync(join(home, folder, 'agent'), '#!/bin/sh\necho found\n', { mode: 0o755 });
  };

  it.each(['.local/bin', '.nvm/versions/node/v24.1.0/bin', '.bun/bin'])(
    'in ~/%s, though it is not on PATH',
    async (folder) => {
      agent(folder);
      expect(await run({ command: ['agent'] })).toMatchObject({ output: 'found\n', exitCode: 0 });
    },
  );

  it('on the PATH of the login shell, as the last resort', async () => {
    agent('opt/tools');
    writeFileSync(join(home, '.profile'), 'echo noise; PATH=$PATH:$HOME/opt/tools; export PATH\n');
    const far = await run({ command: ['agent'], env: { ...env(), SHELL: '/bin/sh' } });
    expect(far).toMatchObject({ output: 'found\n', exitCode: 0 });
    expect(kinds(far)).toEqual(['hello', 'profile', 'started']);
  });

  it.each([
    ['sh', '.profile', 'export FROM_PROFILE="it\'s set"'],
    ['bash', '.bash_profile', 'export FROM_PROFILE="it\'s set"; readonly SHELLOPTS; sleep 30 &'],
    ['fish', '.config/fish/config.fish', 'set -gx FROM_PROFILE "it\'s set"'],
    ['tcsh', '.tcshrc', 'setenv FROM_PROFILE "it\'s set"'],
  ])('the environment that %s has from %s is the program’s', async (shell, file, text) => {
    mkdirSync(join(home, file, '..'), { recursive: true });
    writeFileSync(join(home, file), `echo noise\n${text}\n`);
    const far = await run(
      {
        command: ['sh', '-c', 'echo "<$FROM_PROFILE>"; cat'],
        env: { ...env(), SHELL: `/bin/${shell}` },
        login: 'always',
        input: 'typed',
      },
      [shell],
    );
    expect(far.output).toContain("<it's set>\ntyped");
  });

  it('a profile that goes elsewhere does not take the program along', async () => {
    writeFileSync(join(home, '.profile'), 'cd /usr\n');
    const options = { env: { ...env(), SHELL: '/bin/sh' }, login: 'always', cwd: '/tmp' } as const;
    const far = await run({ command: ['sh', '-c', 'env | grep ^PWD; pwd'], ...options });
    expect(far.output).toBe('PWD=/tmp\n/tmp\n');
  });

  it('a profile that fails or leaves is passed over', async () => {
    for (const text of ['exit 3', 'exec false', 'read answer', 'kill -9 $$', 'set -u; echo $nothing_of_this_name']) {
      writeFileSync(join(home, '.profile'), `${text}\n`);
      const far = await run({ command: ['cat'], env: { ...env(), SHELL: '/bin/sh' }, login: 'always', input: 'typed' });
      expect(far).toMatchObject({ output: 'typed', exitCode: 0 });
    }
  });
});
