import { describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG } from '../../src/cli/config/index.ts';
import { durationOf, lifeOf, sinceOf } from '../../src/cli/duration.ts';
import { cardOptions, flagWords, networkFlags, networkOptions } from '../../src/cli/network-options.ts';
import { pendingConfig } from '../../src/cli/pending-config.ts';
import { qrLines } from '../../src/cli/qr-lines.ts';

describe('what the command line says of the network', () => {
  it('goes before the config, and comes through to a hub in the background', () => {
    const flags = networkFlags(
      { listen: '0.0.0.0:1', cert: 'a.pem', key: '/k.pem', names: 'hub.example.com, 10.0.0.9' },
      '/work',
    );
    expect(flagWords(flags)).toEqual([
      '--listen',
      '0.0.0.0:1',
      '--cert',
      '/work/a.pem',
      '--key',
      '/k.pem',
      '--names',
      'hub.example.com,10.0.0.9',
    ]);
    // On the card of a hub, for the one that takes its place.
    expect(networkFlags(cardOptions(flags), '/')).toEqual(flags);
    expect(flagWords(networkFlags({ listen: '127.0.0.1:1', insecure: true }, '/'))).toContain('--insecure');
    const config = { listen: '127.0.0.1:2', names: ['office'], cert: '/c', key: '/d' };
    expect(networkOptions(flags, config, false)).toEqual({
      listen: '0.0.0.0:1',
      cert: '/work/a.pem',
      key: '/k.pem',
      names: ['hub.example.com', '10.0.0.9'],
      required: true,
    });
    expect(networkOptions({}, config, true)).toMatchObject({ cert: '/c', names: ['office'], required: false });
    expect(networkOptions({}, config, false)).toMatchObject({ required: true });
    expect(networkOptions({}, {}, false)).toBeUndefined();
  });

  it('is refused where it is half', () => {
    expect(() => networkFlags({ cert: 'a.pem' }, '/')).toThrow('--cert and --key go together');
    expect(() => networkFlags({ cert: 'a', key: 'b', insecure: true }, '/')).toThrow('--insecure leaves TLS out');
    expect(() => networkOptions({ insecure: true }, {}, false)).toThrow('none is named');
  });
});

describe('what counts only from the next start of a hub', () => {
  const config = (hub: object) => ({ ...DEFAULT_CONFIG, hub });
  it('is told by its names, all but what the command line says', () => {
    const listens = config({ listen: 'a:1' });
    expect(pendingConfig(listens, config({ listen: 'a:1' }), {})).toBeUndefined();
    expect(pendingConfig(listens, config({ listen: 'a:2', names: ['b'] }), {})).toBe(
      'hub.listen, hub.names were changed, and count from the next start of the hub',
    );
    expect(pendingConfig(listens, config({}), {})).toMatch(/^hub\.listen was changed/);
    expect(pendingConfig(listens, config({ listen: 'a:2' }), { listen: 'c:3' })).toBeUndefined();
    const longer = { ...listens, settings: { ...listens.settings, scrollbackLines: 5 } };
    expect(pendingConfig(listens, longer, {})).toMatch(/^settings\.scrollbackLines was changed/);
    // Read whenever it is written.
    expect(pendingConfig(listens, { ...listens, settings: { ...listens.settings, hooks: true } }, {})).toBeUndefined();
  });
});

describe('times', () => {
  it('are durations with a unit, or dates', () => {
    expect([durationOf('90s', '-'), durationOf('2h', '-'), durationOf('1w', '-')]).toEqual([
      90_000, 7_200_000, 604_800_000,
    ]);
    for (const wrong of ['', '2', '0m', '-1h', '2 hours', '1.5h'])
      expect(() => durationOf(wrong, '--expires')).toThrow();
    expect(lifeOf('3660d', '--expires')).toBe(3_660 * 86_400_000);
    expect(() => lifeOf('1000000d', '--expires')).toThrow('--expires: at most 10 years');
    expect(sinceOf('1h', '-', 10_000_000)).toBe(6_400_000);
    expect(sinceOf('2026-03-01T14:00:00Z', '-', 0)).toBe(Date.UTC(2026, 2, 1, 14));
    expect(sinceOf('2026-03-01', '-', 0)).toBe(new Date(2026, 2, 1).getTime());
    expect(() => sinceOf('yesterday', '--since', 0)).toThrow('--since takes');
  });
});

describe('the picture of a command', () => {
  it('is as wide as it says, black on white where there are colours', () => {
    const plain = qrLines('iris-tui pair https://office:4747', { colour: false });
    expect(new Set(plain.lines.map((line) => [...line].length))).toEqual(new Set([plain.width]));
    expect(plain.lines.join('')).toMatch(/^[ █▀▄]+$/);
    const coloured = qrLines('iris-tui pair https://office:4747', { colour: true });
    expect(coloured.lines[5]).toMatch(/^\u001b\[30;107m[ █▀▄]+\u001b\[0m$/);
    // The border is light, and the first corner dark.
    expect(coloured.lines[0]).toContain(`${' '.repeat(plain.width)}`);
    expect(coloured.lines[1]).toContain('m  █▀▀▀▀▀█');
  });
});
