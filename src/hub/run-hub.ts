import { type Hub, type HubOptions, type HubStart, startHub } from './hub.ts';

/** Errors that nobody caught, within the time: the hub goes on, as all sessions live in it, but not for ever. */
const MAX_UNCAUGHT = 20;
const UNCAUGHT_WITHIN_MS = 10_000;

/**
 * The hub as a process: `startHub`, and what a process must do with signals. SIGTERM and SIGINT stop it as `hub.stop` does; SIGHUP is ignored, so
 * that it survives the terminal and the logout of whoever started it. The caller exits when `hub.stopped` resolves.
 */
export async function runHub(options: HubOptions): Promise<HubStart> {
  // Before anything else: whoever starts us may be gone at once.
  process.on('SIGHUP', () => {});
  const start = await startHub(options);
  if (start.kind === 'started') supervise(start.hub);
  return start;
}

function supervise(hub: Hub): void {
  process.on('SIGTERM', () => void hub.stop());
  process.on('SIGINT', () => void hub.stop());
  let recent: number[] = [];
  const uncaught = (error: unknown): void => {
    const now = Date.now();
    recent = [...recent.filter((at) => now - at < UNCAUGHT_WITHIN_MS), now];
    hub.log.error('uncaught', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    if (recent.length > MAX_UNCAUGHT) void hub.stop();
  };
  process.on('uncaughtException', uncaught);
  process.on('unhandledRejection', uncaught);
}
