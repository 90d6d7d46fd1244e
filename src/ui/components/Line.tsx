import { Text } from 'ink';
import type { ReactNode } from 'react';
import type { Segment } from '../text.ts';

/** One row of styled runs; the caller has cut it to its width. */
export function Line({ segments }: { readonly segments: readonly Segment[] }): ReactNode {
  return (
    <Text wrap="truncate">
      {segments.map((s, i) => (
        <Text
          // biome-ignore lint/suspicious/noArrayIndexKey: runs have no identity of their own
          key={i}
          {...(s.color === undefined ? {} : { color: s.color })}
          {...(s.background === undefined ? {} : { backgroundColor: s.background })}
          bold={s.bold ?? false}
          dimColor={s.dim ?? false}
          inverse={s.inverse ?? false}
        >
          {s.text}
        </Text>
      ))}
    </Text>
  );
}
