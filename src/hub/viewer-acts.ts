import type { HubContext, HubViewer } from './context.ts';

/** The same act of the same viewer is told once in this time: typing is one act, not a thousand. */
const SAME_WITHIN_MS = 10_000;
/** Acts that a viewer's link remembers; beyond that the oldest is forgotten, and told again when it comes again. */
const REMEMBERED = 256;

/** What one viewer did and was refused, for the audit. Whoever sits at this machine owns it: of them nothing is written down. */
export class ViewerActs {
  readonly #hub: HubContext;
  readonly #viewer: HubViewer;
  readonly #last = new Map<string, number>();

  constructor(hub: HubContext, viewer: HubViewer) {
    this.#hub = hub;
    this.#viewer = viewer;
  }

  did(action: string, session?: string, detail?: string): void {
    if (this.#viewer.identity.principal.kind !== 'local') this.#tell(action, session, 'ok', detail);
  }

  denied(action: string, session?: string, detail?: string): void {
    this.#tell(action, session, 'refused', detail);
  }

  #tell(action: string, session: string | undefined, outcome: 'ok' | 'refused', detail: string | undefined): void {
    const key = `${action} ${session ?? ''} ${outcome}`;
    const now = this.#hub.clock.now();
    const last = this.#last.get(key);
    if (last !== undefined && now - last < SAME_WITHIN_MS) return;
    this.#last.delete(key);
    this.#last.set(key, now);
    if (this.#last.size > REMEMBERED) this.#last.delete(this.#last.keys().next().value!);
    const { principal, from } = this.#viewer.identity;
    const { kind, id, name } = principal;
    this.#hub.audit.record({
      who: { kind, id, name },
      ...(from === undefined ? {} : { from }),
      action,
      ...(session === undefined ? {} : { session }),
      outcome,
      ...(detail === undefined ? {} : { detail }),
    });
  }
}
