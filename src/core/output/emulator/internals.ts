import headless from '@xterm/headless';
import type { ExtendedAttributes } from '../cells.ts';
import { unicodeProvider } from '../unicode.ts';
import { PackedLine, Shelf } from './shelf.ts';

/**
 * What of @xterm/headless 6 is used beyond its public interface, each name as it stands there. This file alone reaches into the
 * package; the rest of output/ uses what it hands out, through these types. `openCore` fails loudly when a name is missing, and
 * test/core/output/internals.test.ts checks names and meanings, so that an upgrade of the package can't change one quietly.
 */

/** src/common/buffer/BufferLine.ts: three words a cell; texts and attributes that don't fit stand beside. */
export interface Line {
  _data: Uint32Array;
  _combined: { [x: number]: string };
  /** Ours (ExtendedAttributes), put there through Pen.extended; immutable. */
  _extendedAttrs: { [x: number]: ExtendedAttributes | undefined };
  isWrapped: boolean;
  length: number;
  translateToString(trimRight: boolean, from?: number, to?: number, columns?: number[]): string;
}

/** src/common/CircularList.ts. Lines above the screen (below ybase) may be packed: see storedLine. */
export interface Lines {
  /** Where they lie, `_startIndex` first. */
  _array: (Line | PackedLine | undefined)[];
  readonly _startIndex: number;
  length: number;
  maxLength: number;
  readonly isFull: boolean;
  get(index: number): Line | undefined;
  set(index: number, line: Line | PackedLine): void;
  push(line: Line): void;
  recycle(): Line | PackedLine;
  onTrim(listener: (amount: number) => void): { dispose(): void };
}

/** src/common/buffer/Buffer.ts; x === cols is a pending wrap. */
export interface BufferState {
  lines: Lines;
  ybase: number;
  ydisp: number;
  x: number;
  y: number;
  scrollTop: number;
  scrollBottom: number;
  tabs: { [x: number]: boolean | undefined };
  setupTabStops(from?: number): void;
  getNullCell(attributes?: unknown): unknown;
  getBlankLine(attributes: unknown, isWrapped?: boolean): Line;
  /** Of the alternate buffer, when it is left. */
  clear(): void;
}

/** src/common/buffer/AttributeData.ts, the pen. `extended` holds our own immutable object. */
export interface Pen {
  fg: number;
  bg: number;
  extended: ExtendedAttributes;
}

/** src/common/parser/Params.ts */
export interface Params {
  readonly params: Int32Array;
  readonly length: number;
  hasSubParams(index: number): boolean;
  getSubParams(index: number): Int32Array | null;
}

export interface StringHandler {
  start(): void;
  put(data: Uint32Array, start: number, end: number): void;
  end(success: boolean): boolean;
}
export interface DeviceHandler {
  hook(params: Params): void;
  put(data: Uint32Array, start: number, end: number): void;
  unhook(success: boolean): boolean;
}
export interface SequenceId {
  prefix?: string;
  intermediates?: string;
  final: string;
}

/** By the number of what they handle; the last of a list is asked first. */
export type Handlers = Record<number, unknown[] | undefined>;

/** src/common/parser/EscapeSequenceParser.ts */
export interface Parser {
  currentState: number;
  precedingJoinState: number;
  _transitions: { table: Uint8Array };
  /** Sub-parsers, src/common/parser/OscParser.ts and DcsParser.ts: _active are the handlers of the string that is being read. */
  _oscParser: {
    _active: readonly unknown[];
    readonly _handlers: Handlers;
    _put(data: Uint32Array, start: number, end: number): void;
  };
  _dcsParser: {
    _active: readonly unknown[];
    readonly _handlers: Handlers;
    put(data: Uint32Array, start: number, end: number): void;
  };
  readonly _escHandlers: Handlers;
  readonly _csiHandlers: Handlers;
  parse(data: Uint32Array, length: number): void;
  reset(): void;
  registerCsiHandler(id: SequenceId, handler: (params: Params) => boolean): unknown;
  registerEscHandler(id: SequenceId, handler: () => boolean): unknown;
  registerOscHandler(id: number, handler: StringHandler): unknown;
  registerDcsHandler(id: SequenceId, handler: DeviceHandler): unknown;
  clearOscHandler(id: number): void;
  clearDcsHandler(id: SequenceId): void;
  setErrorHandler(handler: (state: unknown) => unknown): void;
  setOscHandlerFallback(handler: () => void): void;
  setDcsHandlerFallback(handler: () => void): void;
  setCsiHandlerFallback(handler: () => void): void;
  setEscHandlerFallback(handler: () => void): void;
  setExecuteHandlerFallback(handler: () => void): void;
  setExecuteHandler(char: string, handler: () => boolean): void;
}

