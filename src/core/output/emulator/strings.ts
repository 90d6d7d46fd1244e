import type { Core, DeviceHandler, Params, SequenceId, StringHandler } from './internals.ts';

/** Code points to text without a limit on arguments. */
function text(data: Uint32Array, start: number, end: number): string {
  let result = '';
  for (let i = start; i < end; i += 4096) result += String.fromCodePoint(...data.subarray(i, Math.min(i + 4096, end)));
  return result;
}

/**
 * Collects the payload of an OSC or DCS up to a limit in characters. Beyond it nothing more is kept: `truncate` hands over the
 * beginning, otherwise the command counts as not sent. The emulator's own collectors keep 10 million characters.
 */
class Payload {
  readonly #limit: () => number;
  readonly #truncate: boolean;
  #text = '';
  #over = false;

  constructor(limit: () => number, truncate: boolean) {
    this.#limit = limit;
    this.#truncate = truncate;
  }

  begin(): void {
    this.#text = '';
    this.#over = false;
  }

  add(data: Uint32Array, start: number, end: number): void {
    if (this.#over) return;
    const room = this.#limit() - this.#text.length;
    if (end - start <= room) {
      this.#text += text(data, start, end);
      return;
    }
    this.#over = true;
    this.#text = this.#truncate ? this.#text + text(data, start, start + room) : '';
  }

  /** undefined when it was too long. */
  finish(): string | undefined {
    const result = !this.#over || this.#truncate ? this.#text : undefined;
    this.begin();
    return result;
  }
}

export interface OscRule {
  readonly limit: number;
  readonly truncate?: boolean;
  /** Not called when it was aborted (CAN, SUB). undefined: it was too long. */
  readonly run: (data: string | undefined) => void;
}

export interface DcsRule {
  readonly id: SequenceId;
  readonly limit: number;
  readonly run: (data: string, params: Params) => void;
}

/** OSC numbers the emulator itself listens to: all are replaced or dropped. */
const BUILT_IN = [0, 1, 2, 4, 8, 10, 11, 12, 104, 110, 111, 112];

/** Parser states and actions used here (src/common/parser/Constants.ts). */
export const STATE_GROUND = 0;
const STATE_SOS_PM_APC = 7;
const NON_ASCII = 0xa0;
const ACTION_IGNORE = 0;

/** Replaces every OSC and DCS of the emulator with bounded ones, and lets APC, PM and SOS contain text beyond ASCII. */
export function installStrings(core: Core, osc: ReadonlyMap<number, OscRule>, dcs: readonly DcsRule[]): void {
  const { parser } = core;
  for (const id of BUILT_IN) parser.clearOscHandler(id);
  parser.clearDcsHandler({ intermediates: '$', final: 'q' });
  for (const [id, rule] of osc) {
    const payload = new Payload(() => rule.limit, rule.truncate ?? false);
    const handler: StringHandler = {
      start: () => payload.begin(),
      put: (data, start, end) => payload.add(data, start, end),
      end: (success) => {
        const data = payload.finish();
        if (success) rule.run(data);
        return true;
      },
    };
    parser.registerOscHandler(id, handler);
  }
  for (const rule of dcs) {
    const payload = new Payload(() => rule.limit, false);
    let params: Params;
    const handler: DeviceHandler = {
      hook: (given) => {
        params = given;
        payload.begin();
      },
      put: (data, start, end) => payload.add(data, start, end),
      unhook: (success) => {
        const data = payload.finish();
        if (success && data !== undefined) rule.run(data, params);
        return true;
      },
    };
    parser.registerDcsHandler(rule.id, handler);
  }
  const nothing = (): void => {};
  parser.setErrorHandler((state) => state);
  parser.setOscHandlerFallback(nothing);
  parser.setDcsHandlerFallback(nothing);
  parser.setCsiHandlerFallback(nothing);
  parser.setEscHandlerFallback(nothing);
  parser.setExecuteHandlerFallback(nothing);
  // A string nobody reads is not even turned into text.
  const oscParser = parser._oscParser;
  const oscPut = oscParser._put.bind(oscParser);
  oscParser._put = (data, start, end) => {
    if (oscParser._active.length > 0) oscPut(data, start, end);
  };
  const dcsParser = parser._dcsParser;
  const dcsPut = dcsParser.put.bind(dcsParser);
  dcsParser.put = (data, start, end) => {
    if (dcsParser._active.length > 0) dcsPut(data, start, end);
  };
  transitions ??= ownTransitions(parser._transitions.table);
  parser._transitions = transitions;
}

let transitions: Core['parser']['_transitions'] | undefined;

/** All emulators of the process have one table, those that are not ours too: this is a copy, once for all of ours. */
function ownTransitions(original: Uint8Array): Core['parser']['_transitions'] {
  const table = original.slice();
  table[(STATE_SOS_PM_APC << 8) | NON_ASCII] = (ACTION_IGNORE << 4) | STATE_SOS_PM_APC;
  return { table };
}
