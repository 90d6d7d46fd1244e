import * as bits from '../cells.ts';
import { COLOR_MODE, COLOR_P16, COLOR_P256, COLOR_RGB, COLOR_VALUE } from '../cells.ts';
import type { Core, Params } from './internals.ts';
import { activeIndex, type ModeState } from './modes.ts';
import type { DcsRule, OscRule } from './strings.ts';

/** What programs are told of the terminal. Constants: never what the user's own terminal would say. Colours are 0xRRGGBB. */
export interface Identity {
  /** XTVERSION. */
  readonly name: string;
  readonly foreground: number;
  readonly background: number;
  readonly cursor: number;
  /** Pixels of a cell, for 14t and 16t. */
  readonly cellWidth: number;
  readonly cellHeight: number;
}

export const DEFAULT_IDENTITY: Identity = {
  name: 'iris-tui',
  foreground: 0xd8d8d8,
  background: 0x181818,
  cursor: 0xd8d8d8,
  cellWidth: 9,
  cellHeight: 18,
};

const ESC = '\x1b';
const ST = '\x1b\\';

/** xterm's first 16 colours; the other 240 follow from the cube and the grey ramp. */
const PALETTE_16 = [
  0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00,
  0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
];

function paletteColor(index: number): number {
  if (index < 16) return PALETTE_16[index]!;
  if (index >= 232) return (8 + (index - 232) * 10) * 0x010101;
  const level = (n: number): number => (n === 0 ? 0 : 55 + n * 40);
  const cube = index - 16;
  return (level(Math.floor(cube / 36)) << 16) | (level(Math.floor(cube / 6) % 6) << 8) | level(cube % 6);
}

/** XParseColor's form with 16 bits a channel. */
function xcolor(color: number): string {
  const channel = (shift: number): string => ((color >> shift) & 255).toString(16).padStart(2, '0').repeat(2);
  return `rgb:${channel(16)}/${channel(8)}/${channel(0)}`;
}

function sgrColor(value: number, base: number): string {
  const n = value & COLOR_VALUE;
  switch (value & COLOR_MODE) {
    case COLOR_P16:
      return base === 58 ? `;58:5:${n}` : `;${n < 8 ? base - 8 + n : base + 52 + n - 8}`;
    case COLOR_P256:
      return `;${base}:5:${n}`;
    case COLOR_RGB:
      return `;${base}:2::${n >> 16}:${(n >> 8) & 255}:${n & 255}`;
    default:
      return '';
  }
}

/** The pen as DECRQSS m reports it. */
function penReport(core: Core): string {
  const { fg, bg, extended } = core.handler._curAttrData;
  let report = '0';
  if (fg & bits.FG_BOLD) report += ';1';
  if (bg & bits.BG_DIM) report += ';2';
  if (bg & bits.BG_ITALIC) report += ';3';
  if (fg & bits.FG_UNDERLINE) report += extended.underlineStyle > 1 ? `;4:${extended.underlineStyle}` : ';4';
  if (fg & bits.FG_BLINK) report += ';5';
  if (fg & bits.FG_INVERSE) report += ';7';
  if (fg & bits.FG_INVISIBLE) report += ';8';
  if (fg & bits.FG_STRIKETHROUGH) report += ';9';
  if (bg & bits.BG_OVERLINE) report += ';53';
  return `${report}${sgrColor(fg, 38)}${sgrColor(bg, 48)}${sgrColor(extended.underlineColor, 58)}m`;
}

/** What XTGETTCAP is answered, by terminfo name. Everything else: not known. */
const CAPABILITIES: Readonly<Record<string, string>> = {
  TN: 'xterm-256color',
  Co: '256',
  colors: '256',
  RGB: '8',
  Tc: '',
  Su: '',
  Smulx: '\\E[4:%p1%dm',
  Setulc: '\\E[58:2::%p1%{65536}%/%d:%p1%{256}%/%{255}%&%d:%p1%{255}%&%dm',
  Ms: '\\E]52;%p1%s;%p2%s\\007',
};

const toHex = (text: string): string =>
  Array.from(text, (char) => char.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()).join('');
function fromHex(text: string): string | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return undefined;
  return text.replace(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16)));
}

/** DECRPM values. */
const UNKNOWN = 0;
const PERMANENTLY_SET = 3;
const PERMANENTLY_RESET = 4;

