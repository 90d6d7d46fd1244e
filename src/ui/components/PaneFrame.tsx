import { Box, Text } from 'ink';
import { memo, type ReactNode } from 'react';
import { plainText } from '../../core/index.ts';
import type { FrameStyle } from '../layout/index.ts';
import type { PaneItem } from '../model/snapshot.ts';
import { type Segment, spread } from '../text.ts';
import { fitParts, type Part } from './fit.ts';
import { Line } from './Line.tsx';
import { peopleParts } from './people-parts.ts';
import { endWords, programName, RANKS, stateParts, symbols } from './session-words.ts';
import { troubleBox, troubleLine } from './trouble-box.ts';

export interface PaneFrameProps {
  readonly pane: PaneItem;
  readonly frames: FrameStyle;
  readonly ascii: boolean;
  readonly accent: string;
  readonly now: number;
  readonly prefix: string;
}

const BOX = { tl: '╭', tr: '╮', bl: '╰', br: '╯', h: '─', v: '│' };
const ASCII = { tl: '+', tr: '+', bl: '+', br: '+', h: '-', v: '|' };

/** The title at the left of the border: number, name, program, and the program's own title where there is one. */
function titleParts(pane: PaneItem, ascii: boolean, accent: string): Part[] {
  const { session } = pane;
  const color = pane.focused ? accent : undefined;
  const bold = pane.focused;
  if (!session) return [{ segments: [{ text: ` ${pane.number} `, color }] }];
  const dot = symbols(ascii).dot;
  const program = programName(session);
  const name = plainText(session.name);
  const parts: Part[] = [
    { segments: [{ text: ` ${pane.number} `, color, bold }] },
    {
      segments: [{ text: name, color, bold }],
      shrinks: [
        { rank: RANKS.longName, to: { min: 14 } },
        { rank: RANKS.name, to: { min: 6 } },
        { rank: RANKS.shortName, to: { min: 3 } },
        { rank: RANKS.noName, to: { min: 1 } },
      ],
    },
  ];
  if (program && program !== session.name)
    parts.push({ segments: [{ text: ` ${dot} ${program}`, color }], shrinks: [{ rank: RANKS.program, to: [] }] });
  if (session.title && session.title !== session.name && session.title !== program)
    parts.push({
      segments: [{ text: ` ${dot} ${plainText(session.title)}`, dim: true }],
      shrinks: [
        { rank: RANKS.title, to: { min: 8 } },
        { rank: RANKS.title, to: [] },
      ],
    });
  return [...parts, { segments: [{ text: ' ' }] }];
}

function rightParts(pane: PaneItem, ascii: boolean, now: number): Part[] {
  if (!pane.session) return [];
  const dot = symbols(ascii).dot;
  const { cols, rows } = pane.session;
  const same = cols === pane.inner.cols && rows === pane.inner.rows;
  const size = { text: ` ${dot} ${cols}x${rows}${same ? '' : '!'}`, dim: same };
  return [
    { segments: [{ text: ' ' }] },
    ...(pane.scroll === undefined ? [] : [{ segments: [{ text: `[${pane.scroll}]`, inverse: true }, { text: ' ' }] }]),
    ...peopleParts(pane, ascii),
    ...(pane.zoomed
      ? [
          {
            segments: [{ text: 'zoomed ', bold: true }],
            shrinks: [{ rank: RANKS.zoomed, to: [{ text: 'Z ', bold: true }] }],
          },
        ]
      : []),
    ...stateParts(pane.session, pane.place, ascii, now),
    // The size of what runs; marked where it is not the pane's own because another viewer typed last.
    {
      segments: [size],
      shrinks: [
        ...(same ? [] : [{ rank: RANKS.size, to: [{ text: ' !' }] }]),
        { rank: same ? RANKS.size : RANKS.otherSize, to: [] },
      ],
    },
    { segments: [{ text: ' ' }] },
  ];
}

/** What to press in a pane whose process is gone, or whose connection is and that has no room for more words. */
function footParts(pane: PaneItem, ascii: boolean, prefix: string): Part[] {
  const { session, trouble } = pane;
  if (!session) return [];
  if (trouble) return troubleBox(pane, 0, ascii, prefix) ? [] : troubleLine(pane, trouble, ascii, prefix);
  const ended = endWords(session);
  if (!ended || session.connection.state !== 'online') return [];
  const dot = symbols(ascii).dot;
  const reason = session.process.reason ? `: ${plainText(session.process.reason)}` : '';
  return [
    { segments: [{ text: ` ${ended}` }] },
    { segments: [{ text: reason }], shrinks: [{ rank: 0, to: { min: 0 } }] },
    // Only its owner may.
    ...(session.role === undefined
      ? [
          { segments: [{ text: ` ${dot} R restart` }], shrinks: [{ rank: 2, to: [] }] },
          { segments: [{ text: ` ${dot} Q close` }], shrinks: [{ rank: 1, to: [] }] },
        ]
      : []),
    { segments: [{ text: ' ' }] },
  ];
}

/** In a title row the words of an end give way before the name does, and keys with them. */
const forTitle = (part: Part): Part => ({
  segments: part.segments,
  shrinks: [...(part.shrinks ?? []).filter(({ to }) => 'min' in to), { rank: RANKS.program, to: [] }],
});

/** Border, title and state of a pane; its inside stays empty for the compositor. */
export const PaneFrame = memo(function PaneFrame({
  pane,
  frames,
  ascii,
  accent,
  now,
  prefix,
}: PaneFrameProps): ReactNode {
  const { outer } = pane;
  const b = ascii ? ASCII : BOX;
  const color = pane.focused ? accent : undefined;
  const dim = !pane.focused;
  const edge = (text: string): Segment => ({ text, color, dim });
  const box = frames === 'box';
  const inside = Math.max(0, outer.cols - (box ? 4 : 2));
  const foot = footParts(pane, ascii, prefix);
  const title = titleParts(pane, ascii, accent);
  const left = box || pane.trouble ? title : [...title, ...foot.map(forTitle)];
  const parts = fitParts([...left, ...rightParts(pane, ascii, now)], inside);
  const line = spread(parts.slice(0, left.length).flat(), parts.slice(left.length).flat(), inside, edge(b.h));
  const top = box ? [edge(b.tl + b.h), ...line, edge(b.h + b.tr)] : [edge(b.h), ...line, edge(b.h)];
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
      <Line
        segments={[edge(b.bl + b.h), ...spread(fitParts(foot, inside).flat(), [], inside, edge(b.h)), edge(b.h + b.br)]}
      />
    </Box>
  );
});
