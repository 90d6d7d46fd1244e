import { encodeMouse, encodeWheelAsArrows, isWheel, type MouseInput } from '../../core/index.ts';
import { type ActionContext, openCopyMode, run } from '../actions/index.ts';
import { overlayRects } from '../components/overlays.tsx';
import { tabRoom, tabSpans } from '../components/TabBar.tsx';
import { type Divider, moveDivider, type Placed, type Rect } from '../layout/index.ts';
import { whyNotType } from '../may-type.ts';
import { changeLayout } from '../model/workspace-ops.ts';
import type { CopyMode } from '../panes/copy-mode.ts';
import { visiblePart } from '../picture.ts';
import { copySelection } from './copy-keys.ts';

/** Two presses on one place within this are a double click (tmux: 300 ms; desktops: 400 to 500). */
const DOUBLE_CLICK_MS = 400;
/** Lines a wheel step scrolls, and arrows it becomes. */
const WHEEL_LINES = 3;
/** A word taken by double click stays marked this long before copy mode is left. */
const SHOW_WORD_MS = 400;

const within = (r: Rect, x: number, y: number): boolean => x >= r.x && x < r.x + r.cols && y >= r.y && y < r.y + r.rows;

/** What a press began; it lasts until the release. */
type Grab =
  | { readonly kind: 'divider'; readonly divider: Divider; readonly tabId: string; x: number; y: number }
  | { readonly kind: 'program'; readonly placed: Placed }
  | {
      readonly kind: 'select';
      readonly placed: Placed;
      readonly from: { x: number; y: number };
      to: { x: number; y: number };
      mode: CopyMode | undefined;
      moved: boolean;
      released: boolean;
    };

export class Mouse {
  readonly #ctx: ActionContext;
  readonly #typed: () => void;
  #grab: Grab | undefined;
  #lastPress = { x: -1, y: -1, atMs: Number.NEGATIVE_INFINITY, clicks: 0 };

  constructor(ctx: ActionContext, typed: () => void) {
    this.#ctx = ctx;
    this.#typed = typed;
  }

  handle(m: MouseInput): void {
    const { bench } = this.#ctx;
    if (bench.tooSmall) return;
    const clicks = m.action === 'press' && !isWheel(m.button) ? this.#countClicks(m) : 0;
    if (this.#grab && m.action !== 'press') return this.#drag(this.#grab, m);
    if (bench.overlay && !['prompt', 'confirm'].includes(bench.overlay.overlay.kind)) return this.#overlay(m);
    if (m.y === 0) return this.#tabBar(m);
    const placed = bench.placement.panes.find(({ outer }) => within(outer, m.x, m.y));
    if (placed && within(placed.inner, m.x, m.y)) return this.#inside(placed, m, clicks);
    if (m.action === 'press' && m.button === 'left') this.#border(placed, m, clicks);
  }

  #countClicks(m: MouseInput): number {
    const now = this.#ctx.bench.clock.now();
    const last = this.#lastPress;
    const again = m.x === last.x && m.y === last.y && now - last.atMs < DOUBLE_CLICK_MS;
    this.#lastPress = { x: m.x, y: m.y, atMs: now, clicks: again ? last.clicks + 1 : 1 };
    return this.#lastPress.clicks;
  }

