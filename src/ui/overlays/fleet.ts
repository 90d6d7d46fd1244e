import type { AgentPrompt, Glance, SessionInfo } from '../../core/index.ts';
import { byNeed, type FleetOverlay, type FleetRow, fleetWidths, panelRows } from '../model/fleet.ts';
import { LineEditor } from './line-editor.ts';
import type { OverlayControl } from './overlays.ts';

/** Nobody reads a question faster than this: a key within it was meant for what stood there before. */
const READ_MS = 300;

/** What somebody answers, as `session.answer` takes it. */
export type Answer =
  | { readonly approve: true }
  | { readonly deny: true }
  | { readonly choice: number }
  | { readonly text: string };

export interface FleetOptions {
  readonly title: string;
  readonly hint: string;
  readonly empty: string;
  /** Asked at every draw. */
  readonly sessions: () => readonly SessionInfo[];
  readonly focused: () => string | undefined;
  readonly placeOf: (session: SessionInfo) => string;
  readonly kindOf: (session: SessionInfo) => string;
  readonly glanceOf: (sessionId: string) => Glance | undefined;
  readonly measure: (text: string) => number;
  /** Rows between the frame, without the line of hints. */
  readonly room: () => number;
  readonly now: () => number;
  readonly go: (sessionId: string) => void;
  readonly answer: (session: SessionInfo, prompt: AgentPrompt, answer: Answer) => void;
  /** A prompt for an agent that asks nothing. */
  readonly prompt: (session: SessionInfo, text: string) => void;
  readonly say: (text: string) => void;
  /** Why nothing may be typed into a session; undefined: it may. */
  readonly refusal: (session: string) => string | undefined;
  readonly closed?: () => void;
}

interface Reply {
  readonly editor: LineEditor;
  readonly session: SessionInfo;
  /** What it answers; undefined: the agent asks nothing, and gets a prompt. */
  readonly prompt: AgentPrompt | undefined;
}

/** All agents, most in need first; what they ask is answered from here. */
export class FleetControl implements OverlayControl {
  readonly #options: FleetOptions;
  #selectedId: string | undefined;
  /** Where the selection stood, for when its session goes. */
  #at = 0;
  #top = 0;
  #filter = '';
  #filtering = false;
  #reply: Reply | undefined;
  /** What was last drawn as the question of the selection, and since when. */
  #shown: { readonly key: string; readonly session: SessionInfo | undefined; readonly since: number } | undefined;
  /** The selection was moved by hand: whoever does that looks. */
  #moved = false;
  /** Questions that were answered from here: a second key is no second answer. */
  readonly #answered = new Set<string>();

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  closed(): void {
    this.#options.closed?.();
  }

