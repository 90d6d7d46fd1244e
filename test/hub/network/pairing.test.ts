import { afterEach, describe, expect, it } from 'vitest';
import type { HubCommandArgs, SessionHost } from '../../../src/core/index.ts';
import type { HubOptions } from '../../../src/hub/index.ts';
import { closeAll, folder, onlineClient, openHub } from '../support/index.ts';
import { Device, urlOf } from '../support/network.ts';

afterEach(closeAll);

async function listening(options: Partial<HubOptions> = {}) {
  const running = await openHub(folder(), '0.1.0', { network: { listen: '127.0.0.1:0', required: true }, ...options });
  return { ...running, owner: await onlineClient(running.socket), url: urlOf(running.hub) };
}

const invite = async (owner: SessionHost, wanted: HubCommandArgs<'pair.create'> = {}): Promise<string> =>
  (await owner.command('pair.create', wanted)).code;

describe('pairing', () => {
  it('gives a device its tokens, and it gets in', async () => {
    const { owner, url } = await listening();
    const device = new Device(url);
    const answer = await device.pair(await invite(owner, { role: 'owner' }));
    expect(answer.status, answer.text).toBe(200);
    const peer = await device.peer();
    const welcome = await peer.welcome();
    expect(welcome.you).toEqual({ name: 'laptop', role: 'owner' });
    expect((await device.command('hub.status')).json.result.url).toBe(url);
  });
});
