import { afterEach, describe, expect, it } from 'vitest';
import { IrisError } from '../../src/core/index.ts';
import { MadeUpHub, Stage, sessionInfo } from './stage.ts';

const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.dispose();
});

async function twoSessions() {
  const hub = new MadeUpHub([sessionInfo(), sessionInfo({ id: 's2', name: 'logs' })], { s1: '$ ', s2: '# ' });
  const stage = new Stage({ cols: 100, rows: 20, hub });
  stages.push(stage);
  await stage.pass();
  await stage.pass();
  return { stage, hub };
}

const takenBack = new IrisError('not-allowed', 'it is not shared with you any more');

describe('a session that is shared no more', () => {
  it('is said to be so, and what is typed goes nowhere until Enter after a pause', async () => {
    const { stage, hub } = await twoSessions();
    await stage.press('e', 'c');
    expect(hub.typed.join('')).toBe('ec');
    hub.end('s1', takenBack);
    await stage.pass();
    expect(stage.text()).toContain('your access to api has ended');
    await stage.press('h', 'o', 'Enter', 'l', 's');
    expect(hub.typed.join('')).toBe('ec');
    expect(stage.bench.overlay).toBeDefined();
    await stage.pass(1_500);
    await stage.press('x', 'Enter');
    expect(stage.bench.overlay).toBeDefined();
    await stage.pass(1_500);
    await stage.press('Enter');
    expect(stage.bench.overlay).toBeUndefined();
    await stage.press('y');
    expect(hub.typed.join('')).toBe('ecy');
  });

  it('takes no keys where somebody looks elsewhere', async () => {
    const { stage, hub } = await twoSessions();
    await stage.press('C-b', 'n', 'C-b', 'p');
    hub.end('s2', takenBack);
    await stage.pass();
    await stage.press('l');
    expect(hub.typed.join('')).toBe('l');
    expect(stage.bench.messages.log.map(({ text }) => text)).toContain('your access to logs has ended');
  });

  it('differs from one that has ended by itself', async () => {
    const { stage, hub } = await twoSessions();
    hub.end('s1', new IrisError('not-found', 'the session is gone'));
    await stage.pass();
    expect(stage.bench.overlay).toBeUndefined();
  });
});

describe('a hub that is away', () => {
  const reason = '127.0.0.1:47401 shows another certificate than the one that was pinned (sha256:4a5b…)';
  const remedy = 'somebody may stand between you and it: ask its owner, then pair again';

  it('leaves no session that is said to be online', async () => {
    const { stage, hub } = await twoSessions();
    expect(stage.text()).toMatch(/● 2 {2}◌ 0 {2}✖ 0/);
    hub.connect({ state: 'offline', since: 0, attempt: 3, nextRetryAt: 6_000, reason: 'reset' });
    await stage.pass();
    expect(stage.text()).toMatch(/● 0 {2}◌ 2 {2}✖ 0/);
    expect(stage.text()).toMatch(/^╭─ 1 api .*─ ◌ local · retry 3 in \d s/m);
    hub.connect({ state: 'online', since: 0, attempt: 0 });
    await stage.pass();
    expect(stage.text()).toMatch(/^╭─ 1 api .*─ ● local/m);
    expect(stage.text()).toMatch(/● 2 {2}◌ 0 {2}✖ 0/);
  });

  it('and refuses for good: why, and what to do, can be read whole, once', async () => {
    const { stage, hub } = await twoSessions();
    hub.connect({ state: 'error', since: 0, attempt: 1, reason, remedy });
    await stage.pass();
    const read = stage.text().replace(/[│\s]+/g, ' ');
    expect(read).toContain(reason);
    expect(read).toContain(remedy);
    expect(stage.text()).toMatch(/● 0 {2}◌ 0 {2}✖ 2/);
    await stage.pass(1_500);
    await stage.press('Enter');
    expect(stage.bench.overlay).toBeUndefined();
    hub.connect({ state: 'error', since: 0, attempt: 1, reason, remedy });
    await stage.pass();
    expect(stage.bench.overlay).toBeUndefined();
  });
});
