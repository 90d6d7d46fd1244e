import { memo, type ReactNode } from 'react';
import { plainText } from '../../core/index.ts';
import type { TabItem, ViewSnapshot } from '../model/snapshot.ts';
import { cut, type Segment, segmentsWidth, spread, widthOf } from '../text.ts';
import { Line } from './Line.tsx';
import { symbols } from './session-words.ts';

export interface TabBarProps {
  readonly tabs: readonly TabItem[];
  readonly counts: ViewSnapshot['counts'];
  readonly cols: number;
  readonly accent: string;
  readonly ascii: boolean;
}

/** Where each tab stands in the bar, so that a click finds it. */
export interface TabSpan {
  readonly id: string;
  readonly x: number;
  readonly cols: number;
}

const LOGO = ' iris ';
/** Longest name in the bar. */
const NAME_COLS = 24;

function label(tab: TabItem, ascii: boolean): string {
  const waits = tab.waiting ? (ascii ? '?' : symbols(ascii).waiting) : '';
  const s = symbols(ascii);
  // A letter behind a name would be read as part of it.
  const gap = ascii ? ' ' : '';
  const link = tab.connection === 'online' ? '' : gap + (tab.connection === 'error' ? s.error : s.connecting);
  const marks = `${tab.active ? '*' : tab.last ? '-' : ''}${tab.zoomed ? 'Z' : ''}${tab.synchronized ? ' sync' : ''}${tab.bell ? '!' : ''}${waits}${link}`;
  return ` ${tab.number} ${cut(plainText(tab.name), NAME_COLS)}${marks} `;
}

function colorOf(tab: TabItem, accent: string): string | undefined {
  if (tab.bell || tab.waiting || tab.synchronized) return 'yellow';
  if (tab.ended) return 'red';
  // Its panes say more than a colour does.
  if (tab.active) return accent;
  return { online: undefined, offline: 'yellow', error: 'red' }[tab.connection];
}

function countSegments(counts: TabBarProps['counts'], ascii: boolean): Segment[] {
  const s = symbols(ascii);
  return [
    ...(counts.waiting > 0 ? [{ text: `${s.waiting} ${counts.waiting} waiting   `, color: 'yellow' }] : []),
    { text: `${s.online} `, color: 'green' },
    { text: `${counts.online}  ` },
    { text: `${s.connecting} `, ...(counts.connecting > 0 ? { color: 'yellow' } : { dim: true }) },
    { text: `${counts.connecting}  `, dim: counts.connecting === 0 },
    { text: `${s.error} `, ...(counts.error > 0 ? { color: 'red' } : { dim: true }) },
    { text: `${counts.error} `, dim: counts.error === 0 },
  ];
}

/** The tabs that fit, the active one always among them, and where they stand. */
export function tabSpans(
  tabs: readonly TabItem[],
  cols: number,
  ascii = false,
): { spans: TabSpan[]; before: number; after: number } {
  const widths = tabs.map((tab) => widthOf(label(tab, ascii)));
  const active = Math.max(
    0,
    tabs.findIndex((tab) => tab.active),
  );
  const room = cols - LOGO.length - 4;
  // Grow around the active tab, to the right first, as long as there is room.
  let from = active;
  let to = tabs.length === 0 ? 0 : active + 1;
  let used = widths[active] ?? 0;
  for (;;) {
    if (to < tabs.length && used + (widths[to] ?? 0) <= room) used += widths[to++] ?? 0;
    else if (from > 0 && used + (widths[from - 1] ?? 0) <= room) used += widths[--from] ?? 0;
    else break;
  }
  let x = LOGO.length + (from > 0 ? 2 : 0);
  const spans = tabs.slice(from, to).map((tab, i) => {
    const span = { id: tab.id, x, cols: widths[from + i] ?? 0 };
    x += span.cols;
    return span;
  });
  return { spans, before: from, after: tabs.length - to };
}

/** How many columns the tabs may take; the counters keep the rest. */
export function tabRoom(counts: TabBarProps['counts'], cols: number, ascii: boolean): number {
  return cols >= 60 ? cols - segmentsWidth(countSegments(counts, ascii)) : cols;
}

export const TabBar = memo(function TabBar({ tabs, counts, cols, accent, ascii }: TabBarProps): ReactNode {
  const room = tabRoom(counts, cols, ascii);
  const { spans, before, after } = tabSpans(tabs, room, ascii);
  const left: Segment[] = [
    { text: LOGO, bold: true, color: accent },
    ...(before > 0 ? [{ text: '< ', dim: true }] : []),
    ...spans.map((span): Segment => {
      const tab = tabs.find((t) => t.id === span.id) as TabItem;
      const color = colorOf(tab, accent);
      return {
        text: label(tab, ascii),
        bold: tab.active,
        inverse: tab.active,
        color,
        dim: !tab.active && color === undefined,
      };
    }),
    ...(after > 0 ? [{ text: ' >', dim: true }] : []),
  ];
  const right = cols >= 60 ? countSegments(counts, ascii) : [];
  return <Line segments={spread(left, right, cols, { text: ' ' })} />;
});
