import {
  type Dispose,
  type HubCommandParsed,
  type HubCommandResult,
  IrisError,
  type Screen,
  type Session,
} from '../../core/index.ts';
import type { HubContext } from '../context.ts';
import { bounded, compilePattern } from '../pattern.ts';
import { processEndedThere } from '../teams/index.ts';
import type { Handlers } from './handler.ts';

/** The text is looked at again this soon after new output, or later when looking is expensive. */
const LOOK_EVERY_MS = 25;
/** Looking takes at most this share of the hub's time. */
const SHARE = 8;
/** One match may hold everyone else up this long. */
const MATCH_LIMIT_MS = 50;
/** Lines looked at in one go: more than that scrolled by only in a flood. */
const SLICE_LINES = 2_000;

export const waitHandlers: Pick<Handlers<'session'>, 'session.wait'> = {
  'session.wait': (args, hub, caller) => {
    if (args.until === undefined && args.text === undefined) {
      throw new IrisError('usage', 'what shall be waited for?', { remedy: 'give a state (until) or a text' });
    }
    return new Wait(hub.registry.find(args.session), args, hub).run(caller.gone);
  },
};

type Result = HubCommandResult<'session.wait'>;

/** One wait: ends with what was waited for, with the session, with its time, or with the one who waits. */
class Wait {
  readonly #session: Session;
  readonly #hub: HubContext;
  readonly #args: HubCommandParsed<'session.wait'>;
  readonly #pattern: RegExp | undefined;
  /** Lines before this one were looked at and have left the screen. */
  #from: number;
  /** Undefined: of one that lives in another hub nothing has been heard yet. */
  #epoch: string | undefined;
  #scheduled = false;
  /** It was busy while we waited: idle then means that something was done, seen or not. */
  #worked = false;
  #costMs = 0;

  constructor(session: Session, args: HubCommandParsed<'session.wait'>, hub: HubContext) {
    this.#session = session;
    this.#args = args;
    this.#hub = hub;
    this.#pattern = args.text === undefined ? undefined : compilePattern(args.text);
    this.#epoch = session.mirrored && session.log.last === 0 ? undefined : session.epoch;
    this.#from = session.screen.screenTop;
  }

