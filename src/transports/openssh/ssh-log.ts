import {
  closeSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plainText } from '../../core/index.ts';

const PREFIX = 'iris-tui-ssh-';
/** What is read of the end of the log: a start writes about 5 KiB. */
const TAIL_BYTES = 64 * 1024;
/** ssh opens its log for appending: cut down to nothing, it goes on from there. What is cut away is lost, but for the lines kept in memory. */
const FILE_LIMIT_BYTES = 256 * 1024;
const LOOK_MS = 60_000;
const LINES_LIMIT = 200;
const LINE_LIMIT_CHARS = 300;

/** Our own command, encoded, is nothing that anybody wants to read; and what is said of every 100 KiB that passed. */
const NOISE = /^debug1: Sending command:|^debug2: channel \d+: (window|rcvd adjust)/;

let swept = false;

/** What ssh says of a connection (`-E`), in a folder that only this user can enter, for as long as the connection lives. */
export class SshLog {
  readonly folder: string;
  readonly file: string;
  /** What ssh writes to its stderr, when that is no stream of its own: banners, and what went wrong before it had a log. */
  readonly errors: string;
  #heardBytes = 0;
  #kept: string[] = [];
  #closed = false;
  readonly #timer: NodeJS.Timeout;

  constructor() {
    sweepFolders();
    this.folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
    this.file = join(this.folder, 'log');
    this.errors = join(this.folder, 'errors');
    this.#timer = setInterval(() => this.#bound(), LOOK_MS);
    this.#timer.unref();
  }

  /** For people: newest last, at most 200, without control characters. */
  get lines(): readonly string[] {
    return this.all.filter((line) => !line.startsWith('debug2:')).slice(-LINES_LIMIT);
  }

  /** All that is there to decide from. */
  get all(): readonly string[] {
    return this.#closed ? this.#kept : [...this.#kept, ...readLines(this.file)];
  }

  /** What was added to `errors` since this was last asked; the first 64 KiB of it. */
  heard(): string {
    const text = this.#closed ? '' : readFrom(this.errors, this.#heardBytes);
    this.#heardBytes += Buffer.byteLength(text);
    return text;
  }

  /** The last lines of `errors`. */
  get errorLines(): readonly string[] {
    return this.#closed ? [] : readLines(this.errors);
  }

  /** Keeps the last lines in memory and removes the folder. */
  close(): void {
    if (this.#closed) return;
    this.#kept = [...this.lines];
    this.#closed = true;
    clearInterval(this.#timer);
    rmSync(this.folder, { recursive: true, force: true });
  }

  #bound(): void {
    try {
      if (sizeOf(this.errors) > FILE_LIMIT_BYTES) truncateSync(this.errors, 0);
      if (sizeOf(this.file) <= FILE_LIMIT_BYTES) return;
      this.#kept = [...this.lines];
      truncateSync(this.file, 0);
    } catch {
      // Removed by somebody who tidied up: then there is no more to say.
    }
  }
}

function readLines(file: string): string[] {
  try {
    const fd = openSync(file, 'r');
    try {
      const from = Math.max(0, fstatSync(fd).size - TAIL_BYTES);
      const bytes = Buffer.alloc(TAIL_BYTES);
      const text = bytes.toString('utf8', 0, readSync(fd, bytes, 0, TAIL_BYTES, from));
      const lines = text.split('\n').slice(from > 0 ? 1 : 0);
      return lines
        .filter((line) => line.trim() !== '' && !NOISE.test(line))
        .map((line) => plainText(line, LINE_LIMIT_CHARS).trimEnd());
    } finally {
      closeSync(fd);
    }
  } catch {
    return [];
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function readFrom(file: string, from: number): string {
  try {
    const fd = openSync(file, 'r');
    try {
      const bytes = Buffer.alloc(Math.min(TAIL_BYTES, Math.max(0, fstatSync(fd).size - from)));
      return bytes.toString('utf8', 0, readSync(fd, bytes, 0, bytes.length, from));
    } finally {
      closeSync(fd);
    }
  } catch {
    return '';
  }
}

/** Folders of processes that were killed. */
function sweepFolders(): void {
  if (swept) return;
  swept = true;
  try {
    for (const name of readdirSync(tmpdir())) {
      const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
      if (pid !== undefined && !runs(Number(pid))) rmSync(join(tmpdir(), name), { recursive: true, force: true });
    }
  } catch {
    // Another user's: theirs to remove.
  }
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
