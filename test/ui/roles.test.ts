import { afterEach, describe, expect, it } from 'vitest';
import type { SessionHost, SessionInfo } from '../../src/core/index.ts';
import { ensureSession } from '../../src/ui/actions/index.ts';
import { MadeUpHub, Stage, sessionInfo, teamInfo } from './stage.ts';

const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.dispose();
});

/** A hub of somebody else. */
class SharedHub extends MadeUpHub {
  you: SessionHost['you'] = { name: 'laptop' };
}

async function shared(over: Partial<SessionInfo>, screen = '$ ') {
  const hub = new SharedHub([sessionInfo(over)], { s1: screen });
  const stage = new Stage({ cols: 60, rows: 12, hub });
  stages.push(stage);
  await stage.pass();
  await stage.pass();
  return { stage, hub };
}

describe('a session that one may only watch', () => {
  it('says so in its border, and nothing that is typed or pasted is sent; that is said, and once in the log', async () => {
    const { stage, hub } = await shared({ role: 'viewer' });
    expect(stage.text()).toMatch(/1 api .*view only .*58x8/);
    await stage.press('x', 'y', 'Enter');
    stage.ctx.buffer = 'pasted';
    stage.ctx.runLine('paste');
    await stage.pass();
    expect(stage.text()).toContain('paste needs the role typer of api: you are viewer');
    await stage.press('z');
    expect(hub.typed).toEqual([]);
    expect(stage.text()).toContain('you may only watch api');
    const said = stage.bench.messages.log.filter(({ text }) => text.includes('only watch'));
    expect(said).toHaveLength(2);
  });

  it('gets no report of the focus and no mouse, though its program asked for both', async () => {
    const { stage, hub } = await shared({ role: 'viewer' }, '\x1b[?1004h\x1b[?1000h$ ');
    stage.bench.focusReports.setOuter(false);
    stage.bench.focusReports.setOuter(true);
    expect(hub.typed).toEqual([]);
    // As soon as it may be typed into, it does.
    hub.change('s1', { role: 'typer' });
    stage.bench.focusReports.setOuter(false);
    expect(hub.typed).toEqual(['\x1b[O']);
  });

  it('may be typed into as soon as its owner says so, and no longer than that', async () => {
    const { stage, hub } = await shared({ role: 'viewer' });
    hub.change('s1', { role: 'typer' });
    await stage.pass();
    expect(stage.text()).not.toContain('view only');
    await stage.press('x');
    hub.change('s1', { role: 'viewer' });
    await stage.pass();
    await stage.press('y');
    expect(hub.typed).toEqual(['x']);
    expect(stage.text()).toContain('view only');
  });

  it('offers no keys that only its owner may press when it has ended', async () => {
    const { stage } = await shared({ role: 'typer', process: { status: 'exited', exitCode: 1 } });
    expect(stage.text()).toContain('exited 1');
    expect(stage.text()).not.toContain('R restart');
  });
});

describe('commands that need another role', () => {
  it('are refused in one line, before anything is asked', async () => {
    const { stage, hub } = await shared({ role: 'typer' });
    for (const [line, words] of [
      ['kill-pane', 'kill-pane needs the role owner of api: you are typer'],
      ['restart', 'restart needs the role owner of api'],
      ['new-tab', 'new-tab needs the role owner of this hub: ask'],
      ['split-pane -h', 'split-pane needs the role owner of this hub'],
      ['new-session', 'new-session needs the role owner of this hub'],
    ] as const) {
      stage.ctx.runLine(line);
      await stage.pass();
      expect(stage.text(), line).toContain(words);
      expect(stage.bench.overlay, line).toBeUndefined();
    }
    expect(hub.asked).toEqual([]);
  });

  it('layouts are one’s own: they change', async () => {
    const { stage } = await shared({ role: 'viewer' });
    stage.ctx.runLine('rename-tab mine');
    await stage.pass();
    expect(stage.text()).toContain('1 mine');
  });

  it('a hub on which nothing is shared starts no shell, and says what is the matter', async () => {
    const hub = new SharedHub([]);
    const stage = new Stage({ hub });
    stages.push(stage);
    await stage.pass();
    await ensureSession(stage.ctx);
    await stage.pass();
    expect(hub.asked).toEqual([]);
    expect(stage.text()).toContain('nothing is shared with laptop here yet');
  });
});

describe('what the hub would refuse', () => {
  it('is not asked of it: not by a key of a list either, and not after the user was asked', async () => {
    const { stage, hub } = await shared({ role: 'viewer' });
    hub.answers = {
      'viewer.list': {
        viewers: [{ id: 'v2', name: 'local', software: '', since: 0, sessions: 1, watched: [], self: false }],
      },
      'session.connection': { log: [], launchCommand: ['sh'], bytesIn: 0, bytesOut: 0 },
    };
    for (const [keys, words] of [
      [['C-b', 'N', 'r'], 'session.retry needs the role typer of api: you are viewer'],
      [['q', 'C-b', 'N', 's'], 'session.stop-retrying needs the role owner of api'],
      [['q', 'C-b', 's', 'x'], 'session.kill needs the role owner of api'],
      [['Escape', 'C-b', 'w', 'x'], 'session.kill needs the role owner of api'],
      [['Escape', 'C-b', 'g', 'r'], 'you may only watch api'],
      [['q', 'C-b', 'D', 'Enter'], 'viewer.detach needs the role owner of this hub'],
      [['C-b', 'T'], 'teams needs the role viewer of this hub'],
    ] as const) {
      await stage.press(...keys);
      expect(stage.text(), keys.join(' ')).toContain(words);
    }
    const named = new Set(hub.asked.map(({ name }) => name));
    expect([...named].sort()).toEqual(['session.connection', 'session.glances', 'viewer.list']);
  });

  it('are the teams, for whoever is here for single sessions; they come with the role, and go with it', async () => {
    const hub = new SharedHub([sessionInfo({ role: 'viewer' })]);
    hub.teams = [teamInfo()];
    const stage = new Stage({ hub });
    stages.push(stage);
    const becomes = async (you: SessionHost['you']): Promise<void> => {
      hub.you = you;
      hub.emit({ type: 'sessions' });
      await stage.pass();
    };
    await stage.pass();
    expect(stage.bench.teams.list).toEqual([]);
    await becomes({ name: 'laptop', role: 'viewer' });
    expect(stage.bench.teams.list).toHaveLength(1);
    await becomes({ name: 'laptop' });
    expect(stage.bench.teams.list).toEqual([]);
  });

  it('is not what a session of another hub does not allow there: its mirror is closed by whoever owns this hub', async () => {
    const elsewhere = { role: 'viewer', transport: 'websocket', hub: 'office' } as const;
    const hub = new MadeUpHub([sessionInfo(elsewhere)]);
    const stage = new Stage({ hub });
    stages.push(stage);
    await stage.pass();
    stage.ctx.runLine('kill-pane');
    await stage.pass();
    await stage.press('y');
    expect(hub.asked).toEqual([{ name: 'session.forget', args: { session: 's1' } }]);
    stage.ctx.runLine('restart');
    await stage.pass();
    expect(stage.text()).toContain('restart needs the role owner of api');
    expect((await shared(elsewhere)).hub.asked).toEqual([]);
  });
});
