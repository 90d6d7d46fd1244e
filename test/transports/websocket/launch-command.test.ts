import { describe, expect, it } from 'vitest';
import { IrisError, type LaunchSpec, type Remote } from '../../../src/core/index.ts';
import { systemClock } from '../../../src/protocol/index.ts';
import { createTransport, FarHubs } from '../../../src/transports/index.ts';

const nowhere = (): never => {
  throw new IrisError('unreachable', 'nothing is dialed here');
};
const farHubs = new FarHubs({
  clock: systemClock,
  version: '0.1.0',
  clientId: 'here',
  addressOf: nowhere,
  open: nowhere,
  onError: nowhere,
});

function commandOf(remote: Remote, command: readonly string[], session?: string): readonly string[] {
  const mirror = { agent: 'shell', name: 'train', key: 's1', ...(session === undefined ? {} : { session }) };
  const launch: LaunchSpec = { command, cwd: '~', env: {}, mode: 'pty', cols: 80, rows: 24, remote, mirror };
  return createTransport(remote.kind, launch, { hub: '/hub.sock', env: {}, farHubs }).launchCommand;
}

describe('the command line of a session of another hub', () => {
  it('is, of one that is kept on its machine, that of a plain one', () => {
    const remote = { kind: 'openssh', words: ['gpu-01'], options: { port: 4823, identity: '~/.ssh/id' } } as const;
    const kept = { ...remote, options: { ...remote.options, persist: 'auto' } } as const;
    const plain = commandOf(remote, ['bash']);
    expect(plain.slice(0, 2)).toEqual(['ssh', '-tt']);
    expect(plain.slice(-2)).toEqual(['gpu-01', 'bash']);
    expect(commandOf(kept, ['bash'])).toEqual(plain);
    expect(commandOf(kept, ['bash'], 'far1')).toEqual(plain);
    const exec = { kind: 'exec', words: ['docker', 'exec', '-i', 'web'], options: { persist: true } } as const;
    expect(commandOf(exec, ['bash'])[0]).toBe('docker');
  });

  it('is, of a hub that is known, what goes to the session there, or starts one', () => {
    const remote = {
      kind: 'websocket',
      hub: { kind: 'known', name: 'office' },
      words: ['hub', 'office'],
      options: {},
    } as const;
    expect(commandOf(remote, ['bash']).join(' ')).toBe('iris-tui new --hub office -- bash');
    expect(commandOf(remote, []).join(' ')).toBe('iris-tui new --hub office');
    expect(commandOf(remote, ['bash'], 'far1').join(' ')).toBe('iris-tui attach far1 --hub office');
  });
});
