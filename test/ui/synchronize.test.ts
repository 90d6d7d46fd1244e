import { afterEach, describe, expect, it } from 'vitest';
import type { Workspace } from '../../src/core/index.ts';
import { MadeUpHub, Stage, sessionInfo } from './stage.ts';

const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.dispose();
});

const pane = (id: string) => ({ type: 'pane', id: `p-${id}`, sessionId: id }) as const;
const LAYOUT: Workspace = {
  tabs: [
    {
      id: 't1',
      name: 'both',
      named: true,
      layout: { type: 'split', direction: 'row', children: [pane('s1'), pane('s2')], weights: [1, 1] },
      focus: ['p-s1', 'p-s2'],
      zoomed: false,
    },
  ],
  recent: ['t1'],
};

/** Two panes beside one another; the second one's program wants arrows as SS3. */
async function twoPanes() {
  const sessions = [sessionInfo(), sessionInfo({ id: 's2', name: 'web' })];
  const hub = new MadeUpHub(sessions, { s1: '$ ', s2: '\x1b[?1h$ ' }, LAYOUT);
  const stage = new Stage({ cols: 80, rows: 20, hub });
  stages.push(stage);
  await stage.pass();
  await stage.pass();
  return { stage, hub };
}

describe('synchronize-panes', () => {
  it('types into all panes that are to be seen, each in its own encoding, and says so in the tab', async () => {
    const { stage, hub } = await twoPanes();
    await stage.press('x');
    expect(hub.typed.splice(0)).toEqual(['x']);
    stage.ctx.runLine('synchronize-panes');
    await stage.pass();
    expect(stage.text()).toMatch(/^ iris {2}1 both\* sync /);
    await stage.press('x');
    await stage.press('Up');
    expect(hub.typed.splice(0)).toEqual(['x', 'x', '\x1b[A', '\x1bOA']);
    stage.ctx.runLine('zoom');
    await stage.pass();
    await stage.press('y');
    expect(hub.typed.splice(0)).toEqual(['y']);
    stage.ctx.runLine('zoom');
    stage.ctx.runLine('synchronize-panes off');
    await stage.pass();
    expect(stage.text()).not.toContain('sync');
    await stage.press('z');
    expect(hub.typed.splice(0)).toEqual(['z']);
  });

  it('leaves out what has ended', async () => {
    const { stage, hub } = await twoPanes();
    stage.ctx.runLine('synchronize-panes on');
    hub.change('s2', { process: { status: 'exited', exitCode: 0 } });
    await stage.pass();
    await stage.press('x');
    expect(hub.typed).toEqual(['x']);
  });
});
