import type { Duplex } from 'node:stream';
import type { Algorithms, Client } from 'ssh2';
import { IrisError } from '../../core/index.ts';
import { type Asker, cleanLines } from './dialogue.ts';
import { connectionFailure, connectionLost, connectTimeout, jumpFailure } from './failures.ts';
import { HostKeyCheck } from './host-key.ts';
import { onLoginRefusal } from './internals.ts';
import { loadSsh2 } from './library.ts';
import { Login } from './login.ts';
import { Patience } from './patience.ts';
import { type HostSettings, placeOf } from './settings.ts';
import { openSocket } from './socket.ts';

/** Without ConnectTimeout ssh waits as long as TCP does, two minutes; nobody watches a pane for so long. */
const CONNECT_TIMEOUT_MS = 30_000;
/** For each answer of the server during the login; PAM may take its time. */
const LOGIN_TIMEOUT_MS = 60_000;

export interface ConnectContext {
  /** Absent: nobody is there to answer. */
  readonly dialogue: Asker | undefined;
  readonly passphrase: string | undefined;
  readonly note: (line: string) => void;
  readonly signal: AbortSignal;
}

/** A login on the last machine of a route, and the ones on the way to it. */
export interface Connection {
  readonly client: Client;
  readonly settings: HostSettings;
  /** The bytes of the connection itself: for the keepalive. */
  readonly socket: Duplex;
  readonly mayForwardAgent: boolean;
  /** Says goodbye and lets go. Idempotent. */
  close(): void;
  /** Lets go at once. */
  destroy(): void;
}

interface Stop {
  readonly client: Client;
  readonly socket: Duplex;
  readonly unsafe: boolean;
}

/**
 * Connects through all machines of a route.
 * @throws IrisError whose `retriable` is the class of the failure
 */
export async function connectRoute(route: readonly HostSettings[], context: ConnectContext): Promise<Connection> {
  const stops: Stop[] = [];
  const destroy = (): void => {
    for (const { client, socket } of [...stops].reverse()) {
      client.destroy();
      socket.destroy();
    }
  };
  try {
    for (const settings of route) {
      for (const line of settings.notices) context.note(line);
      const before = stops.at(-1);
      const from = route[stops.length - 1];
      const open = async (): Promise<Duplex> =>
        before && from ? await hop(before.client, from, settings) : openSocket(settings, context.note);
      stops.push(await connectOne(settings, open, context));
    }
  } catch (error) {
    destroy();
    throw error;
  }
  const last = stops.at(-1);
  const settings = route.at(-1);
  if (!last || !settings) throw new Error('a route has at least one machine');
  return {
    client: last.client,
    socket: last.socket,
    settings,
    mayForwardAgent: settings.forwardAgent && !last.unsafe,
    close: () => {
      for (const { client } of [...stops].reverse()) client.end();
    },
    destroy,
  };
}

/** A connection from one machine on the way to the next. */
function hop(client: Client, from: HostSettings, to: HostSettings): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    client.forwardOut('127.0.0.1', 0, to.host, to.port, (error, channel) => {
      if (error) reject(jumpFailure(error, placeOf(from), `${to.host} port ${to.port}`));
      else resolve(channel);
    });
  });
}

async function connectOne(settings: HostSettings, open: () => Promise<Duplex>, context: ConnectContext): Promise<Stop> {
  const { note, signal } = context;
  const ssh2 = await loadSsh2();
  const place = placeOf(settings);
  const timeoutMs = settings.connectTimeoutMs || CONNECT_TIMEOUT_MS;
  return await new Promise<Stop>((resolve, reject) => {
    let socket: Duplex | undefined;
    let done = false;
    const client = new ssh2.Client();
    const fail = (error: unknown): void => {
      if (done) return;
      done = true;
      patience.stop();
      signal.removeEventListener('abort', aborted);
      client.destroy();
      socket?.destroy();
      reject(connectionFailure(error, place));
    };
    const aborted = (): void => fail(new IrisError('cancelled', 'the connection was called off'));
    const patience = new Patience(timeoutMs, () => fail(connectTimeout(place)));
    signal.addEventListener('abort', aborted);
    if (signal.aborted) aborted();
    // A person may take as long as they like.
    const asker = settings.batchMode ? undefined : context.dialogue;
    const dialogue = asker && pausing(asker, patience);
    const start = async (): Promise<void> => {
      const hostKey = await HostKeyCheck.prepare(settings, dialogue);
      const login = new Login({
        ssh2,
        settings,
        dialogue,
        passphrase: context.passphrase,
        note,
        keysOnly: () => hostKey.unsafe,
        fail,
      });
      await login.prepare();
      if (done) return;
      socket = await open();
      // Whoever closed it meanwhile has not seen it.
      if (done) {
        socket.destroy();
        return;
      }
      socket.on('error', (error) => fail(error));
      const { kex, cipher, hmac } = settings.algorithms;
      const compress = settings.compression ? ['zlib@openssh.com', 'none'] : ['none'];
      client.on('ready', () => {
        if (done) return;
        done = true;
        patience.stop();
        signal.removeEventListener('abort', aborted);
        note(`logged in as ${settings.user}`);
        resolve({ client, socket: socket!, unsafe: hostKey.unsafe });
      });
      client.on('handshake', ({ kex: exchange, serverHostKey, cs }) => {
        note(`exchanged keys (${exchange}, ${serverHostKey}, ${(cs as { cipher: string }).cipher})`);
        patience.restart(LOGIN_TIMEOUT_MS);
      });
      client.on('banner', (text) => {
        patience.restart(LOGIN_TIMEOUT_MS);
        if (dialogue) dialogue.say(text);
        else for (const line of cleanLines(text)) if (line.trim() !== '') note(line);
      });
      client.on('change password', () => {
        fail(
          new IrisError('login-refused', `${place} wants another password first`, {
            remedy: `log in with ssh, and change it`,
          }),
        );
      });
      client.on('error', (error: Error & { level?: string }) => {
        // A key that could not sign: the next one is tried.
        if (error.level === 'agent') return;
        if (hostKey.failure) fail(hostKey.failure);
        else if (error.level === 'client-authentication') fail(login.failure());
        else fail(error);
      });
      client.on('close', () => fail(connectionLost(place, true)));
      client.connect({
        sock: socket as never,
        host: settings.host,
        port: settings.port,
        username: settings.user,
        ...(settings.forwardedAgent === undefined ? {} : { agent: settings.forwardedAgent }),
        readyTimeout: 0,
        keepaliveInterval: 0,
        authHandler: login.handler as never,
        hostVerifier: (key: Buffer, verify: (valid: boolean) => void) => {
          hostKey.accepts(key).then(verify, (error: unknown) => fail(error));
        },
        algorithms: {
          kex,
          serverHostKey: hostKey.algorithms,
          cipher,
          hmac,
          compress,
        } as Algorithms,
      });
      onLoginRefusal(client, (methods, partial) => {
        patience.restart(LOGIN_TIMEOUT_MS);
        login.refused(methods, partial);
      });
    };
    start().catch(fail);
  });
}

/** The same, but the clock stands while it asks. */
function pausing(asker: Asker, patience: Patience): Asker {
  return {
    say: (text) => asker.say(text),
    ask: async (...args) => {
      patience.pause();
      try {
        return await asker.ask(...args);
      } finally {
        patience.restart(LOGIN_TIMEOUT_MS);
      }
    },
  };
}
