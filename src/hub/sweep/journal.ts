import { appendFileSync, chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { endFamilies, type ProcessFamily, processTable } from '../../transports/index.ts';

export const JOURNAL_FILE = 'processes.journal';
/** The file is written anew, with what still runs, when it has grown beyond this. */
const COMPACT_BYTES = 64 * 1024;

const line = z.union([
  /** Written before the process is started: killed right after, a hub leaves something that says what to look for. */
  z.object({ run: z.string(), begin: z.object({ session: z.string(), hub: z.string(), boot: z.string() }) }),
  z.object({ run: z.string(), started: z.object({ pid: z.number().int(), at: z.number().optional() }) }),
  z.object({ run: z.string(), over: z.literal(true) }),
]);

interface Run {
  readonly session: string;
  readonly hub: string;
  readonly boot: string;
  readonly pid?: number;
  readonly at?: number | undefined;
}

/**
 * Which processes a hub has started and not seen end, in a file that is there before they are. Plain appends, without waiting for the
 * disk: what the kernel was given survives the death of this process, and a crash of the machine leaves no process to look for.
 */
export class ProcessJournal {
  /** Of all journals of this process: no two runs have one name, whoever writes to the file. */
  static #count = 0;
  readonly #file: string;
  readonly #hub: string;
  readonly #onProblem: (error: unknown) => void;
  readonly #runs = new Map<string, Run>();
  /** Runs of earlier hubs. */
  readonly #left: ReadonlyMap<string, Run>;
  #bytes = 0;

  /** `hub`: the address that processes have in IRIS_HUB. `onProblem` hears of a file that cannot be written; processes start all the same. */
  constructor(dir: string, hub: string, onProblem: (error: unknown) => void) {
    this.#file = join(dir, JOURNAL_FILE);
    this.#hub = hub;
    this.#onProblem = onProblem;
    try {
      mkdirSync(dir, { recursive: true, mode: 0o700 });
    } catch (error) {
      onProblem(error);
    }
    for (const [run, what] of readRuns(this.#file)) this.#runs.set(run, what);
    this.#left = new Map(this.#runs);
    this.#compact();
  }

  /** Before a process is started. Returns the name of the run. */
  begin(session: string): string {
    const run = `${process.pid}-${performance.timeOrigin.toString(36)}-${++ProcessJournal.#count}`;
    const begin = { session, hub: this.#hub, boot: bootId() };
    this.#runs.set(run, begin);
    this.#write({ run, begin });
    return run;
  }

  /** As soon as it has a pid. */
  started(run: string, pid: number): void {
    const begun = this.#runs.get(run);
    if (!begun) return;
    const at = processTable.read(pid)?.startedAt;
    this.#runs.set(run, { ...begun, pid, at });
    this.#write({ run, started: { pid, ...(at === undefined ? {} : { at }) } });
  }

  /** Nothing is left of it that would have to be ended. */
  over(run: string): void {
    if (!this.#runs.delete(run)) return;
    this.#write({ run, over: true });
    if (this.#bytes > COMPACT_BYTES) this.#compact();
  }

  /** What earlier hubs left behind, as far as this boot of the machine goes. */
  get families(): ProcessFamily[] {
    const boot = bootId();
    const latest = processTable.read(process.pid)?.startedAt;
    return [...this.#left.values()]
      .filter((run) => run.boot === boot)
      .map((run) => ({
        leader: run.pid ?? -1,
        leaderStartedAt: run.at,
        sessionId: run.session,
        hub: run.hub,
        ...(latest === undefined ? {} : { latest }),
      }));
  }

  /**
   * Ends all that a killed hub left: HUP, TERM, KILL, see `endFamilies`. To be called at the start of a hub, once it is the only one. Processes that
   * this hub starts meanwhile are not touched.
   * @throws IrisError naming what could not be ended; it is tried again at the next start.
   */
  async sweep(): Promise<{ ended: number }> {
    const families = this.families;
    const result = families.length === 0 ? { ended: 0 } : await endFamilies(families);
    for (const run of this.#left.keys()) this.over(run);
    return result;
  }

  #write(entry: z.infer<typeof line>): void {
    const text = `${JSON.stringify(entry)}\n`;
    try {
      appendFileSync(this.#file, text, { mode: 0o600 });
      this.#bytes += text.length;
    } catch (error) {
      this.#onProblem(error);
    }
  }

  #compact(): void {
    const lines = [...this.#runs].flatMap(([run, { session, hub, boot, pid, at }]) => [
      JSON.stringify({ run, begin: { session, hub, boot } }),
      ...(pid === undefined ? [] : [JSON.stringify({ run, started: { pid, ...(at === undefined ? {} : { at }) } })]),
    ]);
    const text = lines.map((one) => `${one}\n`).join('');
    try {
      if (text === '' && statSync(this.#file, { throwIfNoEntry: false }) === undefined) return;
      const fresh = `${this.#file}.new`;
      writeFileSync(fresh, text, { mode: 0o600 });
      chmodSync(fresh, 0o600);
      renameSync(fresh, this.#file);
      this.#bytes = text.length;
    } catch (error) {
      // The old file is as good, only longer; try again after as much once more.
      this.#bytes = 0;
      this.#onProblem(error);
    }
  }
}

/** Runs without an end. Lines that make no sense (the last one may be cut) are passed over. */
function readRuns(file: string): Map<string, Run> {
  const runs = new Map<string, Run>();
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return runs;
  }
  for (const one of text.split('\n')) {
    let parsed: z.infer<typeof line>;
    try {
      parsed = line.parse(JSON.parse(one));
    } catch {
      continue;
    }
    if ('begin' in parsed) runs.set(parsed.run, parsed.begin);
    else if ('over' in parsed) runs.delete(parsed.run);
    else {
      const begun = runs.get(parsed.run);
      if (begun) runs.set(parsed.run, { ...begun, ...parsed.started });
    }
  }
  return runs;
}

/** Pids mean something within one boot only. Where it has no name, start times (which there have a date) must do. */
function bootId(): string {
  if (process.platform !== 'linux') return 'unknown';
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return 'unknown';
  }
}
