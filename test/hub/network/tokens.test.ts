import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/protocol/index.ts';
import { closeAll, eventually, folder, newSession, onlineClient } from '../support/index.ts';
import { listeningHub, MovedClock } from '../support/listening.ts';
import { ask, Device, streamPeer } from '../support/network.ts';

afterEach(closeAll);

const MINUTE_MS = 60_000;

describe('tokens of a device', () => {
  it('[A19] a lost answer to a refresh is asked for again by the same key within 60 s, also of a hub that was started again', async () => {
    const clock = new MovedClock(systemClock);
    const place = folder();
    const first = await listeningHub({ clock }, place);
    const device = await first.paired();
    const lost = (await device.refresh()).json;
    clock.movedMs += 30_000;
    const again = (await device.refresh()).json;
    expect(again).toEqual(lost);
    await first.hub.stop();
    const second = await listeningHub(
      { clock, network: { listen: `127.0.0.1:${new URL(first.url).port}`, required: true } },
      place,
    );
    expect((await device.refresh()).json).toEqual(lost);
    Object.assign(device.tokens, lost);
    expect((await device.command('hub.status')).status).toBe(200);
    // What follows from the successor works as well.
    expect((await device.refresh()).status).toBe(200);
    expect((await second.owner.command('client.list', {})).clients).toHaveLength(1);
  });

  it('[A19] a refresh token that comes again after 60 s revokes all that followed from its pairing, streams included', async () => {
    const clock = new MovedClock(systemClock);
    const { owner, paired } = await listeningHub({ clock });
    const device = await paired({ role: 'owner' });
    const old = device.tokens.refreshToken;
    const fresh = (await device.refresh()).json;
    Object.assign(device.tokens, fresh);
    const peer = await device.peer();
    await peer.welcome();
    clock.movedMs += MINUTE_MS;
    expect((await device.refresh(old)).status).toBe(401);
    expect(await peer.closes()).toMatchObject({ code: 4003 });
    expect((await device.refresh(fresh.refreshToken)).status).toBe(401);
    expect((await device.command('hub.status')).status).toBe(401);
    const { records } = await owner.command('audit.list', {});
    expect(records.find(({ action, outcome }) => action === 'refresh' && outcome === 'refused')).toMatchObject({
      who: { id: device.id },
      detail: expect.stringContaining('replaced before'),
    });
  });

  it('goes on with the access token before until it has run out: another program of the device may use it', async () => {
    const clock = new MovedClock(systemClock);
    const { paired } = await listeningHub({ clock });
    const device = await paired();
    const before = device.tokens.accessToken;
    Object.assign(device.tokens, (await device.refresh()).json);
    expect((await device.post('/api/commands/hub.status', {}, before)).status).toBe(200);
    expect((await device.command('hub.status')).status).toBe(200);
    clock.movedMs += 15 * MINUTE_MS;
    // Proofs are of the time of the device.
    const iat = Math.floor(clock.wall() / 1000);
    expect((await device.post('/api/commands/hub.status', {}, before, { iat })).status).toBe(401);
  });

  it('[A20] a stolen refresh token is refused without the key, and the owner of the key goes on', async () => {
    const { owner, url, paired } = await listeningHub();
    const device = await paired();
    const thief = new Device(url);
    const stolen = await thief.refresh(device.tokens.refreshToken);
    expect(stolen.status).toBe(401);
    expect(
      (await ask(`${url}/api/clients/refresh`, { method: 'POST', body: { refreshToken: device.tokens.refreshToken } }))
        .status,
    ).toBe(401);
    expect((await thief.post('/api/clients/session', undefined, device.tokens.accessToken)).status).toBe(401);
    expect((await thief.post('/api/commands/hub.status', {}, device.tokens.accessToken)).status).toBe(401);
    const bare = await ask(`${url}/api/commands/hub.status`, {
      method: 'POST',
      body: {},
      headers: { authorization: `Bearer ${device.tokens.accessToken}` },
    });
    expect(bare.status).toBe(401);
    const token = await device.sessionToken();
    const peer = await streamPeer(url, { method: 'token', token, proof: await thief.streamProof(token) });
    expect(await peer.closes()).toMatchObject({ code: 4003 });
    const without = await streamPeer(url, { method: 'token', token });
    expect(await without.closes()).toMatchObject({ code: 4003 });
    expect((await device.refresh()).status).toBe(200);
    const { records } = await owner.command('audit.list', {});
    expect(records.some(({ detail }) => detail === 'the token of another device')).toBe(true);
  });

  it('[A20] a proof that was used, is stale, is for another address, method or token, is refused', async () => {
    const { url, paired } = await listeningHub();
    const device = await paired();
    const { accessToken } = device.tokens;
    const path = '/api/commands/hub.status';
    const statusOf = async (wishes: Parameters<Device['proof']>[0]): Promise<number> =>
      (await device.post(path, {}, accessToken, wishes)).status;
    const now = Math.floor(Date.now() / 1000);
    expect(await statusOf({ jti: 'once' })).toBe(200);
    expect(await statusOf({ jti: 'once' })).toBe(401);
    expect(await statusOf({ iat: now - 330 })).toBe(401);
    expect(await statusOf({ iat: now + 330 })).toBe(401);
    expect(await statusOf({ iat: now - 240 })).toBe(200);
    expect(await statusOf({ htu: `${url}/api/clients/session` })).toBe(401);
    expect(await statusOf({ htu: `https://elsewhere.example${path}` })).toBe(401);
    expect(await statusOf({ htu: `http://127.0.0.1:${new URL(url).port}${path}` })).toBe(401);
    expect(await statusOf({ htm: 'GET' })).toBe(401);
    expect(await statusOf({ token: 'another' })).toBe(401);
    expect(await statusOf({ jti: 'x'.repeat(200) })).toBe(401);
    const proof = await device.proof({ htu: url + path, token: accessToken });
    const post = (dpop: string): Promise<number> =>
      ask(url + path, { method: 'POST', body: {}, headers: { dpop, authorization: `DPoP ${accessToken}` } }).then(
        ({ status }) => status,
      );
    expect(await post(`${proof}, ${proof}`)).toBe(401);
    expect(await post(`${proof.slice(0, -4)}AAAA`)).toBe(401);
    expect(await post(proof)).toBe(200);
  });

  it('a session token is good for one stream, and for a minute', async () => {
    const clock = new MovedClock(systemClock);
    const { hub, paired } = await listeningHub({ clock });
    const device = await paired();
    const token = await device.sessionToken();
    await (await device.peerWith(token, await device.streamProof(token))).welcome();
    const second = await device.peerWith(token, await device.streamProof(token));
    expect(await second.closes()).toMatchObject({ code: 4003 });
    const late = await device.sessionToken();
    clock.movedMs += MINUTE_MS;
    expect(await (await device.peerWith(late, await device.streamProof(late))).closes()).toMatchObject({ code: 4003 });
    // What is none of ours is told apart from one that lacks its proof.
    const strange = await streamPeer(hub.network.url!, { method: 'token', token: 'not-a-token' });
    await strange.closes();
    expect(strange.find('error')?.payload).toMatchObject({ message: expect.stringContaining('no token of this hub') });
    // Nor is any other token of the device.
    const { accessToken } = device.tokens;
    const wrong = await device.peerWith(accessToken, await device.streamProof(accessToken));
    expect(await wrong.closes()).toMatchObject({ code: 4003 });
  });

  it('[A21] revoking a device with 50 sockets closes all of them within 2 s, and nothing of it is good any more', async () => {
    const clock = new MovedClock(systemClock, { held: true });
    const { owner, paired } = await listeningHub({ clock });
    const device = await paired({ role: 'owner' });
    const peers = await Promise.all(Array.from({ length: 50 }, () => device.peer()));
    for (const peer of peers) await peer.welcome();
    // One of them reads nothing: it does not even answer the close.
    peers[0]!.ws.pause();
    await owner.command('client.revoke', { client: 'laptop' });
    // No time of the hub goes by until those that answer are closed, and two seconds of it for the one that does not.
    for (const peer of peers.slice(1)) expect(await peer.closes()).toMatchObject({ code: 4003 });
    clock.advance(2_000);
    await eventually('the hub knows of no link of it', async () => {
      const { viewers } = await owner.command('viewer.list', {});
      return viewers.length === 1;
    });
    expect((await device.refresh()).status).toBe(401);
    expect((await device.command('hub.status')).status).toBe(401);
    expect((await owner.command('client.list', {})).clients).toEqual([]);
    const { records } = await owner.command('audit.list', {});
    expect(records.find(({ action }) => action === 'client.revoke')).toMatchObject({
      who: { kind: 'local' },
      outcome: 'ok',
      detail: expect.stringMatching(/^laptop \([0-9a-f]{8}\)$/),
    });
  });

  it('a device that leaves is forgotten', async () => {
    const { owner, url, paired } = await listeningHub();
    const device = await paired();
    const { accessToken } = device.tokens;
    const proof = await device.proof({ htm: 'DELETE', htu: `${url}/api/clients/self`, token: accessToken });
    const left = await ask(`${url}/api/clients/self`, {
      method: 'DELETE',
      headers: { dpop: proof, authorization: `DPoP ${accessToken}` },
    });
    expect(left.status).toBe(204);
    expect((await owner.command('client.list', {})).clients).toEqual([]);
    expect((await device.refresh()).status).toBe(401);
  });

  it('[A18] neither codes nor tokens stand in the database, its log, or the log of the hub', async () => {
    const place = folder();
    const { owner, hub, url, invite } = await listeningHub({}, place);
    const session = await newSession(owner, 'cat');
    const code = await invite({ role: 'owner' });
    const device = new Device(url);
    await device.pair(code);
    const secrets = [code, code.replaceAll('-', ''), await invite(), ...Object.values(device.tokens)];
    const unused = await invite();
    secrets.push(unused, unused.toLowerCase());
    await new Device(url).pair('ABCD-EFGH-JKMN-PQRS');
    secrets.push('ABCD-EFGH-JKMN-PQRS', 'ABCDEFGHJKMNPQRS');
    const script = await owner.command('token.create', { role: 'typer', session: session.id, expiresInMs: 60_000 });
    secrets.push(script.token);
    const token = await device.sessionToken();
    secrets.push(token);
    await (await device.peerWith(token, await device.streamProof(token))).welcome();
    await (await device.peerWith(token, await device.streamProof(token))).closes();
    Object.assign(device.tokens, (await device.refresh()).json);
    secrets.push(...Object.values(device.tokens).filter((value): value is string => typeof value === 'string'));
    await device.refresh('iris_r_nothing');
    await ask(`${url}/api/clients/stream?token=${script.token}`);
    await ask(`${url}/api/commands/${script.token.slice(0, 60)}`, { method: 'POST', body: {} });
    await ask(`${url}/${script.token}`);
    await (await streamPeer(url, { method: 'token', token: script.token })).welcome();
    expect(await search(place.paths.state, secrets)).toEqual([]);
    await hub.stop();
    expect(await search(place.paths.state, secrets)).toEqual([]);
  });
});

