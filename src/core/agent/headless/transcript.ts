import type { AgentPrompt } from '../prompt/types.ts';
import { CleanStream, clean } from './clean.ts';
import { oneLine, summarizeInput, tokenCount } from './describe.ts';
import { MarkdownStream } from './markdown.ts';
import { bold, dim, faint, red, yellow } from './style.ts';
import type { AgentEvent, Block, NewMessage, TurnResult, Usage } from './types.ts';

/** Lines of a result, of a thought, and of error output that are shown; the whole is in the messages. */
const RESULT_LINES = 4;
const THOUGHT_LINES = 6;
const ERROR_LINES = 6;
const FOLDED_LINE_CHARS = 400;
/** Things that wait for the end of a text. */
const LATER_LIMIT = 100;

/** What an agent says, as text that people read. Prints clean text with SGR and LF, nothing else. */
export class Transcript {
  readonly #print: (text: string) => void;
  /** End of what was printed: how many line ends. At the beginning there is nothing to part from. */
  #newlines = 2;
  readonly #markdown: MarkdownStream;
  #clean = new CleanStream();
  #streaming: 'text' | 'thinking' | undefined;
  /** All that was streamed of the message that is being said, even if something came in between; and its kind. */
  #streamed = '';
  #kind: 'text' | 'thinking' = 'text';
  /** What came while a text was being streamed and can wait for its end: error output, and helpers. */
  #later: (() => void)[] = [];
  #thoughtLines = 0;
  /** The tool call that was shown last, and the names of those without a result. */
  #lastTool = '';
  readonly #tools = new Map<string, string>();
  #errorLines = 0;

  constructor(print: (text: string) => void) {
    this.#print = print;
    this.#markdown = new MarkdownStream((text) => this.#put(text));
  }

  event(event: AgentEvent): void {
    switch (event.type) {
      case 'delta':
        this.#delta(event.kind, event.text);
        return;
      case 'message':
        this.#message(event.message);
        return;
      case 'turn-finished':
        this.#finished(event.turn);
        return;
      case 'notice':
        this.#note((event.level === 'info' ? dim : yellow)(oneLine(event.text)));
        return;
      case 'failed':
        this.#note(red(oneLine(event.text)));
        return;
      case 'session':
      case 'ready':
      case 'turn-started':
      case 'question':
      case 'question-gone':
        return;
    }
  }

  /** What somebody told the agent. */
  user(text: string): void {
    this.#paragraph();
    const lines = clean(text).replace(/\n+$/, '').split('\n');
    this.#put(lines.map((line, i) => bold(`${i === 0 ? '> ' : '  '}${line}`)).join('\n'));
    this.#put('\n');
  }

  /** What somebody answered. */
  answered(question: AgentPrompt, reply: string): void {
    this.#note(`${yellow('?')} ${oneLine(question.text, 400)} ${bold(oneLine(reply, 200))}`);
  }

  /** A line of our own. */
  note(text: string): void {
    this.#note(dim(oneLine(text, 600)));
  }

  /** Error output, and output that is not the agent's language: at most a few lines between two messages. */
  stray(line: string): void {
    this.#errorLines++;
    if (this.#errorLines > ERROR_LINES + 1) return;
    const more = this.#errorLines > ERROR_LINES;
    this.#whenSaid(() => this.#stray(more ? '! …' : `! ${oneLine(stripped(line), FOLDED_LINE_CHARS)}`));
  }

  #stray(text: string): void {
    this.#line();
    this.#put(`${dim(text)}\n`);
  }

  #delta(kind: 'text' | 'thinking', text: string): void {
    if (this.#streaming !== kind) {
      this.#endStream();
      this.#paragraph();
      this.#streaming = kind;
      this.#thoughtLines = 0;
      if (kind !== this.#kind) this.#streamed = '';
      this.#kind = kind;
    }
    this.#streamed += text;
    this.#stream(this.#clean.feed(text));
  }

  #stream(text: string): void {
    if (this.#streaming === 'text') this.#markdown.feed(text);
    else this.#think(text);
  }

  #think(text: string): void {
    text.split('\n').forEach((line, i) => {
      if (i > 0) this.#thoughtLines++;
      if (this.#thoughtLines > THOUGHT_LINES) return;
      if (i > 0) this.#put('\n');
      if (this.#thoughtLines === THOUGHT_LINES) {
        this.#put(faint('…'));
        this.#thoughtLines++;
      } else if (line !== '') this.#put(faint(line));
    });
  }

