import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { IrisError } from '../../core/index.ts';
import type { HubLog } from '../hub-log.ts';

/** Hubs that one hub offers its sessions to, and hubs whose sessions it has open; more are refused. */
export const MAX_LINKS = 64;

/** Hubs that dial this one, of which not everything is shown here; as many as there can be devices. */
const MAX_RUNNERS = 1000;
/** Names and ids of one hub's sessions. */
export const MAX_NAMES = 1000;

const names = z.array(z.string().min(1).max(256)).max(MAX_NAMES).optional();
const hub = z.string().min(1).max(128);

const offerSchema = z.object({
  /** A hub that this user was paired with. */
  hub,
  /** What the hub on the other side may do with what is offered. */
  allow: z.enum(['view', 'type', 'start']),
  /** Names or ids; absent, with no teams either: everything. */
  sessions: names,
  teams: names,
});
export type LinkOffer = z.infer<typeof offerSchema>;

/** What of a hub's sessions is shown here. `only`: names or ids there; absent: all, also those to come. `without`: ids of those that were closed. */
const shown = { only: names, without: names };
const openedSchema = z.object({ hub, ...shown });
export type OpenedHub = z.infer<typeof openedSchema>;
const runnerSchema = z.object({ device: z.string().min(1).max(64), ...shown });
export type ShownRunner = z.infer<typeof runnerSchema>;
export type Shown = Omit<OpenedHub, 'hub'>;

const keptSchema = z.object({
  offers: z.array(offerSchema).max(MAX_LINKS).default([]),
  opened: z.array(openedSchema).max(MAX_LINKS).default([]),
  runners: z.array(runnerSchema).max(MAX_RUNNERS).default([]),
});
export type Kept = z.infer<typeof keptSchema>;

/** Links of a hub, in a file of its state folder. */
export class KeptLinks {
  readonly #file: string;
  #kept: Kept;

  constructor(stateFolder: string, log: HubLog) {
    this.#file = join(stateFolder, 'links.json');
    this.#kept = read(this.#file, log);
  }

  get offers(): readonly LinkOffer[] {
    return this.#kept.offers;
  }

  get opened(): readonly OpenedHub[] {
    return this.#kept.opened;
  }

  get runners(): readonly ShownRunner[] {
    return this.#kept.runners;
  }

  /** Whole or not at all. @throws IrisError `storage` */
  change(change: Partial<Kept>): void {
    this.#kept = { ...this.#kept, ...change };
    try {
      writeFileSync(`${this.#file}.new`, `${JSON.stringify(this.#kept, null, 2)}\n`, { mode: 0o600 });
      renameSync(`${this.#file}.new`, this.#file);
    } catch (error) {
      throw new IrisError('storage', `this holds until the hub stops: it can't be kept (${String(error)})`, {
        cause: error,
      });
    }
  }
}

function read(file: string, log: HubLog): Kept {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return { offers: [], opened: [], runners: [] };
  }
  try {
    return keptSchema.parse(JSON.parse(text));
  } catch (error) {
    log.error('links.json is not readable', { error: String(error) });
    return { offers: [], opened: [], runners: [] };
  }
}
