import { type HubCommandName, type SessionInfo, TROUBLE_KEYS } from '../../core/index.ts';
import type { TuiSettings } from '../settings.ts';
import { canonical } from './bound-key.ts';
import { livesElsewhere } from './places.ts';

/** A key that helps in a pane whose connection is not there. */
export interface TroubleKey {
  /** After the prefix, or alone where nothing can be typed. */
  readonly key: string;
  readonly command: string;
  readonly word: string;
  readonly short: string;
}

const WORDS: Readonly<Record<string, readonly [word: string, short: string]>> = {
  retry: ['retry now', 'retry'],
  'stop-retrying': ['stop retrying', 'stop'],
  'edit-team': ['edit team', 'edit'],
  'connection-log': ['log', 'log'],
  'kill-pane': ['close', 'close'],
};

/** After the prefix: as it is bound, else its own letter if that is free. */
export function troubleKeyOf(command: string, { prefixKeys }: Pick<TuiSettings, 'prefixKeys'>): string | undefined {
  const own = Object.entries(prefixKeys).map(([key, line]) => [canonical(key), line] as const);
  const [bound] = own.find(([, line]) => line === command) ?? [];
  if (bound !== undefined) return bound;
  const [letter] = Object.entries(TROUBLE_KEYS).find(([, one]) => one === command) ?? [];
  return own.some(([key]) => key === letter) ? undefined : letter;
}

/** The keys that mean something in this pane now, as they are bound; what helps most comes first. */
export function troubleKeys(
  session: SessionInfo,
  settings: Pick<TuiSettings, 'prefixKeys'>,
  may: (command: HubCommandName) => boolean,
): TroubleKey[] {
  const { state, reason } = session.connection;
  if (state === 'online') return [];
  const useful = (command: string): boolean => {
    if (command === 'connection-log') return true;
    // A first attempt is under way: there is nothing to begin, and nothing to stop but the session.
    const first = state === 'connecting' && reason === undefined;
    if (command === 'retry') return !first && may('session.retry');
    if (command === 'stop-retrying') return state !== 'error' && !first && may('session.stop-retrying');
    if (command === 'kill-pane') return may(livesElsewhere(session) ? 'session.forget' : 'session.kill');
    return session.team !== undefined && may('session.new');
  };
  return Object.values(TROUBLE_KEYS).flatMap((command) => {
    const key = troubleKeyOf(command, settings);
    const [word, short] = WORDS[command] ?? [command, command];
    return key !== undefined && useful(command) ? [{ key, command, word, short }] : [];
  });
}
