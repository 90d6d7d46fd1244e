import { expect, test } from 'vitest';
import { describe as tell } from '../../src/client/describe.ts';
import {
  type HostConnection,
  IrisError,
  RECONNECT_POLICY,
  type ReconnectEvent,
  type ReconnectState,
  reconnectStep,
} from '../../src/core/index.ts';

test('a hub is away since it was lost, however often it was tried meanwhile', () => {
  const bootedAt = 1_700_000_000_000;
  let at = 0;
  const clock = { now: () => at, wall: () => bootedAt + at, after: () => ({ cancel: () => {} }) };
  let state: ReconnectState = { name: 'stopped' };
  let told: HostConnection | undefined;
  const step = (event: ReconnectEvent): HostConnection => {
    state = reconnectStep(state, event, at, () => 0.5, RECONNECT_POLICY);
    told = tell(state, told, clock);
    return told;
  };
  const lost: ReconnectEvent = { type: 'lost', reason: new IrisError('hub-unreachable', 'gone'), permanent: false };
  step({ type: 'start' });
  at = 1_000;
  expect(step({ type: 'connected' })).toMatchObject({ state: 'online', since: bootedAt + 1_000 });
  at = 60_000;
  const lostAt = bootedAt + 60_000;
  expect(step(lost)).toMatchObject({ state: 'offline', since: lostAt });
  for (const seconds of [61, 64, 70, 90]) {
    at = seconds * 1_000;
    expect(step({ type: 'due' })).toMatchObject({ state: 'connecting', since: lostAt });
    at += 500;
    expect(step(lost)).toMatchObject({ state: 'offline', since: lostAt });
  }
  step({ type: 'due' });
  at = 100_000;
  expect(step({ type: 'connected' })).toMatchObject({ state: 'online', since: bootedAt + 100_000 });
  at = 200_000;
  expect(step(lost).since).toBe(bootedAt + 200_000);
});
