import { type SessionInfo, TROUBLE_KEYS } from '../../core/index.ts';
import type { TuiSettings } from '../settings.ts';
import { canonical } from './bound-key.ts';

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

/** The keys that mean something in this pane now, as they are bound; what helps most comes first. */
export function troubleKeys(
  session: SessionInfo,
  settings: Pick<TuiSettings, 'prefixKeys'>,
  readOnly: boolean,
): TroubleKey[] {
  const { state, reason } = session.connection;
  if (state === 'online') return [];
  const own = new Map(Object.entries(settings.prefixKeys).map(([key, command]) => [canonical(key), command]));
  const useful = (command: string): boolean => {
    if (command === 'connection-log') return true;
    if (readOnly) return false;
    // A first attempt is under way: there is nothing to begin, and nothing to stop but the session.
    const first = state === 'connecting' && reason === undefined;
    if (command === 'retry') return !first;
    if (command === 'stop-retrying') return state !== 'error' && !first;
    return command !== 'edit-team' || session.team !== undefined;
  };
  return Object.entries(TROUBLE_KEYS).flatMap(([letter, command]) => {
    const bound = [...own].find(([, line]) => line === command)?.[0];
    const key = bound ?? (own.has(letter) ? undefined : letter);
    const [word, short] = WORDS[command] ?? [command, command];
    return key !== undefined && useful(command) ? [{ key, command, word, short }] : [];
  });
}
