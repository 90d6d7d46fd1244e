import { afterEach, describe, expect, test } from 'vitest';
import {
  PAST_EPOCHS,
  type SessionHost,
  type SessionInfo,
  type SessionRegistry,
  type ViewEntry,
} from '../../../src/core/index.ts';
import type { ChaosProxy } from '../../support/index.ts';
import {
  client,
  closeAll,
  eventually,
  newSession,
  onlineClient,
  openChaos,
  openHub,
  type RunningHub,
  Watcher,
} from '../support/index.ts';

afterEach(closeAll);

/** Says which run of it this is, and does what it is told. Where it has said its `>` all before that is in the log. */
function talker(place: RunningHub, host: SessionHost): Promise<SessionInfo> {
  const count = `f=${place.path}/runs; n=$(cat $f 2>/dev/null); n=$((n+1)); echo $n >$f; printf "run $n\\n>"`;
  return newSession(host, `stty -echo; ${count}; while read -r l; do eval "$l"; printf "done $n\\n>"; done`);
}

/** Number of the newest entry of its log; what is told of a session is told a little later. */
function newest({ hub }: RunningHub, { id }: SessionInfo): number {
  return (hub as unknown as { registry: SessionRegistry }).registry.get(id)!.log.last;
}

async function tell(host: SessionHost, { id }: SessionInfo, line: string, run: number): Promise<void> {
  await host.command('session.send', { session: id, text: line, enter: true });
  await host.command('session.wait', { session: id, text: `^done ${run}\n>$`, timeoutMs: 60_000 });
}

async function again(host: SessionHost, { id }: SessionInfo, run: number): Promise<void> {
  await host.command('session.restart', { session: id });
  await host.command('session.wait', { session: id, text: `^run ${run}\n>$` });
}

/** A reader of the log that has heard the first words, and is away now. */
async function away(place: RunningHub, session: SessionInfo) {
  const proxy = await openChaos(place.socket);
  const host = client(proxy, { reconnect: { settleMs: 0 } });
  const reader = new Watcher(host, session.id, { mode: 'log' });
  await eventually('it hears the first run', () => textOf(reader).includes('run 1\n>'));
  await proxy.down();
  await eventually('it is away', () => host.connection.state !== 'online');
  const back = async (last: string): Promise<void> => {
    await proxy.up();
    await eventually(`it hears ${last}`, () => {
      host.retryNow();
      return textOf(reader).endsWith(last);
    });
  };
  return { proxy: proxy as ChaosProxy, reader, back };
}

/** A reader of the log who has heard the first words, and hears no more until it is released. */
async function slow(place: RunningHub, session: SessionInfo) {
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const reader = new Watcher(await onlineClient(place.socket), session.id, {
    mode: 'log',
    onEntry: (entry) => (entry.seq > 1 ? held : undefined),
  });
  await eventually('it hears the first run', () => textOf(reader).includes('run 1\n>'));
  return { reader, release };
}

/** What the processes wrote, without what the terminal adds to the ends of lines. */
const textOf = ({ output }: Watcher): string => output.replaceAll('\r\n', '\n');

/** Every number of every epoch once and in order, unless a gap names it. Gives what is missing, as it was told. */
function missing(entries: readonly ViewEntry[]): object[] {
  const told: object[] = [];
  let next = 0;
  let epoch = '';
  for (const entry of entries) {
    if (entry.kind !== 'snapshot') {
      expect(entry.seq).toBe(next);
    } else {
      if (entry.lostAfter) told.push({ lostAfter: entry.lostAfter });
      if (entry.epoch !== epoch) next = 1;
      epoch = entry.epoch;
      if (entry.gap) {
        expect(entry.gap).toEqual({ from: next, to: entry.seq });
        told.push({ epoch, gap: entry.gap });
      } else expect(entry.seq).toBe(next - 1);
    }
    next = entry.seq + 1;
  }
  return told;
}

