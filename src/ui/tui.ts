import { type Clock, IrisError, parseCommand, type SessionHost } from '../core/index.ts';
import {
  type ActionContext,
  type Exit,
  ensureSession,
  type Outside,
  type Program,
  run,
  type StartContext,
} from './actions/index.ts';
import { Chrome } from './chrome.tsx';
import { Compositor, detectCapabilities, type Environment } from './compositor/index.ts';
import { Keyboard, type Maker, Mouse, makeKeyTables, TypeAhead } from './control/index.ts';
import { ConfirmControl, NoticeControl } from './overlays/index.ts';
import { RefusedText, refusedLine } from './refused.ts';
import type { TuiSettings } from './settings.ts';
import { guardTerminal, OuterTerminal, type TerminalEvent } from './terminal/index.ts';
import { Workbench } from './workbench.ts';

/** The first frame waits this long for the hub to say what is where; a hub that was just started may take longer. */
const FIRST_FRAME_MS = 60;
/** Leaving waits this long for the hub to keep where we looked. */
const LEAVE_MS = 30;

export interface TuiOptions {
  readonly host: SessionHost;
  readonly clock: Clock;
  readonly settings: TuiSettings;
  /** Where the terminal is. */
  readonly inputFd: number;
  readonly outputFd: number;
  readonly process: NodeJS.Process;
  /** The environment: for the terminal's abilities. */
  readonly env: Environment;
  /** What programs started from here get as their environment. */
  /** Environment and folder of new sessions; the hub's own when absent. */
  readonly programEnv?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly hubName: string;
  readonly readOnly: boolean;
  /** Show this session first: an id. */
  readonly sessionId?: string;
  /** One line each, shown at the start: a broken config, say. */
  readonly problems: readonly string[];
  readonly escapeTimeMs: number;
  readonly programs: StartContext['programs'];
  readonly editConfig?: StartContext['editConfig'];
  readonly history: StartContext['history'];
}

/**
 * Shows the sessions of a hub on this terminal until the user leaves. The terminal is as it was when this returns or rejects,
 * and on every way the process may end.
 */
