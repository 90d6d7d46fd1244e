import type { ReactNode } from 'react';
import { plainText } from '../../core/index.ts';
import type { ViewSnapshot } from '../model/snapshot.ts';
import { cut, duration, type Segment, segmentsWidth, spread, widthOf } from '../text.ts';
import { Line } from './Line.tsx';
import { symbols } from './session-words.ts';

/** Columns of why the hub is away: at most, and what is too little to be told. */
const MAX_REASON_COLS = 60;
const MIN_REASON_COLS = 8;

function retryWords({ prefix, hub: { retryKey } }: ViewSnapshot): string {
  return retryKey === undefined ? '' : ` ${prefix} ${retryKey} retry now`;
}

/** What was typed is not lost. */
function heldWords({ heldBytes, connection }: ViewSnapshot['hub']): string {
  if (heldBytes === 0 || connection.state === 'online') return '';
  return ` ${heldBytes} typed ${heldBytes === 1 ? 'byte is' : 'bytes are'} held `;
}

function hubSegments(view: ViewSnapshot): Segment[] {
  const { connection, name } = view.hub;
  const s = symbols(view.ascii);
  const time: Segment = { text: ` ${s.dot} ${view.time} ` };
  switch (connection.state) {
    case 'online': {
      if (connection.quietSince !== undefined) {
        const quiet = `hub ${name} ${s.dot} no answer for ${duration(view.now - connection.quietSince)}`;
        return [{ text: `${s.connecting} `, color: 'yellow' }, { text: quiet, bold: true }, time];
      }
      const rtt = connection.roundTripMs;
      const ms = rtt === undefined ? '' : ` ${s.dot} ${rtt < 10 ? rtt.toFixed(1) : Math.round(rtt)} ms`;
      return [{ text: `hub ${name}${ms}` }, time];
    }
    case 'connecting':
      return [{ text: `${s.connecting} `, color: 'yellow' }, { text: `hub ${name} ${s.dot} connecting` }, time];
    case 'offline': {
      const wait = Math.max(0, Math.ceil(((connection.nextRetryAt ?? view.now) - view.now) / 1000));
      const next = connection.nextRetryAt === undefined ? '' : `next in ${wait} s`;
      const since = `${duration(view.now - connection.since)}, try ${connection.attempt}`;
      const sign: Segment = { text: `${s.connecting} `, color: 'yellow' };
      const what: Segment = { text: `hub ${name} offline`, bold: true };
      // All of it makes room for the key that helps and for what was typed; what is left of the reason must say something.
      const key = widthOf(`: ${retryWords(view)}${heldWords(view.hub)} …  `);
      const fits = (text: string): number => view.cols - segmentsWidth([sign, what, { text }, time]) - key;
      const words = [[since, next], [next], []].map((parts) => parts.filter(Boolean).join(', '));
      const texts = words.map((text) => (text === '' ? '' : ` ${s.dot} ${text}`));
      const when = { text: texts.find((text) => fits(text) >= 0) ?? '' };
      const room = fits(when.text);
      const why =
        room < MIN_REASON_COLS ? '' : cut(plainText(connection.reason ?? ''), Math.min(MAX_REASON_COLS, room));
      return [sign, { ...what, text: what.text + (why && `: ${why}`) }, when, time];
    }
    case 'error':
      return [
        { text: `${s.error} `, color: 'red' },
        { text: `hub ${name} ${s.dot} ${plainText(connection.reason ?? 'error', 80)}`, bold: true },
        time,
      ];
  }
}

