import type { Core, Params } from './emulator/internals.ts';
import { LinkBudget } from './emulator/links.ts';
import { STACK_LIMIT } from './emulator/modes.ts';
import { extend } from './emulator/pen.ts';
import { answerSize, colorRules, type Identity } from './emulator/queries.ts';
import type { OscRule } from './emulator/strings.ts';
import {
  CLIPBOARD_LIMIT,
  cleanCwd,
  cleanLink,
  cleanTitle,
  clipboardEvent,
  KittyNotices,
  osc9Event,
  osc133Event,
  osc777Event,
  osc7501Event,
  type ScreenEvent,
} from './events.ts';

/** UTF-16 units of answers a single write may cause; what is beyond is not answered (a program that only asks gets no memory). */
const REPLY_LIMIT = 65_536;
/** Notices and clipboard writes of a single write; the rest is dropped. Titles, folders, bells and progress merge into the last. */
const EVENT_LIMIT = 16;

const encoder = new TextEncoder();

/**
 * What a program says beside its picture, and what it is answered: title, folder, events, replies. Gathered while a chunk is
 * parsed, handed out when it is done, so that a listener may do with the screen what it likes.
 */
export class Reports {
  readonly #reply: ((bytes: Uint8Array) => void) | undefined;
  readonly #emit: (event: ScreenEvent) => void;
  readonly #kittyNotices = new KittyNotices();
  #answers = '';
  #queue: ScreenEvent[] = [];
  /** While a snapshot is read nothing is answered. */
  silent = false;
  title = '';
  titles: string[] = [];
  cwd = '';
  cwdHost = '';

  constructor(reply: ((bytes: Uint8Array) => void) | undefined, emit: (event: ScreenEvent) => void) {
    this.#reply = reply;
    this.#emit = emit;
  }

  clear(): void {
    this.title = '';
    this.titles = [];
    this.cwd = '';
    this.cwdHost = '';
  }

  readonly answer = (text: string): void => {
    if (this.#reply !== undefined && !this.silent && this.#answers.length <= REPLY_LIMIT) this.#answers += text;
  };

  tell(event: ScreenEvent): void {
    if (event.type === 'notice' || event.type === 'clipboard') {
      if (this.#queue.length < EVENT_LIMIT) this.#queue.push(event);
      return;
    }
    const at = this.#queue.findIndex((queued) => queued.type === event.type);
    if (at >= 0 && at === this.#queue.length - 1) {
      this.#queue[at] = event;
      return;
    }
    if (at >= 0) this.#queue.splice(at, 1);
    this.#queue.push(event);
  }

  /** Hands out what was gathered: one reply, then the events in order. */
  flush(): void {
    if (this.#answers !== '') {
      const bytes = encoder.encode(this.#answers);
      this.#answers = '';
      this.#reply?.(bytes);
    }
    if (this.#queue.length === 0) return;
    const events = this.#queue;
    this.#queue = [];
    for (const event of events) this.#emit(event);
  }

  /** BEL, the stack of titles, RIS. */
  install(core: Core, identity: Identity): void {
    const { handler } = core;
    handler.bell = () => {
      this.tell({ type: 'bell' });
      return true;
    };
    handler.windowOptions = (params) => {
      if (!answerSize(core, params, identity, this.answer)) this.#stackTitle(params);
      return true;
    };
    const fullReset = handler.fullReset.bind(handler);
    handler.fullReset = () => {
      this.titles = [];
      return fullReset();
    };
  }

  /** XTPUSHTITLE and XTPOPTITLE; icon names are not kept. */
  #stackTitle(params: Params): void {
    if (params.length > 1 && params.params[1] === 1) return;
    if (params.params[0] === 22) {
      this.titles.push(this.title);
      if (this.titles.length > STACK_LIMIT) this.titles.shift();
    } else if (params.params[0] === 23) {
      const title = this.titles.pop();
      if (title !== undefined) this.#setTitle(title);
    }
  }

  #setTitle(title: string): void {
    if (title === this.title) return;
    this.title = title;
    this.tell({ type: 'title', title });
  }

  oscRules(core: Core, identity: Identity): [number, OscRule][] {
    const title: OscRule = { limit: 1024, truncate: true, run: (data) => this.#setTitle(cleanTitle(data ?? '')) };
    const event = (limit: number, read: (data: string) => ScreenEvent | undefined): OscRule => ({
      limit,
      run: (data) => {
        const found = data === undefined ? undefined : read(data);
        if (found) this.tell(found);
      },
    });
    const cwd: OscRule = {
      limit: 16_384,
      run: (data) => {
        const found = cleanCwd(data ?? '');
        if (!found || (found.cwd === this.cwd && found.host === this.cwdHost)) return;
        this.cwd = found.cwd;
        this.cwdHost = found.host;
        this.tell({ type: 'cwd', ...found });
      },
    };
    const budget = new LinkBudget(core);
    const link: OscRule = {
      limit: 4096,
      run: (data) => {
        const pen = core.handler._curAttrData;
        const url = cleanLink(data);
        const kept = url === undefined ? undefined : budget.admit(url);
        extend(pen, pen.extended.underlineStyle, pen.extended.underlineColor, kept);
      },
    };
    return [
      [0, title],
      [2, title],
      ...colorRules(identity, this.answer),
      [7, cwd],
      [8, link],
      [9, event(4096, osc9Event)],
      [52, event(Math.ceil(CLIPBOARD_LIMIT / 3) * 4 + 64, clipboardEvent)],
      [99, event(8192, (data) => this.#kittyNotices.add(data))],
      [133, event(4096, osc133Event)],
      [777, event(4096, osc777Event)],
      [7501, event(1024, osc7501Event)],
    ];
  }
}
