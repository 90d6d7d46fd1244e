import { afterEach, describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../../src/core/index.ts';
import { systemClock } from '../../../src/protocol/index.ts';
import { closeAll, folder } from '../support/index.ts';
import { type ListeningHub, listeningHub, MovedClock } from '../support/listening.ts';

afterEach(closeAll);

async function ofLaptop({ owner }: ListeningHub): Promise<(readonly (string | undefined)[])[]> {
  const { records } = await owner.command('audit.list', {});
  const own = records.filter(({ who, action }) => who.name === 'laptop' && !['pair', 'login'].includes(action));
  return own.map(({ action, outcome, sessionName, detail }: AuditEntry) => [action, outcome, sessionName, detail]);
}

describe('what a remote owner did', () => {
  it('can be read when the session is gone: its name, and the program without its arguments', async () => {
    const hub = await listeningHub();
    const device = await hub.paired({ role: 'owner' });
    const started = await device.command('session.new', {
      name: 'audited',
      command: ['sh', '-c', 'sleep 99 # s3cret'],
    });
    await device.command('session.send', { session: 'audited', text: 's3cret' });
    await device.command('session.rename', { session: 'audited', name: 'other' });
    await device.command('session.kill', { session: 'other' });
    await device.command('session.new', { name: 'next', command: ['API_KEY=s3cret'] });
    await device.command('session.new', { command: ['cat /s3cret'] });
    await device.command('team.up', { teams: ['none'] });
    expect(await ofLaptop(hub)).toEqual([
      ['session.new', 'ok', 'audited', 'sh and 2 arguments'],
      ['session.send', 'ok', 'audited', undefined],
      ['session.rename', 'ok', 'audited', 'is other'],
      ['session.kill', 'ok', 'other', undefined],
      ['session.new', 'failed', undefined, expect.stringMatching(/^API_KEY …: API_KEY … was not found in /)],
      ['session.new', 'failed', undefined, expect.stringMatching(/^cat …: there is no program .*cat …$/)],
      ['team.up', 'failed', undefined, expect.stringMatching(/^none: /)],
    ]);
    const { records } = await hub.owner.command('audit.list', {});
    expect(records.find(({ action }) => action === 'session.new')?.session).toBe(started.json.result.id);
    expect(JSON.stringify(records)).not.toContain('s3cret');
  });

  it('tells two of one kind apart, and what did not work', async () => {
    const hub = await listeningHub();
    const device = await hub.paired({ role: 'owner' });
    for (const name of ['one', 'two']) await device.command('session.new', { name, command: ['sleep', '60'] });
    await device.command('session.rename', { session: 'one', name: 'two' });
    await device.command('client.revoke', { client: 'nobody' });
    expect(await ofLaptop(hub)).toEqual([
      ['session.new', 'ok', 'one', 'sleep and 1 argument'],
      ['session.new', 'ok', 'two', 'sleep and 1 argument'],
      ['session.rename', 'failed', 'one', expect.stringMatching(/^is two: a session is named "two" already/)],
      ['client.revoke', 'failed', undefined, 'nobody: there is no device nobody'],
    ]);
  });

  it('has a row each time, of the same as well; of very many in a minute one together, with how many', async () => {
    const clock = new MovedClock(systemClock, { held: true });
    const place = folder();
    const hub = await listeningHub({ clock }, place);
    const device = await hub.paired({ role: 'owner' });
    for (const name of ['one', 'two']) await device.command('session.new', { name, command: ['sleep', '60'] });
    for (let i = 0; i < 4; i++) await device.command('session.restart', { session: 'one' });
    const restarts = async (of = hub) => (await ofLaptop(of)).filter(([action]) => action === 'session.restart');
    expect(await restarts()).toEqual(Array(4).fill(['session.restart', 'ok', 'one', undefined]));
    for (let i = 0; i < 38; i++) await device.command('session.restart', { session: 'one' });
    expect(await restarts()).toHaveLength(30);
    clock.advance(60_000);
    expect((await restarts()).slice(30)).toEqual([['session.restart', 'ok', 'one', '×12']]);
    // The next minute; and a hub that stops tells what it has gathered.
    for (let i = 0; i < 32; i++) await device.command('session.restart', { session: i % 2 === 0 ? 'one' : 'two' });
    expect(await restarts()).toHaveLength(61);
    await hub.hub.stop();
    expect((await restarts(await listeningHub({}, place))).slice(61)).toEqual([
      ['session.restart', 'ok', undefined, '×2'],
    ]);
  });

  it('an invitation is told with its end and its name, a device with its id', async () => {
    const { owner, paired } = await listeningHub();
    const device = await paired({ role: 'typer', name: 'zoe', expiresInMs: 3_600_000 });
    await owner.command('client.revoke', { client: 'zoe' });
    const { records } = await owner.command('audit.list', {});
    expect(records.flatMap(({ who, action, detail }) => (who.kind === 'local' ? [`${action} ${detail}`] : []))).toEqual(
      ['pair.create typer for 1h as zoe', `client.revoke zoe (${device.id.slice(0, 8)})`],
    );
  });
});
