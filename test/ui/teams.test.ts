import { afterEach, describe, expect, it } from 'vitest';
import { DEFAULT_PREFIX_KEYS, parseCommand, TROUBLE_KEYS } from '../../src/core/index.ts';
import { completions } from '../../src/ui/actions/prompt.ts';
import { MadeUpHub, Stage, sessionInfo, teamInfo } from './stage.ts';

const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.dispose();
});

async function open(hub: MadeUpHub): Promise<Stage> {
  const stage = new Stage({ cols: 120, rows: 30, hub });
  stages.push(stage);
  await stage.pass();
  await stage.pass();
  return stage;
}

describe('commands about teams and connections', () => {
  it('are in the one table, and their keys run them', () => {
    for (const command of [...Object.values(TROUBLE_KEYS), DEFAULT_PREFIX_KEYS.N, DEFAULT_PREFIX_KEYS.T])
      expect(() => parseCommand(command ?? '')).not.toThrow();
    expect(parseCommand('up api train')).toEqual({ name: 'up', args: { teams: ['api', 'train'] } });
    expect(parseCommand('down -f api')).toEqual({ name: 'down', args: { force: true, teams: ['api'] } });
    expect(parseCommand('reconnect')).toEqual({ name: 'retry', args: {} });
    expect(parseCommand('new-tab -t train')).toEqual({ name: 'new-tab', args: { team: 'train' } });
  });

  it('complete the names of teams and sessions', () => {
    const names = { teams: ['api', 'apply', 'train'], sessions: ['shell', 'train'], people: [] };
    expect(completions('up a', names)).toEqual(['api', 'apply']);
    expect(completions('up api a', names)).toEqual(['apply']);
    expect(completions('edit-team t', names)).toEqual(['train']);
    expect(completions('retry s', names)).toEqual(['shell']);
    expect(completions('new-tab -t tr', names)).toEqual(['train']);
  });
});

describe('the teams', () => {
  it('are listed with what they do; Enter goes to one, or starts it', async () => {
    const hub = new MadeUpHub([
      sessionInfo(),
      sessionInfo({
        id: 's2',
        name: 'train',
        team: 'train',
        transport: 'openssh',
        agent: { kind: 'claude', state: 'blocked', since: 0 },
      }),
    ]);
    hub.teams = [
      teamInfo({ description: 'the model', needsRestart: true }),
      teamInfo({ name: 'docs', transport: 'local', agent: 'codex', autostart: true, path: '/docs' }),
      teamInfo({ name: 'box', transport: 'exec', remote: 'docker exec -i web' }),
    ];
    const stage = await open(hub);
    await stage.press('C-b', 'T');
    const text = stage.text();
    expect(text).toMatch(/● train +waiting +gpu-01 +claude +interactive +changed: restart takes it/);
    expect(text).toMatch(/docs +- +local +codex +interactive +autostart/);
    expect(text).toMatch(/box +- +docker web/);
    expect(text).toMatch(/│ the model/);
    await stage.press('Enter');
    expect(stage.text()).toMatch(/2 train\*/);
    hub.answers = { 'session.new': { id: 's9' } };
    await stage.press('C-b', 'T', 'Down', 'Enter');
    expect(hub.asked.at(-1)).toMatchObject({ name: 'session.new', args: { team: 'docs' } });
    expect(hub.asked.at(-1)?.args).not.toHaveProperty('cwd');
  });

  it('that can not be started say why', async () => {
    const hub = new MadeUpHub([sessionInfo()]);
    hub.teams = [teamInfo()];
    hub.answers = {
      'team.up': {
        started: [],
        running: [],
        failed: [{ team: 'train', reason: 'maxProcesses is reached', remedy: 'end one' }],
      },
    };
    const stage = await open(hub);
    stage.ctx.runLine('up');
    await stage.pass();
    expect(stage.text()).toContain('train: maxProcesses is reached (end one)');
  });

  it('of a config with a mistake say so when it appears, and when it is gone', async () => {
    const hub = new MadeUpHub([sessionInfo()]);
    const stage = await open(hub);
    hub.problems = ['config.yaml:3:5: teams.x has no key "remot"'];
    hub.emit({ type: 'teams' });
    await stage.pass();
    expect(stage.text()).toContain('config.yaml:3:5: teams.x has no key "remot"');
    hub.problems = [];
    hub.emit({ type: 'teams' });
    await stage.pass();
    expect(stage.text()).toContain('the config is right again');
  });
});

describe('the connections', () => {
  const details = (id: string) => ({
    id,
    name: id,
    transport: 'openssh',
    connection: sessionInfo().connection,
    launchCommand: ['ssh', '-tt', 'gpu-01', 'exec claude'],
    bytesIn: 1_234_567,
    bytesOut: 89,
    log: ['debug1: connecting', 'debug1: refused'],
  });

  it('show all sessions with numbers that are asked for as long as the list is open', async () => {
    const hub = new MadeUpHub([
      sessionInfo({ connection: { ...sessionInfo().connection, roundTripMs: 0.42 } }),
      sessionInfo({
        id: 's2',
        name: 'train',
        team: 'train',
        transport: 'openssh',
        connection: { ...sessionInfo().connection, state: 'offline', attempt: 2, maxAttempts: 5, nextRetryAt: 9_000 },
        process: { status: 'offline' },
      }),
    ]);
    hub.teams = [teamInfo()];
    hub.answers = { 'session.connection': details('s2') };
    const stage = await open(hub);
    await stage.press('C-b', 'N', 'Down');
    await stage.pass();
    expect(stage.text()).toMatch(/● api +online +local +local +since 0:01 +0\.4 ms +1\.2 MB in +89 B out/);
    expect(stage.text()).toMatch(/◌ train +retry 2 in \d s of 5 +gpu-01 +openssh/);
    expect(stage.text()).toContain("$ ssh -tt gpu-01 'exec claude'");
    const asked = hub.asked.length;
    await stage.pass(1_100);
    expect(hub.asked.length).toBeGreaterThan(asked);
    await stage.press('r', 's');
    expect(hub.asked.slice(-2)).toEqual([
      { name: 'session.retry', args: { session: 's2' } },
      { name: 'session.stop-retrying', args: { session: 's2' } },
    ]);
    await stage.press('l');
    await stage.pass();
    expect(stage.text()).toMatch(/its log, newest first:[\s\S]*refused[\s\S]*connecting/);
    await stage.press('Escape');
    const closed = hub.asked.length;
    await stage.pass(5_000);
    expect(hub.asked).toHaveLength(closed);
  });
});