  /** Ids of the sessions in the window. */
  get window(): readonly string[] {
    const sessions = this.#sessions();
    return sessions.slice(this.#top, this.#top + this.#options.room()).map(({ id }) => id);
  }

  get overlay(): FleetOverlay {
    const { title, hint, empty, placeOf, kindOf, glanceOf, focused, measure, room, now } = this.#options;
    const sessions = this.#sessions();
    const selected = this.#select(sessions);
    const panel = panelRows(
      room(),
      sessions.some(({ agent }) => agent.state === 'blocked'),
    );
    const height = Math.max(1, room() - panel);
    this.#top = Math.max(0, Math.min(this.#top, sessions.length - height, selected));
    if (selected >= this.#top + height) this.#top = selected - height + 1;
    const row = (session: SessionInfo): FleetRow => {
      const glance = glanceOf(session.id);
      const asks =
        session.agent.state === 'blocked' ? (session.agent.prompt?.text ?? session.agent.question) : undefined;
      return {
        session,
        place: placeOf(session),
        line: asks ?? session.process.reason ?? glance?.line ?? '',
        usage: glance?.usage ?? '',
        current: session.id === focused(),
      };
    };
    const rows = sessions.map(row);
    const chosen = sessions[selected];
    const key = `${chosen?.id} ${chosen?.agent.prompt?.id}`;
    const since = this.#moved ? Number.NEGATIVE_INFINITY : now();
    this.#moved = false;
    this.#shown = { key, session: chosen, since: this.#shown?.key === key ? this.#shown.since : since };
    const blocked = chosen?.agent.state === 'blocked';
    const reply = this.#reply;
    return {
      kind: 'fleet',
      title,
      rows: rows.slice(this.#top, this.#top + height),
      selected: selected - this.#top,
      before: this.#top,
      after: Math.max(0, rows.length - this.#top - height),
      widths: fleetWidths(rows, kindOf, measure),
      panel,
      asks: blocked ? chosen.agent.prompt : undefined,
      asksElse:
        blocked && !chosen.agent.prompt ? (chosen.agent.question ?? 'It asks something: Enter goes there.') : undefined,
      filter: this.#filtering ? `${this.#filter}_` : this.#filter,
      hint,
      empty,
      reply: reply && {
        label: replyLabel(reply.session, reply.prompt),
        text: reply.editor.text,
        cursor: reply.editor.cursor,
      },
    };
  }

  key(id: string, text: string | undefined): boolean {
    if (this.#reply) return this.#typeReply(this.#reply, id, text);
    if (this.#filtering && this.#typeFilter(id, text)) return true;
    const sessions = this.#sessions();
    const at = this.#select(sessions);
    const page = Math.max(1, this.#options.room() - 1);
    switch (id) {
      case 'Down':
      case 'C-n':
      case 'j':
        return this.#move(sessions, at + 1 >= sessions.length ? 0 : at + 1);
      case 'Up':
      case 'C-p':
      case 'k':
        return this.#move(sessions, at === 0 ? sessions.length - 1 : at - 1);
      case 'WheelDown':
        return this.#move(sessions, at + 1);
      case 'WheelUp':
        return this.#move(sessions, at - 1);
      case 'NPage':
        return this.#move(sessions, at + page);
      case 'PPage':
        return this.#move(sessions, at - page);
      case 'Home':
      case 'g':
        return this.#move(sessions, 0);
      case 'End':
      case 'G':
        return this.#move(sessions, sessions.length - 1);
      case 'Enter':
      case 'KPEnter':
      case 'C-m': {
        const chosen = this.#shown?.session;
        if (!chosen) return true;
        this.#options.go(chosen.id);
        return false;
      }
      case 'Escape':
      case 'C-c':
      case 'C-g':
      case 'q':
        if (this.#filter !== '' && id === 'Escape') {
          this.#filter = '';
          return true;
        }
        return false;
      case '/':
      case 'C-s':
        this.#filtering = true;
        return true;
      case 'a':
        return this.#answer({ approve: true });
      case 'd':
        return this.#answer({ deny: true });
      case 'r':
        return this.#beginReply();
      default:
        return /^[1-9]$/.test(id) ? this.#answer({ choice: Number(id) }) : true;
    }
  }

  /** Row 0 is the frame. The first click selects, one on what is selected goes there. */
  click(row: number): boolean {
    const sessions = this.#sessions();
    const at = this.#top + row - 1;
    const session = row >= 1 ? sessions[at] : undefined;
    if (!session || at >= this.#top + Math.max(1, this.#options.room())) return true;
    if (session.id !== this.#selectedId) return this.#move(sessions, at);
    this.#options.go(session.id);
    return false;
  }

  #sessions(): SessionInfo[] {
    const words = this.#filter.toLowerCase().split(/\s+/).filter(Boolean);
    const all = byNeed(this.#options.sessions());
    if (words.length === 0) return all;
    const { placeOf, kindOf } = this.#options;
    return all.filter((session) => {
      const { name, agent, connection } = session;
      const state = agent.state === 'blocked' ? 'blocked waiting' : agent.state;
      const text =
        `${name} ${kindOf(session)} ${state} ${connection.state} ${placeOf(session)} ${agent.question ?? ''}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
  }

  /** Place of the selection: that of its session, else where that stood. */
  #select(sessions: readonly SessionInfo[]): number {
    const found = sessions.findIndex(({ id }) => id === this.#selectedId);
    this.#at = found >= 0 ? found : Math.max(0, Math.min(this.#at, sessions.length - 1));
    this.#selectedId = sessions[this.#at]?.id;
    return this.#at;
  }

  #move(sessions: readonly SessionInfo[], to: number): boolean {
    this.#selectedId = sessions[Math.max(0, Math.min(sessions.length - 1, to))]?.id;
    this.#moved = true;
    return true;
  }

  #typeFilter(id: string, text: string | undefined): boolean {
    if (id === 'Escape') {
      this.#filter = '';
      this.#filtering = false;
    } else if (id === 'Enter' || id === 'KPEnter' || id === 'C-m') this.#filtering = false;
    else if (id === 'BSpace') this.#filter = [...this.#filter].slice(0, -1).join('');
    else if (id === 'C-u') this.#filter = '';
    else if (text !== undefined) this.#filter = (this.#filter + text).slice(0, 200);
    else return false;
    return true;
  }

  /** What the selected session asked when it was last drawn: an answer is to that, whatever it asks by now. */
  #asked(): { session: SessionInfo; prompt: AgentPrompt } | undefined {
    const { say, now } = this.#options;
    const session = this.#shown?.session;
    const prompt = session?.agent.prompt;
    if (!session) return undefined;
    const refusal = this.#options.refusal(session.id);
    if (refusal !== undefined) say(refusal);
    else if (session.agent.state !== 'blocked') say(`${session.name} asks nothing`);
    else if (!prompt) say(`what ${session.name} asks can't be answered from here: Enter goes there`);
    else if (this.#answered.has(prompt.id)) say(`${session.name} has its answer already`);
    else if (now() - (this.#shown?.since ?? 0) < READ_MS)
      say('this question has only just come: look, and press again');
    else return { session, prompt };
    return undefined;
  }

  #answer(answer: Answer): boolean {
    const asked = this.#asked();
    if (asked) this.#send(asked.session, asked.prompt, answer);
    return true;
  }

  #send(session: SessionInfo, prompt: AgentPrompt, answer: Answer): void {
    this.#answered.add(prompt.id);
    // Enough for a double press; what is older has gone from the screen.
    if (this.#answered.size > 100) this.#answered.clear();
    this.#options.answer(session, prompt, answer);
  }

  /** It was not sent: it may be answered again. */
  unanswered(prompt: AgentPrompt): void {
    this.#answered.delete(prompt.id);
  }

  #beginReply(): boolean {
    const session = this.#shown?.session;
    if (!session) return true;
    const refusal = this.#options.refusal(session.id);
    if (refusal !== undefined) this.#options.say(refusal);
    else if (session.agent.state !== 'blocked') this.#reply = { editor: new LineEditor(), session, prompt: undefined };
    else {
      const asked = this.#asked();
      if (asked && !asked.prompt.takesText)
        this.#options.say(`${session.name} takes no words as an answer: choose a number`);
      else if (asked) this.#reply = { editor: new LineEditor(), ...asked };
    }
    return true;
  }

  #typeReply({ editor, session, prompt }: Reply, id: string, text: string | undefined): boolean {
    if (id === 'Escape' || id === 'C-c' || id === 'C-g') this.#reply = undefined;
    else if (id === 'Enter' || id === 'KPEnter' || id === 'C-m' || id === 'C-j') {
      this.#reply = undefined;
      const words = editor.text.trim();
      if (words === '') return true;
      if (prompt) this.#send(session, prompt, { text: words });
      else this.#options.prompt(session, words);
    } else if (!editor.key(id) && text !== undefined) editor.insert(text);
    return true;
  }
}

function replyLabel(session: SessionInfo, prompt: AgentPrompt | undefined): string {
  return prompt ? `answer ${session.name}:` : `prompt for ${session.name}:`;
}
