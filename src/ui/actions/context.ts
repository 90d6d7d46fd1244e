import type { Workbench } from '../workbench.ts';

/** What a user interface may do beyond its own state; the terminal and the program stand behind it. */
export interface Outside {
  /** Ends the user interface. */
  exit(why: Exit): void;
  /** Stops the program as Ctrl-Z does in a shell. */
  suspend(): void;
  /** Draws everything again. */
  redraw(): void;
  /** Sets the clipboard of the terminal around us (OSC 52). */
  copyOut(text: string): void;
  bell(): void;
  /** A notice of the terminal around us. */
  notify(form: 'osc9' | 'osc777', title: string, body: string): void;
}

export type Exit =
  | { readonly kind: 'detached'; readonly by?: string }
  /** The last session was closed. */
  /** No session is left to be seen. `reason`: what was told of that. */
  | { readonly kind: 'empty'; readonly reason?: string }
  /** The terminal went away. */
  | { readonly kind: 'hangup' }
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Programs that can be started, for the picker. */
export interface Program {
  readonly name: string;
  readonly agent?: string;
  readonly command?: readonly string[];
  readonly detail: string;
}

export interface StartContext {
  /** Of new sessions; the hub's own when absent. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Looked up when the picker opens. */
  readonly programs: () => Promise<readonly Program[]>;
  /** What opens the config of the hub in the user's editor, at a team where one is named; absent when that file is not here. */
  readonly editConfig?: (team: string | undefined) => Promise<readonly string[]>;
  /** Typed commands of earlier runs, oldest first; and a place to keep new ones. */
  readonly history: { readonly lines: readonly string[]; readonly add: (line: string) => void };
}

export interface ActionContext {
  readonly bench: Workbench;
  readonly outside: Outside;
  readonly start: StartContext;
  /** What was copied last, for `paste`. */
  buffer: string;
  /** Lines typed at the command prompt, oldest first, those of earlier runs included. */
  readonly typedLines: string[];
  /** Which preset layout was taken last, by tab. */
  readonly lastPreset: Map<string, number>;
  /** Runs a command line as typed at the prompt. */
  readonly runLine: (line: string) => void;
  /** Sends a key press on, as if typed into the focused pane. */
  readonly typeKey: (name: string) => void;
}
