import { encodeKey, encodePaste, IrisError, type Session, tryParseKeyName } from '../../core/index.ts';
import type { HubContext } from '../context.ts';
import { promptHeadless } from '../headless/index.ts';
import { prompt, typeKeys } from '../prompts/index.ts';
import type { Handlers } from './handler.ts';

/** Between a pasted text and its Enter, for programs that take the two together as one. */
const ENTER_PAUSE_MS = 200;

export const typingHandlers: Pick<Handlers<'session'>, 'session.send' | 'session.keys'> = {
  'session.send': async ({ session, text, enter, paste, hold }, hub, caller) => {
    const found = hub.registry.find(session);
    if (enter && text.trim() !== '' && isAgent(found)) {
      const talk = hub.headless.talk(found);
      const wanted = { text, hold, wait: false };
      return talk ? promptHeadless(found, talk, wanted, hub, caller) : prompt(found, wanted, hub, caller);
    }
    const raw = new TextEncoder().encode(text);
    const bytes = paste ? encodePaste(raw, found.screen.modes) : raw;
    const newline = new TextEncoder().encode(found.mode === 'pipes' ? '\n' : '\r');
    if (!enter) type(found, bytes, hub);
    else if (bytes.length === 0 || !paste) type(found, joined(bytes, newline), hub);
    else {
      const { epoch } = found;
      type(found, bytes, hub);
      await pause(hub, ENTER_PAUSE_MS);
      if (found.epoch !== epoch || !found.live) throw notSubmitted(found);
      type(found, newline, hub);
    }
    return { id: found.id };
  },
  'session.keys': ({ session, keys, literal }, hub) => {
    const found = hub.registry.find(session);
    const { modes } = found.screen;
    // As tmux: what is no key is typed as it stands.
    const bytes = keys.map((key) => {
      const parsed = literal ? undefined : tryParseKeyName(key);
      return parsed ? encodeKey(parsed, modes) : new TextEncoder().encode(key);
    });
    if (bytes.length > 0) type(found, joined(...bytes), hub);
    return { id: found.id };
  },
};

/** Has it a prompt of its own, that a text is submitted at? */
function isAgent({ agent, mode }: Session): boolean {
  return mode === 'headless' || (mode === 'pty' && agent.kind !== 'shell' && agent.kind !== 'command');
}

function type(session: Session, bytes: Uint8Array, hub: HubContext): void {
  typeKeys(session, bytes, hub.clock.now(), () => session.write(bytes));
}

function notSubmitted(session: Session): IrisError {
  return new IrisError('failed', `the text was typed, but ${session.name} ended before it was submitted`);
}

function pause(hub: HubContext, ms: number): Promise<void> {
  return new Promise((resolve) => void hub.clock.after(ms, resolve));
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}