export async function runTui(options: TuiOptions): Promise<Exit> {
  const { host, clock, settings } = options;
  const capabilities = detectCapabilities(options.env);
  if (!capabilities.fullScreen) {
    throw new IrisError('failed', `this terminal (TERM=${options.env.TERM ?? ''}) can't place a cursor`, {
      remedy: 'set TERM to what it really is, or use iris-tui ls, send and capture',
    });
  }
  const exit = Promise.withResolvers<Exit>();
  const terminal = new OuterTerminal({
    inputFd: options.inputFd,
    outputFd: options.outputFd,
    env: options.env,
    clock,
    mouse: settings.mouse ? 'drag' : 'off',
    escapeTimeMs: options.escapeTimeMs,
  });
  const guard = guardTerminal(terminal, {
    process: options.process,
    onSignal: (signal) => exit.resolve({ kind: 'signal', signal }),
  });
  const undo: (() => void)[] = [];
  let chrome: Chrome | undefined;
  try {
    terminal.enter();
    const { cols, rows } = terminal.size;
    const bench = new Workbench({
      host,
      clock,
      settings,
      cols,
      rows,
      ascii: !capabilities.utf8,
      readOnly: options.readOnly,
      hubName: options.hubName,
    });
    undo.push(() => bench.close());
    const drained = new Set<() => void>();
    const compositor = new Compositor({
      sink: {
        write: (bytes) => terminal.write(bytes),
        onDrain: (listener) => {
          drained.add(listener);
          return () => drained.delete(listener);
        },
      },
      clock,
      capabilities,
    });
    undo.push(() => compositor.dispose());
    compositor.setSize(cols, rows);

    const outside: Outside = {
      exit: (why) => exit.resolve(why),
      suspend: () => guard.suspend(),
      redraw: () => compositor.redraw(),
      copyOut: (text) => {
        if (!terminal.copy(text)) bench.say('too much for the clipboard (100 KB); it can be pasted here', 'error');
      },
      bell: () => terminal.bell(),
      notify: (form, title, body) => terminal.notify(form, title, body),
    };
    const ctx: ActionContext = {
      bench,
      outside,
      start: {
        ...(options.programEnv ? { env: options.programEnv } : {}),
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
        programs: options.programs,
        ...(options.editConfig ? { editConfig: options.editConfig } : {}),
        history: options.history,
      },
      buffer: '',
      typedLines: [...options.history.lines],
      lastPreset: new Map(),
      runLine: (line) => {
        try {
          void run(ctx, parseCommand(line));
        } catch (error) {
          bench.complain(error);
        }
      },
      typeKey: (name) => keyboard.typeKey(name),
    };
    const tables = makeKeyTables(settings);
    const typed = (): void => compositor.expectEcho();
    const keyboard = new Keyboard({ ctx, tables, outerModes: () => terminal.keyboard, typed });
    const mouse = new Mouse(ctx, typed);
    const typeAhead = new TypeAhead(paneMaker(bench), clock, (event) => {
      if (event.type === 'mouse') mouse.handle(event.mouse);
      else keyboard.handle(event);
    });
    undo.push(() => typeAhead.dispose());

    undo.push(terminal.on((event) => handle(event)));
    const handle = (event: TerminalEvent): void => {
      switch (event.type) {
        case 'input':
          typeAhead.take(event.events);
          break;
        case 'resize':
          compositor.setSize(event.cols, event.rows);
          bench.resize(event.cols, event.rows);
          chrome?.resize(event.cols, event.rows);
          break;
        case 'drain':
          for (const listener of drained) listener();
          break;
        case 'redraw':
          compositor.redraw();
          break;
        case 'answers': {
          const { synchronizedOutput } = event.answers;
          if (synchronizedOutput === undefined || synchronizedOutput === capabilities.synchronizedOutput) break;
          compositor.setCapabilities(detectCapabilities(options.env, { synchronizedOutput }));
          break;
        }
        case 'lost':
          exit.resolve({ kind: 'hangup' });
          break;
      }
    };
    for (const problem of [...options.problems, ...tables.problems]) bench.say(problem, 'error');
    bench.update();
    undo.push(attend(ctx, options, exit.resolve));
    // What is where takes the hub a few milliseconds to say: drawing once, with it, is sooner than twice.
    await Promise.race([
      whenPlaced(bench),
      exit.promise,
      new Promise<void>((resolve) => clock.after(FIRST_FRAME_MS, resolve)),
    ]);
    chrome = new Chrome(
      { subscribe: (l) => bench.changed.on(l), get: () => bench.snapshot },
      bench.cols,
      bench.rows,
      () => compositor.invalidate(),
    );
    const { surface } = chrome;
    const show = (): void => {
      const { layers, cursor } = bench.makePicture(surface);
      compositor.setLayers(layers);
      compositor.setCursor(cursor);
      const modes = bench.focusedView?.screen.modes;
      terminal.setKittyFlags(modes?.kittyFlags ?? 0);
      if (settings.mouse) terminal.setMouse(modes?.mouse === 'any' ? 'any' : 'drag');
    };
    // The chrome subscribed first: it has drawn when the layers follow.
    undo.push(bench.changed.on(show));
    undo.push(bench.dirty.on(() => compositor.invalidate()));
    show();
    const why = await exit.promise;
    terminal.leave();
    chrome.dispose();
    if (why.kind === 'detached' || why.kind === 'empty') {
      await Promise.race([bench.keeper.rememberNow(), new Promise<void>((resolve) => clock.after(LEAVE_MS, resolve))]);
    }
    return why;
  } finally {
    terminal.leave();
    chrome?.dispose();
    for (const one of undo.reverse()) one();
    guard.dispose();
    terminal.close();
  }
}

