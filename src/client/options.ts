import type { Duplex } from 'node:stream';
import type { Clock, IrisError, ReconnectPolicy } from '../core/index.ts';
import type { AuthPayload, Socket } from '../protocol/index.ts';

/** Where a hub listens. */
export type HubAddress =
  | { readonly socketPath: string }
  /** A hub on the network: a connection to it whose certificate was judged, and who we are; for one attempt (src/client/network). */
  | {
      /** `wss://HOST:PORT/PATH` */
      readonly url: string;
      readonly connection: Duplex;
      readonly auth: AuthPayload;
      /** What to do where the hub refuses us. */
      readonly refused: string;
    }
  /** A stream of bytes that leads to a hub's socket already; for one connection. */
  | {
      readonly stream: Duplex;
      /** For messages: `gpu (ssh gpu.example.com)`. */
      readonly where: string;
      /** Why the stream ended, once it has. */
      readonly failure?: () => IrisError | undefined;
    }
  /** A WebSocket that is open already, and whose other side speaks as a hub from now on; for one connection. */
  | { readonly socket: Socket; readonly where: string };

/** One attempt to connect. */
export interface ConnectAttempt {
  /** Somebody wants it now; else the connection comes back by itself, and what was stopped on purpose stays so. */
  readonly asked: boolean;
}

export interface ConnectOptions {
  /** Asked again at each attempt; it may start a hub first. A rejection counts as a failed attempt. */
  readonly address: HubAddress | ((attempt: ConnectAttempt) => HubAddress | Promise<HubAddress>);
  /** Nobody asked for the first attempt either. */
  readonly unattended?: boolean;
  /** Version of this program, as `0.1.0`. */
  readonly version: string;
  /** Names this viewer; the same for the whole life of the program. A new UUID when absent. */
  readonly clientId?: string;
  readonly clock?: Clock;
  /** [0, 1); spreads the back-off. */
  readonly random?: () => number;
  readonly reconnect?: Partial<ReconnectPolicy>;
  /** `manage`: only `hub.status` and `hub.stop`, but of any version. */
  readonly purpose?: 'use' | 'manage';
  /** Hears of listeners that threw. */
  readonly onListenerError?: (error: unknown) => void;
}

/** Why an attempt or a connection ended. `permanent`: needs the user. */
export interface LinkFailure {
  readonly error: IrisError;
  readonly permanent: boolean;
}