function modeReport(core: Core, state: ModeState, mode: number, ansi: boolean): number {
  const is = (on: boolean): number => (on ? 1 : 2);
  const dec = core.service.decPrivateModes;
  if (ansi) {
    if (mode === 2) return PERMANENTLY_RESET;
    if (mode === 4) return is(core.service.modes.insertMode);
    if (mode === 12) return PERMANENTLY_SET;
    return mode === 20 ? is(state.newLine) : UNKNOWN;
  }
  switch (mode) {
    case 1:
      return is(dec.applicationCursorKeys);
    case 6:
      return is(dec.origin);
    case 7:
      return is(dec.wraparound);
    case 8:
      return PERMANENTLY_SET;
    case 9:
      return is(core.mouse.activeProtocol === 'X10');
    case 12:
      return is(dec.cursorBlink ?? state.blink);
    case 25:
      return is(!core.service.isCursorHidden);
    case 45:
      return is(dec.reverseWraparound);
    case 66:
      return is(dec.applicationKeypad);
    case 67:
      return PERMANENTLY_RESET;
    case 1000:
      return is(core.mouse.activeProtocol === 'VT200');
    case 1002:
      return is(core.mouse.activeProtocol === 'DRAG');
    case 1003:
      return is(core.mouse.activeProtocol === 'ANY');
    case 1004:
      return is(dec.sendFocus);
    case 1005:
      return is(state.mouseEncoding === 'utf8');
    case 1006:
      return is(state.mouseEncoding === 'sgr');
    case 1015:
      return is(state.mouseEncoding === 'urxvt');
    case 1007:
      return is(state.alternateScroll);
    case 47:
    case 1047:
    case 1049:
      return is(activeIndex(core) === 1);
    case 1048:
      return 1;
    case 2004:
      return is(dec.bracketedPasteMode);
    case 2026:
      return is(dec.synchronizedOutput);
    case 2027:
      // Grapheme clusters: always.
      return PERMANENTLY_SET;
    default:
      return UNKNOWN;
  }
}

/**
 * Answers to what programs ask (xterm ctlseqs; invariant 6: once, by the hub, with constants). What could smuggle text into the
 * program's input is never answered: no title (20t, 21t), no clipboard (OSC 52 ?), no answerback.
 */
export function installQueries(core: Core, state: ModeState, identity: Identity, answer: (text: string) => void): void {
  const { handler, parser, buffers } = core;
  const reportPosition = (prefix: string): void => {
    const buffer = handler._activeBuffer;
    const top = core.service.decPrivateModes.origin ? buffer.scrollTop : 0;
    answer(`${ESC}[${prefix}${Math.max(0, buffer.y - top) + 1};${Math.min(buffer.x, buffers.cols - 1) + 1}R`);
  };
  // VT220 with colour and a clipboard that can be written.
  handler.sendDeviceAttributesPrimary = (params) => {
    if (params.params[0] === 0) answer(`${ESC}[?62;22;52c`);
    return true;
  };
  handler.sendDeviceAttributesSecondary = (params) => {
    if (params.params[0] === 0) answer(`${ESC}[>1;4000;0c`);
    return true;
  };
  parser.registerCsiHandler({ prefix: '=', final: 'c' }, (params) => {
    if (params.params[0] === 0) answer(`${ESC}P!|00000000${ST}`);
    return true;
  });
  parser.registerCsiHandler({ prefix: '>', final: 'q' }, (params) => {
    if (params.params[0] === 0) answer(`${ESC}P>|${identity.name}${ST}`);
    return true;
  });
  handler.deviceStatus = (params) => {
    if (params.params[0] === 5) answer(`${ESC}[0n`);
    else if (params.params[0] === 6) reportPosition('');
    return true;
  };
  handler.deviceStatusPrivate = (params) => {
    // No printer, no user-defined keys, an American keyboard, no locator; colours are dark (996).
    const constant: Record<number, string> = { 15: '?13n', 25: '?21n', 26: '?27;1;0;0n', 53: '?50n', 55: '?50n' };
    const asked = params.params[0]!;
    if (asked === 6) reportPosition('?');
    else if (asked === 996) answer(`${ESC}[?997;${isDark(identity.background) ? 1 : 2}n`);
    else if (constant[asked]) answer(`${ESC}[${constant[asked]}`);
    return true;
  };
  handler.requestMode = (params: Params, ansi: boolean) => {
    const mode = params.params[0]!;
    answer(`${ESC}[${ansi ? '' : '?'}${mode};${modeReport(core, state, mode, ansi)}$y`);
    return true;
  };
  parser.registerCsiHandler({ prefix: '?', final: 'u' }, (params) => {
    // With a number it is the answer itself.
    if (params.params[0] === 0) answer(`${ESC}[?${state.kitty[activeIndex(core)].flags}u`);
    return true;
  });
  parser.registerCsiHandler({ prefix: '?', final: 'm' }, (params) => {
    if (params.params[0] === 4) answer(`${ESC}[>4;${state.modifyOtherKeys}m`);
    return true;
  });
}

