const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
let listening = false;

/** Calls `before` when a signal is about to end this program, which then ends as it would have. Not where somebody else listens, as an open screen does: that ends in good order. */
export function beforeSignalsEnd(before: () => void): void {
  if (listening) return;
  listening = true;
  for (const signal of ENDING) {
    const end = (): void => {
      if (process.listenerCount(signal) > 1) return;
      before();
      process.removeListener(signal, end);
      process.kill(process.pid, signal);
    };
    process.on(signal, end);
  }
}