/** src/common/InputHandler.ts: its handlers call these methods on itself, so one set on the instance replaces the original. */
export interface InputHandler {
  _parser: Parser;
  /** Code points on their way into the parser; ours come from elsewhere (Screen). */
  _parseBuffer: Uint32Array;
  _activeBuffer: BufferState;
  _curAttrData: Pen;
  _eraseAttrData(): unknown;
  _restrictCursor(maxCol?: number): void;
  _setCursor(x: number, y: number): void;
  _eraseInBufferLine(y: number, from: number, to: number, clearWrap?: boolean, respectProtect?: boolean): void;
  _resetBufferLine(y: number, respectProtect?: boolean): void;
  print(data: Uint32Array, start: number, end: number): void;
  bell(): boolean;
  lineFeed(): boolean;
  charAttributes(params: Params): boolean;
  saveCursor(): boolean;
  restoreCursor(): boolean;
  eraseInDisplay(params: Params, respectProtect?: boolean): boolean;
  insertLines(params: Params): boolean;
  deleteLines(params: Params): boolean;
  scrollUp(params: Params): boolean;
  scrollDown(params: Params): boolean;
  reverseIndex(): boolean;
  insertChars(params: Params): boolean;
  deleteChars(params: Params): boolean;
  eraseChars(params: Params): boolean;
  scrollLeft(params: Params): boolean;
  scrollRight(params: Params): boolean;
  insertColumns(params: Params): boolean;
  deleteColumns(params: Params): boolean;
  cursorForwardTab(params: Params): boolean;
  cursorBackwardTab(params: Params): boolean;
  repeatPrecedingCharacter(params: Params): boolean;
  tabSet(): boolean;
  setMode(params: Params): boolean;
  resetMode(params: Params): boolean;
  setModePrivate(params: Params): boolean;
  resetModePrivate(params: Params): boolean;
  requestMode(params: Params, ansi: boolean): boolean;
  softReset(params: Params): boolean;
  fullReset(): boolean;
  setCursorStyle(params: Params): boolean;
  windowOptions(params: Params): boolean;
  sendDeviceAttributesPrimary(params: Params): boolean;
  sendDeviceAttributesSecondary(params: Params): boolean;
  deviceStatus(params: Params): boolean;
  deviceStatusPrivate(params: Params): boolean;
  selectCharset(collectAndFlag: string): boolean;
  selectDefaultCharset(): boolean;
  screenAlignmentPattern(): boolean;
}

/** src/common/services */
export interface BufferService {
  cols: number;
  rows: number;
  buffers: {
    readonly normal: BufferState;
    readonly alt: BufferState;
    activateNormalBuffer(): void;
    activateAltBuffer(attributes: unknown): void;
  };
  scroll(attributes: unknown, isWrapped?: boolean): void;
}
export interface CoreService {
  isCursorHidden: boolean;
  modes: { insertMode: boolean };
  decPrivateModes: {
    applicationCursorKeys: boolean;
    applicationKeypad: boolean;
    bracketedPasteMode: boolean;
    cursorBlink: boolean | undefined;
    cursorStyle: 'block' | 'underline' | 'bar' | undefined;
    origin: boolean;
    reverseWraparound: boolean;
    sendFocus: boolean;
    synchronizedOutput: boolean;
    wraparound: boolean;
  };
  reset(): void;
}
export interface CharsetService {
  charset: Record<string, string> | undefined;
  glevel: number;
  _charsets: (Record<string, string> | undefined)[];
  reset(): void;
  setgLevel(level: number): void;
}
export interface MouseService {
  activeProtocol: 'NONE' | 'X10' | 'VT200' | 'DRAG' | 'ANY';
  activeEncoding: string;
  reset(): void;
}

export interface Core {
  readonly handler: InputHandler;
  readonly parser: Parser;
  readonly buffers: BufferService;
  readonly service: CoreService;
  readonly charsets: CharsetService;
  readonly mouse: MouseService;
  /** Ours: what the lines above the screen of the normal buffer are kept in. */
  readonly shelf: Shelf;
  resize(cols: number, rows: number): void;
  reset(): void;
  dispose(): void;
}

interface TerminalInternals {
  readonly unicode: { register(provider: unknown): void; activeVersion: string };
  resize(cols: number, rows: number): void;
  reset(): void;
  dispose(): void;
  readonly _core: {
    readonly _inputHandler: InputHandler;
    readonly _bufferService: BufferService;
    readonly _charsetService: CharsetService;
    readonly coreService: CoreService;
    readonly coreMouseService: MouseService;
  };
}

