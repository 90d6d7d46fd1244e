import { closeSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry } from '../../core/index.ts';
import { packEntries, packedBytes, unpackEntries } from '../store/pack.ts';

/** Entries are written in blocks of about this size: one write each, and what is read at once. */
const BLOCK_BYTES = 128 * 1024;
/** Blocks are in files of about this size, so that what is not needed any more can be given back. */
const FILE_BYTES = 8 * 1024 * 1024;

interface Block {
  readonly first: number;
  readonly last: number;
  readonly file: SpillFile;
  readonly offset: number;
  readonly length: number;
}

interface SpillFile {
  readonly path: string;
  fd: number;
  bytes: number;
  blocks: number;
}

/**
 * Entries on the disk, in order, without holes: the beginning of what a log in memory had no room for. Written and read within a call: a block is
 * some 50 µs of a page cache.
 */
export class Spill {
  readonly #folder: string;
  readonly #files: SpillFile[] = [];
  /** Some 100 bytes for each 128 KiB on the disk. */
  #blocks: Block[] = [];
  /** Not written yet: less than a block. */
  #pending: Entry[] = [];
  #pendingBytes = 0;
  #bytes = 0;
  #read: { block: Block; entries: Entry[] } | undefined;
  #names = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** On the disk. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Number of the oldest entry; undefined when there is none. */
  get first(): number | undefined {
    return this.#blocks[0]?.first ?? this.#pending[0]?.seq;
  }

  /** What `fs` throws: the entry is then not here. */
  put(entry: Entry): void {
    // Its bytes are a view of memory that is used again.
    this.#pending.push('bytes' in entry ? { ...entry, bytes: entry.bytes.slice() } : entry);
    this.#pendingBytes += packedBytes(entry);
    if (this.#pendingBytes >= BLOCK_BYTES) this.#write();
  }

  /** Entries after a number, at most so many of one block; undefined when some of them are not here any more. */
  from(afterSeq: number, most: number): Entry[] | undefined {
    const { first } = this;
    if (first === undefined || afterSeq < first - 1) return undefined;
    const block = this.#find(afterSeq + 1);
    const entries = block ? this.#load(block) : this.#pending;
    const skip = Math.max(0, afterSeq + 1 - (entries[0]?.seq ?? 0));
    return entries.slice(skip, skip + most);
  }

  /** Entries up to there are not needed any more. */
  drop(upTo: number): void {
    const keep = this.#blocks.findIndex(({ last }) => last > upTo);
    const gone = this.#blocks.splice(0, keep < 0 ? this.#blocks.length : keep);
    for (const { file } of gone) {
      file.blocks -= 1;
      if (file.blocks === 0) this.#remove(file);
    }
    if (this.#blocks.length > 0) return;
    const left = this.#pending.findIndex(({ seq }) => seq > upTo);
    const pending = this.#pending.splice(0, left < 0 ? this.#pending.length : left);
    for (const entry of pending) this.#pendingBytes -= packedBytes(entry);
  }

  /** Makes room by giving up the oldest block. */
  dropOldest(): void {
    const oldest = this.#blocks[0];
    if (oldest) this.drop(oldest.last);
  }

  clear(): void {
    for (const file of [...this.#files]) this.#remove(file);
    this.#blocks = [];
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#read = undefined;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #write(): void {
    const file = this.#current();
    const bytes = packEntries(this.#pending);
    let written = 0;
    while (written < bytes.length) {
      written += writeSync(file.fd, bytes, written, bytes.length - written, file.bytes + written);
    }
    const block = {
      first: this.#pending[0]!.seq,
      last: this.#pending.at(-1)!.seq,
      file,
      offset: file.bytes,
      length: bytes.length,
    };
    file.bytes += bytes.length;
    file.blocks += 1;
    this.#bytes += bytes.length;
    this.#blocks.push(block);
    this.#pending = [];
    this.#pendingBytes = 0;
  }

  #current(): SpillFile {
    const newest = this.#files.at(-1);
    if (newest && newest.bytes < FILE_BYTES) return newest;
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const path = join(this.#folder, String(this.#names++));
    const file = { path, fd: openSync(path, 'w+', 0o600), bytes: 0, blocks: 0 };
    this.#files.push(file);
    return file;
  }

  #remove(file: SpillFile): void {
    const at = this.#files.indexOf(file);
    if (at < 0) return;
    this.#files.splice(at, 1);
    this.#bytes -= file.bytes;
    closeSync(file.fd);
    rmSync(file.path, { force: true });
  }

  /** The block with this entry; blocks are in order. */
  #find(seq: number): Block | undefined {
    let low = 0;
    let high = this.#blocks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#blocks[middle]!.last < seq) low = middle + 1;
      else high = middle;
    }
    return this.#blocks[low];
  }

  /** The last one that was read is kept: a reader takes a block in several goes. */
  #load(block: Block): Entry[] {
    if (this.#read?.block === block) return this.#read.entries;
    const bytes = new Uint8Array(block.length);
    let read = 0;
    while (read < bytes.length) {
      const count = readSync(block.file.fd, bytes, read, bytes.length - read, block.offset + read);
      if (count === 0) throw new Error('a spill file was cut short');
      read += count;
    }
    const entries = unpackEntries(bytes, block.first);
    this.#read = { block, entries };
    return entries;
  }
}
