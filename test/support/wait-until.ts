/** Time that a condition gets by default, in milliseconds. Generous, for machines that do much else: it only costs time when a test fails. */
export const DEFAULT_TIMEOUT_MS = 30_000;

export interface WaitOptions {
  /** How long until it fails. Default {@link DEFAULT_TIMEOUT_MS}. */
  readonly timeoutMs?: number;
  /** Pause between two looks, in milliseconds. Default 10. */
  readonly everyMs?: number;
  /** Added to the message of a failure: what can be seen now. */
  readonly detail?: () => string;
}

/**
 * Waits until `condition` gives something truthy and returns that. For things outside the process that tell nobody when they change
 * (a file, a pid, a port); for a screen use `waitFor` of a Tui. `what` names the condition in the message of the failure.
 */
export async function waitUntil<T>(
  condition: () => T | Promise<T>,
  what: string,
  options: WaitOptions = {},
): Promise<NonNullable<T>> {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > deadline) {
      const detail = options.detail ? `\n${options.detail()}` : '';
      throw new Error(`waited ${timeoutMs} ms in vain: ${what}${detail}`);
    }
    await new Promise((resolve) => setTimeout(resolve, options.everyMs ?? 10));
  }
}