/** Every internal that is used, by the object that has it. */
export const USED_INTERNALS = {
  handler:
    '_parser _parseBuffer _activeBuffer _curAttrData _eraseAttrData _restrictCursor _setCursor _eraseInBufferLine _resetBufferLine print bell lineFeed charAttributes saveCursor restoreCursor eraseInDisplay insertLines deleteLines scrollUp scrollDown reverseIndex insertChars deleteChars eraseChars scrollLeft scrollRight insertColumns deleteColumns cursorForwardTab cursorBackwardTab repeatPrecedingCharacter tabSet setMode resetMode setModePrivate resetModePrivate requestMode softReset fullReset setCursorStyle windowOptions sendDeviceAttributesPrimary sendDeviceAttributesSecondary deviceStatus deviceStatusPrivate selectCharset selectDefaultCharset screenAlignmentPattern',
  parser:
    'currentState precedingJoinState _transitions _oscParser _dcsParser _escHandlers _csiHandlers parse reset registerCsiHandler registerEscHandler registerOscHandler registerDcsHandler clearOscHandler clearDcsHandler setErrorHandler setOscHandlerFallback setDcsHandlerFallback setCsiHandlerFallback setEscHandlerFallback setExecuteHandlerFallback setExecuteHandler',
  oscParser: '_active _handlers _put',
  dcsParser: '_active _handlers put',
  buffers: 'cols rows buffers scroll',
  buffer: 'lines ybase ydisp x y scrollTop scrollBottom tabs setupTabStops getNullCell getBlankLine clear',
  lines: '_array _startIndex length maxLength isFull get set push recycle onTrim',
  line: '_data _combined _extendedAttrs isWrapped length translateToString',
  service: 'isCursorHidden modes decPrivateModes reset',
  charsets: 'glevel _charsets reset setgLevel',
  mouse: 'activeProtocol activeEncoding reset',
} as const;

function demand(name: string, holder: object, names: string): void {
  for (const key of names.split(' ')) {
    if (!(key in holder))
      throw new Error(`@xterm/headless has no ${name}.${key}: it is not the version this was written for`);
  }
}

/** Any line of a buffer, as it is kept. */
export function storedLine(buffer: BufferState, index: number): Line | PackedLine | undefined {
  return buffer.lines.get(index);
}

/** A line of a buffer to be read, and only until the next is asked for: a packed one is shown as one of the width of the screen. */
export function lineToRead(core: Core, buffer: BufferState, index: number): Line | undefined {
  const stored = storedLine(buffer, index);
  if (!(stored instanceof PackedLine)) return stored;
  return core.shelf.show(stored, core.buffers.cols, () => buffer.getBlankLine(undefined));
}

/**
 * Gives back the room that the emulator sets aside for a scrollback that is not there yet: 80 KB for 10,000 lines, in each of hundreds of screens that
 * hardly print. The array grows with the lines.
 */
export function slimLines(lines: Lines): void {
  if (lines._startIndex === 0) lines._array = lines._array.slice(0, lines.length);
}

/** As above, of the emulator itself, once its handlers are in place: 25 KB of lists of one with room for 17, and a buffer of 16 KB that is not used. */
export function slimHandlers({ handler, parser }: Core): void {
  handler._parseBuffer = new Uint32Array(0);
  for (const handlers of [
    parser._escHandlers,
    parser._csiHandlers,
    parser._oscParser._handlers,
    parser._dcsParser._handlers,
  ]) {
    for (const [id, list] of Object.entries(handlers)) handlers[Number(id)] = list?.slice();
  }
}

/** A bare emulator, its internals checked. Nothing is replaced yet. */
export function openCore(options: { cols: number; rows: number; scrollback: number }): Core {
  const terminal = new headless.Terminal({
    ...options,
    allowProposedApi: true,
    // The package logs parse errors to the console, which is the user's screen.
    logLevel: 'off',
    windowOptions: {},
  }) as unknown as TerminalInternals;
  const core = terminal._core;
  const handler = core._inputHandler;
  const buffers = core._bufferService;
  const normal = buffers.buffers.normal;
  demand('handler', handler, USED_INTERNALS.handler);
  demand('parser', handler._parser, USED_INTERNALS.parser);
  demand('oscParser', handler._parser._oscParser, USED_INTERNALS.oscParser);
  demand('dcsParser', handler._parser._dcsParser, USED_INTERNALS.dcsParser);
  demand('buffers', buffers, USED_INTERNALS.buffers);
  demand('buffer', normal, USED_INTERNALS.buffer);
  demand('lines', normal.lines, USED_INTERNALS.lines);
  demand('line', normal.lines.get(0)!, USED_INTERNALS.line);
  demand('service', core.coreService, USED_INTERNALS.service);
  demand('charsets', core._charsetService, USED_INTERNALS.charsets);
  demand('mouse', core.coreMouseService, USED_INTERNALS.mouse);
  slimLines(normal.lines);
  terminal.unicode.register(unicodeProvider);
  terminal.unicode.activeVersion = unicodeProvider.version;
  return {
    handler,
    parser: handler._parser,
    buffers,
    service: core.coreService,
    charsets: core._charsetService,
    mouse: core.coreMouseService,
    shelf: new Shelf(),
    resize: (cols, rows) => terminal.resize(cols, rows),
    reset: () => {
      terminal.reset();
      slimLines(buffers.buffers.normal.lines);
    },
    dispose: () => terminal.dispose(),
  };
}
