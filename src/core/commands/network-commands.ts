import { z } from 'zod';
import type { Role, ToldGrant } from '../access.ts';

const session = z.string().min(1).max(256);
const role = z.enum(['viewer', 'typer', 'owner']);
/** Of a device or token. Of people of other hubs, a slash stands between hub and name. */
const name = z
  .string()
  .min(1)
  .max(128)
  .refine((text) => !text.includes('/'), 'may have no slash, as people of other hubs have one: HUB/NAME');
/** An id, a name, or a unique beginning of the id. */
const who = z.string().min(1).max(128);
const YEAR_MS = 366 * 24 * 3_600_000;
const lifeMs = z
  .number()
  .int()
  .min(1_000)
  .max(10 * YEAR_MS);
/** A token for a script that nobody gave an end. */
const TOKEN_LIFE_MS = 30 * 24 * 3_600_000;

/** Who may come in over the network, and what they did: part of the table in hub-commands. */
export const networkCommands = {
  /** A one-time code for another machine. With `session`: for that one alone, which who owns it may share. */
  'pair.create': {
    role: 'owner',
    summary: 'invite another machine',
    args: z.object({
      session: session.optional(),
      /** Absent: viewer. */
      role: role.optional(),
      /** It may offer sessions of its own here, and nothing else; without `session` and `role`. */
      runner: z.boolean().default(false),
      /** How long what it may do is good for, from when the code is redeemed; absent: until it is taken away. */
      expiresInMs: lifeMs.optional(),
      /** What the device is called here; absent: as it calls itself. */
      name: name.optional(),
    }),
  },
  'client.list': { role: 'owner', summary: 'paired devices', args: z.object({}) },
  /** Closes its links, and its tokens are worth nothing. */
  'client.revoke': { role: 'owner', summary: 'take all rights of a device away', args: z.object({ client: who }) },
  /** What a device may do on one session, or on everything, in place of what was said before. `none`: not even see it. */
  'client.grant': {
    role: 'owner',
    summary: 'say what a device may do',
    args: z.object({
      client: who,
      session: session.optional(),
      role: z.enum(['viewer', 'typer', 'owner', 'none']),
      expiresInMs: lifeMs.optional(),
    }),
  },
  'client.rename': { role: 'owner', summary: 'call a device something else', args: z.object({ client: who, name }) },
  /** A token that whoever has it may use: for scripts. */
  'token.create': {
    role: 'owner',
    summary: 'make a token for a script',
    args: z.object({
      session: session.optional(),
      role: role.default('viewer'),
      expiresInMs: lifeMs.default(TOKEN_LIFE_MS),
      name: name.default('token'),
    }),
  },
  'token.list': { role: 'owner', summary: 'tokens of scripts', args: z.object({}) },
  'token.revoke': { role: 'owner', summary: 'take a token back', args: z.object({ token: who }) },
  'audit.list': {
    role: 'owner',
    summary: 'who did what',
    args: z.object({
      /** Milliseconds since 1970, both. */
      since: z.number().min(0).default(0),
      until: z.number().min(0).optional(),
      /** The newest of them. */
      limit: z.number().int().min(1).max(10_000).default(1_000),
    }),
  },
} as const;

export interface ClientInfo {
  readonly id: string;
  readonly name: string;
  readonly software: string;
  /** Milliseconds since 1970, as all times here. */
  readonly createdAt: number;
  readonly seenAt: number;
  readonly seenFrom?: string;
  /** Links it has now. */
  readonly links: number;
  readonly grants: readonly ToldGrant[];
}

export interface TokenInfo {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly seenAt?: number;
  readonly seenFrom?: string;
  readonly links: number;
  readonly grants: readonly ToldGrant[];
}

/** One act of somebody who is not at this machine, or one about who may do what. */
export interface AuditEntry {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly who: { readonly kind: string; readonly id: string; readonly name: string };
  /** Network address they came from; absent: this machine. */
  readonly from?: string;
  /** What they did: `pair`, `login`, `attach`, `type`, a command's name … */
  readonly action: string;
  /** Id of the session it was about. */
  readonly session?: string;
  /** What that one was called then. */
  readonly sessionName?: string;
  /** `refused`: they may not; `failed`: they may, and it did not work. */
  readonly outcome: 'ok' | 'refused' | 'failed';
  /** For people: why it was refused or failed, what exactly. Never typed text, arguments of programs or credentials. */
  readonly detail?: string;
}

export interface NetworkCommandResults {
  'pair.create': {
    code: string;
    /** Where to redeem it. */
    url: string;
    /** Of the certificate there; absent without TLS. */
    fingerprint?: string;
    expiresAt: number;
    role: Role | 'runner';
    /** Id. */
    session?: string;
  };
  'client.list': { clients: ClientInfo[] };
  'client.revoke': { id: string; name: string };
  'client.grant': { id: string; name: string; grants: readonly ToldGrant[] };
  'client.rename': { id: string; name: string };
  /** `token` is told this once. */
  'token.create': { id: string; name: string; token: string; expiresAt: number };
  'token.list': { tokens: TokenInfo[] };
  'token.revoke': { id: string; name: string };
  /** The oldest first; `total`: how many there are of that time, those beyond the limit included. */
  'audit.list': { records: AuditEntry[]; total: number };
}
