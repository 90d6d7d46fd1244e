import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { seededRandom, waitUntil } from '../../support/index.ts';
import {
  client,
  closeAll,
  eventually,
  newSession,
  onlineClient,
  openChaos,
  openHub,
  Watcher,
} from '../support/index.ts';
import { impatientClient, LogReader } from './exchange.ts';

afterEach(closeAll);

/** Text of two, three and four bytes a letter, and lines of JSON: what a cut in the wrong place would spoil. */
const TEXT = Array.from({ length: 300 }, (_, i) => {
  const json = JSON.stringify({ type: 'assistant', n: i, text: `füße 日本語 👩‍🚀 ${'é'.repeat(i % 40)}` });
  return i % 2 === 0 ? json : `žluťoučký ${i} कुत्ता 🇩🇪`;
}).join('\n');

test('[T2] cut into pieces of 1 to 7 bytes, UTF-8 and lines of JSON arrive byte for byte, both ways', async () => {
  const place = await openHub();
  const proxy = await openChaos(place.socket, { rules: { slice: [1, 7] } });
  const host = client(proxy);
  const sent = `${place.path}/sent`;
  const typed = `${place.path}/typed`;
  writeFileSync(sent, TEXT);
  const size = Buffer.byteLength(TEXT);
  const session = await newSession(
    host,
    `stty raw -echo; echo ready; head -c ${size} > ${typed}; cat ${sent}; echo over; cat`,
  );
  const reader = new LogReader(host, session.id);
  await reader.hears('ready');
  const bytes = Buffer.from(TEXT);
  const random = seededRandom(2);
  for (let at = 0; at < bytes.length; ) {
    const step = 1 + Math.floor(random() * 400);
    reader.watcher.attachment.write(bytes.subarray(at, at + step));
    at += step;
  }
  await reader.hears('over\n');
  expect(readFileSync(typed).equals(bytes)).toBe(true);
  expect(reader.bytes.toString()).toBe(`ready\n${TEXT}over\n`);
  expect(host.connection.state).toBe('online');
});

test('[T3] reset at every frame boundary of a 200-frame exchange: each entry is delivered once, each key typed once', async () => {
  const place = await openHub();
  const direct = await onlineClient(place.socket);
  const proxy = await openChaos(place.socket);
  const session = await newSession(direct, 'stty -echo; echo ready; exec cat');
  const truth = new LogReader(direct, session.id);
  await truth.hears('ready');
  // What the process wrote before it was read is one entry: each is written when the one before it has come.
  for (let i = 1; i <= 170; i++) {
    truth.watcher.type(`entry ${i}\n`);
    await waitUntil(() => truth.watcher.output.endsWith(`entry ${i}\r\n`), `entry ${i}`, { everyMs: 1 });
  }
  expect(truth.seqs.length).toBeGreaterThan(170);
  for (let boundary = 1; boundary <= 200; boundary++) {
    proxy.forNext({ resetAtFrame: boundary });
    const host = impatientClient(proxy);
    const reader = new LogReader(host, session.id);
    const keys = ['a', 'b', 'c', 'd'].map((key) => `${key}${boundary}`);
    await reader.hears('entry 60\r\n');
    for (const key of keys) reader.watcher.type(`${key}\n`);
    await reader.hears(keys.at(-1)!);
    await eventually('the keys are acknowledged', () => reader.watcher.attachment.heldBytes === 0);
    await truth.hears(keys.at(-1)!);
    // Contiguous from 1, so none is missing and none came twice.
    expect(reader.seqs, `boundary ${boundary}`).toEqual(reader.seqs.map((_, i) => i + 1));
    expect(reader.gaps).toBe(0);
    for (const key of keys) {
      expect(truth.watcher.output.split(`${key}\r\n`), `boundary ${boundary}: ${key}`).toHaveLength(2);
      expect(reader.watcher.output.split(`${key}\r\n`), `boundary ${boundary}: ${key}`).toHaveLength(2);
    }
    host.close();
  }
  // Each exchange was long enough to be reset where it should be.
  expect(proxy.resets).toBe(200);
});

test('[T4] acks that are lost: what is sent again after the reconnect is on the wire twice, and in the log once', async () => {
  const place = await openHub();
  const direct = await onlineClient(place.socket);
  const proxy = await openChaos(place.socket);
  const session = await newSession(direct, 'stty -echo; echo ready; while read -r l; do echo "<$l>"; done');
  const truth = new LogReader(direct, session.id);
  await truth.hears('ready');
  const host = client(proxy, { reconnect: { settleMs: 0 } });
  const reader = new LogReader(host, session.id);
  await reader.hears('ready');
  // From here on the hub hears this viewer, and the viewer nothing of the hub.
  proxy.set({ silent: true }, 'back');
  const lines = Array.from({ length: 50 }, (_, i) => `${i} ${'x'.repeat(200)}`);
  const sentBefore = proxy.passed.there;
  for (const line of lines) reader.watcher.type(`${line}\n`);
  await truth.hears(`<${lines.at(-1)}>`);
  const typedBytes = proxy.passed.there - sentBefore;
  proxy.reset();
  proxy.set({ silent: false }, 'back');
  const resentFrom = proxy.passed.there;
  await reader.hears(`<${lines.at(-1)}>`);
  await eventually('all was sent again', () => proxy.passed.there - resentFrom > typedBytes);
  // Behind the last one nothing comes again.
  truth.watcher.type('end\n');
  await truth.hears('<end>');
  await reader.hears('<end>');
  for (const log of [truth, reader]) {
    expect(log.watcher.output.match(/<.+?>/g)).toEqual([...lines.map((line) => `<${line}>`), '<end>']);
    expect(log.seqs).toEqual(log.seqs.map((_, i) => i + 1));
  }
});

test('[T13] 1,000 numbered keystrokes through 50 resets, late and in slices: each arrives exactly once', async () => {
  const place = await openHub();
  const proxy = await openChaos(place.socket, { seed: 13, rules: { latencyMs: 1, jitterMs: 2, slice: [1, 40] } });
  const direct = await onlineClient(place.socket);
  const session = await newSession(direct, 'stty -echo; echo ready; while read -r l; do echo "<$l>"; done');
  const truth = new LogReader(direct, session.id);
  await truth.hears('ready');
  const host = impatientClient(proxy);
  const typist = new Watcher(host, session.id);
  const random = seededRandom(13);
  for (let i = 1; i <= 1_000; i++) {
    typist.type(`${i}\n`);
    if (random() < 0.2) await new Promise((resolve) => setImmediate(resolve));
    if (i % 20 !== 0) continue;
    // Somewhere in what comes next, one way or the other.
    await eventually('the link is up', () => host.connection.state === 'online');
    proxy.set({ resetAtByte: proxyBytes(random) }, random() < 0.5 ? 'there' : 'back');
    await eventually('it was reset', () => proxy.resets >= i / 20);
    proxy.set({ resetAtByte: Number.POSITIVE_INFINITY });
  }
  await truth.hears('<1000>');
  await eventually('all is acknowledged', () => typist.attachment.heldBytes === 0);
  expect([...truth.watcher.output.matchAll(/<(\d+)>/g)].map((match) => Number(match[1]))).toEqual(
    Array.from({ length: 1_000 }, (_, i) => i + 1),
  );
  expect(proxy.resets).toBeGreaterThanOrEqual(50);
});

function proxyBytes(random: () => number): number {
  return 1 + Math.floor(random() * 1_500);
}