  #overlay(m: MouseInput): void {
    const { bench } = this.#ctx;
    const control = bench.overlay;
    if (!control || m.action !== 'press') return;
    const rect = overlayRects(bench.snapshot)[0];
    let open = true;
    if (m.button === 'wheel-up') open = control.key('WheelUp', undefined);
    else if (m.button === 'wheel-down') open = control.key('WheelDown', undefined);
    else if (!rect || !within(rect, m.x, m.y)) open = false;
    else if (control.click) open = control.click(m.y - rect.y);
    if (open) bench.update();
    else bench.closeOverlay(control);
  }

  #tabBar(m: MouseInput): void {
    const { bench } = this.#ctx;
    if (m.action !== 'press') return;
    if (m.button === 'wheel-up') void run(this.#ctx, { name: 'previous-tab', args: {} });
    if (m.button === 'wheel-down') void run(this.#ctx, { name: 'next-tab', args: {} });
    if (m.button !== 'left') return;
    const { tabs, counts, cols, ascii } = bench.snapshot;
    const hit = tabSpans(tabs, tabRoom(counts, cols, ascii), ascii).spans.find((s) => m.x >= s.x && m.x < s.x + s.cols);
    if (hit) bench.goToTab(hit.id);
  }

  #border(placed: Placed | undefined, m: MouseInput, clicks: number): void {
    const { bench } = this.#ctx;
    const divider = bench.placement.dividers.find((d) => within(d.rect, m.x, m.y));
    if (placed) bench.focusPane(placed.paneId);
    if (clicks === 2) {
      void run(this.#ctx, { name: 'zoom', args: {} });
      return;
    }
    const tab = bench.tab;
    if (divider && tab && !bench.readOnly) this.#grab = { kind: 'divider', divider, tabId: tab.id, x: m.x, y: m.y };
  }

  #inside(placed: Placed, m: MouseInput, clicks: number): void {
    const { bench } = this.#ctx;
    const view = bench.views.get(placed.sessionId);
    if (!view) return;
    if (m.action === 'press' && !isWheel(m.button) && placed.paneId !== bench.focusedPaneId)
      bench.focusPane(placed.paneId);
    const copy = bench.copying.get(placed.paneId);
    const { modes } = view.screen;
    // Whoever may only watch has the mouse for scrolling and copying.
    if (!copy && modes.mouse !== 'none' && this.#mayType(placed)) {
      if (m.action === 'press' && !isWheel(m.button)) this.#grab = { kind: 'program', placed };
      this.#toProgram(placed, m);
      return;
    }
    if (m.action !== 'press') return;
    if (isWheel(m.button)) this.#wheel(placed, m, copy);
    else if (m.button === 'left') this.#press(placed, m, copy, clicks);
    else if (m.button === 'middle' && this.#ctx.buffer !== '') void run(this.#ctx, { name: 'paste', args: {} });
  }

  /** Where an event lies on the session's own screen. */
  #local(placed: Placed, m: MouseInput): { x: number; y: number } {
    const { bench } = this.#ctx;
    const view = bench.views.get(placed.sessionId);
    const source = view && !bench.copying.has(placed.paneId) ? visiblePart(placed, view.surface) : { x: 0, y: 0 };
    return { x: m.x - placed.inner.x + source.x, y: m.y - placed.inner.y + source.y };
  }

  #toProgram(placed: Placed, m: MouseInput): void {
    const { bench } = this.#ctx;
    const view = bench.views.get(placed.sessionId);
    if (!view || !this.#mayType(placed)) return;
    const at = this.#local(placed, m);
    const x = Math.max(0, Math.min(view.screen.cols - 1, at.x));
    const y = Math.max(0, Math.min(view.screen.rows - 1, at.y));
    const bytes = encodeMouse({ ...m, x, y }, view.screen.modes);
    if (!bytes) return;
    this.#typed();
    view.write(bytes);
  }

  #mayType({ sessionId }: Placed): boolean {
    return whyNotType(this.#ctx.bench, sessionId) === undefined;
  }

  #wheel(placed: Placed, m: MouseInput, copy: CopyMode | undefined): void {
    const { bench } = this.#ctx;
    const view = bench.views.get(placed.sessionId);
    const up = m.button === 'wheel-up';
    if (!up && m.button !== 'wheel-down') return;
    const arrows =
      !copy && view && this.#mayType(placed) && encodeWheelAsArrows(m.button, WHEEL_LINES, view.screen.modes);
    if (arrows) {
      view.write(arrows);
      return;
    }
    if (!copy && (!up || view?.screen.modes.alternateScreen)) return;
    openCopyMode(this.#ctx, placed.paneId, true, (mode) => {
      mode.scroll(up ? -WHEEL_LINES : WHEEL_LINES);
      if (!up && mode.leaveAtEnd && mode.atEnd && !mode.selecting) bench.closeCopy(placed.paneId);
    }).catch((error: unknown) => bench.complain(error));
  }

  #press(placed: Placed, m: MouseInput, copy: CopyMode | undefined, clicks: number): void {
    const { bench } = this.#ctx;
    const at = this.#local(placed, m);
    if (clicks >= 2) {
      openCopyMode(this.#ctx, placed.paneId, true, (mode) => {
        mode.pointAt(at.x, at.y);
        mode.select(clicks === 2 ? 'word' : 'line');
        copySelection(this.#ctx, placed.paneId, mode, false).catch((error: unknown) => bench.complain(error));
        if (mode.leaveAtEnd && mode.atEnd) {
          bench.clock.after(SHOW_WORD_MS, () => {
            // Still this selection, not one begun since.
            if (bench.copying.get(placed.paneId) === mode && this.#lastPress.clicks === clicks)
              bench.closeCopy(placed.paneId);
          });
        }
      }).catch((error: unknown) => bench.complain(error));
      return;
    }
    copy?.clearSelection();
    copy?.pointAt(at.x, at.y);
    this.#grab = { kind: 'select', placed, from: at, to: at, mode: copy, moved: false, released: false };
  }

  #drag(grab: Grab, m: MouseInput): void {
    const { bench } = this.#ctx;
    const released = m.action === 'release';
    if (released) this.#grab = undefined;
    switch (grab.kind) {
      case 'program':
        this.#toProgram(grab.placed, m);
        return;
      case 'divider': {
        const { divider } = grab;
        const delta = divider.direction === 'row' ? m.x - grab.x : m.y - grab.y;
        if (delta === 0) return;
        grab.x = m.x;
        grab.y = m.y;
        const { area, settings } = bench;
        bench.sync.apply(
          changeLayout(grab.tabId, (l) => moveDivider(l, area, settings.frames, divider.path, divider.index, delta)),
        );
        return;
      }
      case 'select': {
        const to = this.#local(grab.placed, m);
        const moved = to.x !== grab.from.x || to.y !== grab.from.y;
        grab.to = to;
        grab.released = released;
        if (!grab.moved && moved) {
          grab.moved = true;
          openCopyMode(this.#ctx, grab.placed.paneId, true, (mode) => {
            grab.mode = mode;
            mode.pointAt(grab.from.x, grab.from.y);
            mode.startSelection(m.alt);
            this.#select(grab);
          }).catch((error: unknown) => bench.complain(error));
        } else if (grab.moved) this.#select(grab);
      }
    }
  }

  #select(grab: Extract<Grab, { kind: 'select' }>): void {
    const { mode } = grab;
    if (!mode) return;
    mode.pointAt(grab.to.x, grab.to.y);
    if (!grab.released) return;
    const stay = !mode.leaveAtEnd || !mode.atEnd;
    copySelection(this.#ctx, grab.placed.paneId, mode, !stay).catch((error: unknown) =>
      this.#ctx.bench.complain(error),
    );
  }
}
