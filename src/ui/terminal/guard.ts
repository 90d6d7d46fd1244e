import type { OuterTerminal } from './outer-terminal.ts';

/** The part of Node's `process` that is used here. */
export type GuardedProcess = Pick<NodeJS.Process, 'pid' | 'kill' | 'on' | 'removeListener'>;

export interface GuardOptions {
  readonly process: GuardedProcess;
  /** What ends the program on a signal, after the terminal was given back. Default: the signal itself, now unhandled. */
  readonly onSignal?: (signal: 'SIGTERM' | 'SIGHUP' | 'SIGINT' | 'SIGQUIT') => void;
}

export interface TerminalGuard {
  /** As Ctrl-Z does it: stops the whole job, `npm start` around us included, after giving the terminal back. */
  suspend(): void;
  /** Takes the handlers away. Idempotent. */
  dispose(): void;
}

/** An orphaned process group can't be stopped by SIGTSTP: then nobody would ever continue us. */
const NOT_STOPPED_MS = 100;
const ENDING = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT'] as const;

/** Sees to it that whatever ends or stops the process, the terminal is given back first. */
export function guardTerminal(terminal: OuterTerminal, options: GuardOptions): TerminalGuard {
  const { process } = options;
  const undo: (() => void)[] = [];
  const on = (event: string, listener: (...args: never[]) => void): void => {
    process.on(event as 'SIGTERM', listener as () => void);
    undo.push(() => process.removeListener(event as 'SIGTERM', listener as () => void));
  };

  const leave = (): void => terminal.leave();
  on('exit', leave);
  // Node goes on to print the error, on the shell's screen, and exits.
  on('uncaughtExceptionMonitor', leave);
  for (const signal of ENDING) {
    on(signal, () => {
      terminal.leave();
      if (options.onSignal) options.onSignal(signal);
      else {
        dispose();
        process.kill(process.pid, signal);
      }
    });
  }

  // While there is a listener, SIGTSTP does not stop us: it is taken away for the moment of stopping.
  const stopped = (): void => stop(process.pid);
  let listening = true;
  const listen = (): void => {
    if (listening) return;
    listening = true;
    process.on('SIGTSTP', stopped);
  };
  process.on('SIGTSTP', stopped);
  const stop = (target: number): void => {
    terminal.suspend();
    if (listening) process.removeListener('SIGTSTP', stopped);
    listening = false;
    process.kill(target, 'SIGTSTP');
    // When we were stopped, SIGCONT is heard of first.
    setTimeout(() => setImmediate(wake), NOT_STOPPED_MS);
  };
  const wake = (): void => {
    if (disposed) return;
    listen();
    if (terminal.state === 'suspended') terminal.resume();
  };
  on('SIGCONT', () => {
    if (disposed) return;
    listen();
    terminal.resume();
  });
  on('SIGWINCH', () => terminal.checkSize());

  let disposed = false;
  const dispose = (): void => {
    if (disposed) return;
    disposed = true;
    for (const one of undo) one();
    if (listening) process.removeListener('SIGTSTP', stopped);
  };
  return { suspend: () => stop(0), dispose };
}