function isDark(color: number): boolean {
  return (color >> 16) + ((color >> 8) & 255) + (color & 255) < 384;
}

/** Window sizes (XTWINOPS); true when it was one of them. */
export function answerSize(core: Core, params: Params, identity: Identity, answer: (text: string) => void): boolean {
  const { cols, rows } = core.buffers;
  switch (params.params[0]) {
    case 14:
      answer(`${ESC}[4;${rows * identity.cellHeight};${cols * identity.cellWidth}t`);
      return true;
    case 16:
      answer(`${ESC}[6;${identity.cellHeight};${identity.cellWidth}t`);
      return true;
    case 18:
      answer(`${ESC}[8;${rows};${cols}t`);
      return true;
    case 19:
      answer(`${ESC}[9;${rows};${cols}t`);
      return true;
    default:
      return false;
  }
}

/** OSC 4, 10, 11, 12: `?` is answered; colours that a program sets are not kept, panes share one palette. */
export function colorRules(identity: Identity, answer: (text: string) => void): [number, OscRule][] {
  const special = [identity.foreground, identity.background, identity.cursor];
  const rule = (first: number): OscRule => ({
    limit: 1024,
    run: (data) => {
      // OSC 10 ; a ; b names the colours 10 and 11.
      data?.split(';').forEach((part, i) => {
        const color = special[first - 10 + i];
        if (part === '?' && color !== undefined) answer(`${ESC}]${first + i};${xcolor(color)}${ST}`);
      });
    },
  });
  const palette: OscRule = {
    limit: 4096,
    run: (data) => {
      const parts = data?.split(';') ?? [];
      for (let i = 0; i + 1 < parts.length; i += 2) {
        const index = /^\d{1,3}$/.test(parts[i]!) ? Number(parts[i]) : 256;
        if (parts[i + 1] === '?' && index < 256) answer(`${ESC}]4;${index};${xcolor(paletteColor(index))}${ST}`);
      }
    },
  };
  return [
    [4, palette],
    [10, rule(10)],
    [11, rule(11)],
    [12, rule(12)],
  ];
}

/** DECRQSS and XTGETTCAP. */
export function deviceRules(core: Core, state: ModeState, answer: (text: string) => void): DcsRule[] {
  const shape = (): number => {
    const { cursorStyle, cursorBlink } = core.service.decPrivateModes;
    if (cursorStyle === undefined) return 0;
    return { block: 2, underline: 4, bar: 6 }[cursorStyle] - ((cursorBlink ?? state.blink) ? 1 : 0);
  };
  const status = (data: string): string | undefined => {
    const buffer = core.handler._activeBuffer;
    if (data === 'm') return penReport(core);
    if (data === 'r') return `${buffer.scrollTop + 1};${buffer.scrollBottom + 1}r`;
    if (data === ' q') return `${shape()} q`;
    if (data === '"q') return `${core.handler._curAttrData.bg & bits.BG_PROTECTED ? 1 : 0}"q`;
    if (data === '"p') return '62;1"p';
    return undefined;
  };
  return [
    {
      id: { intermediates: '$', final: 'q' },
      limit: 64,
      run: (data) => {
        const report = status(data);
        answer(`${ESC}P${report === undefined ? '0$r' : `1$r${report}`}${ST}`);
      },
    },
    {
      id: { intermediates: '+', final: 'q' },
      limit: 2048,
      run: (data) => {
        for (const part of data.split(';').slice(0, 32)) {
          const name = fromHex(part);
          if (name === undefined || name === '') continue;
          const value = Object.hasOwn(CAPABILITIES, name) ? CAPABILITIES[name] : undefined;
          // The name goes back only in the form it came, which is hexadecimal.
          if (value === undefined) answer(`${ESC}P0+r${part}${ST}`);
          else answer(`${ESC}P1+r${part}${value === '' ? '' : `=${toHex(value)}`}${ST}`);
        }
      },
    },
  ];
}
