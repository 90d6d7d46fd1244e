import { IrisError, OFFERING, type SessionInfo } from '../core/index.ts';
import {
  AUTH_WITHIN_MS,
  type AuthPayload,
  type ClientMessage,
  Link,
  networkNow,
  OUR_ENCODINGS,
  ownVersion,
  type Socket,
  spreadOf,
  toFailure,
  versionMismatch,
} from '../protocol/index.ts';
import type { HubContext, ViewerIdentity } from './context.ts';
import type { Principal } from './principal.ts';
import { Viewer } from './viewer.ts';

/** Whoever's rights were taken is cut after this, should they not answer the close. */
const REVOKED_CLOSE_MS = 1_000;

type Hello = Extract<ClientMessage, { type: 'hello' }>;

/** hello → auth → (checking) → ready → closed. Nothing else is heard before ready. */
type Phase =
  | { readonly name: 'hello' }
  | { readonly name: 'auth'; readonly hello: Hello }
  | { readonly name: 'checking' }
  | { readonly name: 'ready'; readonly viewer: Viewer }
  | { readonly name: 'closed' };

export interface AcceptOptions {
  readonly hub: HubContext;
  /** Who is that? @throws IrisError `not-allowed`; what it says is for whoever tried. */
  readonly authenticate: (auth: AuthPayload) => Principal | Promise<Principal>;
  /** Network address of the peer; absent: this machine. */
  readonly from?: string;
  /** It was us who dialled. */
  readonly dialled?: boolean;
}

/** Brings a connection through hello and auth, then hands it to a Viewer. */
export function accept(socket: Socket, raw: { readonly bytesRead: number }, options: AcceptOptions): Link<'hub'> {
  const { hub, from } = options;
  const { clock } = hub;
  let phase: Phase = { name: 'hello' };
  const link: Link<'hub'> = new Link<'hub'>({
    side: 'hub',
    socket,
    clock,
    bytesHeard: () => raw.bytesRead,
    ...(options.dialled ? { network: networkNow } : {}),
    message: (message) => receive(message),
    closed: ({ code, reason, error }) => {
      late.cancel();
      const was = phase;
      phase = { name: 'closed' };
      if (was.name === 'ready') {
        was.viewer.dispose();
        hub.viewers.leave(was.viewer);
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
      check(phase.hello, message.payload);
    } else if (phase.name !== 'closed') {
      link.close('bad-order', `${message.type} before ${phase.name === 'hello' ? 'hello' : 'auth'}`);
    }
  }

  function greet(hello: Hello): void {
    const own = ownVersion(hub.version);
    const ts = clock.wall();
    const process_ = from === undefined ? { pid: process.pid } : {};
    link.send({ type: 'hello', ts, payload: { ...own, role: 'hub', encodings: [...OUR_ENCODINGS], ...process_ } });
    const mismatch = versionMismatch(hello.payload, own, from !== undefined);
    if (mismatch && hello.payload.purpose !== 'manage') {
      link.send({ type: 'error', ts, payload: toFailure(mismatch) });
      link.close('version-mismatch', mismatch.message);
      return;
    }
    link.agree(hello.payload.encodings);
    phase = { name: 'auth', hello };
  }

  /** Where the answer is at hand, it is given at once: whoever comes by the socket may have said more already. */
  function check(hello: Hello, auth: AuthPayload): void {
    phase = { name: 'checking' };
    try {
      const principal = options.authenticate(auth);
      if (principal instanceof Promise) principal.then((known) => admit(hello, known), refuse);
      else admit(hello, principal);
    } catch (error) {
      refuse(error);
    }
  }

  function refuse(error: unknown): void {
    if (phase.name !== 'checking') return;
    const why =
      error instanceof IrisError
        ? error
        : new IrisError('failed', 'the login could not be checked', { retriable: true });
    if (why !== error) hub.log.error('login', { error: String(error) });
    // Whether it may come back is all that a peer has to know: why it is not let in is for whoever tried.
    const { message, retriable, retryAfterMs } = why;
    const again = { retriable, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
    const refusal = new IrisError(retriable ? 'hub-unreachable' : 'not-allowed', message, again);
    link.send({ type: 'error', ts: clock.wall(), payload: toFailure(refusal) });
    link.close(retriable ? 'busy' : 'auth-refused', message);
  }

  /** It offers its sessions: from its next word on, we are the viewer. */
  function turn(principal: Principal): void {
    const { kind, id, name } = principal;
    if (kind !== 'device' || principal.roleOn(OFFERING) !== 'owner') {
      const error = new IrisError('not-allowed', `${name} may not offer sessions here`);
      refuse(error);
      return;
    }
    const who = { kind, id, name };
    hub.audit.record({ who, ...(from === undefined ? {} : { from }), action: 'link', outcome: 'ok' });
    phase = { name: 'closed' };
    const runners = hub.access.devices.filter(({ grants }) => grants.some(({ session }) => session === OFFERING));
    const spreadMs = spreadOf(runners.length);
    link.send({ type: 'status', ts: clock.wall(), payload: { kind: 'welcome', viewer: id, sessions: [], spreadMs } });
    link.release();
    hub.far.runnerJoined(principal, socket);
  }

  function admit({ clientId, payload }: Hello, principal: Principal): void {
    if (phase.name !== 'checking') return;
    if (principal.revoked.aborted) {
      refuse(whyRevoked(principal));
      return;
    }
    late.cancel();
    if (payload.role === 'runner') {
      turn(principal);
      return;
    }
    link.allowParts();
    const id = hub.viewers.newId();
    const program = clientId ?? id;
    const identity: ViewerIdentity = {
      id,
      // Chosen by the peer: nobody may use the numbers of somebody else's input up.
      clientId: principal.kind === 'local' ? program : `${principal.id}/${program}`,
      software: payload.software,
      principal,
      ...(from === undefined ? {} : { from }),
      managing: payload.purpose === 'manage',
    };
    const viewer = new Viewer(identity, link, hub);
    phase = { name: 'ready', viewer };
    const onRevoked = (): void => {
      const { message, retriable } = whyRevoked(principal);
      link.close(retriable ? 'busy' : 'auth-refused', message);
      clock.after(REVOKED_CLOSE_MS, () => link.terminate());
    };
    principal.revoked.addEventListener('abort', onRevoked);
    viewer.gone.addEventListener('abort', () => principal.revoked.removeEventListener('abort', onRevoked));
    const sessions: SessionInfo[] = identity.managing ? [] : viewer.visible();
    const { you } = viewer;
    const spreadMs = spreadOf(hub.viewers.size + 1);
    link.send({ type: 'status', ts: clock.wall(), payload: { kind: 'welcome', viewer: id, you, sessions, spreadMs } });
    hub.viewers.join(viewer);
  }
  return link;
}

/** Whoever took the right says why, in words for the peer. */
function whyRevoked({ revoked }: Principal): IrisError {
  return revoked.reason instanceof IrisError ? revoked.reason : new IrisError('not-allowed', 'access was revoked');
}
