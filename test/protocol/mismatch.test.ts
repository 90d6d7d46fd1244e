import { expect, test } from 'vitest';
import { closeName, versionMismatch } from '../../src/protocol/index.ts';

test('a mismatch says which side is older and what to do', () => {
  const old = { protocol: 1, software: 'iris-tui/0.1.0' };
  const young = { protocol: 2, software: 'iris-tui/0.9.0' };
  expect(versionMismatch(old, { ...old, software: 'iris-tui/0.1.7' })).toBeUndefined();
  const hubOlder = versionMismatch(young, old)!;
  expect(hubOlder.code).toBe('version-mismatch');
  expect(hubOlder.line).toContain('the hub is older');
  expect(hubOlder.line).toContain('iris-tui hub stop');
  const clientOlder = versionMismatch(old, young)!;
  expect(clientOlder.line).toContain('the client is older');
  expect(clientOlder.line).toContain('iris-tui/0.9.0');
});

test('close codes have names', () => {
  expect(closeName(4001)).toBe('version-mismatch');
  expect(closeName(1006)).toBe('cut');
  expect(closeName(4999)).toBe('4999');
});
