import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  IrisError,
  type LaunchSpec,
  type ProcessEnd,
  type Transport,
  type TransportSink,
  type TransportStatus,
} from '../../src/core/index.ts';
import { isAlive, processInfo, waitUntil } from '../support/index.ts';

/** Makes a transport for a launch; `sessionId` is in the environment of the launch as IRIS_SESSION_ID. */
export type TransportFactory = (launch: LaunchSpec, sessionId: string) => Transport;

/** A run of a process through a transport, with all that the transport said about it. */
export class Run implements TransportSink {
  readonly transport: Transport;
  readonly statuses: TransportStatus[] = [];
  readonly calls: string[] = [];
  bytes = { output: 0, error: 0 };
  readonly hashes = { output: createHash('sha256'), error: createHash('sha256') };
  /** The first MiB of both streams, and their last KiB. */
  text = '';
  tail = '';
  error: IrisError | undefined;
  #end: ProcessEnd | undefined;
  readonly #whenOver: (() => void)[] = [];

  constructor(transport: Transport) {
    this.transport = transport;
    transport.start(this);
  }

  status(status: TransportStatus): void {
    this.statuses.push(status);
  }

  output(bytes: Uint8Array, stream: 'output' | 'error'): void {
    this.calls.push(stream);
    this.bytes[stream] += bytes.length;
    this.hashes[stream].update(bytes);
    const text = Buffer.from(bytes).toString('latin1');
    if (this.text.length < 1_048_576) this.text += text;
    this.tail = (this.tail + text).slice(-1024);
  }

