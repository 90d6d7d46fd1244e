import type { Client } from 'ssh2';

/** What we need of ssh2 that it keeps to itself; nothing else of ours knows these names. test/transports/ssh2 notices when they change. */
interface Inside {
  readonly _protocol?: {
    ping?(): void;
    readonly _handlers?: {
      USERAUTH_FAILURE?: (protocol: unknown, methods: string[], partial: boolean) => void;
    };
  };
  readonly _callbacks?: ((error: unknown) => void)[];
}

/**
 * Hears each refusal of the server. ssh2 tells its `authHandler` the methods that may go on, but after a key of an agent it tells those of
 * an earlier refusal, so that a second factor would never be asked for.
 */
export function onLoginRefusal(client: Client, hear: (methods: string[], partial: boolean) => void): void {
  const handlers = (client as unknown as Inside)._protocol?._handlers;
  const original = handlers?.USERAUTH_FAILURE;
  if (!handlers || !original) return;
  handlers.USERAUTH_FAILURE = (protocol, methods, partial) => {
    hear(methods, partial);
    original(protocol, methods, partial);
  };
}

/**
 * A global request that every server answers, if only to refuse it (RFC 4254, 4; keepalive@openssh.com). ssh2 sends it by itself too, but
 * does not say how long the answer took. False: it could not be sent.
 */
export function ping(client: Client, answered: () => void): boolean {
  const { _protocol: protocol, _callbacks: callbacks } = client as unknown as Inside;
  if (!protocol?.ping || !callbacks) return false;
  // Answers come in the order of the requests. When the connection closes it is called with an error, and nobody listens then.
  callbacks.push(answered);
  protocol.ping();
  return true;
}
