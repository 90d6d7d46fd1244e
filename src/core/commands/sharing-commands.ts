import { z } from 'zod';
import type { Role } from '../access.ts';

const session = z.string().min(1).max(256);
/** An id as `SessionInfo.people` has it, or a name that only one of those has who are there. */
const viewer = z.string().min(1).max(128);

/** An id of an ask, the same at all hubs that hear of it. */
const ask = z.string().min(1).max(64);
/** Passed on by a hub that shows the session: who asks there, and what they are called there. Absent name: whoever sits at it. */
const askedFrom = z.object({
  ask,
  viewer: z
    .string()
    .max(60)
    .regex(/^[\w-]+(?:\/[\w-]+)*$/),
  name: z.string().max(128).optional(),
});
export type AskedFrom = z.infer<typeof askedFrom>;

/** People on one session: part of the table in hub-commands. */
export const sharingCommands = {
  /** Tells whoever is attached and could give it that the caller would like to type. */
  'session.ask': {
    role: 'viewer',
    summary: 'ask for the keyboard of a session',
    args: z.object({ session, from: askedFrom.optional() }),
  },
  /** By a hub that was told of an ask: how many heard of it there. */
  'session.heard': {
    role: 'viewer',
    summary: 'say how many heard who asks for the keyboard',
    args: z.object({ session, ask, told: z.number().int().min(0).max(10_000) }),
  },
  /** By the hub that passed an ask on: who asked has an answer, or has left. */
  'session.unask': {
    role: 'viewer',
    summary: 'say that nobody asks for the keyboard any more',
    args: z.object({ session, ask }),
  },
  /**
   * `typer`: gives the keyboard. Whoever only types hands over what they have, and looks from then on. `viewer`, from an owner: takes it
   * away; of somebody who asked for it: declines.
   */
  'session.grant': {
    role: 'typer',
    summary: 'give the keyboard of a session to somebody who is there',
    args: z.object({ session, viewer, role: z.enum(['viewer', 'typer']).default('typer') }),
  },
  /** From one, or from all who type without owning it; or back, by whoever handed it over on the same link. */
  'session.take': {
    role: 'owner',
    summary: 'take the keyboard of a session back',
    args: z.object({ session, viewer: viewer.optional() }),
  },
  /** Where the caller looks, for those who follow it. */
  'viewer.focus': {
    role: 'viewer',
    summary: 'say where one looks',
    args: z.object({
      session: session.optional(),
      tab: z.string().min(1).max(64).optional(),
      zoomed: z.boolean().optional(),
    }),
  },
  /** From now on where that viewer looks is told to the caller, as far as it may see it. Absent: no longer. */
  'viewer.follow': {
    role: 'viewer',
    summary: 'look where another viewer looks',
    args: z.object({ viewer: viewer.optional() }),
  },
} as const;

export interface SharingCommandResults {
  /** How many were told; 0: nobody who could give it is there. */
  'session.ask': { id: string; told: number };
  'session.heard': { id: string };
  'session.unask': { id: string };
  'session.grant': { id: string; viewer: string; name: string; role: Role };
  /** Names of those who may only look now; empty where it is the caller's own that came back. */
  'session.take': { id: string; from: string[] };
  'viewer.focus': Record<string, never>;
  /** Absent: nobody is followed. */
  'viewer.follow': { viewer?: string; name?: string };
}
