import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HubConfig } from '../../src/cli/hub-config.ts';
import { watchFiles } from '../../src/cli/watch-files.ts';
import type { TeamConfig } from '../../src/core/index.ts';
import { waitUntil } from '../support/index.ts';
import { testEnvironment } from './environment.ts';

let home: string;
const closing: (() => void)[] = [];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'iris-'));
});
afterEach(() => {
  for (const close of closing.splice(0)) close();
  rmSync(home, { recursive: true, force: true });
});

/** A hub's config, watched; what it was told is kept. */
async function watched(vars: Record<string, string> = {}) {
  const config = await HubConfig.load(testEnvironment(vars, { home, uid: process.getuid?.() ?? -1 }));
  const told: TeamConfig[] = [];
  const problems: unknown[] = [];
  let looks = 0;
  const watch = config.watch(
    (teams) => told.push(teams),
    (error) => problems.push(error),
    {
      watcher: (options) =>
        watchFiles({
          ...options,
          onChange: () => {
            looks++;
            options.onChange();
          },
        }),
    },
  );
  closing.push(() => watch.close());
  const names = () => config.teams.teams.map((team) => team.name);
  const becomes = (wanted: string[]) =>
    waitUntil(() => JSON.stringify(names()) === JSON.stringify(wanted), `teams are ${wanted}`, {
      detail: () => `they are ${names()}; ${config.teams.problems}`,
    });
  /** Does something to a file, and waits until that was looked at. */
  const lookedAt = async (change: () => void) => {
    const before = looks;
    change();
    await waitUntil(() => looks > before, 'the file is looked at');
  };
  return { config, told, problems, names, becomes, lookedAt };
}

const teams = (...names: string[]) => `teams:\n${names.map((name) => `  ${name}:\n    path: /srv/${name}\n`).join('')}`;

