import type { Clock } from '../../core/index.ts';
import type { ListItem, Overlay } from '../model/snapshot.ts';
import { LineEditor } from './line-editor.ts';

/** Something above the panes that takes the keys while it is open. */
export interface OverlayControl {
  readonly overlay: Overlay;
  /** A key by tmux name, and the text it types, if any. True: stay open; false: close. */
  key(id: string, text: string | undefined): boolean;
  /** A click on row `row` of the overlay's rectangle (0: its frame). */
  click?(row: number): boolean;
  /** Rows that can be seen at once, told before each key. */
  visibleRows?: number;
  /** It is no longer open: whatever keeps it true may stop. */
  closed?(): void;
}

export class PromptControl implements OverlayControl {
  readonly #label: string;
  readonly #editor: LineEditor;
  readonly #submit: (text: string) => void;
  readonly #cancelWhenEmpty: boolean;

  constructor(options: {
    label: string;
    text?: string;
    history?: readonly string[];
    complete?: (text: string) => readonly string[];
    submit: (text: string) => void;
    /** Backspace on nothing closes, as in vim and tmux. */
    cancelWhenEmpty?: boolean;
  }) {
    this.#label = options.label;
    this.#editor = new LineEditor(options);
    this.#submit = options.submit;
    this.#cancelWhenEmpty = options.cancelWhenEmpty ?? false;
  }

