import { plainText, type SessionInfo } from '../../core/index.ts';
import type { Rect } from '../layout/index.ts';
import type { FleetOverlay, FleetRow } from '../model/fleet.ts';
import type { ViewSnapshot } from '../model/snapshot.ts';
import { cut, duration, pad, type Segment, segmentsWidth, widthOf, wrap } from '../text.ts';
import { boxed } from './box.tsx';
import { connectionWords, endWords, programName, stateSymbol } from './session-words.ts';

/** A column that would be narrower than this says nothing. */
const LINE_MIN_COLS = 16;
const STATE_COLS = 13;

/** What a session is: its team where it has one, else its program. */
export function kindOf(session: SessionInfo): string {
  return plainText(session.team === undefined ? programName(session) : `${session.team}/${programName(session)}`, 64);
}

/** The rows of the fleet view, frame included. */
export function fleetLines(view: ViewSnapshot, fleet: FleetOverlay, rect: Rect): Segment[][] {
  const width = rect.cols - 4;
  const columns = columnsFor(fleet, width);
  const rows = fleet.rows.map((row, i) => rowSegments(view, row, columns, width, i === fleet.selected));
  if (rows.length === 0) rows.push([{ text: ` ${fleet.filter ? 'nothing matches' : fleet.empty}`, dim: true }]);
  const room = Math.max(1, rect.rows - 3 - fleet.panel);
  while (rows.length < room) rows.push([]);
  const more = [fleet.before > 0 ? `${fleet.before} above` : '', fleet.after > 0 ? `${fleet.after} below` : ''];
  const title = [fleet.title, ...more].filter(Boolean).join(', ');
  const foot: Segment[] = fleet.filter
    ? [{ text: `filter: ${plainText(fleet.filter)}`, bold: true }]
    : [{ text: fleet.hint, dim: true }];
  return boxed({ ascii: view.ascii, rect, title: [{ text: title }], color: view.accent }, [
    ...rows,
    ...panelLines(view, fleet, width),
    foot,
  ]);
}

interface Columns {
  readonly name: number;
  readonly kind: number;
  readonly usage: number;
  readonly place: number;
}

/** What gives way in a narrow view: first where it runs, then what it used, then what it is; last its name grows short. */
function columnsFor({ widths }: FleetOverlay, width: number): Columns {
  let columns: Columns = {
    name: Math.max(6, Math.min(widths.name, width < 60 ? 10 : width < 100 ? 16 : 28)),
    kind: Math.min(widths.kind, 18),
    usage: Math.min(widths.usage, 14),
    place: Math.min(widths.place, 18),
  };
  const rest = (): number => {
    const { name, kind, usage, place } = columns;
    return (
      width - 3 - STATE_COLS - 2 - [name, kind, usage, place].reduce((n, cols) => n + (cols > 0 ? cols + 2 : 0), 0)
    );
  };
  for (const key of ['place', 'usage', 'kind'] as const) {
    if (rest() < LINE_MIN_COLS) columns = { ...columns, [key]: 0 };
  }
  return columns;
}

function rowSegments(view: ViewSnapshot, row: FleetRow, columns: Columns, width: number, chosen: boolean): Segment[] {
  const { session } = row;
  const words = stateWords(session, view.now);
  const { color } = stateSymbol(session, view.ascii);
  const column = (text: string, cols: number, look: Partial<Segment> = {}): Segment[] =>
    cols === 0 ? [] : [{ text: `${pad(plainText(text), cols)}  `, ...look, inverse: chosen }];
  const over = ['exited', 'idle', 'unknown'].includes(session.agent.state) && session.connection.state === 'online';
  const segments: Segment[] = [
    { text: row.current ? '*' : ' ', inverse: chosen },
    { ...stateSymbol(session, view.ascii), inverse: chosen },
    ...column(session.name, columns.name, { bold: chosen || !over }),
    ...column(words, STATE_COLS, chosen ? {} : over && color !== 'red' ? { dim: true } : { color }),
    ...column(kindOf(session), columns.kind, { dim: !chosen }),
    ...column(row.place, columns.place, { dim: !chosen }),
    ...column(row.usage, columns.usage, { dim: !chosen }),
  ];
  const rest = width - segmentsWidth(segments);
  return [
    ...segments,
    {
      text: pad(plainText(row.line), Math.max(0, rest)),
      inverse: chosen,
      dim: !chosen && session.agent.state !== 'blocked',
    },
  ];
}

/** Its state with the time in it; where its connection is not there, that in its place. */
function stateWords(session: SessionInfo, now: number): string {
  const { agent, connection, process } = session;
  const ended = endWords(session);
  if (ended) return ended === 'ended' ? ended : (process.signal ?? ended);
  if (connection.state !== 'online') return connectionWords(session, now).short;
  if (process.status !== 'running' || agent.state === 'unknown') return process.status;
  const word = agent.state === 'blocked' ? 'waiting' : agent.state;
  return `${word} ${duration(now - agent.since)}`;
}

/** The question of the selected session with its choices, on exactly as many rows as are kept for it. */
function panelLines(view: ViewSnapshot, fleet: FleetOverlay, width: number): Segment[][] {
  if (fleet.panel === 0) return [];
  const out: Segment[][] = [];
  const row = fleet.rows[fleet.selected];
  const text = fleet.asks?.text ?? fleet.asksElse;
  if (row && text !== undefined) {
    const choices = (fleet.asks?.choices ?? []).map(({ number, label, means }) => ({
      text: `${number} ${plainText(label)}${means === undefined ? '' : ` (${means === 'approve' ? 'a' : 'd'})`}`,
      color: means === 'approve' ? 'green' : means === 'deny' ? 'red' : undefined,
    }));
    // A line a choice where there is room, else all of them on one.
    const apart = fleet.panel >= choices.length + 3;
    const lines = wrap(
      plainText(text),
      width - 2,
      Math.max(1, fleet.panel - (apart ? choices.length + 1 : choices.length > 0 ? 1 : 0)),
    );
    if (fleet.panel > 2) {
      const rule = view.ascii ? '-' : '─';
      const head = ` ${plainText(row.session.name)} asks `;
      out.push([
        { text: cut(head, width), bold: true, color: 'yellow' },
        { text: rule.repeat(Math.max(0, width - widthOf(head))), dim: true },
      ]);
    }
    out.push(
      ...lines
        .slice(0, Math.max(1, fleet.panel - out.length - (choices.length > 0 ? 1 : 0)))
        .map((line): Segment[] => [{ text: ` ${line}` }]),
    );
    if (apart)
      out.push(
        ...choices.map((choice): Segment[] => [{ text: `  ${cut(choice.text, width - 2)}`, color: choice.color }]),
      );
    else if (choices.length > 0) {
      const each = Math.max(6, Math.floor((width - 1) / choices.length) - 2);
      out.push(choices.map((choice): Segment => ({ text: ` ${cut(choice.text, each)} `, color: choice.color })));
    }
  }
  const lines = out.slice(0, fleet.panel);
  while (lines.length < fleet.panel) lines.push([]);
  return lines;
}
