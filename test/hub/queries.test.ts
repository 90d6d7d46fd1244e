import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import type { SessionHost } from '../../src/core/index.ts';
import { waitUntil } from '../support/index.ts';
import {
  closeAll,
  ENV,
  eventually,
  folder,
  newSession,
  onlineClient,
  openHub,
  spawnHub,
  Watcher,
} from './support/index.ts';

afterEach(closeAll);

const asker = fileURLToPath(new URL('./support/asker.mjs', import.meta.url));

/** What a process may ask, and what it may be told: a constant, or nothing. `\x1b` is ESC. */
const QUERIES: readonly [string, RegExp][] = [
  ['\x1b[c', /^\x1b\[\?[\d;]+c$/],
  ['\x1b[>c', /^\x1b\[>[\d;]+c$/],
  ['\x1b[=c', /^(\x1bP![|][0-9A-F]+\x1b\\)?$/],
  ['\x1b[3;4H\x1b[6n', /^\x1b\[3;4R$/],
  ['\x1b[3;4H\x1b[?6n', /^(\x1b\[\?3;4(;\d)?R)?$/],
  ['\x1b]10;?\x1b\\', /^(\x1b\]10;rgb:[0-9a-f/]+(\x07|\x1b\\))?$/],
  ['\x1b]11;?\x07', /^(\x1b\]11;rgb:[0-9a-f/]+(\x07|\x1b\\))?$/],
  ['\x1b]4;1;?\x07', /^(\x1b\]4;1;rgb:[0-9a-f/]+(\x07|\x1b\\))?$/],
  ['\x1b]52;c;?\x07', /^$/],
  ['\x1b[?u', /^\x1b\[\?\d+u$/],
  ['\x1b[?2004$p', /^\x1b\[\?2004;[0-4]\$y$/],
  ['\x1b[>q', /^(\x1bP>[|][ -~]+\x1b\\)?$/],
  ['\x1bP+q544e\x1b\\', /^(\x1bP[01]\+r[ -~]*\x1b\\)?$/],
  ['\x1bP$qm\x1b\\', /^(\x1bP[01]\$r[ -~]*\x1b\\)?$/],
  ['\x1b[21t', /^(\x1b\]l\x1b\\)?$/],
  ['\x05', /^$/],
];

async function answers(host: SessionHost, viewers: SessionHost[]): Promise<string[]> {
  const command = [process.execPath, asker, JSON.stringify(QUERIES.map(([query]) => query))];
  const session = await host.command('session.new', { command, cwd: '/tmp', env: ENV, cols: 200, rows: 60 });
  await host.command('session.wait', { session: session.id, text: 'ready', timeoutMs: 30_000 });
  const watchers = viewers.map((viewer) => new Watcher(viewer, session.id, { cols: 200, rows: 60 }));
  await eventually('all are attached', () => watchers.every((w) => w.entries.length > 0));
  await host.command('session.keys', { session: session.id, keys: ['x'] });
  await host.command('session.wait', { session: session.id, text: 'rest <.*> over', timeoutMs: 30_000 });
  const log = new Watcher(host, session.id, { mode: 'log' });
  await eventually('the log is read', () => log.output.includes('over'));
  await host.command('session.kill', { session: session.id });
  return [...log.output.matchAll(/<([0-9a-f]*)>/g)].map((match) => Buffer.from(match[1]!, 'hex').toString('latin1'));
}

test('[E28] [E29] every query is answered once by the hub or not at all, with 0, 1 and 5 viewers alike', async () => {
  const { socket } = await openHub();
  const host = await onlineClient(socket);
  const viewers = await Promise.all(Array.from({ length: 5 }, () => onlineClient(socket)));
  const none = await answers(host, []);
  expect(none).toHaveLength(QUERIES.length + 1);
  QUERIES.forEach(([query, allowed], i) => {
    expect(none[i], JSON.stringify(query)).toMatch(allowed);
  });
  // Nothing comes unasked.
  expect(none.at(-1)).toBe('');
  expect(await answers(host, viewers.slice(0, 1))).toEqual(none);
  expect(await answers(host, viewers)).toEqual(none);
});

test('[E31] an unterminated OSC of 100 MiB makes the hub grow by at most 8 MiB, and the pane recovers', async () => {
  const { socket, child } = await spawnHub(folder(), { nodeOptions: ['--expose-gc'] });
  const held: number[] = [];
  child.stdout?.on('data', (text: Buffer) => {
    for (const match of text.toString().matchAll(/memory (\d+)/g)) held.push(Number(match[1]));
  });
  const host = await onlineClient(socket);
  const flood = 'head -c 62914560 /dev/zero | tr "\\0" x | fold -w 79';
  const osc = 'printf "\\033]0;"; head -c 104857600 /dev/zero | tr "\\0" x; printf "\\033\\\\"';
  const session = await newSession(host, `stty -echo; ${flood}; echo; echo warm; read go; ${osc}; echo recovered; cat`);
  const watcher = new Watcher(host, session.id);
  /** The most it holds until something is shown. Collecting all garbage takes a while, so it is not asked too often. */
  const mostUntil = async (text: string): Promise<number> => {
    held.length = 0;
    const look = (): boolean => {
      child.kill('SIGUSR2');
      return watcher.text.includes(text) && held.length > 3;
    };
    await waitUntil(look, `the screen shows ${text}`, { timeoutMs: 120_000, everyMs: 250 });
    return Math.max(...held);
  };
  // What any flood needs (the log, the scrollback, what is on its way) is no growth.
  const before = await mostUntil('warm');
  watcher.type('\n');
  expect((await mostUntil('recovered')) - before).toBeLessThan(8 * 1024 * 1024);
  watcher.type('and goes on\n');
  await watcher.shows('and goes on');
});
