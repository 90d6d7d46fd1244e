import type { Socket as NetSocket } from 'node:net';
import type { WebSocket } from 'ws';
import {
  AUTH_WITHIN_MS,
  type ClientMessage,
  Link,
  ownVersion,
  type Socket,
  toFailure,
  versionMismatch,
} from '../protocol/index.ts';
import type { HubContext, ViewerIdentity } from './context.ts';
import { Viewer } from './viewer.ts';

type Hello = Extract<ClientMessage, { type: 'hello' }>;

/** hello → auth → ready → closed. Nothing else is heard before ready. */
type Phase =
  | { readonly name: 'hello' }
  | { readonly name: 'auth'; readonly hello: Hello }
  | { readonly name: 'ready'; readonly viewer: Viewer }
  | { readonly name: 'closed' };

export interface AcceptOptions {
  readonly hub: HubContext;
  readonly newViewerId: () => string;
  readonly joined: (viewer: Viewer) => void;
  readonly left: (viewer: Viewer) => void;
}

/** Brings a connection through hello and auth, then hands it to a Viewer. */
export function accept(socket: WebSocket, raw: NetSocket, options: AcceptOptions): Link<'hub'> {
  const { hub } = options;
  const { clock } = hub;
  let phase: Phase = { name: 'hello' };
  const link: Link<'hub'> = new Link<'hub'>({
    side: 'hub',
    socket: socket as Socket,
    clock,
    bytesHeard: () => raw.bytesRead,
    message: (message) => receive(message),
    closed: ({ code, reason, error }) => {
      late.cancel();
      const was = phase;
      phase = { name: 'closed' };
      if (was.name === 'ready') {
        was.viewer.dispose();
        options.left(was.viewer);
      }
      const viewer = was.name === 'ready' ? was.viewer.id : undefined;
      hub.log.info('link closed', { viewer, closeCode: code, reason, ...(error ? { error: error.message } : {}) });
    },
  });
  const late = clock.after(AUTH_WITHIN_MS, () => link.close('auth-late', 'no auth within 5 s'));

  function receive(message: ClientMessage): void {
    if (phase.name === 'ready') {
      if (message.type === 'hello' || message.type === 'auth') link.close('bad-order', `a second ${message.type}`);
      else phase.viewer.receive(message);
    } else if (message.type === 'hello' && phase.name === 'hello') {
      greet(message);
    } else if (message.type === 'auth' && phase.name === 'auth') {
      admit(phase.hello);
    } else if (phase.name !== 'closed') {
      link.close('bad-order', `${message.type} before ${phase.name}`);
    }
  }

  function greet(hello: Hello): void {
    const own = ownVersion(hub.version);
    const ts = clock.wall();
    link.send({ type: 'hello', ts, payload: { ...own, role: 'hub', encodings: ['binary'], pid: process.pid } });
    const mismatch = versionMismatch(hello.payload, own);
    if (mismatch && hello.payload.purpose !== 'manage') {
      link.send({ type: 'error', ts, payload: toFailure(mismatch) });
      link.close('version-mismatch', mismatch.message);
      return;
    }
    if (hello.payload.encodings.includes('binary')) link.speakBinary();
    phase = { name: 'auth', hello };
  }

  /** The folder of the socket lets only its owner in: whoever is here is the owner. */
  function admit({ clientId, payload }: Hello): void {
    late.cancel();
    link.allowParts();
    const id = options.newViewerId();
    const identity: ViewerIdentity = {
      id,
      clientId: clientId ?? id,
      software: payload.software,
      role: 'owner',
      managing: payload.purpose === 'manage',
    };
    const viewer = new Viewer(identity, link, hub);
    phase = { name: 'ready', viewer };
    const sessions = identity.managing ? [] : [...hub.sessions.values()].map(({ session }) => session.info());
    link.send({ type: 'status', ts: clock.wall(), payload: { kind: 'welcome', viewer: id, sessions } });
    options.joined(viewer);
  }
  return link;
}
