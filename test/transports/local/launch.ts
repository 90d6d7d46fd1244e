import type { LaunchSpec, Transport } from '../../../src/core/index.ts';
import { localTransport } from '../../../src/transports/index.ts';

export const HUB = '/run/iris-tui-test.sock';

export function local(launch: LaunchSpec, sessionId: string): Transport {
  return localTransport({ ...launch, env: { ...launch.env, IRIS_HUB: HUB } }, { sessionId, hub: HUB });
}
