import { IrisError, type Role, type SessionInfo } from '../../core/index.ts';
import type { Link } from '../../protocol/index.ts';
import type { HubViewer, ViewerIdentity } from '../context.ts';
import { withRole } from '../principal.ts';

const NOTHING: ReadonlySet<string> = new Set();

/** Whoever runs one command by REST: it watches nothing, is told nothing unasked, and is gone when the request is. */
export class RestCaller implements HubViewer {
  readonly identity: ViewerIdentity;
  readonly since: number;
  readonly watched = NOTHING;
  readonly mirrors = NOTHING;
  readonly gone: AbortSignal;
  readonly limited = false;

  constructor(identity: ViewerIdentity, since: number, gone: AbortSignal) {
    this.identity = identity;
    this.since = since;
    this.gone = gone;
  }

  get id(): string {
    return this.identity.id;
  }

  get link(): Link<'hub'> {
    throw needsLink();
  }

  sees(sessionId: string): boolean {
    return this.roleOn(sessionId) !== undefined;
  }

  roleOn(sessionId: string): Role | undefined {
    return this.identity.principal.roleOn(sessionId);
  }

  told(info: SessionInfo): SessionInfo | undefined {
    const role = this.roleOn(info.id);
    if (!role) return undefined;
    return withRole(info, role);
  }

  onlyReads(): boolean {
    return false;
  }

  limit(): void {}
  event(): void {}
  settled(): void {}
  answered(): void {}
  tellSessions(): void {}
  accessChanged(): void {}
  ended(): void {}
}

export function needsLink(): IrisError {
  return new IrisError('not-allowed', 'that is for somebody who stays: a request is over at once', {
    remedy: 'open a stream (docs/protocol.md)',
  });
}
