import { plainText } from '../../core/index.ts';
import type { Rect } from '../layout/index.ts';
import type { PaneItem, PaneTrouble } from '../model/snapshot.ts';
import type { TroubleKey } from '../model/trouble-keys.ts';
import { duration, type Segment, segmentsWidth, widthOf, wrap } from '../text.ts';
import { boxed } from './box.tsx';
import type { Part } from './fit.ts';
import { secondsTo, symbols } from './session-words.ts';

/** Inside of the pane from which there is room for a box: a frame, one reason, one countdown, one row of keys. */
const MIN = { cols: 28, rows: 5 };
/** No wider: lines beyond it are hard to read, and hide more of the old screen than they need. */
const MAX_COLS = 74;
/** Rows of one text; what is longer is in the log. */
const MAX_WRAP = 4;

export interface TroubleBox {
  readonly rect: Rect;
  readonly lines: readonly (readonly Segment[])[];
}

/** Something to say: its lines, and how much it matters. Lines after the first matter less. */
interface Item {
  readonly lines: readonly (readonly Segment[])[];
  readonly rank: number;
}
/** What lines after the first matter. */
const MORE_RANK = 5;

/** The box above the screen of a pane whose connection is not there; undefined: no trouble, or no room. `now` in milliseconds since 1970. */
export function troubleBox(pane: PaneItem, now: number, ascii: boolean, prefix: string): TroubleBox | undefined {
  const { inner, session, trouble } = pane;
  // Whoever scrolls back wants to read what is there.
  if (pane.scroll !== undefined) return undefined;
  if (!session || !trouble || inner.cols < MIN.cols || inner.rows < MIN.rows) return undefined;
  const room = Math.min(inner.cols - 2, MAX_COLS) - 4;
  const color = trouble.kind === 'error' ? 'red' : 'yellow';
  const s = symbols(ascii);
  const title = [
    {
      text: `${trouble.kind === 'error' ? s.error : s.connecting} ${plainText(pane.place, 40)} ${s.dot} ${trouble.kind}`,
    },
  ];
  const rows = choose(itemsOf(pane, trouble, now, room, ascii, prefix), inner.rows - 2);
  const wide = Math.max(segmentsWidth(title) + 2, ...rows.map(segmentsWidth));
  const cols = Math.min(room, wide) + 4;
  const height = rows.length + 2;
  const rect = {
    x: inner.x + ((inner.cols - cols) >> 1),
    y: inner.y + rowFor(height, inner.rows, trouble.cursorRow),
    cols,
    rows: height,
  };
  const look = { rect, title, color, ascii };
  return { rect, lines: boxed(look, rows) };
}

/** At most `room` lines of them: what matters least goes first, and what is cut says so. */
function choose(items: readonly Item[], room: number): (readonly Segment[])[] {
  let left = [...items];
  const total = (): number => left.reduce((n, item) => n + item.lines.length, 0);
  const least = (item: Item): number =>
    item.lines.length > 1 ? Math.min(MORE_RANK + item.rank / 100, item.rank) : item.rank;
  while (total() > room && left.length > 0) {
    const first = left.reduce((a, b) => (least(b) < least(a) ? b : a));
    const lines = first.lines.slice(0, -1);
    left = left.flatMap((item) => (item !== first ? item : lines.length > 0 ? { ...item, lines: cutLast(lines) } : []));
  }
  return left.flatMap((item) => item.lines);
}

function cutLast(lines: Item['lines']): Item['lines'] {
  const [last, ...others] = [...(lines.at(-1) ?? [])].reverse();
  if (!last || last.text.endsWith('…')) return lines;
  return [...lines.slice(0, -1), [...others.reverse(), { ...last, text: `${last.text}…` }]];
}

/** In the middle, unless that hides the row with the cursor and there is room above or below it. */
function rowFor(height: number, rows: number, cursorRow: number | undefined): number {
  const middle = (rows - height) >> 1;
  if (cursorRow === undefined || cursorRow < middle || cursorRow >= middle + height) return middle;
  if (height <= cursorRow) return (cursorRow - height) >> 1;
  const below = rows - cursorRow - 1;
  return height <= below ? cursorRow + 1 + ((below - height) >> 1) : middle;
}

