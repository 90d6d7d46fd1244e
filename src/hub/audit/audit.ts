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
}

/** Into the hub's own log. */
export function loggedAudit(log: HubLog): Audit {
  return { record: (entry) => log.info('audit', entry) };
}