  ended(end: ProcessEnd): void {
    this.calls.push('ended');
    this.#end = end;
    for (const resolve of this.#whenOver.splice(0)) resolve();
  }

  failed(error: IrisError): void {
    this.calls.push('failed');
    this.error = error;
    for (const resolve of this.#whenOver.splice(0)) resolve();
  }

  /** For messages of failures. */
  get state(): string {
    const said = [this.statuses.join(' '), this.error?.line ?? '', this.text.slice(-1000)];
    return [...said, ...(this.transport.diagnostics ?? []).slice(-20)].join('\n');
  }

  get isOver(): boolean {
    return this.#end !== undefined || this.error !== undefined;
  }

  async over(): Promise<ProcessEnd> {
    if (!this.isOver) await new Promise<void>((resolve) => this.#whenOver.push(resolve));
    if (this.error) throw this.error;
    return this.#end!;
  }

  /** What the process wrote, once it has this. */
  async says(text: string | RegExp): Promise<string> {
    await waitUntil(
      () => (typeof text === 'string' ? this.text.includes(text) : text.test(this.text)),
      `output with ${text}`,
      { detail: () => `${this.state}\n${this.text.slice(-2000)}` },
    );
    return this.text;
  }
}

/** Ends with 7, and leaves somebody who has its output open. */
const LINGERS = '(trap "" HUP; touch up; exec sleep 60) & echo pid=$!; until [ -e up ]; do sleep 0.01; done; exit 7';

/** The pid of who has the output of {@link LINGERS} open, once it does nothing else. */
async function holderOf(run: Run): Promise<number> {
  await run.says(/pid=\d+\s/);
  const pid = Number(/pid=(\d+)/.exec(run.text)![1]);
  await waitUntil(() => processInfo(pid)?.command.startsWith('sleep 60'), 'the other one runs');
  return pid;
}

let sessions = 0;

/** In what a transport may differ from a process that runs here. */
export interface TransportTraits {
  /** Somewhere else: `connecting` comes first, and what is missing is known only later. */
  readonly far: boolean;
  /** How the end by a signal is told. */
  readonly endedBy: (signal: string) => ProcessEnd;
  /** Stopping ends what left the group and the session of the process as well, and its last words are heard. */
  readonly whole: boolean;
  /** The process is not held for one who reads slowly: of its output this much is kept, and the rest is a gap. Absent: it waits. */
  readonly keptBytes?: number;
  /** Over only when nobody has its output open any more. */
  readonly waitsForAll: boolean;
  /** What is missing is told in the words of a hub for its own machine. */
  readonly saysAsHere?: boolean;
  /** false: no process here belongs to it. */
  readonly pid?: boolean;
  /** What its command line leads to, where that is not what it ran. */
  readonly launched?: RegExp;
}

const HERE: TransportTraits = { far: false, endedBy: (signal) => ({ signal }), whole: true, waitsForAll: false };

/** What every transport does, whatever is behind it. `mode` is what the factory's launches run in. */
export function describeTransport(
  name: string,
  mode: LaunchSpec['mode'],
  create: TransportFactory,
  traits: TransportTraits = HERE,
): void {
  describe(name, () => {
    let folder = '';
    const runs: Run[] = [];

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'iris-tui-transport-'));
    });
    afterEach(async () => {
      await Promise.all(runs.splice(0).map((run) => run.transport.stop()));
      rmSync(folder, { recursive: true, force: true });
    });

    const launch = (command: readonly string[], more: Partial<LaunchSpec> = {}): Run => {
      const sessionId = `contract-${process.pid}-${++sessions}`;
      const env = { PATH: process.env.PATH!, HOME: folder, LANG: 'C.UTF-8', IRIS_TUI: '1', IRIS_SESSION_ID: sessionId };
      const run = new Run(create({ command, cwd: folder, env, mode, cols: 80, rows: 24, ...more }, sessionId));
      runs.push(run);
      return run;
    };
    const shell = (script: string, more: Partial<LaunchSpec> = {}): Run => launch(['sh', '-c', script], more);
    /** Without a terminal there is nothing to prepare; with one, bytes pass untouched. */
    const before = traits.far ? ['connecting', 'spawning'] : ['spawning'];
    const raw = mode === 'pty' ? 'stty raw -echo; ' : '';
    const much = Math.min(5_242_880, traits.keptBytes ?? Number.POSITIVE_INFINITY);
    const named = `${much / 1_048_576} MB`;

    it('goes from stopped over spawning to ready, and back to stopped when the process ends', async () => {
      const transport = create({ command: ['true'], cwd: folder, env: {}, mode, cols: 80, rows: 24 }, 'unused');
      expect(transport.status).toBe('stopped');
      const run = shell('read line');
      if (traits.far)
        await waitUntil(() => run.transport.status === 'ready', 'it is ready', { detail: () => run.state });
      expect(run.transport.status).toBe('ready');
      if (traits.pid !== false) expect(processInfo(run.transport.pid!)).toBeDefined();
      run.transport.write(Buffer.from('\n'));
      await run.over();
      expect(run.statuses).toEqual([...before, 'ready', 'stopped']);
      expect(run.calls.at(-1)).toBe('ended');
    });

    it('says the exit code', async () => {
      expect(await shell('exit 42').over()).toEqual({ exitCode: 42 });
      expect(await shell('exit 0').over()).toEqual({ exitCode: 0 });
    });

    it('says the signal by its name', async () => {
      expect(await shell('kill -KILL $$').over()).toEqual(traits.endedBy('SIGKILL'));
      expect(await shell('kill -TERM $$').over()).toEqual(traits.endedBy('SIGTERM'));
    });

    it(`delivers all of ${named} of a process that writes them and exits at once, before it says so`, async () => {
      const run = shell(`${raw}head -c ${much} /dev/zero | tr '\\0' x`);
      expect(await run.over()).toEqual({ exitCode: 0 });
      expect(run.bytes.output).toBe(much);
      expect(run.calls.at(-1)).toBe('ended');
    });

    it(`delivers all of ${named} when it is held back in between, also after the process has ended`, async () => {
      const run = shell(`${raw}head -c ${much} /dev/zero | tr '\\0' x; printf last-words`);
      for (let round = 0; round < 3; round++) {
        await waitUntil(() => run.bytes.output > (round * much) / 5, 'some output');
        run.transport.pause();
        const held = run.bytes.output;
        // While another one comes and goes. One read may have been on its way.
        await shell('exit 0').over();
        expect(run.bytes.output - held).toBeLessThanOrEqual(262_144);
        run.transport.resume();
      }
      await run.over();
      expect(run.bytes.output).toBe(much + 10);

      const short = shell(`${raw}printf "$$ ready"; read go; printf 0123456789`);
      const pid = Number.parseInt(await short.says('ready'), 10);
      short.transport.pause();
      const before = processInfo(pid)!;
      short.transport.write(Buffer.from('\n'));
      await waitUntil(() => !isAlive(before), 'the process has ended');
      // For as long as it takes until another one is over that says nothing more either.
      const other = shell(LINGERS);
      const holder = await holderOf(other);
      if (traits.waitsForAll) process.kill(holder, 'SIGKILL');
      await other.over();
      expect(short.isOver).toBe(false);
      if (!traits.waitsForAll) process.kill(holder, 'SIGKILL');
      short.transport.resume();
      await short.over();
      expect(short.text).toBe(`${pid} ready0123456789`);
    });

    const background = traits.waitsForAll
      ? 'is over when nobody has its output open any more'
      : 'is over when its process is, though another keeps its output open in the background';
    it(background, async () => {
      const run = shell(LINGERS);
      const pid = await holderOf(run);
      if (traits.waitsForAll) {
        expect(run.isOver).toBe(false);
        process.kill(pid, 'SIGKILL');
      }
      expect(await run.over()).toEqual({ exitCode: 7 });
      if (traits.waitsForAll) return;
      expect(processInfo(pid)?.command).toMatch(/^sleep 60/);
      if (!traits.whole) {
        process.kill(pid, 'SIGKILL');
        return;
      }
      // Stopping what is over still ends what it left.
      await run.transport.stop();
      expect(processInfo(pid) === undefined || !isAlive({ pid })).toBe(true);
    });

    it('passes bytes on exactly as they are, both ways', async () => {
      const run = shell(`${raw}printf ready; exec cat`);
      await run.says('ready');
      const all = Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7 + (i >> 8)) & 255));
      run.transport.write(all);
      await waitUntil(() => run.bytes.output === 4096 + 5, 'all bytes back');
      expect(Buffer.from(run.text, 'latin1').subarray(5).equals(all)).toBe(true);
    });

    it('delivers a paste of 1 MB whole to a process that reads slowly, while the event loop goes on', async () => {
      const run = shell(`${raw}printf "$$ ready"; kill -STOP $$; head -c 1048576 | sha256sum`);
      const pid = Number.parseInt(await run.says('ready'), 10);
      await waitUntil(() => processInfo(pid)?.state === 'T', 'it reads nothing');
      const paste = Buffer.alloc(1_048_576);
      for (let i = 0; i < paste.length; i++) paste[i] = 32 + ((i * 31) % 95);
      // The array may be used again at once. Whoever waited here for the reader would wait for ever.
      const own = Uint8Array.from(paste);
      run.transport.write(own);
      own.fill(0);
      await shell('exit 0').over();
      process.kill(pid, 'SIGCONT');
      await run.over();
      expect(run.text).toContain(createHash('sha256').update(paste).digest('hex'));
      expect(run.transport.metrics.bytesOut).toBe(1_048_576);
    });

    it('refuses input beyond its bound with an error, and delivers what it took', async () => {
      const run = shell(`${raw}printf ready; read go </dev/null; kill -STOP $$; cat | wc -c`);
      await run.says('ready');
      const chunk = Buffer.alloc(1_048_576, 'x');
      let taken = 0;
      expect(() => {
        for (;;) {
          run.transport.write(chunk);
          taken += chunk.length;
          if (taken > 64 * chunk.length) throw new Error('there is no bound');
        }
      }).toThrow(IrisError);
      expect(taken).toBeGreaterThanOrEqual(7 * chunk.length);
    });

    it('tells a missing program, a missing folder and a file that cannot run apart, before anything starts', async () => {
      writeFileSync(join(folder, 'plain'), 'no program');
      writeFileSync(join(folder, 'script'), '#!/nowhere/interpreter\n', { mode: 0o755 });
      mkdirSync(join(folder, 'sub'));
      const errorOf = async (run: Run): Promise<IrisError | undefined> => {
        if (traits.far) await run.over().catch(() => {});
        expect(run.transport.status).toBe('stopped');
        if (!traits.far) expect(run.transport.pid).toBeUndefined();
        expect(run.statuses).not.toContain('ready');
        expect(run.error?.retriable).toBe(false);
        return run.error;
      };
      const missing = await errorOf(launch(['iris-no-such-program']));
      expect(missing?.code).toBe('program-missing');
      expect(missing?.line).toContain(
        traits.far && !traits.saysAsHere ? 'no iris-no-such-program on' : 'iris-no-such-program was not found in ',
      );
      expect(missing?.line).toContain(process.env.PATH!.split(':')[0]);
      expect((await errorOf(launch(['./nothing'])))?.line).toContain(
        traits.far && !traits.saysAsHere ? './nothing' : join(folder, 'nothing'),
      );
      expect((await errorOf(launch(['./plain'])))?.line).toContain('chmod +x');
      expect((await errorOf(launch(['./sub'])))?.code).toBe('program-missing');
      expect((await errorOf(launch(['./script'])))?.line).toContain('/nowhere/interpreter');
      const noFolder = await errorOf(launch(['true'], { cwd: join(folder, 'gone') }));
      expect(noFolder?.code).toBe('folder-missing');
      expect(noFolder?.line).toContain(join(folder, 'gone'));
      expect((await errorOf(launch(['true'], { cwd: join(folder, 'plain') })))?.code).toBe('folder-missing');
      expect((await errorOf(launch([''])))?.code).toBe('usage');
      expect((await errorOf(launch(['sh', '-c', 'a\0b'])))?.code).toBe('usage');
    });

    it('runs argv as it is: nothing is read by a shell', async () => {
      const args = ['$(touch canary)', '`touch canary`', '; touch canary', 'a b', "it's", '"q"', '', '-n', 'né\n'];
      const run = launch(['sh', '-c', `${raw}printf '<%s>' "$@"`, 'sh', ...args]);
      await run.over();
      expect(Buffer.from(run.text, 'latin1').toString()).toBe(args.map((arg) => `<${arg}>`).join(''));
      expect(readdirSync(folder)).toEqual([]);
    });

    it('starts the process as the leader of its own session and group, in the folder, with nothing of ours open', async () => {
      const others = [shell('read x'), shell('read x')];
      const run = shell('cut -d" " -f1,5,6 /proc/$$/stat; pwd; ls -1 /proc/$$/fd; true');
      await run.over();
      const [ids, cwd, ...fds] = run.text.trim().split(/\r?\n/);
      const [pid, group, session] = ids!.split(' ');
      expect([group, session]).toEqual([pid, pid]);
      expect(cwd).toBe(folder);
      // 251 and the like: handed down by whatever started the tests.
      const inherited = new Set(await inheritedDescriptors());
      expect(fds.filter((fd) => !inherited.has(fd))).toEqual(['0', '1', '2']);
      expect(others.every((other) => !other.isOver)).toBe(true);
    });

    it('interrupts what runs in the foreground', async () => {
      const run = shell('trap "echo interrupted; exit 3" INT; echo ready; while :; do sleep 0.05; done');
      await run.says('ready');
      run.transport.signal('SIGINT');
      expect(await run.over()).toEqual({ exitCode: 3 });
      expect(run.text).toContain('interrupted');
    });

    it('asks politely first: a process may say goodbye when it is stopped', async () => {
      const run = shell(
        'exec 2>/dev/null; trap "touch goodbye; echo goodbye; exit 5" HUP; echo ready; while :; do sleep 0.05; done',
      );
      await run.says('ready');
      await run.transport.stop();
      const end = await run.over();
      await waitUntil(() => readdirSync(folder).includes('goodbye'), 'it said goodbye');
      if (traits.whole) {
        expect(end).toEqual({ exitCode: 5 });
        expect(run.text).toContain('goodbye');
      }
      expect(run.statuses).toEqual([...before, 'ready', 'terminating', 'stopped']);
    });

    const leavesNothing = async (): Promise<void> => {
      const deaf = 'trap "" HUP TERM INT;';
      const run = shell(`${deaf} (${deaf} sleep 600; sleep 600) & echo pids $! $$ done; wait; sleep 600`);
      await run.says('done');
      const pids = /pids ([\d ]+) done/.exec(run.text)![1]!.split(' ').map(Number);
      const there = pids.map((pid) => processInfo(pid)!);
      expect(there.every((info) => isAlive(info))).toBe(true);
      await run.transport.stop();
      await waitUntil(() => there.every((info) => !isAlive(info)), 'all of it is gone');
      expect(processesOf(run)).toEqual([]);
    };
    const leavesNothingAtAll = async (): Promise<void> => {
      const deaf = 'trap "" HUP TERM INT;';
      const run = shell(
        `${deaf} (${deaf} sleep 600; sleep 600) & a=$!; setsid sh -c '${deaf} sleep 600; sleep 600' & b=$!;
         (kill -STOP $(sh -c 'echo $PPID'); sleep 600) & c=$!; echo pids $a $b $c $$ done; wait; sleep 600`,
      );
      await run.says('done');
      const pids = /pids ([\d ]+) done/.exec(run.text)![1]!.split(' ').map(Number);
      const [, leader, held] = pids;
      const itself = `sh -c ${deaf} sleep`;
      await waitUntil(() => processInfo(leader!)?.command.startsWith(itself), 'one is in a session of its own');
      await waitUntil(() => processInfo(held!)?.state === 'T', 'one is stopped');
      const before = pids.map((pid) => processInfo(pid)!);
      expect(before.every((info) => isAlive(info))).toBe(true);
      await run.transport.stop();
      expect(before.filter((info) => isAlive(info))).toEqual([]);
      expect(await run.over()).toEqual({ signal: 'SIGKILL' });
      expect(processesOf(run)).toEqual([]);
    };
    if (traits.whole) {
      const title = 'leaves nothing: whoever ignores HUP and TERM, changed group or session, or is stopped, is ended';
      it(title, leavesNothingAtAll);
    } else it('leaves nothing of a process that ignores HUP and TERM', leavesNothing);

    it('may be stopped twice, before it starts, and after it ended', async () => {
      const never = create({ command: ['true'], cwd: folder, env: {}, mode, cols: 80, rows: 24 }, 'unused');
      await never.stop();
      const run = shell('sleep 600');
      await Promise.all([run.transport.stop(), run.transport.stop()]);
      await run.transport.stop();
      expect(run.calls.filter((call) => call === 'ended')).toHaveLength(1);
      run.transport.write(Buffer.from('to nobody'));
      run.transport.resize(10, 10);
      run.transport.signal('SIGINT');
      run.transport.pause();
      run.transport.resume();
    });

    it('counts what passes', async () => {
      const run = shell(`${raw}printf 12345`);
      await run.over();
      expect(run.transport.metrics.bytesIn).toBe(5);
      expect(run.transport.launchCommand.slice(0, -1).join(' ')).toMatch(traits.launched ?? /(^| )sh -c$/);
    });
  });
}

function processesOf(run: Run): string[] {
  const id = run.transport.pid;
  return id !== undefined && isAlive({ pid: id }) ? [String(id)] : [];
}

/** Descriptors that a child of this process has without any transport. */
async function inheritedDescriptors(): Promise<string[]> {
  const { spawnSync } = await import('node:child_process');
  const { stdout } = spawnSync('sh', ['-c', 'ls /proc/$$/fd'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return stdout.split('\n').filter((fd) => Number(fd) > 2);
}
