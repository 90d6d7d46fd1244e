import type { AuditEntry } from '../../core/index.ts';
import type { AuditQuery } from '../audit/index.ts';
import type { AccessKind, Change, Opened, SavedAccess } from './messages.ts';

/** Records of the audit that wait for a disk that fails; of more the oldest are lost. */
const MAX_WAITING_AUDIT = 1_000;

type Kept = Change & { type: 'access' };

/** Who may come in, and the audit, on their way to the disk: the newest of each, by key. */
export class SmallRecords {
  readonly #change: (key: string, change: Change) => void;
  readonly #drop: (key: string) => void;
  /** The newest of everything, for a database that has to be written anew. */
  readonly #kept = new Map<string, Kept>();
  readonly #waiting = new Map<string, AuditEntry>();
  #audited = 0;

  constructor(change: (key: string, change: Change) => void, drop: (key: string) => void) {
    this.#change = change;
    this.#drop = drop;
  }

  opened({ access }: Opened): void {
    for (const record of access.devices) this.#keep({ type: 'access', kind: 'device', record });
    for (const record of access.families) this.#keep({ type: 'access', kind: 'family', record });
    for (const record of access.tokens) this.#keep({ type: 'access', kind: 'token', record });
  }

  get kept(): Iterable<[string, Change]> {
    return this.#kept;
  }

  save(saved: SavedAccess): void {
    const change = { type: 'access', ...saved } as const;
    this.#change(this.#keep(change), change);
  }

  delete(kind: AccessKind, id: string): void {
    const key = `${kind} ${id}`;
    this.#kept.delete(key);
    this.#change(key, { type: 'access-deleted', kind, id });
  }

  audit(record: AuditEntry): void {
    const key = `audit ${++this.#audited}`;
    this.#waiting.set(key, record);
    if (this.#waiting.size > MAX_WAITING_AUDIT) {
      const [oldest] = this.#waiting.keys();
      this.#waiting.delete(oldest!);
      this.#drop(oldest!);
    }
    this.#change(key, { type: 'audit', record });
  }

  waitingAudit({ since, until = Number.POSITIVE_INFINITY }: AuditQuery): AuditEntry[] {
    return [...this.#waiting.values()].filter(({ at }) => at >= since && at <= until);
  }

  /** Is there still somebody who wants it written? */
  wants(key: string, change: Change): boolean {
    return change.type !== 'audit' || this.#waiting.has(key);
  }

  written(keys: Iterable<string>): void {
    for (const key of keys) this.#waiting.delete(key);
  }

  #keep(change: Kept): string {
    const key = `${change.kind} ${change.record.id}`;
    this.#kept.set(key, change);
    return key;
  }
}
