import { z } from 'zod';
import type { SessionInfo } from '../session/info.ts';

const hub = z.string().min(1).max(128);
const names = z.array(z.string().min(1).max(256)).max(1000);

/** Other hubs: part of the table in hub-commands. `hub`: the name of one that this user was paired with. */
export const farCommands = {
  /** Mirrors sessions of another hub here. Absent: all of them, also those to come. */
  'far.open': {
    role: 'owner',
    summary: 'open sessions of another hub here',
    args: z.object({ hub, sessions: names.optional() }),
  },
  /** Takes the mirrors away; the sessions go on there. */
  'far.close': { role: 'owner', summary: 'close the sessions of another hub here', args: z.object({ hub }) },
  /** This hub dials that one and offers it its sessions: those named, those of the teams named, or all. */
  'link.add': {
    role: 'owner',
    summary: 'offer sessions to another hub',
    args: z.object({
      hub,
      /** What that hub, and whoever is let in there, may do: look, type, or start and end as well. */
      allow: z.enum(['view', 'type', 'start']).default('view'),
      sessions: names.optional(),
      teams: names.optional(),
    }),
  },
  'link.remove': { role: 'owner', summary: 'offer nothing to another hub any more', args: z.object({ hub }) },
  'link.list': { role: 'owner', summary: 'hubs that sessions are offered to', args: z.object({}) },
} as const;

export interface LinkInfo {
  readonly hub: string;
  readonly allow: 'view' | 'type' | 'start';
  readonly sessions?: readonly string[] | undefined;
  readonly teams?: readonly string[] | undefined;
  readonly connection: {
    readonly state: 'connecting' | 'online' | 'offline' | 'error';
    readonly since: number;
    readonly attempt: number;
    readonly nextRetryAt?: number;
    readonly reason?: string;
    readonly remedy?: string;
  };
}

export interface FarCommandResults {
  'far.open': { sessions: SessionInfo[] };
  'far.close': { hub: string };
  'link.add': { link: LinkInfo };
  'link.remove': { hub: string };
  'link.list': { links: LinkInfo[] };
}
