import { IrisError, plainText } from '../../core/index.ts';

/** An answer is at most this long; what is typed beyond it is not taken. */
const ANSWER_LIMIT_BYTES = 1024;
/** Of one text of the other side (a banner, a prompt) this much is shown. */
const TEXT_LIMIT_CHARS = 4096;
const LINE_LIMIT = 60;

interface Question {
  readonly echo: boolean;
  readonly answer: (text: string) => void;
  readonly refuse: (error: IrisError) => void;
  bytes: number[];
}

/** Who can be asked, and told. */
export interface Asker {
  /** Lines for the user, from whomever. */
  say(text: string): void;
  /**
   * Asks, and waits for a line.
   * @throws IrisError `cancelled` when there will be no answer
   */
  ask(prompt: string, options: { readonly echo: boolean }): Promise<string>;
}

/**
 * Questions in the pane before the process runs, and their answers: what a terminal's line discipline does, without a terminal.
 * What others sent is shown without control characters.
 */
export class Dialogue implements Asker {
  readonly #show: (bytes: Uint8Array) => void;
  #question: Question | undefined;
  /** Within an escape sequence (an arrow key): none of it is part of an answer. */
  #escape: 'none' | 'started' | 'csi' = 'none';
  #closed = false;

  constructor(show: (bytes: Uint8Array) => void) {
    this.#show = show;
  }

  get isAsking(): boolean {
    return this.#question !== undefined;
  }

  say(text: string): void {
    if (this.#closed) return;
    for (const line of cleanLines(text)) this.#write(`${line}\r\n`);
  }

  /**
   * Asks, and waits for a line.
   * @throws IrisError `cancelled` (permanent) on Ctrl-C, on Ctrl-D, and when the dialogue is closed.
   */
  ask(prompt: string, options: { readonly echo: boolean }): Promise<string> {
    if (this.#closed || this.#question) return Promise.reject(cancelled());
    const lines = cleanLines(prompt);
    const last = lines.pop() ?? '';
    for (const line of lines) this.#write(`${line}\r\n`);
    this.#write(last);
    return new Promise((answer, refuse) => {
      this.#question = { echo: options.echo, answer, refuse, bytes: [] };
    });
  }

  /** Keys of the user, while it asks. What comes after the end of the line is dropped, as ssh drops it: it was meant for nobody. */
  input(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (!this.#question) return;
      this.#key(this.#question, byte);
    }
  }

  /** Nobody can answer any more. */
  close(): void {
    this.#closed = true;
    const question = this.#question;
    this.#question = undefined;
    question?.refuse(cancelled());
  }

  #key(question: Question, byte: number): void {
    if (this.#escape !== 'none') {
      if (this.#escape === 'started') this.#escape = byte === 0x5b || byte === 0x4f ? 'csi' : 'none';
      else if (byte >= 0x40 && byte <= 0x7e) this.#escape = 'none';
      return;
    }
    switch (byte) {
      case 0x1b:
        this.#escape = 'started';
        return;
      case 0x0d:
      case 0x0a:
        this.#end(question);
        question.answer(Buffer.from(question.bytes).toString('utf8'));
        return;
      case 0x03:
        this.#end(question);
        question.refuse(cancelled());
        return;
      case 0x04:
        if (question.bytes.length > 0) return;
        this.#end(question);
        question.refuse(cancelled());
        return;
      case 0x7f:
      case 0x08:
        this.#erase(question);
        return;
      case 0x15:
        while (question.bytes.length > 0) this.#erase(question);
        return;
    }
    if (byte < 0x20 || question.bytes.length >= ANSWER_LIMIT_BYTES) return;
    question.bytes.push(byte);
    if (question.echo) this.#show(Uint8Array.of(byte));
  }

  #end(question: Question): void {
    this.#question = undefined;
    question.bytes = [...question.bytes];
    this.#write('\r\n');
  }

  /** One character: a byte that does not continue another (UTF-8), and all that continue it. */
  #erase(question: Question): void {
    if (question.bytes.length === 0) return;
    while (((question.bytes.pop() ?? 0) & 0xc0) === 0x80);
    if (question.echo) this.#write('\b \b');
  }

  #write(text: string): void {
    this.#show(Buffer.from(text));
  }
}

function cancelled(): IrisError {
  return new IrisError('cancelled', 'the login was called off', { remedy: 'retry when you want to answer' });
}

/** Text of the other side as lines without control characters; bounded. */
export function cleanLines(text: string): string[] {
  return text
    .slice(0, TEXT_LIMIT_CHARS)
    .split(/\r\n|\r|\n/)
    .slice(0, LINE_LIMIT)
    .map((line) => plainText(line.replaceAll('\t', '    ')));
}
