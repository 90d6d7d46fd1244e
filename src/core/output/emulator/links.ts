import { BG_HAS_EXTENDED, type ExtendedAttributes, WORDS } from '../cells.ts';
import { type BufferState, type Core, type Line, lineToRead, storedLine } from './internals.ts';
import { PackedLine } from './shelf.ts';

/**
 * Bytes of link targets a screen and its scrollback hold at most. Beyond it a new link is drawn as plain text: with a link of 2 KB in
 * every cell ten thousand lines would hold three gigabytes.
 */
export const LINK_LIMIT_BYTES = 8 * 1024 * 1024;
/** Bytes of new links between two counts of what is still held. */
const STEP_BYTES = 1024 * 1024;
/** What a link costs beside its text. */
const OVERHEAD_BYTES = 64;
/** Links that a program repeats are held once; the oldest is forgotten beyond so many. */
const RECENT = 256;

export class LinkBudget {
  readonly #core: Core;
  readonly #limitBytes: number;
  #recent = new Map<string, string>();
  #held = 0;
  /** Since the last count. */
  #asked = 0;

  constructor(core: Core, limitBytes = LINK_LIMIT_BYTES) {
    this.#core = core;
    this.#limitBytes = limitBytes;
  }

  /** The link to keep in cells; undefined when there is no room for it. */
  admit(url: string): string | undefined {
    const known = this.#recent.get(url);
    if (known !== undefined) return known;
    const bytes = url.length + OVERHEAD_BYTES;
    this.#asked += bytes;
    if (this.#held + bytes > this.#limitBytes) {
      if (this.#asked < STEP_BYTES) return undefined;
      this.#count();
      if (this.#held + bytes > this.#limitBytes) return undefined;
    }
    this.#held += bytes;
    this.#recent.set(url, url);
    if (this.#recent.size > RECENT) {
      for (const oldest of this.#recent.keys()) {
        this.#recent.delete(oldest);
        break;
      }
    }
    return url;
  }

  /** Counts the links that cells refer to, and lets go of attributes that none does (cells are overwritten without a look at them). */
  #count(): void {
    const { normal, alt } = this.#core.buffers.buffers;
    const links = new Set<string>();
    this.#asked = 0;
    this.#held = 0;
    for (const buffer of [normal, alt]) this.#sweep(buffer, links);
    for (const link of links) this.#held += link.length + OVERHEAD_BYTES;
  }

  #sweep(buffer: BufferState, links: Set<string>): void {
    for (let i = 0; i < buffer.lines.length; i++) {
      const line = this.#line(buffer, i);
      if (!line) continue;
      const kept: { [x: number]: ExtendedAttributes } = {};
      for (const key in line._extendedAttrs) {
        const x = Number(key);
        const extended = line._extendedAttrs[x];
        if (extended === undefined || !((line._data[x * WORDS + 2] ?? 0) & BG_HAS_EXTENDED)) continue;
        kept[x] = extended;
        if (extended.link !== undefined) links.add(extended.link);
      }
      line._extendedAttrs = kept;
      const stored = storedLine(buffer, i);
      if (stored instanceof PackedLine) stored.extended = kept;
    }
  }

  /** Undefined for a packed line that has no links. */
  #line(buffer: BufferState, index: number): Line | undefined {
    const stored = storedLine(buffer, index);
    if (!(stored instanceof PackedLine)) return stored;
    if (stored.extended === undefined) return undefined;
    return lineToRead(this.#core, buffer, index);
  }
}
