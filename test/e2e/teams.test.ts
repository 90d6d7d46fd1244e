import { chmodSync, copyFileSync, mkdirSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { SessionInfo } from '../../src/core/index.ts';
import {
  disposeHomes,
  disposeTuis,
  freePort,
  freeSocketPath,
  runCli,
  type Sshd,
  startSshd,
  stopSshds,
  type TempHome,
  tempHome,
  waitUntil,
} from '../support/index.ts';

afterEach(async () => {
  await disposeTuis();
  await disposeHomes();
  await stopSshds();
});

const json = async <T>(home: TempHome, ...args: string[]): Promise<T> => {
  const { code, stdout, stderr } = await runCli([...args, '--json'], { home });
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as T;
};
const sessions = (home: TempHome) => json<SessionInfo[]>(home, 'ls');
const session = async (home: TempHome, team: string) => (await sessions(home)).find((one) => one.team === team);
/** Waits until the session of a team is as wanted. */
const becomes = (home: TempHome, team: string, wanted: (info: SessionInfo) => boolean, what: string) => {
  let seen: SessionInfo | undefined;
  return waitUntil(
    async () => {
      seen = await session(home, team);
      return seen && wanted(seen) ? seen : undefined;
    },
    `${team} is ${what}`,
    { everyMs: 100, detail: () => JSON.stringify(seen, null, 1) },
  );
};
const online = (info: SessionInfo) => info.process.status === 'running' && info.connection.state === 'online';

/** What is on its screen once it is ready, lines joined. */
const shown = async (home: TempHome, name: string): Promise<string> => {
  expect(await runCli(['wait', name, '--text', 'ready'], { home })).toMatchObject({ code: 0 });
  return (await runCli(['capture', name], { home })).stdout.replaceAll('\n', '');
};

/** A claude that says its version, or where it runs and waits. */
const CLAUDE = `#!/bin/sh
[ "$1" = --version ] && { echo '9.9.9 (Fake Code)'; exit; }
echo "from $FROM in $PWD"
for word in "$@"; do echo "[$word]"; done
echo ready
exec cat
`;

async function silentServer() {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket.on('error', () => {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A socket as an ssh agent has one. */
async function silentAgent() {
  const place = freeSocketPath();
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(place.path, resolve));
  return {
    path: place.path,
    [Symbol.asyncDispose]: async () => {
      await new Promise((resolve) => server.close(resolve));
      place[Symbol.dispose]();
    },
  };
}

function farAgents(sshd: Sshd, home: TempHome): void {
  const script = home.write('claude-there', CLAUDE, 0o755);
  mkdirSync(join(sshd.remoteHome, '.local/bin'), { recursive: true });
  mkdirSync(join(sshd.remoteHome, 'my project'), { recursive: true });
  copyFileSync(script, join(sshd.remoteHome, '.local/bin/claude'));
  chmodSync(join(sshd.remoteHome, '.local/bin/claude'), 0o755);
}

describe('teams of this machine', () => {
  it('start with up, all at once, are listed, end with down, and start again', async () => {
    const home = tempHome({ WHERE: 'src' });
    home.write('bin/claude', CLAUDE, 0o755);
    home.write('iris/src/x', '');
    home.config(`
teams:
  api:
    path: \${WHERE}
    args: --model 'big one'
    env: { FROM: the config }
    claudePath: ../bin/claude
  shell: { agent: shell }
  broken: { path: /no/such/folder, agent: shell }
`);
    const up = await runCli(['up', 'api', 'shell'], { home });
    expect(up.code, up.stderr).toBe(0);
    expect(up.stdout).toMatch(/^api +started +\w+ +local$/m);
    const text = await shown(home, 'api');
    expect(text).toContain(`from the config in ${join(home.irisHome, 'src')}[`);
    expect(text).toContain('[--model][big one]');
    expect((await runCli(['up', 'api'], { home })).stdout).toMatch(/^api +runs already/m);

    const all = await runCli(['up', '--json'], { home });
    expect(all.code).toBe(1);
    const { started, running, failed } = JSON.parse(all.stdout);
    expect(running.map((one: SessionInfo) => one.team).sort()).toEqual(['api', 'shell']);
    expect([
      ...started.map((one: SessionInfo) => one.team),
      ...failed.map((one: { team: string }) => one.team),
    ]).toEqual(['broken']);

    const { teams, problems } = await json<{
      teams: { name: string; session?: { name: string } }[];
      problems: string[];
    }>(home, 'teams');
    expect(problems).toEqual([]);
    expect(teams.map((team) => [team.name, team.session?.name]).slice(0, 2)).toEqual([
      ['api', 'api'],
      ['shell', 'shell'],
    ]);
    expect((await runCli(['down', 'api'], { home })).stdout).toBe('api ended\n');
    await becomes(home, 'api', (info) => info.process.status === 'exited', 'ended');
    expect((await session(home, 'shell'))?.process.status).toBe('running');
    expect((await runCli(['up', 'api'], { home })).stdout).toMatch(/^api +started/m);
    expect((await sessions(home)).filter((one) => one.team === 'api')).toHaveLength(1);
  });

  it('are known by name: a wrong one ends with 3, with the right one, and starts nothing', async () => {
    const home = tempHome();
    expect(await runCli(['up'], { home })).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('there are no teams'),
    });
    home.config('teams:\n  api: { agent: shell }\n  web: { agent: shell }\n');
    for (const verb of [
      ['up', 'web', 'apo'],
      ['down', 'apo'],
      ['new', '-d', '-t', 'apo'],
      ['doctor', 'apo'],
    ]) {
      const { code, stderr } = await runCli(verb, { home });
      expect({ verb, code, stderr }).toEqual({
        verb,
        code: 3,
        stderr: 'iris-tui: there is no team apo: did you mean api?\n',
      });
    }
    expect(await sessions(home)).toEqual([]);
    // Names for completion need no hub.
    await runCli(['hub', 'stop', '--force'], { home });
    expect((await runCli(['teams', '--names'], { home })).stdout).toBe('api\nweb\n');
    await home.assertNoProcesses();
  });

  it('follow the file while the hub runs, also from one command to the next', async () => {
    const home = tempHome();
    await runCli(['hub', 'start'], { home });
    for (const name of ['one', 'two', 'three']) {
      home.config(`teams:\n  ${name}: { agent: shell }\n`);
      expect((await runCli(['up', name], { home })).stdout, name).toMatch(new RegExp(`^${name} +started`));
    }
    const list = async () => (await runCli(['teams'], { home })).stdout;
    expect(await list()).toMatch(/^one .*gone from the config/m);
    home.config('teams:\n  three: { agent: shell, env: { A: b } }\n');
    await waitUntil(async () => /^three .*restart takes the new entry/m.test(await list()), 'three was changed', {
      detail: () => '',
    });
    home.config('teams:\n  three: { agnt: shell }\n');
    await waitUntil(
      async () => {
        const { stderr, stdout } = await runCli(['teams'], { home });
        return stdout.includes('three') && /config\.yaml:2:12: teams\.three has no key "agnt"/.test(stderr);
      },
      'the error is told, and the old teams stay',
      { everyMs: 100 },
    );
  });

  it('start once more with new -t, where options go before what the team says', async () => {
    const home = tempHome();
    home.write('bin/claude', CLAUDE, 0o755);
    home.write('other/x', '');
    home.config('teams:\n  api: { claudePath: ../bin/claude, args: [a] }\n');
    await runCli(['up'], { home });
    const info = await json<SessionInfo>(home, 'new', '-d', '-t', 'api', '-n', 'second', '-c', '~/other');
    expect(info).toMatchObject({ name: 'second', team: 'api', cwd: join(home.path, 'other') });
    expect(await shown(home, 'second')).toMatch(/in .*\/other\[.*\[a\]ready/);
    expect((await json<{ ended: unknown[] }>(home, 'down')).ended).toHaveLength(2);
  });
});

describe('teams of other machines', () => {
  it('start over a real ssh, are listed with their connection, and go with down', async () => {
    const sshd = await startSshd();
    const home = tempHome();
    farAgents(sshd, home);
    home.config(`
teams:
  far:
    remote: ssh -F '${sshd.clientConfig}' target
    path: ~/my project
    env: { FROM: here }
  gone:
    remote: ssh -F '${sshd.clientConfig}' -p ${await freePort()} target
`);
    expect((await runCli(['up'], { home })).code).toBe(0);
    const far = await becomes(home, 'far', online, 'online');
    expect(far.transport).toBe('openssh');
    expect(await shown(home, 'far')).toContain(`from here in ${sshd.remoteHome}/my project`);
    await becomes(home, 'gone', (info) => info.connection.state === 'offline', 'offline');
    const { stdout: table } = await runCli(['ls'], { home });
    expect(table).toMatch(/^far .* openssh online /m);
    expect(table).toMatch(/^gone .* openssh (offline, retry in \d+s|connecting \(attempt \d+\)) /m);

    const { stdout: words } = await runCli(['connection', 'gone'], { home });
    expect(words).toMatch(/^reason +target refused the connection/m);
    expect(words).toMatch(/^command +ssh -tt -F /m);
    const details = await json<{ launchCommand: string[]; log: string[]; bytesIn: number }>(home, 'connection', 'far');
    expect(details.launchCommand[0]).toBe('ssh');
    expect(details.log.join('\n')).toContain('Authenticated to');
    expect(details.bytesIn).toBeGreaterThan(0);

    await runCli(['retry', '--stop', 'gone'], { home });
    await becomes(home, 'gone', (info) => info.connection.state === 'error', 'given up');
    expect((await runCli(['retry', 'nothing'], { home })).code).toBe(3);
    await runCli(['down'], { home });
    await becomes(home, 'far', (info) => info.process.status === 'exited', 'ended');
  });

  it('are tested by doctor: each step, what to do, and a dead host only once', async () => {
    const sshd = await startSshd();
    const home = tempHome();
    farAgents(sshd, home);
    const target = `ssh -F '${sshd.clientConfig}' target`;
    const stranger = `ssh -F '${sshd.clientConfig}' -o UserKnownHostsFile=/dev/null target`;
    const refused = `ssh -F '${sshd.clientConfig}' -l no-such-user target`;
    // Takes connections and says nothing, as a host that hangs.
    await using silence = await silentServer();
    const mute = `ssh -F '${sshd.clientConfig}' -p ${silence.port} target`;
    home.write('bin/claude', CLAUDE, 0o755);
    home.config(`
teams:
  good: { remote: "${target}", path: ~/my project }
  nofolder: { remote: "${target}", path: /no/such }
  noagent: { remote: "${target}", agent: gemini }
  mine: { remote: "${target}", command: "sh -c 'exit 3'" }
  stranger: { remote: "${stranger}", remoteOptions: { strictHostKeyChecking: true } }
  dead: { remote: "ssh -F '${sshd.clientConfig}' -p ${await freePort()} target" }
  silent: { remote: "${mute}", remoteOptions: { connectTimeout: 60000 } }
  silenttoo: { remote: "${mute}", path: /elsewhere, remoteOptions: { connectTimeout: 60000 } }
  refused: { remote: "${refused}" }
  local: { claudePath: ../bin/claude }
  localbad: { path: /no/such }
  nodocker: { remote: nodocker exec -i x }
`);
    const reports = async (...args: string[]): Promise<Report[]> => {
      const { code, stdout } = await runCli(['doctor', '--json', ...args], { home });
      expect(code).toBe(1);
      return (JSON.parse(stdout) as { teams: Report[] }).teams;
    };
    const silent = ['silent', 'silenttoo'];
    // Long enough for ssh to have begun.
    const all = await reports('--timeout', '5', ...silent);
    expect(all.map(({ name, steps }) => [name, steps.reached])).toEqual(silent.map((name) => [name, 'fail']));
    expect(silence.connections()).toBe(1);
    const answering = 'good nofolder noagent mine stranger dead refused local localbad nodocker'.split(' ');
    const teams = await reports('--timeout', '30', ...answering);
    const by = Object.fromEntries(teams.map((team) => [team.name, team]));
    const failedAt = (name: string) => Object.entries(by[name]!.steps).find(([, state]) => state === 'fail')?.[0];
    expect(by.good).toMatchObject({ agent: '9.9.9 (Fake Code)', transport: 'openssh' });
    expect(Object.values(by.good!.steps)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'ok']);
    expect(by.mine?.problem).toBeUndefined();
    expect(by.local).toMatchObject({ agent: join(home.path, 'bin/claude') });
    expect(Object.fromEntries(teams.map(({ name }) => [name, failedAt(name)]))).toEqual({
      good: undefined,
      nofolder: 'folder',
      noagent: 'agent',
      mine: undefined,
      stranger: 'hostKey',
      dead: 'reached',
      refused: 'login',
      local: undefined,
      localbad: 'folder',
      nodocker: 'program',
    });
    for (const { name, problem } of teams) if (failedAt(name)) expect(problem?.remedy, name).toBeTruthy();
    await home.assertNoProcesses();

    const plain = await runCli(['doctor', 'good', 'noagent'], { home });
    expect(plain.stdout).toMatch(/^TEAM +TRANSPORT +PROGRAM +REACHED +HOST KEY +LOGIN +FOLDER +AGENT/m);
    expect(plain.stdout).toMatch(/^good +openssh +ok +ok +ok +ok +ok +ok .* 9\.9\.9 \(Fake Code\)$/m);
    expect(plain.stdout).toMatch(/^noagent +openssh +ok +ok +ok +ok +ok +FAIL/m);
    expect(plain.stdout).toMatch(/^noagent: no gemini on the remote PATH .*set claudePath/m);
    expect((await runCli(['doctor', '--no-teams'], { home })).stdout).not.toContain('openssh');
  });

  it('are told of by doctor when the hub has another environment: variables, and an ssh agent that is gone', async () => {
    const agent = await silentAgent();
    const home = tempHome({ SSH_AUTH_SOCK: agent.path });
    home.config('teams:\n  far: { remote: ssh gpu }\n');
    await runCli(['hub', 'start'], { home });
    const doctor = (env: Record<string, string> = {}) => runCli(['doctor', 'none'], { home, env });
    home.config(`teams:\n  far: { remote: "ssh \${HOST_OF_FAR}" }\n  none: { agent: shell }\n`);
    await waitUntil(
      async () => /^warn +config of hub .*HOST_OF_FAR is not set/m.test((await doctor({ HOST_OF_FAR: 'x' })).stdout),
      'the hub has read the file',
      { everyMs: 100 },
    );
    expect((await doctor({ HOST_OF_FAR: 'x' })).stdout).not.toMatch(/ssh agent/);
    await agent[Symbol.asyncDispose]();
    const another = await silentAgent();
    const { stdout } = await doctor({ HOST_OF_FAR: 'x', SSH_AUTH_SOCK: another.path });
    await another[Symbol.asyncDispose]();
    expect(stdout).toMatch(/^warn +ssh agent +the one that the hub knows is gone .*hub stop/m);
  });

  it('are tested alike through the library, and through any command', async () => {
    const sshd = await startSshd();
    const home = tempHome();
    farAgents(sshd, home);
    const target = `ssh -F '${sshd.clientConfig}' target`;
    home.write('bin/claude', CLAUDE, 0o755);
    home.config(`
teams:
  good: { ssh2: true, remote: "${target}", path: ~/my project }
  nofolder: { ssh2: true, remote: "${target}", path: /no/such }
  noagent: { ssh2: true, remote: "${target}", agent: gemini }
  stranger: { ssh2: true, remote: "ssh -F '${sshd.clientConfig}' -o UserKnownHostsFile=/dev/null target" }
  dead: { ssh2: true, remote: "ssh -F '${sshd.clientConfig}' -p ${await freePort()} target" }
  refused: { ssh2: true, remote: "ssh -F '${sshd.clientConfig}' -l no-such-user target" }
  box: { remote: env PATH='${home.path}/bin:/usr/bin:/bin' HOME='${home.path}' }
  emptybox: { remote: env PATH=/usr/bin:/bin HOME='${home.path}', agent: codex }
  nobox: { remote: env no-such-program }
`);
    const { code, stdout } = await runCli(['doctor', '--json'], { home });
    expect(code).toBe(1);
    const { teams } = JSON.parse(stdout) as { teams: Report[] };
    const steps = teams.map(({ name, steps: { program, reached, hostKey, login, folder, agent } }) =>
      [name, program, reached, hostKey, login, folder, agent].join(' '),
    );
    expect(steps, JSON.stringify(teams, null, 1)).toEqual([
      'good none ok ok ok ok ok',
      'nofolder none ok ok ok fail unknown',
      'noagent none ok ok ok ok fail',
      'stranger none ok fail unknown unknown unknown',
      'dead none fail unknown unknown unknown unknown',
      'refused none ok ok fail unknown unknown',
      'box ok ok none none ok ok',
      'emptybox ok ok none none ok fail',
      'nobox ok fail none none unknown unknown',
    ]);
    await home.assertNoProcesses();
  });
});

interface Report {
  readonly name: string;
  readonly steps: Readonly<Record<string, string>>;
  readonly problem?: { readonly remedy?: string };
}