describe("a hub's config", () => {
  it('has the teams of the file, and is read again when that is written', async () => {
    const file = join(home, 'config.yaml');
    writeFileSync(file, teams('api'));
    const { becomes, names, told } = await watched({ IRIS_HOME: home });
    expect(names()).toEqual(['api']);
    writeFileSync(file, teams('api', 'web'));
    await becomes(['api', 'web']);
    writeFileSync(file, `settings:\n  maxProcesses: 3\n  idleTimeout: 60000\n${teams('web')}`);
    await becomes(['web']);
    expect(told.at(-1)).toMatchObject({ maxProcesses: 3, idleTimeoutMs: 60_000, problems: [] });
  });

  it('follows an editor that moves a new file over the old one', async () => {
    const file = join(home, 'config.yaml');
    writeFileSync(file, teams('api'));
    const { becomes } = await watched({ IRIS_HOME: home });
    for (const name of ['one', 'two', 'three']) {
      writeFileSync(`${file}.new`, teams(name));
      renameSync(`${file}.new`, file);
      await becomes([name]);
    }
  });

  it('follows real editors', async () => {
    const file = join(home, 'config.yaml');
    writeFileSync(file, teams('api'));
    const { becomes } = await watched({ IRIS_HOME: home });
    const vim = (...commands: string[]) =>
      execFileSync('vim', ['-es', '-N', '-u', 'NONE', '-i', 'NONE', ...commands.flatMap((one) => ['-c', one]), file]);
    vim('%s/api/one/', 'wq');
    await becomes(['one']);
    vim('set backup writebackup backupcopy=no', '%s/one/two/', 'wq');
    await becomes(['two']);
    vim('set writebackup backupcopy=yes', '%s/two/three/', 'wq');
    await becomes(['three']);
    execFileSync('sed', ['-i', 's/three/four/', file]);
    await becomes(['four']);
  });

  it('waits for a file whose folders are not there yet, and sees them go and come again', async () => {
    const file = join(home, '.config/iris-tui/config.yaml');
    const { becomes, names } = await watched();
    expect(names()).toEqual([]);
    mkdirSync(join(home, '.config'));
    mkdirSync(join(home, '.config/iris-tui'));
    writeFileSync(file, teams('late'));
    await becomes(['late']);
    rmSync(join(home, '.config'), { recursive: true });
    await becomes([]);
    mkdirSync(join(home, '.config/iris-tui'), { recursive: true });
    writeFileSync(file, teams('again'));
    await becomes(['again']);
  });

  it("takes iris-mcp's file until there is one of its own", async () => {
    mkdirSync(join(home, '.iris'));
    writeFileSync(join(home, '.iris/config.yaml'), teams('older'));
    const { becomes, names } = await watched();
    expect(names()).toEqual(['older']);
    mkdirSync(join(home, '.config/iris-tui'), { recursive: true });
    writeFileSync(join(home, '.config/iris-tui/config.yaml'), teams('own'));
    await becomes(['own']);
    rmSync(join(home, '.config/iris-tui/config.yaml'));
    await becomes(['older']);
  });

  it('is followed through a symbolic link', async () => {
    mkdirSync(join(home, 'dotfiles'));
    const real = join(home, 'dotfiles/iris.yaml');
    writeFileSync(real, teams('api'));
    mkdirSync(join(home, 'iris'));
    symlinkSync('../dotfiles/iris.yaml', join(home, 'iris/config.yaml'));
    const { becomes } = await watched({ IRIS_HOME: join(home, 'iris') });
    writeFileSync(`${real}~`, teams('linked'));
    renameSync(`${real}~`, real);
    await becomes(['linked']);
  });

  it('keeps the old teams while the file has an error, and says which', async () => {
    const file = join(home, 'config.yaml');
    writeFileSync(file, teams('api'));
    const { becomes, config, names } = await watched({ IRIS_HOME: home });
    for (const [broken, problem] of [
      ['teams: [\n', /this is not YAML/],
      ['teams:\n  web:\n    pth: /srv\n', /config\.yaml:3:5: teams\.web has no key "pth" \(did you mean path\?\)/],
      ['settings:\n  maxProcesses: many\n', /settings\.maxProcesses: must be a number/],
      [`teams:\n  web:\n    path: \${NOWHERE}\n`, /NOWHERE is not set \(the hub has the environment it was started in/],
      ['teams:\n  web: { remote: ssh -N gpu }\n', /config\.yaml:2:18: teams\.web\.remote: with -N ssh runs no command/],
      ['teams:\n  web: { remote: ssh gpu uptime }\n', /remote says what to run on gpu: uptime \(put that into command/],
      [
        'teams:\n  web: { remote: ssh gpu, remoteOptions: { extraSshArgs: gpu } }\n',
        /"gpu" in extraSshArgs is no option/,
      ],
      ['teems: {}\n', /no key "teems" \(did you mean teams\?\)/],
    ] as const) {
      writeFileSync(file, broken);
      await waitUntil(() => problem.test(config.teams.problems.join('\n')), `a problem as ${problem}`, {
        detail: () => config.teams.problems.join('\n'),
      });
      expect(names()).toEqual(['api']);
    }
    // What has nothing to do with teams keeps nobody from changing them.
    writeFileSync(file, `theme:\n  accent: blau\n${teams('web')}`);
    await becomes(['web']);
    expect(config.teams.problems).toEqual([expect.stringContaining('theme.accent')]);
    writeFileSync(file, teams('web'));
    await waitUntil(() => config.teams.problems.length === 0, 'the problem is gone');
  });

  it('has the teams without an error when it starts with a file that has one', async () => {
    writeFileSync(join(home, 'config.yaml'), 'teams:\n  good: {}\n  bad:\n    restart: sometimes\n');
    const { config, names } = await watched({ IRIS_HOME: home });
    expect(names()).toEqual(['good']);
    expect(config.teams.problems).toEqual([expect.stringContaining('teams.bad.restart')]);
  });

  it('takes the file that IRIS_CONFIG_PATH names, and misses it when it goes', async () => {
    const file = join(home, 'mine.yaml');
    writeFileSync(file, teams('api'));
    const { config, becomes, names } = await watched({ IRIS_CONFIG_PATH: file });
    rmSync(file);
    await waitUntil(() => /no such file/.test(config.teams.problems.join()), 'it says that the file is gone');
    expect(names()).toEqual(['api']);
    writeFileSync(file, teams('back'));
    await becomes(['back']);
    expect(config.teams.problems).toEqual([]);
  });

  it('is looked at now and then where the system cannot tell of changes', async () => {
    const file = join(home, 'config.yaml');
    writeFileSync(file, teams('api'));
    const config = await HubConfig.load(testEnvironment({ IRIS_HOME: home }, { home }));
    const problems: unknown[] = [];
    const none = Object.assign(new Error('no watches left'), { code: 'ENOSPC' });
    const watch = config.watch(
      () => {},
      (error) => problems.push(error),
      {
        pollMs: 10,
        watcher: ({ onProblem }) => {
          onProblem(none);
          onProblem(none);
          return { close: () => {} };
        },
      },
    );
    closing.push(() => watch.close());
    expect(problems).toEqual([none]);
    writeFileSync(file, teams('web'));
    await waitUntil(() => config.teams.teams[0]?.name === 'web', 'the new team is there');
  });

  it('tells nothing when nothing changed', async () => {
    const file = join(home, 'config.yaml');
    writeFileSync(file, teams('api'));
    const { told, becomes, lookedAt } = await watched({ IRIS_HOME: home });
    await lookedAt(() => writeFileSync(file, teams('api')));
    await lookedAt(() => {
      rmSync(file);
      writeFileSync(file, teams('api'));
    });
    writeFileSync(join(home, 'other.yaml'), 'x');
    writeFileSync(file, teams('end'));
    await becomes(['end']);
    expect(told.map(({ teams: [team] }) => team?.name)).toEqual(['end']);
  });
});
