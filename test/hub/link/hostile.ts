import { once } from 'node:events';
import { CLOSE, Decoder, encode, type Frame, type Message, ProtocolError } from '../../../src/protocol/index.ts';
import { seededRandom } from '../../support/index.ts';
import { eventually, folder, type HubProcess, onlineClient, spawnHub } from '../support/index.ts';
import { RawPeer } from '../support/raw.ts';

const MESSAGES: readonly Message[] = [
  { type: 'control', ts: 1, payload: { op: 'command', id: 1, name: 'session.list', args: { a: [1, { b: null }] } } },
  { type: 'control', sessionId: 's', ts: 1, payload: { op: 'attach', stream: 1, mode: 'log', cols: 80, rows: 24 } },
  { type: 'control', ts: 1, payload: { op: 'resize', stream: 1, cols: 80, rows: 24 } },
  { type: 'control', ts: 1, payload: { op: 'detach', stream: 1 } },
  { type: 'ack', epoch: 'e', seq: 3, ts: 1, payload: { of: 'output', stream: 1 } },
  { type: 'ping', ts: 1, payload: { id: 1 } },
  {
    type: 'control',
    sessionId: 's',
    epoch: 'e',
    ts: 1,
    payload: { op: 'input', stream: 1, inputSeq: 1 },
    bytes: Uint8Array.of(1, 2, 3),
  },
  {
    type: 'control',
    ts: 1,
    payload: { op: 'part', form: 'text', last: false },
    bytes: new Uint8Array(50_000).fill(32),
  },
];

/** One broken envelope: bytes changed, moved, cut off. */
function broken(random: () => number): Frame {
  const below = (n: number): number => Math.floor(random() * n);
  const whole = encode(MESSAGES[below(MESSAGES.length)]!, true)[0]!;
  const bytes = Buffer.from(typeof whole === 'string' ? Buffer.from(whole) : whole);
  for (let edits = below(4); edits >= 0; edits--) {
    const at = below(Math.min(bytes.length, 400));
    const how = below(3);
    if (how === 0) bytes[at] = below(256);
    else if (how === 1) bytes.copyWithin(at, below(bytes.length));
    else bytes[at] = '"{}[],:0e-\\'.charCodeAt(below(11));
  }
  const cut = below(8) === 0 ? bytes.subarray(0, below(bytes.length)) : bytes;
  return (typeof whole === 'string') === (below(8) !== 0) ? cut.toString('utf8') : cut;
}

export interface Fuzzed {
  readonly sent: number;
  readonly codes: ReadonlyMap<number, number>;
  /** By how much more the hub holds on to than before: without what is only not collected yet. */
  readonly grownMiB: number;
  /** What was closed with another code than the codec has for it. */
  readonly wrong: readonly string[];
}

/** So many envelopes, whole and broken, on real sockets of a hub in a process of its own; each link is used until the hub closes it. */
export async function fuzz(count: number, seed: number): Promise<Fuzzed> {
  const hub = await spawnHub(folder(), { nodeOptions: ['--expose-gc'] });
  const host = await onlineClient(hub.socket);
  const random = seededRandom(seed);
  const codes = new Map<number, number>();
  const wrong: string[] = [];
  const before = await heldMiB(hub);
  let sent = 0;
  let link = 0;
  const worker = async (): Promise<void> => {
    while (sent < count) {
      const peer = await RawPeer.join(hub.socket, `fuzz-${link++}`);
      const oracle = new Decoder('client');
      oracle.allowParts();
      let expected: number | undefined;
      for (let n = 0; n < 50 && expected === undefined && sent < count; n++) {
        const frame = broken(random);
        sent += 1;
        expected = refusalOf(oracle, frame);
        peer.send(frame);
      }
      if (expected === undefined) peer.ws.close();
      const { code, reason } = await peer.closes();
      codes.set(code, (codes.get(code) ?? 0) + 1);
      if (expected !== undefined && code !== expected) wrong.push(`${code} (${reason}), not ${expected}`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  const alone = async (): Promise<boolean> => (await host.command('viewer.list', {})).viewers.length === 1;
  await eventually('the hub lives, and has let go of all of them', alone);
  return { sent, codes, grownMiB: (await heldMiB(hub)) - before, wrong };
}

async function heldMiB({ pid, child }: HubProcess): Promise<number> {
  const said = once(child.stdout!, 'data') as Promise<[Buffer]>;
  process.kill(pid, 'SIGUSR2');
  return Number(/memory (\d+)/.exec((await said)[0].toString())![1]) / 1024 / 1024;
}

/** Undefined: the link stays open. */
function refusalOf(oracle: Decoder<'client'>, frame: Frame): number | undefined {
  try {
    const decoded = oracle.decode(frame);
    if (decoded.kind !== 'message') return undefined;
    const { type } = decoded.message;
    return type === 'hello' || type === 'auth' ? CLOSE['bad-order'] : undefined;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return CLOSE[error.close];
  }
}
