import type { Clock, Timer } from '../../clock.ts';
import { IrisError } from '../../errors.ts';
import type { AgentPrompt, PromptReply } from '../prompt/types.ts';
import { oneLine } from './describe.ts';
import { Editor, TEXT_LIMIT_CHARS } from './editor.ts';
import { footerOf } from './footer.ts';
import { INPUT_MODES, type Key, type KeyName, KeyReader } from './keys.ts';
import type { AgentMessage } from './record.ts';
import { Stage } from './stage.ts';
import type { Talk, TalkEvent } from './talk.ts';
import { Transcript } from './transcript.ts';

/** Pieces of a text that come faster than this are shown together; the first after quiet at once. */
const FRAME_MS = 33;
/** A question that was not there so long ago is not what a key was meant for: it goes into the line instead. */
const ANSWER_GUARD_MS = 400;
/** Messages of an earlier run that are shown again. */
const AGAIN_MESSAGES = 200;

/** A talk on a terminal: the transcript, and below it what is being typed. Writes what a program would write, and takes what is typed into it. */
export class TalkView {
  readonly #talk: Talk;
  readonly #clock: Clock;
  readonly #stage: Stage;
  readonly #transcript: Transcript;
  readonly #editor = new Editor();
  readonly #keys = new KeyReader();
  #timer: Timer | undefined;
  #flushedAt = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(talk: Talk, clock: Clock, size: { cols: number; rows: number }, write: (bytes: Uint8Array) => void) {
    this.#talk = talk;
    this.#clock = clock;
    this.#stage = new Stage(size.cols, size.rows, (text) => write(new TextEncoder().encode(text)));
    this.#transcript = new Transcript((text) => this.#stage.print(text));
    talk.events.on((event) => this.#event(event));
    write(new TextEncoder().encode(INPUT_MODES));
  }

  /** What was said in earlier runs, and that this one goes on with it. */
  again(messages: readonly AgentMessage[], note: string | undefined): void {
    const shown = messages.slice(-AGAIN_MESSAGES);
    if (shown.length < messages.length) this.#transcript.note(`… ${messages.length - shown.length} earlier messages`);
    for (const message of shown) {
      const [first] = message.blocks;
      if (message.role === 'user' && first?.type === 'text') this.#transcript.user(first.text);
      else this.#transcript.event({ type: 'message', message });
    }
    if (note !== undefined) this.#transcript.note(note);
    this.#show(true);
  }

  typed(bytes: Uint8Array): void {
    if (this.#closed) return;
    for (const key of this.#keys.read(bytes)) this.#key(key);
    this.#show(true);
  }

  resize(cols: number, rows: number): void {
    if (this.#closed) return;
    this.#stage.resize(cols, rows);
    this.#show(true);
  }

  /** The process is gone; this is the last that is shown. */
  close(): void {
    this.#show(true);
    this.#closed = true;
    this.#timer?.cancel();
  }

  #event(event: TalkEvent): void {
    switch (event.type) {
      case 'agent':
        if (event.event.type === 'session') this.#transcript.note(sessionWords(this.#talk.agent, event.event));
        this.#transcript.event(event.event);
        break;
      case 'prompted':
        this.#transcript.user(event.text);
        break;
      case 'answered':
        this.#transcript.answered(event.question, event.reply);
        break;
      case 'stray':
        this.#transcript.stray(event.line);
        break;
      case 'returned':
        this.#editor.set([...event.texts, this.#editor.text].filter((text) => text !== '').join('\n'));
        break;
      case 'changed':
        break;
    }
    this.#show(false);
  }

  #key(key: Key): void {
    if (key.type === 'key') this.#press(key.name);
    else if (!(key.type === 'text' && this.#answers(key.text)) && !this.#editor.insert(key.text)) {
      this.#transcript.note(`not inserted: a prompt has at most ${TEXT_LIMIT_CHARS} characters`);
    }
  }

  #press(name: KeyName): void {
    switch (name) {
      case 'enter':
        if (!this.#editor.continues()) this.#submit();
        return;
      case 'cancel':
      case 'interrupt': {
        const { state, queued } = this.#talk;
        if (state === 'working' || state === 'blocked' || queued.length > 0) this.#talk.cancel().catch(ignored);
        else if (name === 'interrupt') this.#editor.set('');
        return;
      }
      case 'redraw':
        return;
      default:
        this.#editor.press(name);
    }
  }

  /** A digit, y or n answers what is asked, when nothing was typed and it was there long enough to be read. */
  #answers(text: string): boolean {
    const { question, questionSince } = this.#talk;
    if (!question || this.#editor.text !== '' || this.#clock.now() - questionSince < ANSWER_GUARD_MS) return false;
    const reply = replyOf(text, question);
    return reply !== undefined && this.#tell(() => this.#talk.answer(question.id, reply));
  }

  #submit(): void {
    const { question } = this.#talk;
    const { text } = this.#editor;
    if (text.trim() === '') return;
    const done = this.#tell(() => {
      if (question?.takesText) this.#talk.answer(question.id, { kind: 'text', text });
      else if (question && question.choices.length > 9 && /^\d+$/.test(text.trim())) {
        this.#talk.answer(question.id, { kind: 'choice', number: Number(text.trim()) });
      } else this.#talk.submit(text);
    });
    if (done) this.#editor.take();
  }

  /** What is refused is said in the transcript. */
  #tell(run: () => void): boolean {
    try {
      run();
      return true;
    } catch (error) {
      if (!(error instanceof IrisError)) throw error;
      this.#transcript.note(error.line);
      return false;
    }
  }

  #show(atOnce: boolean): void {
    if (this.#closed) return;
    const now = this.#clock.now();
    if (atOnce || now - this.#flushedAt >= FRAME_MS) {
      this.#timer?.cancel();
      this.#timer = undefined;
      this.#flushedAt = now;
      this.#stage.footer = footerOf(this.#talk, this.#editor, this.#stage.cols, this.#stage.rows);
      this.#stage.flush();
      return;
    }
    this.#timer ??= this.#clock.after(FRAME_MS - (now - this.#flushedAt), () => {
      this.#timer = undefined;
      this.#show(true);
    });
  }
}

/** Cancelling that failed is told in the transcript. */
function ignored(): void {}

function replyOf(text: string, question: AgentPrompt): PromptReply | undefined {
  if (/^[1-9]$/.test(text)) {
    const number = Number(text);
    const open = question.choices.length > 9 || !question.choices.some((choice) => choice.number === number);
    return open ? undefined : { kind: 'choice', number };
  }
  const means = text === 'y' || text === 'Y' ? 'approve' : text === 'n' || text === 'N' ? 'deny' : undefined;
  return means && question.choices.some((choice) => choice.means === means) ? { kind: means } : undefined;
}

function sessionWords(agent: string, { id, model, version }: { id: string; model?: string; version?: string }): string {
  return oneLine([version ? `${agent} ${version}` : agent, model, `session ${id}`].filter(Boolean).join(' · '));
}