async function search(folderPath: string, secrets: readonly string[]): Promise<string[]> {
  const files = readdirSync(folderPath, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.map(({ name }) => name)).toEqual(expect.arrayContaining(['state.db', 'hub.log']));
  return files.flatMap(({ parentPath, name }) => {
    const text = readFileSync(join(parentPath, name)).toString('latin1');
    return secrets.filter((secret) => secret.length > 8 && text.includes(secret)).map((secret) => `${name}: ${secret}`);
  });
}

describe('tokens of scripts', () => {
  it('do what their role says, on their session, until they are over or taken back', async () => {
    const clock = new MovedClock(systemClock);
    const { owner, url } = await listeningHub({ clock });
    const mine = await newSession(owner, 'cat');
    const other = await newSession(owner, 'cat');
    const { token, id } = await owner.command('token.create', {
      role: 'typer',
      session: mine.name,
      expiresInMs: 3_600_000,
      name: 'ci',
    });
    const run = (name: string, args: unknown) =>
      ask(`${url}/api/commands/${name}`, {
        method: 'POST',
        body: { args },
        headers: { authorization: `Bearer ${token}` },
      });
    const listed = await run('session.list', {});
    expect(listed.json.result.sessions).toMatchObject([{ id: mine.id, role: 'typer' }]);
    expect((await run('session.send', { session: mine.id, text: 'hello' })).status).toBe(200);
    expect((await run('session.send', { session: other.id, text: 'hello' })).status).toBe(404);
    expect((await run('session.kill', { session: mine.id })).status).toBe(403);
    expect((await run('session.seen', { session: mine.id, looking: true })).status).toBe(403);
    expect((await run('no.such', {})).status).toBe(400);
    expect((await owner.command('token.list', {})).tokens).toMatchObject([
      { id, name: 'ci', grants: [{ role: 'typer' }] },
    ]);
    const peer = await streamPeer(url, { method: 'token', token });
    await peer.welcome();
    await owner.command('token.revoke', { token: 'ci' });
    expect(await peer.closes()).toMatchObject({ code: 4003 });
    expect((await run('session.list', {})).status).toBe(401);
    const short = await owner.command('token.create', { expiresInMs: 60_000 });
    clock.movedMs += 60_000;
    expect(await (await streamPeer(url, { method: 'token', token: short.token })).closes()).toMatchObject({
      code: 4003,
    });
  });

  it('are only worth something in the hub that made them, and outlive it', async () => {
    const place = folder();
    const first = await listeningHub({}, place);
    const { token } = await first.owner.command('token.create', {});
    await first.hub.stop();
    const second = await listeningHub({}, place);
    await (await streamPeer(second.url, { method: 'token', token })).welcome();
    expect((await (await onlineClient(second.socket)).command('audit.list', {})).records).toMatchObject([
      { action: 'token.create' },
      { action: 'login' },
    ]);
  });

  it('that ran out while no hub was there are gone when one starts', async () => {
    const clock = new MovedClock(systemClock);
    const place = folder();
    const first = await listeningHub({ clock }, place);
    await first.owner.command('token.create', { expiresInMs: MINUTE_MS });
    await first.hub.stop();
    clock.movedMs += MINUTE_MS;
    const second = await listeningHub({ clock }, place);
    expect((await second.owner.command('token.list', {})).tokens).toEqual([]);
  });
});