  /** What is streamed is over, or something else comes in between. */
  #endStream(): void {
    if (!this.#streaming) return;
    this.#stream(this.#clean.end());
    if (this.#streaming === 'text') this.#markdown.end();
    this.#streaming = undefined;
    this.#line();
    for (const show of this.#later.splice(0)) show();
  }

  /** Now, or when what is being streamed has been said. */
  #whenSaid(show: () => void): void {
    // So many helpers are quiet for the length of a message; else the text is broken off.
    if (this.#streaming === undefined || this.#later.length >= LATER_LIMIT) show();
    else this.#later.push(show);
  }

  #message(message: NewMessage): void {
    this.#errorLines = 0;
    const show = (): void => {
      for (const block of message.blocks) this.#block(block, message);
    };
    if (message.parent === undefined) show();
    else this.#whenSaid(show);
  }

  #block(block: Block, { role, parent }: NewMessage): void {
    switch (block.type) {
      case 'text':
      case 'thinking':
        // What a helper is told, and what the agent notes for itself as if the user had said it, is not for people.
        if (role === 'assistant' && parent === undefined) this.#said(block.type, block.text);
        return;
      case 'tool-use': {
        this.#endStream();
        if (this.#lastTool === '') this.#paragraph();
        else this.#line();
        const what = summarizeInput(block.input, 200);
        const indent = parent === undefined ? '' : '  ';
        this.#put(`${indent}• ${bold(oneLine(block.name, 60))}${what === '' ? '' : ` ${dim(what)}`}\n`);
        this.#lastTool = block.id;
        this.#tools.set(block.id, block.name);
        // Results may never come; names of a few hundred calls are enough.
        if (this.#tools.size > 500) this.#tools.delete(this.#tools.keys().next().value!);
        return;
      }
      case 'tool-result':
        this.#result(block, parent !== undefined);
        return;
      case 'other':
        this.#endStream();
        this.#paragraph();
        this.#put(dim(`[${oneLine(block.kind, 40)}]`));
        if (block.text !== '') this.#put(`\n${clean(block.text).split('\n').slice(0, 20).map(dim).join('\n')}`);
        this.#put('\n');
        return;
    }
  }

  /** A whole text: what of it was streamed already stands there. */
  #said(kind: 'text' | 'thinking', text: string): void {
    const before = this.#kind === kind && text.startsWith(this.#streamed) ? this.#streamed.length : 0;
    const rest = text.slice(before);
    if (before === 0) this.#endStream();
    if (rest !== '' && (before > 0 || rest.trim() !== '')) this.#delta(kind, rest);
    this.#endStream();
    this.#streamed = '';
  }

  #result({ id, text, failed }: Extract<Block, { type: 'tool-result' }>, nested: boolean): void {
    this.#endStream();
    this.#line();
    const name = id === this.#lastTool ? undefined : this.#tools.get(id);
    this.#tools.delete(id);
    const lines = clean(stripped(text)).replace(/\s+$/, '').split('\n');
    const indent = nested ? '    ' : '  ';
    const look = failed ? red : dim;
    const shown = lines.slice(0, lines.length <= RESULT_LINES + 1 ? RESULT_LINES + 1 : RESULT_LINES);
    if (name !== undefined) this.#put(`${indent}${dim(`${oneLine(name, 60)}:`)}\n`);
    for (const line of shown) {
      this.#put(`${indent}${look(line === '' && lines.length === 1 ? '(nothing)' : fold(line))}\n`);
    }
    if (lines.length > shown.length) this.#put(`${indent}${dim(`… ${lines.length - shown.length} more lines`)}\n`);
    this.#lastTool = '';
  }

  #finished({ outcome, error, usage }: TurnResult): void {
    this.#endStream();
    this.#streamed = '';
    this.#lastTool = '';
    this.#tools.clear();
    this.#errorLines = 0;
    if (outcome === 'failed') this.#note(red(`failed: ${oneLine(error ?? 'no reason is known', 400)}`));
    const words = [...(outcome === 'cancelled' ? ['cancelled'] : []), ...(usage ? usageWords(usage) : [])];
    if (words.length > 0) this.#note(dim(words.join(' · ')));
  }

  #note(text: string): void {
    this.#endStream();
    this.#paragraph();
    this.#put(`${text}\n`);
  }

  /** To the beginning of a line. */
  #line(): void {
    if (this.#newlines === 0) this.#put('\n');
  }

  /** To the beginning of a line after an empty one. */
  #paragraph(): void {
    while (this.#newlines < 2) this.#put('\n');
  }

  #put(text: string): void {
    if (text === '') return;
    const ends = /\n*$/.exec(text)![0].length;
    this.#newlines = ends === text.length ? this.#newlines + ends : ends;
    this.#print(text);
  }
}

function fold(line: string): string {
  return line.length > FOLDED_LINE_CHARS ? `${line.slice(0, FOLDED_LINE_CHARS)}…` : line;
}

/** Programs that agents run colour their output; without ESC the rest of those sequences would be left as text. */
function stripped(text: string): string {
  return text.replace(/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g, '');
}

function usageWords(usage: Usage): string[] {
  const words: string[] = [];
  if (usage.inputTokens !== undefined) words.push(`${tokenCount(usage.inputTokens)} tokens in`);
  if (usage.outputTokens !== undefined) words.push(`${tokenCount(usage.outputTokens)} out`);
  if (usage.costUsd !== undefined) words.push(`$${usage.costUsd.toFixed(usage.costUsd < 1 ? 3 : 2)} in all`);
  if (usage.durationMs !== undefined) words.push(`${(usage.durationMs / 1000).toFixed(1)} s`);
  return words;
}