/** A session that takes longer to start than this is not waited for where there is another pane; before the first there is nowhere else to go. */
const PATIENCE_MS = 2_000;
const FIRST_PATIENCE_MS = 10_000;

/** Who makes panes, from the first moment on: until the first stands, whatever is typed is for it. */
function paneMaker(bench: Workbench): Maker {
  let stands = false;
  const first = (): boolean => {
    stands ||= bench.placement.panes.length > 0 || bench.overlay !== undefined;
    return !stands;
  };
  return {
    get busy() {
      return first() || bench.keeper.busy;
    },
    get patienceMs() {
      return first() ? FIRST_PATIENCE_MS : PATIENCE_MS;
    },
    onIdle: (listener) => {
      const undo = [
        bench.keeper.onIdle(listener),
        bench.changed.on(() => {
          if (!first() && !bench.keeper.busy) listener();
        }),
      ];
      return () => {
        for (const one of undo) one();
      };
    },
  };
}

/** When the layout is known and something of it can be shown. */
function whenPlaced(bench: Workbench): Promise<void> {
  return new Promise((resolve) => {
    const stop = bench.changed.on(() => {
      if (bench.placement.panes.length === 0) return;
      stop();
      resolve();
    });
  });
}

/** What the hub tells: the first session, the last one, bells, clipboards. Returns its undo. */
function attend(ctx: ActionContext, options: TuiOptions, leave: (why: Exit) => void): () => void {
  const { bench, outside } = ctx;
  const { host, settings } = options;
  const refused = new RefusedText(options.clock);
  let started = false;
  let hadSessions = false;
  const look = (): void => {
    if (host.connection.state !== 'online' || !bench.sync.loaded) return;
    if (!started) {
      started = true;
      void ensureSession(ctx).then(() => {
        if (options.sessionId) bench.goToSession(options.sessionId);
      });
    }
    if (host.sessions.length > 0) hadSessions = true;
    else if (hadSessions && !bench.keeper.busy) leaveEmpty();
  };
  /** At once, unless something has to be read first. */
  const leaveEmpty = (): void => {
    const { overlay } = bench;
    if (!(overlay instanceof NoticeControl)) leave({ kind: 'empty' });
    else {
      overlay.afterwards = () => {
        if (host.sessions.length === 0) leave({ kind: 'empty', reason: overlay.title });
      };
    }
  };
  const undo = [
    bench.sync.changed.on(look),
    host.on((event) => {
      switch (event.type) {
        case 'sessions':
        case 'connection':
          look();
          break;
        case 'bell':
          outside.bell();
          break;
        case 'refused': {
          const { text, bytes } = refused.add(event);
          if (text !== '') ctx.buffer = text;
          const name = bench.session(event.sessionId)?.name ?? 'a session';
          bench.say(refusedLine(event, name, bytes, text, settings.prefix), 'error', `refused ${event.sessionId}`);
          break;
        }
        case 'attention':
          // The hub has decided that it is worth it, and how.
          for (const way of event.ways) {
            if (way === 'bell') outside.bell();
            else outside.notify(way, event.title, event.body);
          }
          break;
        case 'notice':
          bench.say([bench.session(event.sessionId)?.name, event.title, event.body].filter(Boolean).join(': '));
          break;
        case 'clipboard': {
          const name = bench.session(event.sessionId)?.name ?? 'a session';
          if (settings.clipboard === 'on') outside.copyOut(event.text);
          else if (settings.clipboard === 'ask' && !bench.overlay) {
            const question = `${name} wants to put ${event.text.length} characters on the clipboard: let it?`;
            bench.open(new ConfirmControl(question, () => outside.copyOut(event.text)));
          }
          break;
        }
        case 'detached':
          leave({ kind: 'detached', by: event.reason });
          break;
        default:
          break;
      }
    }),
  ];
  look();
  return () => {
    for (const one of undo) one();
  };
}

export type { Exit, Program };
