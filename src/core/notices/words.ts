import { plainText } from '../errors.ts';
import type { NoticeState } from './rules.ts';

/** A notice is read at a glance; terminals and desktops cut longer ones. */
const TITLE_LIMIT = 80;
const BODY_LIMIT = 200;
/** Of what a command is given. */
const ARGUMENT_LIMIT = 1000;

export interface Notice {
  readonly session: string;
  readonly state: NoticeState;
  /** What it asks, or how it ended; '' when nothing is known. */
  readonly question: string;
}

const PHRASES: Readonly<Record<NoticeState, string>> = {
  blocked: 'waits for you',
  done: 'is done',
  failed: 'has failed',
};

/** For people, on one line each, without control characters. The title never begins with a digit: terminals take `OSC 9 ; 4` for progress. */
export function noticeWords({ session, state, question }: Notice): { title: string; body: string } {
  const title = `iris-tui: ${line(session, TITLE_LIMIT)} ${PHRASES[state]}`;
  return { title, body: line(question, BODY_LIMIT) };
}

/** A command of the user's with what happened in it: whole arguments or parts of them, never more arguments, and never a shell's text. */
export function noticeCommand(command: readonly string[], notice: Notice): string[] {
  const values: Readonly<Record<string, string>> = {
    session: line(notice.session, ARGUMENT_LIMIT),
    state: notice.state,
    question: line(notice.question, ARGUMENT_LIMIT),
  };
  return command.map((word) => word.replace(/\{(session|state|question)\}/g, (_, name: string) => values[name] ?? ''));
}

/** Programs that show a notice on the desktop: `notify-send` (libnotify), or osascript, which is given the words as arguments of its own. */
export function desktopCommand(platform: string, notice: Notice): string[] {
  const { title, body } = noticeWords(notice);
  if (platform === 'darwin') {
    const script = 'on run argv\ndisplay notification (item 2 of argv) with title (item 1 of argv)\nend run';
    return ['osascript', '-e', script, title, body];
  }
  // The body is markup there (Desktop Notifications Specification, "Markup").
  const markup = body.replace(/[&<>]/g, (c) => (c === '&' ? '&amp;' : c === '<' ? '&lt;' : '&gt;'));
  const urgency = notice.state === 'done' ? 'normal' : 'critical';
  return ['notify-send', '--app-name=iris-tui', `--urgency=${urgency}`, '--', title, markup];
}

function line(text: string, limit: number): string {
  return plainText(text.slice(0, limit * 2).replace(/\s+/gu, ' '), limit).trim();
}
