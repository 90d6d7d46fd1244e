import type { SessionHost, SessionInfo } from '../../../src/core/index.ts';
import type { HubOptions } from '../../../src/hub/index.ts';
import { ChaosProxy, waitUntil } from '../../support/index.ts';
import { closeLater, folder, onlineClient, openHub } from './index.ts';
import { Known } from './known.ts';
import { listeningHub } from './listening.ts';

/** A hub that listens, and one behind a firewall that knows it as `office` and is known there as `laptop`. */
export async function runnerStage(options: Partial<HubOptions> = {}, officeOptions: Partial<HubOptions> = {}) {
  const office = await listeningHub(officeOptions);
  const port = Number(new URL(office.url).port);
  const between = await ChaosProxy.open({ to: { port } });
  closeLater(() => between[Symbol.asyncDispose]());
  const place = folder();
  const known = new Known(place);
  await known.pair(office, 'office', 'laptop', { runner: true }, between.port);
  const laptop = await openHub(place, '0.1.0', { farHubs: known.farHubs, ...options });
  /** The office is started again, on the same port. `whileDown`: what happens before. */
  const restarted = async (whileDown?: () => Promise<unknown>) => {
    await office.hub.stop();
    await whileDown?.();
    return listeningHub({ ...officeOptions, network: { listen: `127.0.0.1:${port}`, required: true } }, office);
  };
  return { office, laptop, between, known, restarted, here: await onlineClient(laptop.socket), there: office.owner };
}

/** Connected, with its process known. */
export function live(host: SessionHost, name: string): Promise<SessionInfo> {
  const found = () => host.sessions.find((one) => one.name === name && one.process.pid !== undefined);
  return waitUntil(found, `${name} is live`, {
    detail: () => JSON.stringify(host.sessions.map((s) => [s.name, s.connection, s.process])),
  });
}
