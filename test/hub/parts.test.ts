import { existsSync, readFileSync, statSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { IrisError } from '../../src/core/index.ts';
import { openHubLog } from '../../src/hub/index.ts';
import { InputLedger, type SettledInput } from '../../src/hub/input-ledger.ts';
import { RotatingFile } from '../../src/hub/log-file.ts';
import { bounded, compilePattern } from '../../src/hub/pattern.ts';
import { CLOSE } from '../../src/protocol/index.ts';
import { closeAll, eventually, folder, onlineClient, openHub } from './support/index.ts';
import { RawPeer } from './support/raw.ts';

afterEach(closeAll);

describe('the input ledger', () => {
  test('takes each number once for each program and session, and never an older one', () => {
    const ledger = new InputLedger();
    const fates = [1, 2, 2, 1, 3].map((n) => ledger.take('a', 's', n)?.kind);
    expect(fates).toEqual([undefined, undefined, 'done', 'done', undefined]);
    expect(ledger.take('b', 's', 1)).toBeUndefined();
    expect(ledger.take('a', 't', 1)).toBeUndefined();
  });

  test('knows what is held, and what became of it, and tells neighbours together', async () => {
    const told: SettledInput[] = [];
    const ledger = new InputLedger((settled) => told.push(settled));
    const error = new IrisError('conflict', 'started again');
    for (const n of [1, 2, 3, 4]) {
      ledger.take('a', 's', n);
      ledger.hold('a', 's', n);
    }
    expect(ledger.take('a', 's', 3)).toEqual({ kind: 'held' });
    ledger.settle('a', 's', 1, undefined);
    for (const n of [2, 3, 4]) ledger.settle('a', 's', n, error);
    await Promise.resolve();
    const refused = { code: 'conflict', message: 'started again' };
    expect(told).toMatchObject([
      { clientId: 'a', sessionId: 's', from: 1, to: 1 },
      { clientId: 'a', sessionId: 's', from: 2, to: 4, refused },
    ]);
    expect(told[0]).not.toHaveProperty('refused');
    // Whoever missed it asks again, and hears the same.
    expect(ledger.take('a', 's', 1)).toEqual({ kind: 'done' });
    expect(ledger.take('a', 's', 3)).toMatchObject({ kind: 'refused', failure: refused });
  });

  test('forgets those that were silent for longest when there are too many', () => {
    const ledger = new InputLedger();
    ledger.take('old', 's', 5);
    ledger.take('busy', 's', 1);
    for (let i = 0; i < 4_095; i++) {
      ledger.take(`c${i}`, 's', 1);
      ledger.take('busy', 's', i + 2);
    }
    expect(ledger.take('busy', 's', 4_096)).toEqual({ kind: 'done' });
    expect(ledger.take('old', 's', 5)).toBeUndefined();
  });
});

describe('a pattern from outside', () => {
  test('that would never end is stopped, one that only works for long is not', () => {
    const text = `${'a'.repeat(40)}!`;
    expect(() => bounded(20, () => compilePattern('^(a+)+$').exec(text))).toThrow('takes too long');
    expect(bounded(20, () => compilePattern('a!').exec(text)?.index)).toBe(39);
    expect(() => compilePattern('(')).toThrow('not a regular expression');
    // What fails by itself fails as it is.
    expect(() =>
      bounded(20, () => {
        throw new Error('own');
      }),
    ).toThrow('own');
  });
});

describe('the log of the hub', () => {
  test('is moved aside at its size, and so many files are kept', () => {
    const { path } = folder();
    const file = new RotatingFile(`${path}/log`, 100, 3);
    for (let i = 0; i < 50; i++) file.write(`line ${i} of the log\n`);
    expect(readFileSync(`${path}/log`, 'utf8')).toContain('line 49');
    for (const name of ['log', 'log.1', 'log.2']) expect(statSync(`${path}/${name}`).size).toBeLessThanOrEqual(100);
    expect(existsSync(`${path}/log.3`)).toBe(false);
    // A file that was there goes on where it was.
    new RotatingFile(`${path}/log`, 100, 3).write(`${'x'.repeat(90)}\n`);
    expect(readFileSync(`${path}/log.1`, 'utf8')).toContain('line 49');
  });

  test('never holds what was typed, environments or tokens, whoever passes them', async () => {
    const { path } = folder();
    const log = openHubLog(path);
    log.info('first', { env: { A: 'secret-1' }, args: { text: 'secret-2', token: 'secret-3' }, keys: ['secret-4'] });
    await log.flush();
    log.warn('later', { args: { env: { B: 'secret-5' } }, session: 'visible' });
    const text = readFileSync(`${path}/hub.log`, 'utf8');
    expect(text).not.toContain('secret');
    expect(text).toContain('visible');
    expect(text.match(/redacted/g)).toHaveLength(5);
  });

  test('of a folder that is gone stops nobody', () => {
    new RotatingFile('/tmp/no/such/folder/log').write('lost\n');
  });
});

test('[H36] a hub that is sent 2,000 broken messages on many links lives on, and each refusal has its code', async () => {
  const { socket } = await openHub();
  const codes = new Set<number>();
  let seed = 7;
  const below = (n: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % n;
  };
  const good = '{"type":"control","sessionId":"s","ts":1,"payload":{"op":"attach","stream":1,"mode":"screen"}}';
  for (let link = 0; link < 20; link++) {
    const peer = link % 2 === 0 ? await RawPeer.open(socket) : await RawPeer.join(socket, `c${link}`);
    for (let i = 0; i < 100; i++) {
      const bytes = Buffer.from(good);
      for (let e = 0; e <= below(3); e++) bytes[below(bytes.length)] = 32 + below(90);
      if (peer.ws.readyState === peer.ws.OPEN) peer.send(below(4) === 0 ? bytes : bytes.toString());
    }
    peer.ws.close();
    const { code } = await peer.closes();
    codes.add(code);
  }
  const known = new Set<number>([...Object.values(CLOSE), 1000, 1005]);
  expect([...codes].filter((code) => !known.has(code))).toEqual([]);
  expect(codes.has(CLOSE['bad-message'])).toBe(true);
  const host = await onlineClient(socket);
  await eventually('only this one is left', async () => (await host.command('viewer.list', {})).viewers.length === 1);
});
