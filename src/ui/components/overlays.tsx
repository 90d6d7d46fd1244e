import type { ReactNode } from 'react';
import { plainText } from '../../core/index.ts';
import type { Rect } from '../layout/index.ts';
import type { Overlay, PaneItem, ViewSnapshot } from '../model/snapshot.ts';
import { pad, type Segment, widthOf } from '../text.ts';
import { At, boxed } from './box.tsx';
import { bigDigits, bigDigitsCols } from './digits.ts';
import { fleetLines } from './fleet.ts';
import { symbols } from './session-words.ts';

/** Rows of a list or text that can be seen at once. */
export function overlayRows(rows: number): number {
  return Math.max(1, rows - 6);
}

function centred(view: ViewSnapshot, cols: number, rows: number): Rect {
  const c = Math.min(cols, view.cols);
  const r = Math.min(rows, view.rows - 1);
  return { x: Math.max(0, (view.cols - c) >> 1), y: Math.max(0, (view.rows - r) >> 1), cols: c, rows: r };
}

/** The cells that an overlay covers: nothing of a pane shows through there. */
export function overlayRects(view: ViewSnapshot): Rect[] {
  const { overlay } = view;
  switch (overlay.kind) {
    case 'none':
    case 'prompt':
    case 'confirm':
      return [];
    case 'text': {
      const wide = Math.max(24, widthOf(overlay.title) + 6, ...overlay.lines.map(widthOf));
      return [centred(view, wide + 4, Math.min(overlay.lines.length, overlayRows(view.rows)) + 2)];
    }
    case 'list': {
      const below = overlay.below ?? [];
      const longest = Math.max(0, ...overlay.items.map((item) => widthOf(item.label)));
      const items = overlay.items.map((item) => Math.min(36, longest) + widthOf(item.detail) + 8);
      const wide = Math.max(40, widthOf(overlay.hint), ...items, ...below.map(widthOf));
      const rows = Math.min(overlay.items.length || 1, overlayRows(view.rows) - below.length);
      return [centred(view, Math.min(wide + 4, 132), Math.max(1, rows) + below.length + 3)];
    }
    case 'fleet':
      return [{ x: 0, y: 1, cols: view.cols, rows: view.rows - 2 }];
    case 'numbers':
      return view.panes.map((pane) => numberRect(pane));
    case 'clock': {
      const pane = view.panes.find((p) => p.paneId === overlay.paneId);
      return pane ? [clockRect(pane, view.time)] : [];
    }
  }
}

const inside = (pane: PaneItem, cols: number, rows: number): Rect => {
  const { inner } = pane;
  const c = Math.min(cols, inner.cols);
  const r = Math.min(rows, inner.rows);
  return { x: inner.x + ((inner.cols - c) >> 1), y: inner.y + ((inner.rows - r) >> 1), cols: c, rows: r };
};

function numberRect(pane: PaneItem): Rect {
  const text = String(pane.number);
  const big = bigDigitsCols(text) + 4 <= pane.inner.cols && pane.inner.rows >= 7;
  return big ? inside(pane, bigDigitsCols(text) + 4, 7) : inside(pane, text.length + 2, 1);
}

function clockRect(pane: PaneItem, time: string): Rect {
  const big = bigDigitsCols(time) + 4 <= pane.inner.cols && pane.inner.rows >= 7;
  return big ? inside(pane, bigDigitsCols(time) + 4, 7) : inside(pane, time.length + 2, 1);
}

function Digits({
  view,
  rect,
  text,
  color,
}: {
  view: ViewSnapshot;
  rect: Rect;
  text: string;
  color: string | undefined;
}): ReactNode {
  if (rect.rows < 7) return <At rect={rect} lines={[[{ text: ` ${text} `, bold: true, color, inverse: true }]]} />;
  const rows = bigDigits(text, view.ascii ? '#' : '█').map((row): Segment[] => [
    { text: `  ${row}`, color, bold: true },
  ]);
  return <At rect={rect} lines={[[], ...rows, []]} />;
}

/** What lies above the panes. */
export function OverlayLayer({ view }: { readonly view: ViewSnapshot }): ReactNode {
  const { overlay } = view;
  const rects = overlayRects(view);
  const [rect] = rects;
  if (overlay.kind === 'numbers') {
    return view.panes.map((pane, i) => (
      <Digits
        key={pane.paneId}
        view={view}
        rect={rects[i] as Rect}
        text={String(pane.number)}
        color={pane.focused ? view.accent : undefined}
      />
    ));
  }
  if (!rect) return null;
  switch (overlay.kind) {
    case 'clock':
      return <Digits view={view} rect={rect} text={view.time} color={view.accent} />;
    case 'text': {
      const rows = overlay.lines.slice(overlay.top).map((text): Segment[] => [{ text: plainText(text) }]);
      const more = overlay.top + rect.rows - 2 < overlay.lines.length ? ' (more below)' : '';
      return (
        <At
          rect={rect}
          lines={boxed({ ascii: view.ascii, rect, title: [{ text: overlay.title + more }], color: view.accent }, rows)}
        />
      );
    }
    case 'fleet':
      return <At rect={rect} lines={fleetLines(view, overlay, rect)} />;
    case 'list':
      return <At rect={rect} lines={listLines(view, overlay, rect)} />;
    default:
      return null;
  }
}

function listLines(view: ViewSnapshot, list: Extract<Overlay, { kind: 'list' }>, rect: Rect): Segment[][] {
  const { items } = list;
  const below = list.below ?? [];
  const room = Math.max(1, rect.rows - 3 - below.length);
  const top = Math.max(0, Math.min(list.selected - (room >> 1), items.length - room));
  const labelCols = Math.min(36, Math.max(8, ...items.map((item) => widthOf(item.label))));
  const s = symbols(view.ascii);
  const rows = items.slice(top, top + room).map((item, i): Segment[] => {
    const chosen = top + i === list.selected;
    const mark = item.mark === 'current' ? '*' : item.mark === 'ended' ? s.error : item.mark === 'bell' ? '!' : ' ';
    const text = `${pad(plainText(item.label), labelCols)}  `;
    const width = rect.cols - 4;
    const detail = pad(plainText(item.detail), Math.max(0, width - widthOf(text) - 3));
    const color = item.mark === 'ended' ? 'red' : undefined;
    const link = item.link && { online: s.online, offline: s.connecting, error: s.error }[item.link];
    const linkColor = item.link && { online: 'green', offline: 'yellow', error: 'red' }[item.link];
    return [
      { text: ` ${link ?? mark} `, inverse: chosen, bold: chosen, color: linkColor ?? color },
      { text, inverse: chosen, bold: chosen, color },
      { text: detail, inverse: chosen, dim: !chosen },
    ];
  });
  if (items.length === 0) rows.push([{ text: '   nothing matches', dim: true }]);
  const foot: Segment[] = [
    {
      text: list.filter ? `filter: ${plainText(list.filter)}` : list.hint,
      dim: !list.filter,
      bold: list.filter !== '',
    },
  ];
  while (rows.length < room) rows.push([]);
  rows.push(...below.map((text): Segment[] => [{ text: plainText(text) }]));
  return boxed({ ascii: view.ascii, rect, title: [{ text: list.title }], color: view.accent }, [...rows, foot]);
}
