import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { EVERYTHING, IrisError, problemOf, toldGrants } from '../../core/index.ts';
import { PROTOCOL } from '../../protocol/index.ts';
import { LoginError, type Logins, type Visit } from '../auth/logins.ts';
import type { HubContext } from '../context.ts';
import { mustHave, type Principal } from '../principal.ts';
import { isLoopback, plainAddress } from './address.ts';
import { metricsOf } from './metrics.ts';
import { needsLink, RestCaller } from './rest-caller.ts';

/** What somebody sends who is not known yet. */
const SMALL_BODY_BYTES = 16 * 1024;
/** As much as a link takes in one message: 1.5 million escaped characters of `session.send`. */
const COMMAND_BODY_BYTES = 12 * 1024 * 1024;
/** Commands at once, most of them waits; more are refused. */
const MAX_RUNNING = 1_024;

const pairSchema = z.object({
  code: z.string().min(1).max(64),
  name: z.string().min(1).max(128),
  software: z.string().min(1).max(256),
});
const refreshSchema = z.object({ refreshToken: z.string().min(1).max(256) });
const commandSchema = z.object({ args: z.unknown().optional() });

export interface RouteOptions {
  readonly hub: HubContext;
  readonly logins: Logins;
  readonly visitOf: (request: FastifyRequest) => Visit;
}

export interface Routes {
  /** Whoever waits for something is told that nobody does any more. */
  endWaits(): void;
}

/** What can be asked of a hub by HTTP, besides a stream. docs/protocol.md has it for those who write another client. */
export function addRoutes(app: FastifyInstance, { hub, logins, visitOf }: RouteOptions): Routes {
  app.post('/api/clients/pair', { bodyLimit: SMALL_BODY_BYTES }, async (request) => {
    const asks = read(pairSchema, request.body);
    const { grants, ...paired } = await logins.pair(asks, proofOf(request), visitOf(request));
    // By its name whoever was invited finds the session; of an id they know nothing.
    const named = toldGrants(grants).map((grant) => ({ ...grant, ...nameOf(hub.registry.get(grant.session)) }));
    return { ...paired, grants: named, hub: { id: hub.id, name: hub.name } };
  });

  app.post('/api/clients/session', { bodyLimit: SMALL_BODY_BYTES }, (request) =>
    logins.session(request.headers.authorization, proofOf(request), visitOf(request)),
  );

  app.post('/api/clients/refresh', { bodyLimit: SMALL_BODY_BYTES }, (request) => {
    const { refreshToken } = read(refreshSchema, request.body);
    return logins.refresh(refreshToken, proofOf(request), visitOf(request));
  });

  app.delete('/api/clients/self', { bodyLimit: SMALL_BODY_BYTES }, async (request, reply) => {
    await logins.leave(request.headers.authorization, proofOf(request), visitOf(request));
    return reply.code(204).send();
  });

  app.get('/health', async () => ({ status: 'ok', version: hub.version, protocol: PROTOCOL }));

  app.get('/metrics', async (request, reply) => {
    if (!isLoopback(plainAddress(request.socket.remoteAddress ?? ''))) {
      const visit = visitOf(request);
      const principal = await logins.rest(request.headers.authorization, proofOf(request), visit);
      mustHave(principal, 'viewer', EVERYTHING, 'metrics');
    }
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(metricsOf(hub));
  });

  return addCommands(app, { hub, logins, visitOf });
}

function addCommands(app: FastifyInstance, { hub, logins, visitOf }: RouteOptions): Routes {
  const callers = new WeakMap<FastifyRequest, Principal>();
  const running = new Set<AbortController>();
  let number = 0;
  app.post<{ Params: { name: string } }>('/api/commands/:name', {
    bodyLimit: COMMAND_BODY_BYTES,
    // Before anything of the body is read.
    onRequest: async (request) => {
      const principal = await logins.rest(request.headers.authorization, proofOf(request), visitOf(request));
      callers.set(request, principal);
    },
    handler: async (request, reply) => {
      const { args } = read(commandSchema, request.body ?? {});
      const principal = callers.get(request)!;
      const { name } = request.params;
      if (staysHere(name, args)) throw needsLink();
      if (running.size >= MAX_RUNNING) throw new LoginError(429, 'too many commands at once');
      const id = `r${++number}`;
      const from = plainAddress(request.socket.remoteAddress ?? '');
      const gone = new AbortController();
      const leave = (): void => gone.abort();
      reply.raw.once('close', leave);
      principal.revoked.addEventListener('abort', leave);
      const software = (request.headers['user-agent'] ?? 'REST').slice(0, 256);
      const identity = { id, clientId: `${principal.id}/${id}`, software, principal, from, managing: false };
      running.add(gone);
      try {
        const result = await hub.run(name, args, new RestCaller(identity, hub.clock.wall(), gone.signal));
        return { result };
      } finally {
        running.delete(gone);
        principal.revoked.removeEventListener('abort', leave);
        gone.abort();
      }
    },
  });
  return {
    endWaits: () => {
      for (const gone of running) gone.abort();
    },
  };
}

/** Somebody who looks at a session does so until their link closes. */
function staysHere(name: string, args: unknown): boolean {
  return name === 'session.seen' && typeof args === 'object' && args !== null && 'looking' in args;
}

function nameOf(session: { readonly name: string } | undefined): { name?: string } {
  return session ? { name: session.name } : {};
}

function proofOf(request: FastifyRequest): string | undefined {
  const proof = request.headers.dpop;
  // Several of them: RFC 9449, section 4.3, wants exactly one.
  return typeof proof === 'string' && proof.length <= 4096 && !proof.includes(',') ? proof : undefined;
}

/** @throws IrisError `usage` */
function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new IrisError('usage', problemOf(parsed.error, 'the body'));
}
