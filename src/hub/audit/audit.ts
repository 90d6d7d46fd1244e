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
  readonly outcome: 'ok' | 'refused';
  /** For people: why it was refused, what exactly. Never typed text or credentials. */
  readonly detail?: string;
}

/** Who did what, from where, when. */
export interface Audit {
  record(entry: Omit<AuditRecord, 'at'>): void;
  /** The newest `limit` records since a time (milliseconds since 1970), the oldest first. @throws IrisError `storage` */
  query(wanted: { readonly since: number; readonly limit: number }): Promise<AuditRecord[]>;
}

/** Where records are kept: bounded there. */
export interface AuditStore {
  saveAudit(record: AuditRecord): void;
  loadAudit(query: { readonly since: number; readonly limit: number }): Promise<AuditRecord[]>;
}

/** Kept by the store, and told to the hub's own log, which has them for a while also when the disk of the store fails. */
export function storedAudit(store: AuditStore, clock: Clock, log: HubLog): Audit {
  return {
    record: (entry) => {
      store.saveAudit({ at: clock.wall(), ...entry });
      log.info('audit', entry);
    },
    query: (wanted) => store.loadAudit(wanted),
  };
}