describe('a reader of the log who was away while the process was started again', () => {
  test('[T5] first gets the rest of the old epoch, then the new one; and so does one who was there, and slow', async () => {
    const place = await openHub();
    const direct = await onlineClient(place.socket);
    const session = await talker(place, direct);
    const { reader, back } = await away(place, session);
    const { reader: late, release } = await slow(place, session);
    await tell(direct, session, 'seq 2000', 1);
    await again(direct, session, 2);
    await tell(direct, session, 'echo in two', 2);
    await again(direct, session, 3);
    await back('run 3\n>');
    release();
    await eventually('the slow one hears the third run', () => textOf(late).endsWith('run 3\n>'));
    const counted = Array.from({ length: 2000 }, (_, i) => `${i + 1}\n`).join('');
    for (const one of [reader, late]) {
      expect(textOf(one)).toBe(`run 1\n>${counted}done 1\n>run 2\n>in two\ndone 2\n>run 3\n>`);
      expect(missing(one.entries)).toEqual([]);
    }
    // Once it is there it goes on as ever.
    await tell(direct, session, 'echo in three', 3);
    await eventually('it hears the third', () => textOf(reader).endsWith('run 3\n>in three\ndone 3\n>'));
  });

  test('is told what the log had no room for, in the epoch where that was', async () => {
    const place = await openHub();
    const direct = await onlineClient(place.socket);
    const session = await talker(place, direct);
    const { reader, back } = await away(place, session);
    const seen = reader.entries.at(-1)!.seq;
    await tell(direct, session, 'yes 0123456789 | head -c 6000000; echo; echo end of one', 1);
    const seq = newest(place, session);
    await again(direct, session, 2);
    await back('run 2\n>');
    expect(missing(reader.entries)).toEqual([{ epoch: session.epoch, gap: { from: seen + 1, to: seq } }]);
    // The picture stands for them.
    const picture = reader.entries.find((entry) => entry.kind === 'snapshot' && entry.gap);
    expect(picture && 'bytes' in picture && Buffer.from(picture.bytes).toString()).toContain('end of one');
  });

  test('more often than epochs are kept: is told from where on something is missing, and gets those that are', async () => {
    const place = await openHub();
    const direct = await onlineClient(place.socket);
    const session = await talker(place, direct);
    const { reader, back } = await away(place, session);
    const seen = reader.entries.at(-1)!.seq;
    const last = PAST_EPOCHS + 3;
    for (let run = 2; run <= last; run++) await again(direct, session, run);
    await back(`run ${last}\n>`);
    const kept = Array.from({ length: PAST_EPOCHS + 1 }, (_, i) => `run ${last - PAST_EPOCHS + i}\n>`).join('');
    expect(textOf(reader)).toBe(`run 1\n>${kept}`);
    expect(missing(reader.entries)).toEqual([{ lostAfter: { epoch: session.epoch, seq: seen } }]);
  });

  test('by a hub that was started again, too: what is on the disk of the old epoch comes first', async () => {
    const place = await openHub();
    const direct = await onlineClient(place.socket);
    const session = await talker(place, direct);
    const { reader, back } = await away(place, session);
    await tell(direct, session, 'seq 2000', 1);
    await place.hub.stop();
    const next = await openHub(place);
    const later = await onlineClient(next.socket);
    await again(later, session, 2);
    await back('run 2\n>');
    expect(textOf(reader)).toMatch(/^run 1\n>1\n2\n3\n[\d\n]*\n1999\n2000\ndone 1\n>(.|\n)*run 2\n>$/);
    expect(missing(reader.entries)).toEqual([]);
  });

  test('while it read slowly, and more often than epochs are kept, is told of that as well', async () => {
    const place = await openHub();
    const direct = await onlineClient(place.socket);
    const session = await talker(place, direct);
    const { reader, release } = await slow(place, session);
    await tell(direct, session, 'yes 0123456789 | head -c 1100000', 1);
    const seq = newest(place, session);
    const last = PAST_EPOCHS + 4;
    for (let run = 2; run <= last; run++) await again(direct, session, run);
    release();
    await eventually('it hears the last', () => textOf(reader).endsWith(`run ${last}\n>`));
    expect(missing(reader.entries)).toEqual([{ lostAfter: { epoch: session.epoch, seq } }]);
    expect(textOf(reader).split('done 1\n>')[1]).toBe(
      Array.from({ length: PAST_EPOCHS }, (_, i) => `run ${last - PAST_EPOCHS + 1 + i}\n>`).join(''),
    );
  });
});
