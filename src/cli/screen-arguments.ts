/** What `iris-tui` and `iris-tui attach` were asked for. */
export interface ScreenArguments {
  /** Show this session first. */
  readonly session?: string;
  readonly readOnly: boolean;
  readonly hub?: string;
}

const ATTACH = ['attach', 'attach-session', 'a'];

/**
 * Reads the arguments that lead straight to the screen, in their plain forms. Anything else (help, an unknown option, another verb)
 * gives undefined: the full parser then answers, and may come to the same screen.
 */
export function readScreenArguments(argv: readonly string[]): ScreenArguments | undefined {
  const rest = ATTACH.includes(argv[0] ?? '') ? argv.slice(1) : argv.length === 0 ? argv : undefined;
  if (!rest) return undefined;
  let session: string | undefined;
  let readOnly = false;
  for (let i = 0; i < rest.length; i += 1) {
    const word = rest[i]!;
    if (word === '--read-only' || word === '-r') readOnly = true;
    else if (word === '-t' && session === undefined && rest[i + 1]?.startsWith('-') === false)
      session = tmuxTarget(rest[++i]!);
    else if (!word.startsWith('-') && word !== '' && session === undefined) session = word;
    else return undefined;
  }
  return { readOnly, ...(session === undefined ? {} : { session }) };
}

/** `=name` is exact in tmux; `name:`, `name:0` and `name:0.1` name a window or pane of it, of which there is one here. */
export function tmuxTarget(text: string): string {
  return text.replace(/^=/, '').replace(/:(\d+(\.\d+)?)?$/, '');
}
