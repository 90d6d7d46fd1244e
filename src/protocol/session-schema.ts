import { z } from 'zod';
import { MAX_PEOPLE, type SessionInfo } from '../core/index.ts';

const text = z.string().max(4096);
const time = z.number();
export const roleSchema = z.enum(['viewer', 'typer', 'owner']);

const viewer = z.string().min(1).max(64);
const personName = z.string().max(128);
const personSchema = z.object({
  viewer,
  name: personName,
  role: roleSchema.exactOptional(),
  readOnly: z.literal(true).exactOptional(),
});

const fields = z.object({
  id: z.string().min(1).max(64),
  name: z.string().max(256),
  team: z.string().max(256).exactOptional(),
  via: z.array(z.string().max(64)).max(16).exactOptional(),
  hub: z.string().max(256),
  transport: z.enum(['local', 'openssh', 'ssh2', 'exec', 'websocket']),
  agent: z.object({
    kind: z.string().max(64),
    state: z.enum(['working', 'blocked', 'idle', 'done', 'exited', 'unknown']),
    since: time,
    question: text.exactOptional(),
    prompt: z
      .object({
        id: z.string().max(64),
        text,
        choices: z
          .array(
            z.object({
              number: z.number().int(),
              label: text,
              means: z.enum(['approve', 'deny']).exactOptional(),
            }),
          )
          .max(99),
        deniable: z.boolean(),
        takesText: z.boolean(),
      })
      .exactOptional(),
    queued: z.number().int().exactOptional(),
  }),
  connection: z.object({
    state: z.enum(['online', 'connecting', 'offline', 'error']),
    since: time,
    attempt: z.number(),
    maxAttempts: z.number(),
    nextRetryAt: time.exactOptional(),
    reason: text.exactOptional(),
    remedy: text.exactOptional(),
    roundTripMs: z.number().exactOptional(),
    transport: z.enum(['stopped', 'connecting', 'spawning', 'ready', 'terminating']),
    heldBytes: z.number().int().exactOptional(),
  }),
  process: z.object({
    pid: z.number().int().exactOptional(),
    status: z.enum(['starting', 'running', 'stopping', 'exited', 'failed', 'died', 'offline']),
    exitCode: z.number().int().exactOptional(),
    signal: z.string().max(32).exactOptional(),
    reason: text.exactOptional(),
    paused: text.exactOptional(),
    restartAt: time.exactOptional(),
    begun: z.enum(['restarted', 'resumed']).exactOptional(),
  }),
  epoch: z.string().max(64),
  seq: z.number().int().min(0),
  cols: z.number().int(),
  rows: z.number().int(),
  title: text,
  cwd: text,
  command: z.array(z.string()),
  mode: z.enum(['pty', 'pipes', 'headless']),
  viewers: z.number().int(),
  people: z.array(personSchema).max(MAX_PEOPLE).exactOptional(),
  typedBy: z.object({ viewer, name: personName, at: time }).exactOptional(),
  role: roleSchema.exactOptional(),
  createdAt: time,
});

/** `SessionInfo` as it comes from a hub. */
export const sessionInfoSchema: z.ZodType<SessionInfo> = fields;

/** What of it is another than it was. */
export type SessionPatch = Partial<SessionInfo> & { readonly id: string };
export const sessionPatchSchema: z.ZodType<SessionPatch> = fields.partial().required({ id: true }) as never;
