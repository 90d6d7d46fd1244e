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
