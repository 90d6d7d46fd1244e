import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import type { Rect } from '../layout/index.ts';
import { type Segment, spread } from '../text.ts';
import { styled } from './styled.ts';

/** Rows at their place; every cell of the rectangle is written. */
export function At({
  rect,
  lines,
}: {
  readonly rect: Rect;
  readonly lines: readonly (readonly Segment[])[];
}): ReactNode {
  const rows = lines.slice(0, rect.rows).map((segments) => styled(spread(segments, [], rect.cols, { text: ' ' })));
  return (
    <Box position="absolute" left={rect.x} top={rect.y} width={rect.cols} height={rect.rows}>
      <Text wrap="truncate">{rows.join('\n')}</Text>
    </Box>
  );
}

export interface BoxLook {
  readonly rect: Rect;
  readonly title: readonly Segment[];
  /** Of the frame, and of a title that has none of its own. */
  readonly color: string | undefined;
  readonly dim?: boolean;
  readonly ascii: boolean;
}

/** A frame with a title around rows, every cell filled. */
export function boxed(look: BoxLook, rows: readonly (readonly Segment[])[]): Segment[][] {
  const { rect, color, ascii } = look;
  const [tl, tr, bl, br, h, v] = ascii ? ['+', '+', '+', '+', '-', '|'] : ['╭', '╮', '╰', '╯', '─', '│'];
  const edge = (text: string): Segment => ({ text, color, dim: look.dim ?? false });
  const title = [{ text: ' ' }, ...look.title, { text: ' ' }].map((s): Segment => ({ bold: true, color, ...s }));
  const body = rows.slice(0, Math.max(0, rect.rows - 2));
  while (body.length < rect.rows - 2) body.push([]);
  return [
    [edge(`${tl}${h}`), ...spread(title, [], rect.cols - 4, edge(h ?? '-')), edge(`${h}${tr}`)],
    ...body.map((segments) => [edge(`${v} `), ...spread(segments, [], rect.cols - 4, { text: ' ' }), edge(` ${v}`)]),
    [edge(bl ?? '+'), edge((h ?? '-').repeat(Math.max(0, rect.cols - 2))), edge(br ?? '+')],
  ];
}
