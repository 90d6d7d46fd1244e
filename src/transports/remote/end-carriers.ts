interface RunningCarrier {
  /** Of its process, which leads a group and a kernel session of its own. */
  readonly pid: number;
  /** Removes what it needs here while it runs. */
  readonly close: () => void;
}

const running = new Set<RunningCarrier>();
let watching = false;

/**
 * Keeps a carrier from outliving this program, until the function that is returned is called: it hears no signal of our terminal, and an ssh that
 * still connects does not look whether its input has ended.
 */
export function endsWithUs(carrier: RunningCarrier): () => void {
  if (!watching) process.on('exit', endCarriers);
  watching = true;
  running.add(carrier);
  return () => void running.delete(carrier);
}

/** Ends (TERM) whatever carries anything for this program, at once: what a program does that is about to end. */
export function endCarriers(): void {
  for (const { pid, close } of running) {
    try {
      process.kill(-pid, 'SIGTERM');
    } catch {
      // It ended just now.
    }
    close();
  }
  running.clear();
}
