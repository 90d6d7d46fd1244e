import type { Clock } from '../../core/index.ts';
import type { SecretStore } from './secret-store.ts';

/** Under which people find it in the keychain of their desktop. */
const SERVICE = 'iris-tui';
/** A keychain that is locked may ask its user, or nobody at all. */
const ANSWER_WITHIN_MS = 20_000;

/**
 * The keychain of the operating system. On Linux the Secret Service alone: the kernel's own keyring forgets at the end of a login. It
 * rejects where there is none.
 */
export function osKeychain(clock: Clock): SecretStore {
  const entry = async (name: string) => {
    const { AsyncEntry } = await import('@napi-rs/keyring');
    return new AsyncEntry(SERVICE, name, { linux: { store: 'secret-service' } });
  };
  return {
    get: (name) => inTime(clock, async (signal) => (await (await entry(name)).getPassword(signal)) ?? undefined),
    set: (name, value) => inTime(clock, async (signal) => (await entry(name)).setPassword(value, signal)),
    delete: (name) =>
      inTime(clock, async (signal) => {
        await (await entry(name)).deleteCredential(signal);
      }),
  };
}

function inTime<T>(clock: Clock, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const late = new AbortController();
  return new Promise<T>((resolve, reject) => {
    const timer = clock.after(ANSWER_WITHIN_MS, () => {
      late.abort();
      reject(new Error('the keychain does not answer'));
    });
    act(late.signal)
      .then(resolve, reject)
      .finally(() => timer.cancel());
  });
}
