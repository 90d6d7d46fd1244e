import { isOwn, others, plainText, type SessionHost, type SessionInfo, SITS_HERE } from '../../core/index.ts';
import type { Ask } from '../company.ts';
import type { TuiSettings } from '../settings.ts';
import { boundKey } from './bound-key.ts';

const NAME_CHARS = 16;

/** The others on the session of a pane, as its border shows them. */
export interface PanePeople {
  readonly names: readonly string[];
  /** All of them, those without a name included. */
  readonly count: number;
  /** Who typed last, where it was somebody else. */
  readonly typed: string | undefined;
  /** Who wants the keyboard, and the keys that give it. */
  readonly asks: { readonly name: string; readonly key: string | undefined } | undefined;
  /** What to press for the keyboard, where one only looks. */
  readonly askKey: string | undefined;
}

export function peopleOfPane(
  session: SessionInfo,
  you: SessionHost['you'],
  asks: readonly Ask[],
  settings: Pick<TuiSettings, 'prefix' | 'prefixKeys'>,
  readOnly: boolean,
): PanePeople {
  const there = others(session);
  const here = (session.people?.length ?? 0) > there.length ? 1 : 0;
  const { typedBy } = session;
  const own = typedBy && isOwn(typedBy, you?.name ?? SITS_HERE);
  const asking = asks.find((one) => one.sessionId === session.id);
  const pressed = (command: string): string | undefined => {
    const key = boundKey(settings, command);
    return key === undefined ? undefined : `${settings.prefix} ${key}`;
  };
  return {
    names: there.map(({ name }) => short(name)),
    count: session.people === undefined ? 0 : Math.max(there.length, session.viewers - here),
    typed: typedBy && !own ? short(typedBy.name) : undefined,
    asks: asking && { name: short(asking.name), key: pressed('give-keyboard') },
    askKey: session.role === 'viewer' && !readOnly ? pressed('ask-keyboard') : undefined,
  };
}

function short(name: string): string {
  return plainText(name, NAME_CHARS).trim();
}