function itemsOf(
  pane: PaneItem,
  trouble: PaneTrouble,
  now: number,
  cols: number,
  ascii: boolean,
  prefix: string,
): Item[] {
  const { connection, transport, seq } = pane.session!;
  const items: Item[] = [];
  // One cell is left for the ellipsis. Of several ways to say it the first that fits a line.
  const text = (ways: readonly string[], rank: number, look: Partial<Segment> = {}): void => {
    const words = ways.find((way) => widthOf(way) < cols) ?? ways.at(-1) ?? '';
    items.push({ lines: wrap(words, cols - 1, MAX_WRAP).map((line) => [{ ...look, text: line }]), rank });
  };
  if (connection.reason) text([plainText(connection.reason)], 9, { bold: true });
  else if (trouble.kind === 'connecting') text(['no answer yet'], 9);
  const tries = attempts(pane, now);
  if (tries) text([tries, tries.replace(/ of \d+/, ''), tries.replace(/ of \d+|attempt (?=\d)/g, '')], 8);
  // In error nothing counts: seconds that go on would only draw.
  const long = trouble.kind === 'error' ? '' : `, for ${duration(now - connection.since)}`;
  text([`since ${clock(connection.since)}${long}`], 4);
  if (connection.remedy) text([`to do: ${plainText(connection.remedy)}`], 7);
  const held = connection.heldBytes ?? 0;
  if (held > 0) {
    const typed = `${held} byte${held === 1 ? '' : 's'} typed`;
    // Over ssh a new connection is a new process: what was meant for the old one is not typed into it unasked. The first one gets it.
    const sent = transport === 'websocket' || seq === 0;
    const then = sent ? 'sent when it is there' : `kept, ${prefix} ] pastes it then`;
    text([`${typed}: ${then}`, sent ? `${typed} wait` : `${typed}: kept for ${prefix} ]`], 6);
  }
  items.push({ lines: keyRows(trouble, cols - 1, ascii, pane.focused, prefix), rank: 10 });
  return items;
}

function attempts(pane: PaneItem, now: number): string | undefined {
  const { attempt, maxAttempts, nextRetryAt, state } = pane.session!.connection;
  const of = maxAttempts > 0 ? ` of ${maxAttempts}` : '';
  // Why it was given up is part of the reason.
  if (state === 'error') return undefined;
  // A runner dials us: there is nothing to count.
  if (attempt === 0 && nextRetryAt === undefined) return undefined;
  const count = `attempt ${attempt}${of}`;
  if (state === 'connecting') return `${count}, under way`;
  return nextRetryAt === undefined ? count : `${count} in ${secondsTo(nextRetryAt, now)} s`;
}

/** HH:MM:SS, here. */
function clock(at: number): string {
  return new Date(at).toTimeString().slice(0, 8);
}

const typedBefore = (trouble: PaneTrouble, prefix: string): string => (trouble.kind === 'error' ? '' : `${prefix} `);

/** `C-b R retry now · L log`, with shorter words where they spare a row. */
function keyRows(trouble: PaneTrouble, cols: number, ascii: boolean, focused: boolean, prefix: string): Segment[][] {
  const full = keyRowsWith((key) => key.word, trouble, cols, ascii, focused, prefix);
  if (full.length === 1) return full;
  const short = keyRowsWith((key) => key.short, trouble, cols, ascii, focused, prefix);
  return short.length < full.length ? short : full;
}

function keyRowsWith(
  word: (key: TroubleKey) => string,
  trouble: PaneTrouble,
  cols: number,
  ascii: boolean,
  focused: boolean,
  prefix: string,
): Segment[][] {
  const before = typedBefore(trouble, prefix);
  const dot = ` ${symbols(ascii).dot} `;
  const rows: Segment[][] = [];
  trouble.keys.forEach((key, i) => {
    // Keys act on the pane with the focus.
    const segments: Segment[] = [
      { text: i === 0 ? `${before}${key.key}` : key.key, bold: focused, dim: !focused },
      { text: ` ${word(key)}`, dim: !focused },
    ];
    const last = rows.at(-1);
    if (last && segmentsWidth(last) + dot.length + segmentsWidth(segments) <= cols)
      last.push({ text: dot, dim: true }, ...segments);
    else rows.push(segments);
  });
  return rows;
}

/** The same in one line, for the border of a pane without room for a box. */
export function troubleLine(pane: PaneItem, trouble: PaneTrouble, ascii: boolean, prefix: string): Part[] {
  const dot = symbols(ascii).dot;
  const before = typedBefore(trouble, prefix);
  const reason = pane.session?.connection.reason;
  return [
    { segments: [{ text: ' ' }] },
    {
      segments: [{ text: plainText(reason ?? (trouble.kind === 'connecting' ? 'no answer yet' : trouble.kind)) }],
      shrinks: [{ rank: 10, to: { min: 6 } }],
    },
    ...trouble.keys.map(
      (key: TroubleKey, i): Part => ({
        segments: [{ text: ` ${dot} ${i === 0 ? before : ''}${key.key} ${key.short}` }],
        shrinks: [
          ...(i === 0 ? [{ rank: 19, to: [{ text: ` ${dot} ${before}${key.key}` }] }] : []),
          { rank: i === 0 ? 20 : 9 - i, to: [] },
        ],
      }),
    ),
    { segments: [{ text: ' ' }] },
  ];
}
