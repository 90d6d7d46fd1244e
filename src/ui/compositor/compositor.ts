import type { Clock, Dispose, Surface, Timer } from '../../core/index.ts';
import type { Capabilities } from './capabilities.ts';
import { Encoder, type ShownCursor } from './encoder.ts';
import { MAX_SIDE } from './grid.ts';
import { Holds } from './holds.ts';
import type { CursorTarget, Layer } from './layer.ts';
import { type Placed, Stack } from './stack.ts';
import { Extras, type Tables, Texts } from './tables.ts';

/** The terminal. */
export interface Sink {
  /** Takes all of it, whatever it answers; false: no more until it has drained. */
  write(bytes: Uint8Array): boolean;
  onDrain(listener: () => void): Dispose;
}

export interface CompositorOptions {
  readonly sink: Sink;
  readonly clock: Clock;
  readonly capabilities: Capabilities;
}

/** Least time between two frames of the same surface: a display shows no more. */
export const FRAME_MS = 16;
/** Large frames are paced by size, up to this: in a flood nobody reads, and the terminal has to keep up. */
export const FLOOD_FRAME_MS = 50;
const FLOOD_BYTES_PER_MS = 256;
/** After a key, the next change is taken for its echo this long. */
const ECHO_MS = 100;

/**
 * Draws layers of surfaces on the terminal: merges them into one grid, compares it with what the terminal shows, and writes the
 * difference in one write. Frames are never queued: while the terminal has not drained, none is made.
 */
export class Compositor {
  readonly #sink: Sink;
  readonly #clock: Clock;
  readonly #tables: Tables = { texts: new Texts(), extras: new Extras() };
  readonly #stack = new Stack(this.#tables);
  readonly #undrain: Dispose;
  #encoder: Encoder;
  readonly #holds = new Holds();
  #target: CursorTarget | undefined;
  #cursor: ShownCursor;
  /** Something may have changed since the last frame. */
  #isStale = false;
  #isBlocked = false;
  #isQueued = false;
  #isDisposed = false;
  #timer: Timer | undefined;
  #timerAt = 0;
  #nextFrameAt = Number.NEGATIVE_INFINITY;
  /** When the surface with the cursor was last drawn. */
  #focusDrawnAt = Number.NEGATIVE_INFINITY;
  #echoUntil = Number.NEGATIVE_INFINITY;
  #bytesWritten = 0;
  #frames = 0;

