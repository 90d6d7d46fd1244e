import { plainText } from '../../core/index.ts';

/** What is said to the outer terminal around the drawing. Source: xterm ctlseqs, unless said otherwise. */

export type MouseTracking = 'off' | 'drag' | 'any';

/**
 * The kitty flags we ask for: disambiguate (1), so that Shift+Enter and Ctrl+I arrive, and alternate keys (4), without which Alt+Shift+, can't be told to be Alt+< and
 * Ctrl with a Cyrillic letter can't be told at all.
 */
export const OWN_KITTY_FLAGS = 5;

export interface EnterOptions {
  /** Terminals before xterm's extensions (Linux console, vt100): only what they understand, or print on their screen. */
  readonly plain: boolean;
  readonly mouse: MouseTracking;
  readonly kittyFlags: number;
  readonly modifyOtherKeys: boolean;
  /** Ask what it can. */
  readonly query: boolean;
}

/** Mouse: all off before one is on, because 1002 and 1003 replace one another. */
export function mouseSequence(mouse: MouseTracking): string {
  if (mouse === 'off') return '\x1b[?1003l\x1b[?1002l\x1b[?1000l\x1b[?1006l';
  return mouse === 'any' ? '\x1b[?1002h\x1b[?1003h\x1b[?1006h' : '\x1b[?1003l\x1b[?1002h\x1b[?1006h';
}

/** Replies come in this order; everything answers DA1, so its reply says that nothing more will come. */
const QUERIES = '\x1b[?u\x1b]10;?\x1b\\\x1b]11;?\x1b\\\x1b[?2026$p\x1b[>0q\x1b[c';

export function enterSequence(options: EnterOptions): string {
  const { plain } = options;
  // The title is kept on the terminal's own stack (XTWINOPS 22).
  let out = `${plain ? '' : '\x1b[22;2t'}\x1b[?1049h\x1b[?25l`;
  // A known state, whatever the shell was left in: charset, insert mode, origin mode, margins, LNM, colours.
  out += '\x1b(B\x0f\x1b[4l\x1b[20l\x1b[?6l\x1b[r\x1b[m';
  // The keypad says which key it was (DECKPAM), cursor keys are plain (DECCKM off); nothing wraps by itself.
  out += '\x1b[?7l\x1b=\x1b[?1l';
  if (!plain) {
    out += '\x1b[?2004h\x1b[?1004h';
    out += `\x1b[>${options.kittyFlags}u`;
    if (options.modifyOtherKeys) out += MODIFY_OTHER_KEYS;
    if (options.mouse !== 'off') out += mouseSequence(options.mouse);
    if (options.query) out += QUERIES;
  }
  // Last: terminals that do not know a query may have printed it.
  return `${out}\x1b[H\x1b[2J`;
}

/** All of it back, in reverse. Nothing here moves what is on the main screen. */
export function leaveSequence(options: { readonly plain: boolean }): string {
  // Ends a frame that was cut off: synchronized update, link, colours.
  let out = options.plain ? '\x1b[m' : '\x1b[?2026l\x1b]8;;\x1b\\\x1b[m';
  if (!options.plain) {
    out += `${mouseSequence('off')}\x1b[>4m\x1b[<u\x1b[?1004l\x1b[?2004l`;
  }
  out += '\x1b[?1l\x1b>\x1b[r\x1b[?7h';
  if (!options.plain) out += '\x1b[0 q';
  out += '\x1b[?25h\x1b[?1049l';
  // Some terminals keep a visibility a screen.
  out += '\x1b[?25h';
  return options.plain ? out : `${out}\x1b[23;2t`;
}

/** XTMODKEYS: for terminals without kitty's protocol. */
export const MODIFY_OTHER_KEYS = '\x1b[>4;2m';

/** Sets the flags on top of kitty's stack. */
export function kittyFlagsSequence(flags: number): string {
  return `\x1b[=${flags};1u`;
}

/** TERM of a terminal that is not of xterm's kind. */
export function isPlain(term: string | undefined): boolean {
  return !term || /^(dumb|unknown|linux|vt\d|ansi|cons|sun|wsvt|cygwin)/.test(term);
}

/** Of each text of a notice, in characters. */
const NOTICE_LIMIT = 200;
/** Line separators, what turns the direction of writing, and what can't be seen, beside the control characters that `plainText` removes. */
const UNSEEN =
  /[\u00ad\u061c\u200b-\u200d\u2028\u2029\u2060-\u206f\ufeff\ufff0-\ufffb]|\p{Surrogate}|[\u{e0000}-\u{e0fff}]/gu;

/**
 * OSC 9 ; TEXT (iTerm2, "Proprietary Escape Codes") or OSC 777 ; notify ; TITLE ; TEXT (urxvt's notify). Words of sessions: without control
 * characters, and where a semicolon would end a field, without that. A text that began with a digit would be a command of ConEmu's (OSC 9 ; 4).
 */
export function noticeSequence(form: 'osc9' | 'osc777', title: string, body: string): string {
  const clean = (text: string): string =>
    [...plainText(text, NOTICE_LIMIT * 2).replace(UNSEEN, '')].slice(0, NOTICE_LIMIT).join('').toWellFormed();
  const field = (text: string): string => clean(text).replaceAll(';', ',');
  if (form === 'osc777') return `\x1b]777;notify;${field(title)};${field(body)}\x1b\\`;
  const text = clean(body === '' ? title : `${title}: ${body}`);
  return `\x1b]9;${/^\d/.test(text) ? ' ' : ''}${text}\x1b\\`;
}
