import { afterEach, describe, expect, it } from 'vitest';
import { readCode } from '../../../src/hub/auth/secrets.ts';
import { systemClock } from '../../../src/protocol/index.ts';
import { closeAll, errorOf, newSession } from '../support/index.ts';
import { listeningHub, MovedClock } from '../support/listening.ts';
import { Device } from '../support/network.ts';

afterEach(closeAll);

describe('pairing', () => {
  it('gives a device its tokens, and it gets in as what it was invited to be', async () => {
    const { owner, url, hub, invite } = await listeningHub();
    const device = new Device(url);
    const answer = await device.pair(await invite({ role: 'typer' }));
    expect(answer.status, answer.text).toBe(200);
    expect(answer.json).toMatchObject({ grants: [{ session: '*', role: 'typer' }], hub: { id: expect.any(String) } });
    const peer = await device.peer();
    expect((await peer.welcome()).you).toEqual({ name: 'laptop', role: 'typer' });
    const { result } = (await device.command('hub.status')).json;
    expect(result).toMatchObject({ url, listen: url.slice('https://'.length), fingerprint: hub.network.fingerprint });
    const { clients } = await owner.command('client.list', {});
    expect(clients).toMatchObject([
      { id: device.id, name: 'laptop', software: 'test/1', seenFrom: '127.0.0.1', links: 1 },
    ]);
    expect(JSON.stringify(clients)).not.toContain('thumbprint');
    const { records } = await owner.command('audit.list', {});
    expect(records.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      'pair.create ok',
      'pair ok',
      'login ok',
    ]);
  });

  it('knows a device by its key: it keeps its id and gets the new rights beside the old ones', async () => {
    const { owner, url, invite } = await listeningHub();
    const session = await newSession(owner, 'sleep 60');
    const device = new Device(url);
    const first = await device.pair(await invite());
    const again = await device.pair(await invite({ session: session.id, role: 'typer' }));
    expect(again.json.deviceId).toBe(first.json.deviceId);
    expect(again.json.grants).toEqual([
      { session: '*', role: 'viewer' },
      { session: session.id, name: session.name, role: 'typer' },
    ]);
    expect((await owner.command('client.list', {})).clients).toHaveLength(1);
  });

  it('a runner is told apart from an owner wherever its rights are told, and gets no role beside', async () => {
    const { owner, url, invite } = await listeningHub();
    expect(await owner.command('pair.create', { runner: true })).toMatchObject({ role: 'runner' });
    for (const more of [{ role: 'owner' as const }, { session: (await newSession(owner, 'cat')).id }]) {
      expect((await errorOf(owner.command('pair.create', { runner: true, ...more }))).code).toBe('usage');
    }
    const answer = await new Device(url).pair(await invite({ runner: true }));
    expect(answer.json.grants).toEqual([{ session: '+', role: 'runner' }]);
    expect((await owner.command('client.list', {})).clients[0]?.grants).toEqual([{ session: '+', role: 'runner' }]);
    const { records } = await owner.command('audit.list', {});
    const paired = records.find(({ action }) => action === 'pair');
    expect(paired?.detail).toBe('runner, invited by local');
    expect(paired).not.toHaveProperty('session');
  });

  it('gives no two devices one name: a number is added, and a rename is refused', async () => {
    const { owner, paired } = await listeningHub();
    await paired();
    const second = await paired();
    const names = async () => (await owner.command('client.list', {})).clients.map(({ name }) => name);
    expect(await names()).toEqual(['laptop', 'laptop-2']);
    const taken = await errorOf(owner.command('client.rename', { client: second.id, name: 'laptop' }));
    expect(taken.line).toBe('another device is called laptop: choose another name');
    expect(await owner.command('client.rename', { client: second.id, name: 'laptop-2' })).toMatchObject({
      name: 'laptop-2',
    });
    await owner.command('client.rename', { client: second.id, name: 'tablet' });
    expect(await names()).toEqual(['laptop', 'tablet']);
    // As somebody of another hub is called.
    const slash = await errorOf(owner.command('client.rename', { client: second.id, name: 'a b/c' }));
    expect(slash.line).toBe('name: may have no slash, as people of other hubs have one: HUB/NAME');
    await paired({}, 'a b/c');
    expect(await names()).toEqual(['laptop', 'tablet', 'a b-c']);
  });

  it('reads codes as people type them', () => {
    expect(readCode(' oabc-defg hjkm-npq1 ')).toBe('0ABCDEFGHJKMNPQ1');
    expect(readCode('IABC-DEFG-HJKM-NPQL')).toBe('1ABCDEFGHJKMNPQ1');
    expect(readCode('UABC-DEFG-HJKM-NPQR')).toBeUndefined();
    expect(readCode('0ABC-DEFG')).toBeUndefined();
  });

  it('[A16] of 20 that redeem one code at once, one succeeds', async () => {
    const { owner, url, invite } = await listeningHub();
    const code = await invite();
    // From addresses of their own: it is the code that is looked at here, not who tries too often.
    const devices = Array.from({ length: 20 }, (_, i) => new Device(url, `127.0.1.${i + 1}`));
    const answers = await Promise.all(devices.map((device) => device.pair(code)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(19);
    expect((await owner.command('client.list', {})).clients).toHaveLength(1);
  });

  it('[A17] expired, used and unknown codes are answered alike, and the sixth failure of an address is 429', async () => {
    const clock = new MovedClock(systemClock);
    const { url, invite } = await listeningHub({ clock });
    const used = await invite();
    expect((await new Device(url, '127.0.0.9').pair(used)).status).toBe(200);
    const expired = await invite();
    clock.movedMs += 5 * 60_000;
    const at = (from: string): Device => Object.assign(new Device(url, from), { wall: () => clock.wall() });
    const from = '127.0.0.2';
    const tried = [];
    for (const code of [used, expired, '0000-0000-0000-0000', 'no code at all', used]) {
      tried.push(await at(from).pair(code));
    }
    expect(tried.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400]);
    expect(new Set(tried.map(({ text }) => text)).size).toBe(1);
    const headers = tried.map((one) => ({
      ...one.headers,
      date: '',
      'x-ratelimit-remaining': '',
      'x-ratelimit-reset': '',
    }));
    expect(new Set(headers.map((one) => JSON.stringify(one))).size).toBe(1);
    const sixth = await at(from).pair('0000-0000-0000-0000');
    expect(sixth.status).toBe(429);
    expect(Number(sixth.headers['retry-after'])).toBeGreaterThan(0);
    // A right code does not help that address now, and is not used up by it; another address gets in.
    const good = await invite();
    expect((await at(from).pair(good)).status).toBe(429);
    expect((await at('127.0.0.3').pair(good)).status).toBe(200);
    clock.movedMs += 10 * 60_000;
    expect((await at(from).pair(await invite())).status).toBe(200);
  });

  it('makes at most some dozens of codes at once', async () => {
    const { invite } = await listeningHub();
    const codes = await Promise.allSettled(Array.from({ length: 60 }, () => invite()));
    expect(codes.filter(({ status }) => status === 'fulfilled')).toHaveLength(48);
  });
});
