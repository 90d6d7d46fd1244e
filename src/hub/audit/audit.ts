import type { AuditEntry, Clock } from '../../core/index.ts';
import type { HubLog } from '../hub-log.ts';
import { Deeds } from './deeds.ts';

/** Who did what, from where, when. */
export interface Audit {
  record(entry: Omit<AuditEntry, 'at'>): void;
  /** The same for what somebody may do as often as they like: a row each, but of very many a minute one row together. */
  deed(entry: Omit<AuditEntry, 'at'>): void;
  /** Writes down what is gathered. */
  flush(): void;
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
  readonly records: AuditEntry[];
  /** How many there are of that time, those beyond the limit included. */
  readonly total: number;
}

/** Where records are kept: bounded there. */
export interface AuditStore {
  saveAudit(record: AuditEntry): void;
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
  const record = (told: Omit<AuditEntry, 'at'>): void => {
    const name = told.sessionName ?? (told.session === undefined ? undefined : nameOf(told.session));
    const entry = { ...told, ...(name === undefined ? {} : { sessionName: name }) };
    store.saveAudit({ at: clock.wall(), ...entry });
    log.info('audit', entry);
  };
  const deeds = new Deeds(clock, record);
  return {
    record,
    deed: (entry) => deeds.tell(entry),
    flush: () => deeds.flush(),
    query: (wanted) => store.loadAudit(wanted),
  };
}
