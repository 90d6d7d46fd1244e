import { Text } from 'ink';
import type { ReactNode } from 'react';
import type { Segment } from '../text.ts';
import { styled } from './styled.ts';

/** One row of styled runs; the caller has cut it to its width. */
export function Line({ segments }: { readonly segments: readonly Segment[] }): ReactNode {
  return <Text wrap="truncate">{styled(segments)}</Text>;
}