  run(gone: AbortSignal): Promise<Result> {
    const { clock } = this.#hub;
    const { timeoutMs } = this.#args;
    return new Promise<Result>((resolve, reject) => {
      const undo: Dispose[] = [];
      let over = false;
      const end = (settle: () => void): void => {
        if (over) return;
        over = true;
        for (const dispose of undo) dispose();
        settle();
      };
      const attempt = (final: boolean): void => {
        if (over) return;
        try {
          const matched = this.#look();
          if (matched !== undefined) end(() => resolve({ matched, session: this.#session.info() }));
          else if (final) end(() => reject(this.#ended()));
        } catch (error) {
          end(() => reject(error));
        }
      };
      const later = (): void => {
        if (this.#scheduled || over) return;
        this.#scheduled = true;
        clock.after(Math.max(LOOK_EVERY_MS, this.#costMs * SHARE), () => {
          this.#scheduled = false;
          attempt(this.#complete);
        });
      };
      undo.push(
        this.#session.events.on((event) => {
          if (event.type === 'entry') {
            if (this.#pattern) later();
          } else if (event.type === 'restarted') {
            this.#anew(event.epoch);
            if (this.#pattern) later();
          } else if (event.type === 'ended') attempt(this.#args.until !== 'exited');
          else if (event.type === 'agent' || event.type === 'info') attempt(this.#complete);
        }),
        this.#hub.registry.on((event) => {
          if (event.type !== 'removed' || event.session !== this.#session) return;
          attempt(false);
          end(() => reject(this.#removed(event.why)));
        }),
      );
      const onGone = (): void => end(() => reject(new IrisError('cancelled', 'the viewer left')));
      gone.addEventListener('abort', onGone);
      undo.push(() => gone.removeEventListener('abort', onGone));
      if (timeoutMs !== undefined) {
        const timer = clock.after(timeoutMs, () => {
          attempt(false);
          end(() => reject(this.#timedOut(timeoutMs)));
        });
        undo.push(() => timer.cancel());
      }
      attempt(!this.#session.live || this.#complete);
    });
  }

  /** It lives in another hub, and has ended there; nothing of it is still on its way. */
  get #complete(): boolean {
    const { far, epoch, log } = this.#session;
    if (!far?.info || !processEndedThere(this.#session)) return false;
    return this.#pattern === undefined || (far.info.epoch === epoch && log.last >= far.info.seq);
  }

  /** Started again: its lines are counted anew. Or the same run, of which something got lost on the way: it is as if we began now. */
  #anew(epoch: string): void {
    const another = this.#epoch !== undefined && epoch !== this.#epoch;
    this.#from = another ? 0 : this.#session.screen.screenTop;
    this.#epoch = epoch;
  }

  /** What was found: the state, or the text. */
  #look(): string | undefined {
    const { until } = this.#args;
    if (until !== undefined) {
      const { state } = this.#session.agent;
      this.#worked ||= state === 'working' || state === 'blocked';
      const same = state === until || (until === 'idle' && state === 'done');
      const finished = until === 'done' && state === 'idle' && this.#worked;
      const ended = !this.#session.live || processEndedThere(this.#session);
      if (until === 'exited' ? ended : same || finished) return until;
    }
    if (!this.#pattern) return undefined;
    const started = this.#hub.clock.now();
    try {
      return this.#find(this.#pattern);
    } finally {
      this.#costMs = this.#hub.clock.now() - started;
    }
  }

  #find(pattern: RegExp): string | undefined {
    const { screen } = this.#session;
    // What the scrollback no longer has scrolled by between two looks: only a flood is that fast.
    let from = Math.max(this.#from, screen.firstLine);
    while (from < screen.endLine) {
      const text = plainLines(screen, from, SLICE_LINES);
      const found = bounded(MATCH_LIMIT_MS, () => pattern.exec(text)?.[0]);
      if (found !== undefined) return found;
      from += SLICE_LINES;
    }
    this.#from = screen.screenTop;
    return undefined;
  }

  #ended(): IrisError {
    const { name } = this.#session;
    const { reason } = this.#session.info().process;
    const why = reason === undefined ? '' : `: ${reason}`;
    return new IrisError('failed', `${name} ended before ${this.#wanted()}${why}`);
  }

  /** A session of another hub may go on there. */
  #removed(why: IrisError | undefined): IrisError {
    const { name, live } = this.#session;
    if (!live || (!why && !this.#hub.far.isThere(this.#session))) return this.#ended();
    return new IrisError('failed', `${name} was closed here before ${this.#wanted()}${why ? `: ${why.message}` : ''}`);
  }

  #timedOut(timeoutMs: number): IrisError {
    return new IrisError('timed-out', `${this.#session.name}: not ${this.#wanted()} within ${timeoutMs / 1000} s`);
  }

  #wanted(): string {
    const { until, text } = this.#args;
    return [until, text === undefined ? undefined : `the text ${JSON.stringify(text)}`].filter(Boolean).join(' or ');
  }
}

/** Lines as plain text, those that wrapped put together again. */
function plainLines(screen: Screen, from: number, count: number): string {
  const { lines, wrapped } = screen.lines(from, count);
  let text = '';
  lines.forEach((line, i) => {
    const plain = line.replace(/\u001b\[[0-9;:]*m|\u001b\]8;[^\u001b\u0007]*(?:\u001b\\|\u0007)/g, '');
    // Trailing blanks of a row are cut; before a row that goes on they belong to the text.
    const goesOn = wrapped[i + 1] === true;
    text += goesOn ? plain.padEnd(screen.cols) : `${plain}\n`;
  });
  return text;
}
