import type { AuditEntry, Clock, Timer } from '../../core/index.ts';

const MINUTE_MS = 60_000;
/** Rows a minute of each person, act and outcome. Whoever does more in a minute is a script, and shall push out nothing that was done before. */
const ROWS = 30;

type Entry = Omit<AuditEntry, 'at'>;

interface Minute {
  rows: number;
  /** What came beyond them. */
  more: number;
  last: Entry;
  readonly timer: Timer;
}

/** Acts that have a row each, so many a minute; the others of that minute have one together, that says how many. */
export class Deeds {
  readonly #clock: Clock;
  readonly #record: (entry: Entry) => void;
  readonly #minutes = new Map<string, Minute>();

  constructor(clock: Clock, record: (entry: Entry) => void) {
    this.#clock = clock;
    this.#record = record;
  }

  tell(entry: Entry): void {
    const key = [entry.who.id, entry.action, entry.outcome].join(' ');
    let minute = this.#minutes.get(key);
    if (!minute) {
      const timer = this.#clock.after(MINUTE_MS, () => this.#end(key));
      minute = { rows: 0, more: 0, last: entry, timer };
      this.#minutes.set(key, minute);
    }
    if (minute.rows < ROWS) {
      minute.rows += 1;
      this.#record(entry);
      return;
    }
    minute.last = minute.more === 0 ? entry : common(minute.last, entry);
    minute.more += 1;
  }

  /** Tells what is gathered. */
  flush(): void {
    for (const key of [...this.#minutes.keys()]) this.#end(key);
  }

  #end(key: string): void {
    const minute = this.#minutes.get(key);
    this.#minutes.delete(key);
    if (!minute) return;
    minute.timer.cancel();
    const { more, last } = minute;
    if (more === 0) return;
    const detail = [last.detail, more === 1 ? '' : `×${more}`].filter(Boolean).join(' ');
    this.#record(detail === '' ? last : { ...last, detail });
  }
}

/** What is true of both. */
function common(one: Entry, other: Entry): Entry {
  const { session, sessionName, detail, from, ...rest } = other;
  return {
    ...rest,
    ...(from !== undefined && from === one.from ? { from } : {}),
    ...(session !== undefined && session === one.session ? { session } : {}),
    ...(sessionName !== undefined && sessionName === one.sessionName ? { sessionName } : {}),
    ...(detail !== undefined && detail === one.detail ? { detail } : {}),
  };
}
