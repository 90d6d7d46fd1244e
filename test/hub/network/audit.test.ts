import { afterEach, describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../../src/core/index.ts';
import { closeAll } from '../support/index.ts';
import { type ListeningHub, listeningHub } from '../support/listening.ts';

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
