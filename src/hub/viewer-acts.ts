import type { AuditEntry } from '../core/index.ts';
import type { Audit } from './audit/index.ts';
import type { HubContext, HubViewer } from './context.ts';

/** Typing, looking and refusals: the same of the same device is told once in this time. It is one act, not a thousand, and nobody pushes out of the audit what they did before. */
const SAME_WITHIN_MS = 10_000;
/** Acts that are remembered; beyond that the oldest is forgotten, and told again when it comes again. */
const REMEMBERED = 4_096;

/** Of each hub: whose act, and when it was told last. */
const told = new WeakMap<Audit, Map<string, number>>();

type Outcome = AuditEntry['outcome'];

export interface BegunAct {
  /** `made`: id of the session that came of it. */
  done(made?: string): void;
  failed(why: string): void;
}

/** What one viewer did and was refused, for the audit. Whoever sits at this machine owns it: of them nothing is written down. */
export class ViewerActs {
  readonly #hub: HubContext;
  readonly #viewer: HubViewer;

  constructor(hub: HubContext, viewer: HubViewer) {
    this.#hub = hub;
    this.#viewer = viewer;
  }

  did(action: string, session?: string, detail?: string): void {
    if (this.#viewer.identity.principal.kind !== 'local') this.#tell(action, session, 'ok', detail);
  }

  /** What people share is written down whoever does it, also at this machine, and each time: how often is bounded where it is done. */
  shared(action: string, session: string, detail?: string): void {
    this.#hub.audit.record(this.#entry(action, session, 'ok', detail));
  }

  /** An act that is told when it is over, as something may come of it: with what its session was called before. Each is told. */
  begun(action: string, session?: string, detail?: string): BegunAct {
    const local = this.#viewer.identity.principal.kind === 'local';
    const sessionName = session === undefined ? undefined : this.#hub.registry.get(session)?.name;
    const over = (outcome: 'ok' | 'failed', said: string | undefined, made?: string): void => {
      if (!local) this.#hub.audit.deed(this.#entry(action, session ?? made, outcome, said, sessionName));
    };
    return {
      done: (made) => over('ok', detail, made),
      failed: (why) => over('failed', detail === undefined ? why : `${detail}: ${why}`),
    };
  }

  denied(action: string, session?: string, detail?: string): void {
    this.#tell(action, session, 'refused', detail);
  }

  #tell(action: string, session: string | undefined, outcome: Outcome, detail?: string): void {
    const { principal, from } = this.#viewer.identity;
    const key = [principal.id, from, action, session, outcome, detail].join(' ');
    const now = this.#hub.clock.now();
    const acts = told.get(this.#hub.audit) ?? new Map<string, number>();
    told.set(this.#hub.audit, acts);
    const last = acts.get(key);
    if (last !== undefined && now - last < SAME_WITHIN_MS) return;
    acts.delete(key);
    acts.set(key, now);
    if (acts.size > REMEMBERED) acts.delete(acts.keys().next().value!);
    this.#hub.audit.record(this.#entry(action, session, outcome, detail));
  }

  #entry(
    action: string,
    session: string | undefined,
    outcome: Outcome,
    detail?: string,
    sessionName?: string,
  ): Omit<AuditEntry, 'at'> {
    const { principal, from } = this.#viewer.identity;
    const { kind, id, name } = principal;
    return {
      who: { kind, id, name },
      ...(from === undefined ? {} : { from }),
      action,
      ...(session === undefined ? {} : { session }),
      ...(sessionName === undefined ? {} : { sessionName }),
      outcome,
      ...(detail === undefined ? {} : { detail }),
    };
  }
}