  get overlay(): Overlay {
    const { text, cursor, candidates } = this.#editor;
    return { kind: 'prompt', label: this.#label, text, cursor, candidates };
  }

  key(id: string, text: string | undefined): boolean {
    if (id === 'Escape' || id === 'C-c' || id === 'C-g') return false;
    if (id === 'Enter' || id === 'KPEnter' || id === 'C-m' || id === 'C-j') {
      this.#submit(this.#editor.text);
      return false;
    }
    if (this.#cancelWhenEmpty && (id === 'BSpace' || id === 'C-h') && this.#editor.text === '') return false;
    if (!this.#editor.key(id) && text !== undefined) this.#editor.insert(text);
    return true;
  }
}

export class ConfirmControl implements OverlayControl {
  readonly overlay: Overlay;
  readonly #yes: () => void;

  constructor(question: string, yes: () => void) {
    this.overlay = { kind: 'confirm', question };
    this.#yes = yes;
  }

  key(id: string): boolean {
    if (id === 'y' || id === 'Y') this.#yes();
    return false;
  }
}

export class TextControl implements OverlayControl {
  readonly #title: string;
  readonly #ask: () => readonly string[];
  readonly #closed: (() => void) | undefined;
  #top = 0;
  visibleRows = 1;

  /** `lines` may be a question, asked at every draw. */
  constructor(title: string, lines: readonly string[] | (() => readonly string[]), closed?: () => void) {
    this.#title = title;
    this.#ask = typeof lines === 'function' ? lines : () => lines;
    this.#closed = closed;
  }

  get #lines(): readonly string[] {
    return this.#ask();
  }

  closed(): void {
    this.#closed?.();
  }

  get overlay(): Overlay {
    return { kind: 'text', title: this.#title, lines: this.#lines, top: this.#top };
  }

  key(id: string): boolean {
    const last = Math.max(0, this.#lines.length - this.visibleRows);
    const move = (delta: number): boolean => {
      this.#top = Math.min(last, Math.max(0, this.#top + delta));
      return true;
    };
    switch (id) {
      case 'Down':
      case 'j':
      case 'C-n':
      case 'WheelDown':
        return move(id === 'WheelDown' ? 3 : 1);
      case 'Up':
      case 'k':
      case 'C-p':
      case 'WheelUp':
        return move(id === 'WheelUp' ? -3 : -1);
      case 'NPage':
      case 'Space':
      case 'C-f':
      case 'C-d':
        return move(this.visibleRows - 1);
      case 'PPage':
      case 'C-b':
      case 'C-u':
        return move(1 - this.visibleRows);
      case 'Home':
      case 'g':
        return move(-this.#top);
      case 'End':
      case 'G':
        return move(last);
      default:
        return false;
    }
  }
}

/** Whoever types for a place that has gone goes on typing for a moment. */
const TYPED_ON_MS = 1000;

/** Something that has to be read, and came while somebody was typing: what they type goes nowhere. Enter or Escape after a pause closes it: nobody begins a line with these. */
export class NoticeControl implements OverlayControl {
  readonly title: string;
  readonly overlay: Overlay;
  readonly #clock: Clock;
  #last: number;
  /** Called once when it was closed. */
  afterwards: () => void = () => {};

  constructor(clock: Clock, title: string, lines: readonly string[]) {
    this.title = title;
    this.overlay = {
      kind: 'text',
      title,
      lines: [...lines, '', 'Enter closes this. What is typed until then is dropped.'],
      top: 0,
    };
    this.#clock = clock;
    this.#last = clock.now();
  }

  key(id: string): boolean {
    const paused = this.#clock.now() - this.#last >= TYPED_ON_MS;
    this.#last = this.#clock.now();
    return !paused || !['Enter', 'KPEnter', 'C-m', 'Escape'].includes(id);
  }

  closed(): void {
    this.afterwards();
  }
}

export class ListControl implements OverlayControl {
  readonly #title: string;
  readonly #hint: string;
  readonly #items: () => readonly ListItem[];
  readonly #choose: (id: string) => void;
  readonly #extra: Readonly<Record<string, (id: string) => boolean>>;
  readonly #below: ((id: string | undefined) => readonly string[]) | undefined;
  readonly #closed: (() => void) | undefined;
  #filter = '';
  #filtering = false;
  #selectedId: string | undefined;
  visibleRows = 1;

  constructor(options: {
    title: string;
    hint: string;
    /** Asked at every draw: the list stays true while it is open. */
    items: () => readonly ListItem[];
    selected?: string | undefined;
    choose: (id: string) => void;
    /** More keys, on the selected item; each says whether to stay open. */
    extra?: Readonly<Record<string, (id: string) => boolean>>;
    /** More about the selected item; always as many lines. */
    below?: (id: string | undefined) => readonly string[];
    closed?: () => void;
  }) {
    this.#title = options.title;
    this.#hint = options.hint;
    this.#items = options.items;
    this.#choose = options.choose;
    this.#extra = options.extra ?? {};
    this.#selectedId = options.selected;
    this.#below = options.below;
    this.#closed = options.closed;
  }

  closed(): void {
    this.#closed?.();
  }

  get selected(): string | undefined {
    const visible = this.#visible();
    return visible[this.#index(visible)]?.id;
  }

  #visible(): readonly ListItem[] {
    const words = this.#filter.toLowerCase().split(/\s+/).filter(Boolean);
    return this.#items().filter((item) => words.every((w) => `${item.label} ${item.detail}`.toLowerCase().includes(w)));
  }

  #index(items: readonly ListItem[]): number {
    return Math.max(
      0,
      items.findIndex((item) => item.id === this.#selectedId),
    );
  }

  get overlay(): Overlay {
    const visible = this.#visible();
    const filter = this.#filtering ? `${this.#filter}_` : this.#filter;
    return {
      kind: 'list',
      title: this.#title,
      items: visible,
      selected: this.#index(visible),
      filter,
      hint: this.#hint,
      ...(this.#below ? { below: this.#below(visible[this.#index(visible)]?.id) } : {}),
    };
  }

  key(id: string, text: string | undefined): boolean {
    const items = this.#visible();
    const at = this.#index(items);
    const move = (to: number): boolean => {
      this.#selectedId = items[Math.min(items.length - 1, Math.max(0, to))]?.id;
      return true;
    };
    if (this.#filtering) {
      if (id === 'Escape') {
        this.#filter = '';
        this.#filtering = false;
        return true;
      }
      if (id === 'BSpace') {
        this.#filter = [...this.#filter].slice(0, -1).join('');
        return true;
      }
      if (id === 'C-u') {
        this.#filter = '';
        return true;
      }
      if (text !== undefined && id !== 'Enter') {
        this.#filter += text;
        return true;
      }
    }
    switch (id) {
      case 'Down':
      case 'C-n':
        return move(at + 1 >= items.length ? 0 : at + 1);
      case 'Up':
      case 'C-p':
        return move(at === 0 ? items.length - 1 : at - 1);
      case 'WheelDown':
        return move(at + 1);
      case 'WheelUp':
        return move(at - 1);
      case 'NPage':
        return move(at + this.visibleRows);
      case 'PPage':
        return move(at - this.visibleRows);
      case 'Home':
        return move(0);
      case 'End':
        return move(items.length - 1);
      case 'Enter':
      case 'KPEnter':
      case 'C-m': {
        const chosen = items[at];
        if (chosen) this.#choose(chosen.id);
        return chosen === undefined;
      }
      case 'Escape':
      case 'C-c':
      case 'C-g':
      case 'q':
        return false;
      case 'j':
        return move(at + 1);
      case 'k':
        return move(at - 1);
      case 'g':
        return move(0);
      case 'G':
        return move(items.length - 1);
      case '/':
      case 'C-s':
        this.#filtering = true;
        return true;
      default: {
        const chosen = items[at];
        const extra = this.#extra[id];
        if (extra && chosen) return extra(chosen.id);
        // A digit chooses the item with that number, as tmux's trees do.
        if (/^[0-9]$/.test(id)) {
          const item = items[id === '0' ? 9 : Number(id) - 1];
          if (item) {
            this.#choose(item.id);
            return false;
          }
        }
        return true;
      }
    }
  }

  click(row: number): boolean {
    const items = this.#visible();
    const top = Math.max(0, Math.min(this.#index(items) - (this.visibleRows >> 1), items.length - this.visibleRows));
    const item = row >= 1 && row <= this.visibleRows ? items[top + row - 1] : undefined;
    if (!item) return true;
    this.#choose(item.id);
    return false;
  }
}

/** The numbers of the panes: a digit goes there, anything else closes. */
export class NumbersControl implements OverlayControl {
  readonly overlay: Overlay = { kind: 'numbers' };
  readonly #go: (number: number) => void;
  readonly #otherwise: (id: string, text: string | undefined) => void;

  constructor(go: (number: number) => void, otherwise: (id: string, text: string | undefined) => void) {
    this.#go = go;
    this.#otherwise = otherwise;
  }

  key(id: string, text: string | undefined): boolean {
    if (/^[0-9]$/.test(id)) this.#go(id === '0' ? 10 : Number(id));
    else this.#otherwise(id, text);
    return false;
  }
}

export class ClockControl implements OverlayControl {
  readonly overlay: Overlay;

  constructor(paneId: string) {
    this.overlay = { kind: 'clock', paneId };
  }

  key(): boolean {
    return false;
  }
}
