import type { Clock } from '../../core/index.ts';
import type { HubLog } from '../hub-log.ts';

/** One act of somebody who is not at this machine, or one about who may do what. */
export interface AuditRecord {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly who: { readonly kind: string; readonly id: string; readonly name: string };
  /** Network address they came from. */
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

/** Who did what, from where, when. */
export interface Audit {
  record(entry: Omit<AuditRecord, 'at'>): void;
  /** @throws IrisError `storage` */
  query(wanted: AuditQuery): Promise<AuditPage>;
}

/** The newest `limit` records from `since` to `until` (milliseconds since 1970, both included). */
export interface AuditQuery {
  readonly since: number;
  readonly until?: number | undefined;
  readonly limit: number;
}

export interface AuditPage {
  /** The oldest first. */
  readonly records: AuditRecord[];
  /** How many there are of that time, those beyond the limit included. */
  readonly total: number;
}

/** Where records are kept: bounded there. */
export interface AuditStore {
  saveAudit(record: AuditRecord): void;
  loadAudit(query: AuditQuery): Promise<AuditPage>;
}

/**
 * Kept by the store, and told to the hub's own log, which has them for a while also when the disk of the store fails. `nameOf`: what a session is
 * called now, as it may be gone when somebody reads of it.
 */
export function storedAudit(
  store: AuditStore,
  clock: Clock,
  log: HubLog,
  nameOf: (session: string) => string | undefined,
): Audit {
  return {
    record: (told) => {
      const name = told.sessionName ?? (told.session === undefined ? undefined : nameOf(told.session));
      const entry = { ...told, ...(name === undefined ? {} : { sessionName: name }) };
      store.saveAudit({ at: clock.wall(), ...entry });
      log.info('audit', entry);
    },
    query: (wanted) => store.loadAudit(wanted),
  };
}
