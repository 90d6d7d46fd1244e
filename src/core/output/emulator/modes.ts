import type { TerminalModes } from '../modes.ts';
import type { BufferState, Core, Params } from './internals.ts';
import type { MotionState } from './motion.ts';
import { clearPen, PLAIN } from './pen.ts';
import { clearLine } from './rows.ts';

/** Entries of a kitty keyboard stack, and of the stack of titles; beyond it the oldest is forgotten. */
export const STACK_LIMIT = 16;

/** Flags now, and those pushed before (https://sw.kovidgoyal.net/kitty/keyboard-protocol/). */
export interface KittyKeys {
  flags: number;
  stack: number[];
}

/** What the emulator does not keep itself. */
export interface ModeState extends MotionState {
  alternateScroll: boolean;
  mouseEncoding: TerminalModes['mouseEncoding'];
  modifyOtherKeys: 0 | 1 | 2;
  /** 12: blink, where DECSCUSR says nothing. */
  blink: boolean;
  /** For the normal and the alternate buffer. */
  kitty: [KittyKeys, KittyKeys];
}

export function newModeState(): ModeState {
  return { ...defaults(), saved: new WeakMap() };
}

function defaults(): Omit<ModeState, 'saved'> {
  return {
    newLine: false,
    alternateScroll: true,
    mouseEncoding: 'default',
    modifyOtherKeys: 0,
    blink: false,
    kitty: [
      { flags: 0, stack: [] },
      { flags: 0, stack: [] },
    ],
    designated: ['B', 'B', 'B', 'B'],
  };
}

export function resetModeState(state: ModeState): void {
  Object.assign(state, defaults());
}

/** Number of the active buffer: 0 normal, 1 alternate. */
export function activeIndex(core: Core): 0 | 1 {
  return core.handler._activeBuffer === core.buffers.buffers.alt ? 1 : 0;
}

const MOUSE = { 9: 'X10', 1000: 'VT200', 1002: 'DRAG', 1003: 'ANY' } as const;
const MOUSE_NAMES = { NONE: 'none', X10: 'x10', VT200: 'press', DRAG: 'drag', ANY: 'any' } as const;
const ENCODING = { 1005: 'utf8', 1006: 'sgr', 1015: 'urxvt' } as const;

export function readModes(core: Core, state: ModeState): TerminalModes {
  const { decPrivateModes: dec } = core.service;
  return {
    applicationCursor: dec.applicationCursorKeys,
    applicationKeypad: dec.applicationKeypad,
    bracketedPaste: dec.bracketedPasteMode,
    focusEvents: dec.sendFocus,
    mouse: MOUSE_NAMES[core.mouse.activeProtocol],
    mouseEncoding: state.mouseEncoding,
    alternateScreen: activeIndex(core) === 1,
    alternateScroll: state.alternateScroll,
    modifyOtherKeys: state.modifyOtherKeys,
    kittyFlags: state.kitty[activeIndex(core)].flags,
    newLine: state.newLine,
  };
}

