import type {
  Clock,
  Dispose,
  Notice,
  NoticeState,
  NoticeWay,
  Session,
  SessionRegistry,
  TeamConfig,
  Timer,
} from '../../core/index.ts';
import {
  DEFAULT_NOTICES,
  desktopCommand,
  isQuiet,
  NoticeGate,
  noticeCommand,
  noticeRules,
  noticeWords,
} from '../../core/index.ts';
import type { WireEvent } from '../../protocol/index.ts';
import type { HubLog } from '../hub-log.ts';
import { runNoticeProgram } from './run.ts';

/** It must still be so after this: what is answered at once, by a rule or a quick hand, nobody needs to hear of. */
const SETTLE_MS = 500;

export interface NoticeDeskOptions {
  readonly clock: Clock;
  readonly registry: SessionRegistry;
  readonly log: HubLog;
  /** Environment of the programs it runs. */
  readonly env: Readonly<Record<string, string>>;
  readonly config: () => TeamConfig;
  /** Has somebody this session before their eyes? */
  readonly looking: (session: Session) => boolean;
  /** To every viewer. */
  readonly tell: (event: WireEvent) => void;
}

/**
 * Tells when an agent waits, has finished, or has failed, and nobody looks at it. The hub decides, once for everyone: viewers ring their terminals,
 * the hub runs what is to be run.
 */
export class NoticeDesk {
  readonly #options: NoticeDeskOptions;
  readonly #gate = new NoticeGate();
  readonly #watched = new Map<string, { dispose: Dispose; pending?: Timer | undefined }>();
  readonly #undo: Dispose;

  constructor(options: NoticeDeskOptions) {
    this.#options = options;
    this.#undo = options.registry.on(({ type, session }) => {
      if (type === 'added') this.#watch(session);
      else this.#leave(session.id);
    });
  }

  dispose(): void {
    this.#undo();
    for (const id of [...this.#watched.keys()]) this.#leave(id);
  }

  #watch(session: Session): void {
    let before: string = session.agent.state;
    const dispose = session.events.on((event) => {
      if (event.type === 'agent') {
        const { state } = event.agent;
        const is = state !== before;
        before = state;
        if (is && (state === 'blocked' || state === 'done')) this.#soon(session, state);
      } else if (event.type === 'ended') this.#soon(session, 'failed');
      else if (event.type === 'restarted') before = 'unknown';
    });
    this.#watched.set(session.id, { dispose });
  }

  #leave(id: string): void {
    const watched = this.#watched.get(id);
    watched?.pending?.cancel();
    watched?.dispose();
    this.#watched.delete(id);
  }

  #soon(session: Session, state: NoticeState, afterMs = SETTLE_MS): void {
    const watched = this.#watched.get(session.id);
    if (!watched) return;
    watched.pending?.cancel();
    watched.pending = this.#options.clock.after(afterMs, () => {
      watched.pending = undefined;
      const question = stillSo(session, state);
      if (question !== undefined) this.#tell(session, { session: session.name, state, question });
    });
  }

  #tell(session: Session, notice: Notice): void {
    const { clock, config, looking, log, tell, env } = this.#options;
    const { notify = DEFAULT_NOTICES, teams } = config();
    const team = session.team === undefined ? undefined : teams.find(({ name }) => name === session.team);
    const rules = noticeRules(notify, team?.notify);
    const ways = rules[notice.state];
    if (ways.length === 0 || looking(session) || isQuiet(rules.quiet, minuteOf(clock.wall()))) return;
    const waitMs = this.#gate.take(session.id, clock.now());
    if (waitMs > 0) return this.#soon(session, notice.state, waitMs);
    const rings = ways.filter((way): way is Extract<NoticeWay, 'bell' | 'osc9' | 'osc777'> => !RUN.has(way));
    if (rings.length > 0) tell({ type: 'attention', sessionId: session.id, ways: rings, ...noticeWords(notice) });
    const run = (command: readonly string[]): void =>
      runNoticeProgram(command, env, (problem) => log.warn('notice', { session: session.id, problem }));
    if (ways.includes('desktop')) run(desktopCommand(process.platform, notice));
    if (ways.includes('command') && rules.command.length > 0) run(noticeCommand(rules.command, notice));
  }
}

const RUN: ReadonlySet<NoticeWay> = new Set(['desktop', 'command']);

/** What there is to say, if it is so still; undefined: it is not. */
function stillSo(session: Session, state: NoticeState): string | undefined {
  if (state !== 'failed') return session.agent.state === state ? (session.agent.question ?? '') : undefined;
  const now = session.state;
  if (now.kind === 'failed') return now.error.message;
  // The last command that was typed into a shell says nothing of the shell.
  const typedInto = session.agentKind === 'shell' && session.command.slice(1).every((word) => /^-[^c]*$/.test(word));
  if (now.kind !== 'exited' || typedInto) return undefined;
  const { exitCode, signal } = now.end;
  if (signal !== undefined) return `ended by ${signal}`;
  return exitCode ? `exit code ${exitCode}` : undefined;
}

function minuteOf(wall: number): number {
  const date = new Date(wall);
  return date.getHours() * 60 + date.getMinutes();
}
