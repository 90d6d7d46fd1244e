import { localTransport } from '../../../src/transports/index.ts';
import { describeTransport } from '../../contract/transport.ts';

const HUB = '/run/iris-tui-test.sock';
for (const mode of ['pty', 'pipes'] as const) {
  describeTransport(`a local process with ${mode === 'pty' ? 'a terminal' : 'pipes'}`, mode, (launch, sessionId) =>
    localTransport({ ...launch, env: { ...launch.env, IRIS_HUB: HUB } }, { sessionId, hub: HUB }),
  );
}
