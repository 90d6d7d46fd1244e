import { encodeKey, encodePaste, IrisError, type Session, tryParseKeyName } from '../../core/index.ts';
import type { HubContext } from '../context.ts';
import type { Handlers } from './handler.ts';

/**
 * Between a text and the Enter that submits it. Measured with claude, codex and gemini: in one write, or within 10 ms, the Enter becomes part
 * of the text half the time or always; after 200 ms it never did.
 */
const ENTER_PAUSE_MS = 200;

export const typingHandlers: Pick<Handlers<'session'>, 'session.send' | 'session.keys'> = {
  'session.send': async ({ session, text, enter, paste }, hub) => {
    const found = hub.registry.find(session);
    const raw = new TextEncoder().encode(text);
    const bytes = paste ? encodePaste(raw, found.screen.modes) : raw;
    const program = found.agent.kind !== 'shell' && found.agent.kind !== 'command';
    const newline = found.mode === 'pipes' ? '\n' : '\r';
    if (!enter) found.write(bytes);
    else if (bytes.length === 0 || !(paste || program)) found.write(joined(bytes, new TextEncoder().encode(newline)));
    else {
      const { epoch } = found;
      found.write(bytes);
      await pause(hub, ENTER_PAUSE_MS);
      if (found.epoch !== epoch || !found.live) throw notSubmitted(found);
      found.write(new TextEncoder().encode(newline));
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
    if (bytes.length > 0) found.write(joined(...bytes));
    return { id: found.id };
  },
};

function notSubmitted(session: Session): IrisError {
  return new IrisError('failed', `the text was typed, but ${session.name} ended before it was submitted`);
}

function pause(hub: HubContext, ms: number): Promise<void> {
  return new Promise((resolve) => void hub.clock.after(ms, resolve));
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}