  constructor({ sink, clock, capabilities }: CompositorOptions) {
    this.#sink = sink;
    this.#clock = clock;
    this.#encoder = new Encoder(this.#tables, capabilities);
    this.#undrain = sink.onDrain(() => {
      this.#isBlocked = false;
      if (this.#isStale) this.#schedule();
    });
  }

  get bytesWritten(): number {
    return this.#bytesWritten;
  }

  /** Frames written, each in one write. */
  get frames(): number {
    return this.#frames;
  }

  /** The terminal's size, in cells; also when it is what it was, because a terminal that changed its size shows no one knows what. */
  setSize(cols: number, rows: number): void {
    const width = Math.max(1, Math.min(MAX_SIDE, Math.trunc(cols)));
    const height = Math.max(1, Math.min(MAX_SIDE, Math.trunc(rows)));
    this.#stack.setSize(width, height);
    this.redraw();
  }

  /** What stands where; later layers above earlier ones. Free of cost when nothing differs from the last call. */
  setLayers(layers: readonly Layer[]): void {
    if (!this.#stack.setLayers(layers)) return;
    this.#holds.keep(new Set(layers.map((layer) => layer.surface)));
    this.invalidate();
  }

  /** Undefined: no cursor. It is hidden, too, where its place is covered or cut off. */
  setCursor(target: CursorTarget | undefined): void {
    this.#target = target;
    this.invalidate();
  }

  setCapabilities(capabilities: Capabilities): void {
    this.#encoder = new Encoder(this.#tables, capabilities);
    this.redraw();
  }

  /** A key went to the surface with the cursor: its next change is drawn without waiting for the turn of the next frame. */
  expectEcho(): void {
    this.#echoUntil = this.#clock.now() + ECHO_MS;
  }

  /** Something may have changed. Cheap; call it after every change of a surface. */
  invalidate(): void {
    this.#isStale = true;
    this.#holds.watch();
    this.#schedule();
  }

  /** Writes every cell again: after a suspension, a resize, or when something else wrote to the terminal. */
  redraw(): void {
    const { grid } = this.#stack;
    this.#encoder.forget(grid.cols, grid.rows);
    this.invalidate();
  }

  /** Draws now what there is to draw, unless the terminal has not drained. */
  flush(): void {
    this.#isStale = true;
    this.#frame(undefined);
  }

  /** Stops drawing. What the terminal shows stays; `restoreSequence` is for whoever leaves it. */
  dispose(): void {
    this.#isDisposed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#undrain();
  }

  #schedule(): void {
    if (this.#isDisposed || this.#isBlocked || this.#isQueued) return;
    const now = this.#clock.now();
    if (now >= this.#nextFrameAt) this.#queue(false);
    else if (this.#isUrgent(now)) this.#queue(true);
    else this.#wakeAt(this.#nextFrameAt);
  }

  /** In a microtask, so that all changes of one tick make one frame. */
  #queue(isUrgent: boolean): void {
    this.#isQueued = true;
    queueMicrotask(() => {
      this.#isQueued = false;
      if (this.#isDisposed) return;
      this.#frame(isUrgent ? this.#focus : undefined);
    });
  }

  /** The focused surface has its own turn, so that its echo does not wait for a pane that floods. */
  #isUrgent(now: number): boolean {
    const target = this.#target;
    if (!target) return false;
    if (!('surface' in target)) return now < this.#echoUntil;
    if (!this.#isChanged(target.surface) || this.#isHeld(target.surface, now)) return false;
    return now < this.#echoUntil || now >= this.#focusDrawnAt + FLOOD_FRAME_MS;
  }

  #isChanged(surface: Surface): boolean {
    return this.#stack.placed.some((placed) => placed.layer.surface === surface && placed.version !== surface.version);
  }

  #wakeAt(at: number): void {
    if (this.#timer && this.#timerAt <= at) return;
    this.#timer?.cancel();
    this.#timerAt = at;
    this.#timer = this.#clock.after(Math.max(0, at - this.#clock.now()), () => {
      this.#timer = undefined;
      if (this.#isStale) this.#schedule();
    });
  }

  #isHeld(surface: Surface, now: number): boolean {
    return this.#holds.isHeld(surface, now, now < this.#echoUntil && this.#focus === surface);
  }

  /** The surface that has the cursor. */
  get #focus(): Surface | undefined {
    return this.#target && 'surface' in this.#target ? this.#target.surface : undefined;
  }

  /** `only`: leave the other surfaces to the next frame. */
  #frame(only: Surface | undefined): void {
    if (this.#isDisposed || this.#isBlocked || !this.#isStale || this.#stack.grid.rows === 0) return;
    const now = this.#clock.now();
    this.#isStale = false;
    const { texts, extras } = this.#tables;
    const grids = [this.#stack.grid, this.#encoder.shown];
    texts.compact(grids);
    extras.compact(grids);
    if (!this.#focus) this.#echoUntil = Number.NEGATIVE_INFINITY;
    for (const placed of this.#stack.placed) this.#merge(placed, only, now);
    this.#cursor = this.#place(now);
    const bytes = this.#encoder.encode(this.#stack.grid, this.#stack.dirty, this.#cursor);
    if (bytes) {
      this.#frames++;
      this.#bytesWritten += bytes.length;
      if (!only) {
        const pause = Math.min(FLOOD_FRAME_MS, Math.max(FRAME_MS, bytes.length / FLOOD_BYTES_PER_MS));
        this.#nextFrameAt = now + pause;
      }
      if (!this.#sink.write(bytes)) this.#isBlocked = true;
      else if (this.#isStale) this.#schedule();
    }
  }

  #merge(placed: Placed, only: Surface | undefined, now: number): void {
    const { surface } = placed.layer;
    if (placed.version === surface.version) return;
    // A layer that was never merged has nothing to keep.
    if (placed.version !== -1 && this.#isHeld(surface, now)) {
      this.#isStale = true;
      this.#wakeAt(this.#holds.endsAt(surface));
      return;
    }
    if (only && surface !== only) {
      this.#isStale = true;
      this.#wakeAt(this.#nextFrameAt);
      return;
    }
    this.#stack.merge(placed);
    this.#holds.drawn(surface, now);
    if (surface === this.#focus) {
      this.#focusDrawnAt = now;
      this.#echoUntil = Number.NEGATIVE_INFINITY;
    }
  }

  #place(now: number): ShownCursor {
    const target = this.#target;
    if (!target) return undefined;
    if (!('surface' in target)) {
      const { cols, rows } = this.#stack.grid;
      const { x, y, shape, blink } = target;
      return x >= 0 && y >= 0 && x < cols && y < rows ? { x, y, shape, blink: blink ?? false } : undefined;
    }
    const { surface } = target;
    const { placed } = this.#stack;
    const index = placed.findLastIndex((one) => one.layer.surface === surface);
    if (index < 0) return undefined;
    if (placed[index]!.version !== surface.version && this.#isHeld(surface, now)) return this.#cursor;
    const { rect, source } = placed[index]!.layer;
    const { visible, shape, blink } = surface.cursor;
    const x = Math.min(surface.cursor.x, surface.cols - 1) - source.x + rect.x;
    const y = surface.cursor.y - source.y + rect.y;
    return visible && this.#stack.ownerAt(x, y) === index ? { x, y, shape, blink } : undefined;
  }
}
