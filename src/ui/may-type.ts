import type { SessionInfo } from '../core/index.ts';

/** Why nothing may be typed into a session from here; undefined: it may. */
export function whyNotType(
  bench: { readonly readOnly: boolean; session(id: string): SessionInfo | undefined },
  sessionId: string,
): string | undefined {
  if (bench.readOnly) return 'this viewer is read-only';
  const session = bench.session(sessionId);
  return session?.role === 'viewer' ? `you may only watch ${session.name}` : undefined;
}