function leftSegments(view: ViewSnapshot): Segment[] {
  const { overlay, message } = view;
  const prompt = promptOf(view);
  if (prompt) {
    const label = `${plainText(prompt.label)} `;
    const room = view.cols - widthOf(label) - 1;
    return [
      { text: ` ${label}`, bold: true, color: view.accent },
      { text: promptWindow(prompt.text, prompt.cursor, room).text },
    ];
  }
  if (overlay.kind === 'confirm') return [{ text: ` ${overlay.question} (y/n) `, bold: true, color: 'yellow' }];
  if (message)
    return [
      { text: ` ${plainText(message.text)} `, bold: true, color: message.kind === 'error' ? 'red' : view.accent },
    ];
  if (view.prefixActive) return [{ text: ` ${view.prefix} `, inverse: true }, { text: ' …' }];
  const s = symbols(view.ascii);
  const labels: Segment[] = [
    ...(view.readOnly ? [{ text: ' read-only ', inverse: true }] : []),
    ...(view.following === undefined ? [] : [{ text: ` following ${plainText(view.following, 40)} `, inverse: true }]),
  ];
  const held = heldWords(view.hub);
  if (held !== '') labels.unshift({ text: held, bold: true });
  const leave = `${view.prefix} d leave`;
  // What helps comes first.
  if (view.hub.retryKey !== undefined) {
    const hint = held === '' ? `${retryWords(view)} ${s.dot} ${leave} ` : `${retryWords(view)} `;
    return [{ text: hint, dim: true }, ...labels];
  }
  return [...labels, { text: ` ${view.prefix} ? keys ${s.dot} ${view.prefix} : command ${s.dot} ${leave}`, dim: true }];
}

/** What is being typed on this line. */
function promptOf({ overlay }: ViewSnapshot): Extract<ViewSnapshot['overlay'], { kind: 'prompt' }> | undefined {
  if (overlay.kind === 'prompt') return overlay;
  const reply = overlay.kind === 'fleet' ? overlay.reply : undefined;
  return reply && { kind: 'prompt', ...reply, candidates: [] };
}

/** The part of a prompt's text around the cursor that fits, and where the cursor stands in it, in cells. */
export function promptWindow(text: string, cursor: number, room: number): { text: string; cursorCols: number } {
  const before = plainText(text.slice(0, cursor), 1_000_000);
  const after = plainText(text.slice(cursor), 1_000_000);
  let head = before;
  while (widthOf(head) > Math.max(1, room - 1)) head = [...head].slice(1).join('');
  return { text: head + after, cursorCols: widthOf(head) };
}

/** Where the cursor of a prompt stands on the status line. */
export function promptCursor(view: ViewSnapshot): number | undefined {
  const prompt = promptOf(view);
  if (!prompt) return undefined;
  const label = ` ${plainText(prompt.label)} `;
  const room = view.cols - widthOf(label);
  return Math.min(view.cols - 1, widthOf(label) + promptWindow(prompt.text, prompt.cursor, room).cursorCols);
}

export function StatusLine({ view }: { readonly view: ViewSnapshot }): ReactNode {
  const busy = promptOf(view) !== undefined || view.overlay.kind === 'confirm' || view.message !== undefined;
  const left = leftSegments(view);
  // What was asked or said comes first; otherwise the hub's state is the last to go.
  if (!busy) return <Line segments={spread(left, [{ text: ' ' }, ...hubSegments(view)], view.cols, { text: ' ' })} />;
  const rest = view.cols - left.reduce((n, x) => n + widthOf(x.text), 0);
  const tail = overlayTail(view, rest);
  return <Line segments={spread(tail.length > 0 ? [...left, ...tail] : left, [], view.cols, { text: ' ' })} />;
}

/** Behind a prompt: what Tab would choose from; behind a message: the hub, where there is room. */
function overlayTail(view: ViewSnapshot, room: number): Segment[] {
  const prompt = promptOf(view);
  if (prompt) {
    const words = prompt.candidates.join('  ');
    return words && room > 8 ? [{ text: `   ${words}`, dim: true }] : [];
  }
  const right = hubSegments(view);
  const width = right.reduce((n, x) => n + widthOf(x.text), 0);
  return room > width + 1 ? [{ text: ' '.repeat(room - width) }, ...right] : [];
}