/** SM and RM, DECSET and DECRST, the kitty keyboard protocol, XTMODKEYS, character sets, and the resets. */
export function installModes(core: Core, state: ModeState): void {
  const { handler, parser, buffers, service, charsets, mouse } = core;

  const ansi = (params: Params, on: boolean): boolean => {
    for (let i = 0; i < params.length; i++) {
      if (params.params[i] === 4) service.modes.insertMode = on;
      else if (params.params[i] === 20) state.newLine = on;
    }
    return true;
  };
  handler.setMode = (params) => ansi(params, true);
  handler.resetMode = (params) => ansi(params, false);

  // The lines of the alternate buffer are kept while it is not shown, and blanked when it is: the emulator makes new ones each time,
  // which a program that switches without end could have us do all day.
  const toAlternate = (): void => {
    if (activeIndex(core) === 1) return;
    const { alt } = buffers.buffers;
    const isNew = alt.lines.length === 0;
    buffers.buffers.activateAltBuffer(handler._eraseAttrData());
    if (!isNew) blankRows(alt, (handler._eraseAttrData() as { bg: number }).bg);
    alt.clear = () => {
      alt.x = 0;
      alt.y = 0;
      alt.scrollTop = 0;
      alt.scrollBottom = buffers.rows - 1;
      alt.tabs = {};
      alt.setupTabStops();
    };
  };
  const blankRows = (buffer: BufferState, bg: number): void => {
    for (let y = 0; y < buffers.rows; y++) {
      const line = buffer.lines.get(buffer.ybase + y)!;
      clearLine(line, buffers.cols, bg);
      line.isWrapped = false;
    }
  };
  const toNormal = (): void => {
    if (activeIndex(core) === 0) return;
    buffers.buffers.activateNormalBuffer();
    // What a program left behind there is not for the next one.
    state.kitty[1] = { flags: 0, stack: [] };
  };

  const dec = (mode: number, on: boolean): void => {
    const modes = service.decPrivateModes;
    switch (mode) {
      case 1:
        modes.applicationCursorKeys = on;
        break;
      case 2:
        if (on) {
          charsets._charsets = [];
          charsets.setgLevel(charsets.glevel);
          state.designated = ['B', 'B', 'B', 'B'];
        }
        break;
      case 6:
        modes.origin = on;
        handler._setCursor(0, 0);
        break;
      case 7:
        modes.wraparound = on;
        break;
      case 9:
      case 1000:
      case 1002:
      case 1003:
        mouse.activeProtocol = on ? MOUSE[mode] : 'NONE';
        break;
      case 12:
        state.blink = on;
        break;
      case 25:
        service.isCursorHidden = !on;
        break;
      case 45:
        modes.reverseWraparound = on;
        break;
      case 66:
        modes.applicationKeypad = on;
        break;
      case 1004:
        modes.sendFocus = on;
        break;
      case 1005:
      case 1006:
      case 1015:
        if (on) state.mouseEncoding = ENCODING[mode];
        else if (state.mouseEncoding === ENCODING[mode]) state.mouseEncoding = 'default';
        break;
      case 1007:
        state.alternateScroll = on;
        break;
      case 47:
      case 1047:
        if (on) toAlternate();
        else toNormal();
        break;
      case 1048:
        if (on) handler.saveCursor();
        else handler.restoreCursor();
        break;
      case 1049:
        if (on) {
          handler.saveCursor();
          toAlternate();
        } else {
          toNormal();
          handler.restoreCursor();
        }
        break;
      case 2004:
        modes.bracketedPasteMode = on;
        break;
      case 2026:
        modes.synchronizedOutput = on;
        break;
    }
  };
  const decAll = (params: Params, on: boolean): boolean => {
    for (let i = 0; i < params.length; i++) dec(params.params[i]!, on);
    return true;
  };
  handler.setModePrivate = (params) => decAll(params, true);
  handler.resetModePrivate = (params) => decAll(params, false);

  // DECSCUSR: beyond 6 there is no such shape.
  const setCursorStyle = handler.setCursorStyle.bind(handler);
  handler.setCursorStyle = (params) => params.params[0]! > 6 || setCursorStyle(params);

  const selectCharset = handler.selectCharset.bind(handler);
  handler.selectCharset = (collectAndFlag) => {
    const level = { '(': 0, ')': 1, '*': 2, '+': 3, '-': 1, '.': 2 }[collectAndFlag[0] ?? ''];
    if (level !== undefined) state.designated[level] = collectAndFlag[1] ?? 'B';
    return selectCharset(collectAndFlag);
  };
  const selectDefaultCharset = handler.selectDefaultCharset.bind(handler);
  handler.selectDefaultCharset = () => {
    state.designated[0] = 'B';
    return selectDefaultCharset();
  };

  const kitty = (): KittyKeys => state.kitty[activeIndex(core)];
  parser.registerCsiHandler({ prefix: '>', final: 'u' }, (params) => {
    const keys = kitty();
    keys.stack.push(keys.flags);
    if (keys.stack.length > STACK_LIMIT) keys.stack.shift();
    keys.flags = params.params[0]! & 31;
    return true;
  });
  parser.registerCsiHandler({ prefix: '<', final: 'u' }, (params) => {
    const keys = kitty();
    for (let n = Math.min(params.params[0]! || 1, STACK_LIMIT + 1); n > 0; n--) keys.flags = keys.stack.pop() ?? 0;
    return true;
  });
  parser.registerCsiHandler({ prefix: '=', final: 'u' }, (params) => {
    const keys = kitty();
    const flags = params.params[0]! & 31;
    const how = params.length > 1 ? params.params[1] : 1;
    if (how === 2) keys.flags |= flags;
    else if (how === 3) keys.flags &= ~flags;
    else if (how === 1 || how === 0) keys.flags = flags;
    return true;
  });
  // XTMODKEYS: only resource 4, modifyOtherKeys, changes what we send.
  parser.registerCsiHandler({ prefix: '>', final: 'm' }, (params) => {
    const resource = params.params[0]!;
    if (resource !== 4 && resource !== 0) return true;
    if (resource === 0 && params.length > 1) return true;
    state.modifyOtherKeys = resource === 4 && params.length > 1 ? (Math.min(params.params[1]!, 2) as 0 | 1 | 2) : 0;
    return true;
  });
  parser.registerCsiHandler({ prefix: '>', final: 'n' }, (params) => {
    if (params.params[0] === 4) state.modifyOtherKeys = 0;
    return true;
  });

  const home = (buffer: BufferState): void => {
    buffer.scrollTop = 0;
    buffer.scrollBottom = buffers.rows - 1;
    state.saved.delete(buffer);
    clearPen(handler._curAttrData);
    charsets.reset();
    state.designated = ['B', 'B', 'B', 'B'];
    service.isCursorHidden = false;
  };

  // DECSTR (DEC STD 070): not the paste, mouse and focus modes, which came long after it.
  handler.softReset = () => {
    const modes = service.decPrivateModes;
    home(handler._activeBuffer);
    service.modes.insertMode = false;
    modes.origin = false;
    modes.wraparound = true;
    modes.reverseWraparound = false;
    modes.applicationCursorKeys = false;
    modes.applicationKeypad = false;
    return true;
  };

  // RIS. The scrollback stays, as in tmux: what was printed is still there to be read.
  handler.fullReset = () => {
    parser.reset();
    toNormal();
    const buffer = handler._activeBuffer;
    home(buffer);
    state.saved.delete(buffers.buffers.alt);
    blankRows(buffer, 0);
    buffer.x = 0;
    buffer.y = 0;
    buffer.tabs = {};
    buffer.setupTabStops();
    service.reset();
    mouse.reset();
    resetModeState(state);
    handler._curAttrData.extended = PLAIN;
    return true;
  };
}
