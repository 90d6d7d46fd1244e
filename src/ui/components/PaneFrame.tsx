import { Box, Text } from 'ink';
import { memo, type ReactNode } from 'react';
import { plainText } from '../../core/index.ts';
import type { FrameStyle } from '../layout/index.ts';
import type { PaneItem } from '../model/snapshot.ts';
import { type Segment, spread } from '../text.ts';
import { Line } from './Line.tsx';
import { endWords, programName, stateSegments, symbols } from './session-words.ts';

export interface PaneFrameProps {
  readonly pane: PaneItem;
  readonly frames: FrameStyle;
  readonly ascii: boolean;
  readonly accent: string;
  readonly now: number;
}

const BOX = { tl: '╭', tr: '╮', bl: '╰', br: '╯', h: '─', v: '│' };
const ASCII = { tl: '+', tr: '+', bl: '+', br: '+', h: '-', v: '|' };

/** The title at the left of the border: number, name, program, and the program's own title where there is one. */
function titleSegments(pane: PaneItem, ascii: boolean, accent: string): Segment[] {
  const { session } = pane;
  const color = pane.focused ? accent : undefined;
  if (!session) return [{ text: ` ${pane.number} `, color }];
  const dot = symbols(ascii).dot;
  const program = programName(session);
  const parts: Segment[] = [{ text: ` ${pane.number} ${plainText(session.name)}`, color, bold: pane.focused }];
  if (program && program !== session.name) parts.push({ text: ` ${dot} ${program}`, color });
  if (session.title && session.title !== session.name && session.title !== program)
    parts.push({ text: ` ${dot} ${plainText(session.title)}`, dim: true });
  return [...parts, { text: ' ' }];
}

function rightSegments(pane: PaneItem, ascii: boolean, now: number): Segment[] {
  if (!pane.session) return [];
  const dot = symbols(ascii).dot;
  const { cols, rows } = pane.session;
  const same = cols === pane.inner.cols && rows === pane.inner.rows;
  return [
    { text: ' ' },
    ...(pane.scroll === undefined ? [] : [{ text: `[${pane.scroll}]`, inverse: true }, { text: ' ' }]),
    ...(pane.zoomed ? [{ text: 'zoomed ', bold: true }] : []),
    ...stateSegments(pane.session, ascii, now),
    // The size of what runs; marked where it is not the pane's own because another viewer typed last.
    { text: ` ${dot} ${cols}x${rows}${same ? '' : '!'} `, dim: same },
  ];
}

/** What to press in a pane whose process is gone. */
function footSegments(pane: PaneItem, ascii: boolean): Segment[] {
  const { session } = pane;
  if (!session) return [];
  const dot = symbols(ascii).dot;
  const ended = endWords(session);
  if (!ended) return [];
  const reason = session.process.reason ? `: ${plainText(session.process.reason)}` : '';
  return [{ text: ` ${ended}${reason} ${dot} R restart ${dot} Q close ` }];
}

/** Border, title and state of a pane; its inside stays empty for the compositor. */
export const PaneFrame = memo(function PaneFrame({ pane, frames, ascii, accent, now }: PaneFrameProps): ReactNode {
  const { outer } = pane;
  const b = ascii ? ASCII : BOX;
  const color = pane.focused ? accent : undefined;
  const dim = !pane.focused;
  const edge = (text: string): Segment => ({ text, color, dim });
  const box = frames === 'box';
  const title = titleSegments(pane, ascii, accent);
  const right = rightSegments(pane, ascii, now);
  const foot = footSegments(pane, ascii);
  const inside = Math.max(0, outer.cols - (box ? 4 : 2));
  const top = box
    ? [edge(b.tl + b.h), ...spread(title, right, inside, edge(b.h)), edge(b.h + b.tr)]
    : [edge(b.h), ...spread([...title, ...foot], right, inside, edge(b.h)), edge(b.h)];
  if (!box) {
    return (
      <Box
        position="absolute"
        left={outer.x}
        top={outer.y}
        width={outer.cols}
        height={outer.rows}
        flexDirection="column"
      >
        <Line segments={top} />
      </Box>
    );
  }
  const side = Array.from({ length: Math.max(0, outer.rows - 2) }, () => b.v).join('\n');
  return (
    <Box position="absolute" left={outer.x} top={outer.y} width={outer.cols} height={outer.rows} flexDirection="column">
      <Line segments={top} />
      <Box justifyContent="space-between">
        <Text {...(color ? { color } : {})} dimColor={dim}>
          {side}
        </Text>
        <Text {...(color ? { color } : {})} dimColor={dim}>
          {side}
        </Text>
      </Box>
      <Line segments={[edge(b.bl + b.h), ...spread(foot, [], inside, edge(b.h)), edge(b.h + b.br)]} />
    </Box>
  );
});
