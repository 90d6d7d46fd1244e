import type { Entry, Position } from '../core/index.ts';
import type { LogMessage } from '../protocol/index.ts';

type WithoutStream<P> = P extends unknown ? Omit<P, 'stream'> : never;
export type EntryPayload = WithoutStream<LogMessage['payload']>;

/** What a flow sends through; the feed adds where it is from and to. */
export type Send = (epoch: string, seq: number, payload: EntryPayload, bytes: Uint8Array) => void;

/** How entries reach one viewer: `screen` skips what it can't take, `log` never does. */
export interface Flow {
  /** The viewer stands at `after`, or nowhere. */
  start(after: Position | undefined): void;
  entry(entry: Entry): void;
  /** The session has a new epoch, screen and log; entries that follow are of that. */
  restarted(): void;
  acknowledged(epoch: string, seq: number): void;
  close(): void;
}
