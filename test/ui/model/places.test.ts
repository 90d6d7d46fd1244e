import { describe, expect, it } from 'vitest';
import { panes, place } from '../../../src/ui/layout/index.ts';
import { placeOf, placeOfTeam } from '../../../src/ui/model/places.ts';
import { addTiled, tileGroups } from '../../../src/ui/model/team-tabs.ts';
import { addTab, EMPTY_WORKSPACE } from '../../../src/ui/model/workspace-ops.ts';
import { sessionInfo, teamInfo } from '../stage.ts';

describe('the place of a team', () => {
  it('is its host, whatever stands before it', () => {
    const of = (remote: string): string => placeOfTeam({ transport: 'openssh', remote });
    expect(of('gpu-01')).toBe('gpu-01');
    expect(of('ssh me@gpu-01')).toBe('gpu-01');
    expect(of('ssh -J bastion -p 2222 -4 ml@gpu-01.lab')).toBe('gpu-01.lab');
    expect(of('-F /x/config -o IdentityFile=none -- target')).toBe('target');
    expect(of('ssh ssh://me@gpu-01:2222')).toBe('gpu-01');
    expect(of('ssh -i')).toBe('openssh');
  });

  it('is the tool and the container of a command', () => {
    const of = (remote: string): string => placeOfTeam({ transport: 'exec', remote });
    expect(of('docker exec -i dev-box')).toBe('docker dev-box');
    expect(of('kubectl exec -i frontend-abc --')).toBe('kubectl frontend-abc');
    expect(of('wsl.exe -d Ubuntu --')).toBe('wsl Ubuntu');
    expect(of('/usr/bin/nsenter')).toBe('nsenter');
  });

  it('of a session is that of its team, and the name of the team once that is gone', () => {
    const session = sessionInfo({ team: 'train', transport: 'openssh' });
    expect(placeOf(session, [teamInfo()])).toBe('gpu-01');
    expect(placeOf(session, [])).toBe('train');
    expect(placeOf(sessionInfo(), [])).toBe('local');
  });
});

describe('teams that come together', () => {
  const ids = (n: number): string[] => Array.from({ length: n }, (_, i) => `s${i}`);

  it('are tiled in as few tabs as leave each of them readable', () => {
    const sizes = (n: number, cols: number, rows: number): number[] =>
      tileGroups(ids(n), { cols, rows }).map((group) => group.length);
    expect(sizes(3, 160, 46)).toEqual([3]);
    expect(sizes(10, 160, 46)).toEqual([5, 5]);
    expect(sizes(10, 80, 22)).toEqual(Array(10).fill(1));
    expect(sizes(25, 400, 200)).toEqual([9, 8, 8]);
    expect(sizes(0, 80, 22)).toEqual([]);
  });

  it('leave alone what is in a pane already, and make the same tabs twice', () => {
    const area = { x: 0, y: 1, cols: 160, rows: 46 };
    const before = addTab({ id: 't', paneId: 'p', sessionId: 's1' })(EMPTY_WORKSPACE);
    const op = addTiled(ids(4), area, 'teams');
    const after = op(before);
    expect(after.tabs.map((tab) => [tab.name, panes(tab.layout).map((p) => p.sessionId)])).toEqual([
      ['', ['s1']],
      ['teams', ['s0', 's2', 's3']],
    ]);
    expect(op(after)).toBe(after);
    for (const { inner } of place(after.tabs[1]!.layout, area, 'box').panes) {
      expect(inner.cols).toBeGreaterThan(60);
      expect(inner.rows).toBeGreaterThan(11);
    }
  });

  it('are called as their session when it is one alone', () => {
    const [tab] = addTiled(['s0'], { cols: 160, rows: 46 }, 'teams')(EMPTY_WORKSPACE).tabs;
    expect(tab).toMatchObject({ id: 't-s0', named: false });
  });
});
