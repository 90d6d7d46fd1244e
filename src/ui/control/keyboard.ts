import {
  DEFAULT_PREFIX_KEYS,
  encodeKey,
  formatKeyName,
  isModifierKey,
  type Key,
  parseCommand,
  parseKeyName,
  REPEATABLE,
  type SessionInfo,
} from '../../core/index.ts';
import type { ActionContext } from '../actions/index.ts';
import { forwardKey, type InputEvent, type KeyInput, PasteForwarder } from '../input/index.ts';
import { whyNotType } from '../may-type.ts';
import { isOver } from '../model/trouble.ts';
import type { SessionView } from '../panes/session-view.ts';
import { typedViews } from '../typed-views.ts';
import { copyKey } from './copy-keys.ts';

/** A paste into a prompt: more is dropped, a prompt holds no more. */
const PROMPT_PASTE_LIMIT = 16_384;

/** Letters closer together than this are a word that is being typed, not keys of ours. */
const WORD_MS = 400;

/** Keys in a pane whose process has ended. */
const OVER_KEYS: Readonly<Record<string, string>> = { R: 'restart', Q: 'kill-pane' };

/** A key to its canonical name, so that `c-b` in a config is the `C-b` that is pressed. Throws for an unknown one. */
const canonical = (name: string): string => formatKeyName(parseKeyName(name));

function canonicalOrNone(name: string): string[] {
  try {
    return [canonical(name)];
  } catch {
    return [];
  }
}

export interface KeyTables {
  readonly prefix: string;
  readonly prefixKeys: ReadonlyMap<string, string>;
  readonly rootKeys: ReadonlyMap<string, string>;
  readonly repeatable: ReadonlySet<string>;
  /** Keys after the prefix that the user has bound, or taken away. */
  readonly own: ReadonlySet<string>;
  /** One line for each binding that could not be used. */
  readonly problems: readonly string[];
}

/** The default keys with the user's own on top. */
export function makeKeyTables(settings: {
  prefix: string;
  prefixKeys: Readonly<Record<string, string | null>>;
  rootKeys: Readonly<Record<string, string | null>>;
}): KeyTables {
  const problems: string[] = [];
  // The defaults are known to parse (a test says so): checking all of them would cost 10 ms of each start.
  const defaults = new Map(Object.entries(DEFAULT_PREFIX_KEYS).map(([key, command]) => [canonical(key), command]));
  const table = (entries: Readonly<Record<string, string | null>>, into: Map<string, string>): Map<string, string> => {
    for (const [key, command] of Object.entries(entries)) {
      try {
        if (command === null) into.delete(canonical(key));
        else {
          parseCommand(command);
          into.set(canonical(key), command);
        }
      } catch (error) {
        problems.push(`key ${key}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    return into;
  };
  let prefix = 'C-b';
  try {
    prefix = canonical(settings.prefix);
  } catch (error) {
    problems.push(`prefix: ${error instanceof Error ? error.message : String(error)}`);
  }
  return {
    prefix,
    prefixKeys: table(settings.prefixKeys, defaults),
    rootKeys: table(settings.rootKeys, new Map()),
    repeatable: new Set([...REPEATABLE].map(canonical)),
    own: new Set(Object.keys(settings.prefixKeys).flatMap((key) => canonicalOrNone(key))),
    problems,
  };
}

export interface KeyboardOptions {
  readonly ctx: ActionContext;
  readonly tables: KeyTables;
  /** What the terminal around us was asked for. */
  readonly outerModes: () => { readonly kittyFlags: number };
  /** A key went into the focused pane: its echo is urgent. */
  readonly typed: () => void;
}

/** Decides where a key goes: what is open above the panes, the prefix, copy mode, or the program. */
export class Keyboard {
  readonly #ctx: ActionContext;
  readonly #tables: KeyTables;
  readonly #options: KeyboardOptions;
  #repeatUntil = Number.NEGATIVE_INFINITY;
  /** When a letter was typed last, into a program or into nothing. */
  #letterMs = Number.NEGATIVE_INFINITY;
  #paste: { to: readonly { forwarder: PasteForwarder; view: SessionView }[] } | { text: string } | undefined;
  /** Keys whose press was ours: their release is, too. Bounded by the keys of a keyboard. */
  readonly #held = new Set<string>();

  constructor(options: KeyboardOptions) {
    this.#options = options;
    this.#ctx = options.ctx;
    this.#tables = options.tables;
  }

  handle(event: InputEvent): void {
    switch (event.type) {
      case 'key':
        this.#key(event);
        break;
      case 'focus':
        this.#ctx.bench.focusReports.setOuter(event.focused);
        this.#ctx.bench.gaze.setOuterFocus(event.focused);
        break;
      case 'paste-start':
      case 'paste-data':
      case 'paste-end':
        this.#pasteEvent(event);
        break;
      case 'unknown':
        if (this.#takesTyping()) this.#send(() => event.raw);
        break;
      default:
        break;
    }
  }

  /** Types a key by name into the focused pane, whatever it is bound to. */
  typeKey(name: string): void {
    this.#send((view) => encodeKey(parseKeyName(name), view.screen.modes));
  }

  #key(event: KeyInput): void {
    const { bench } = this.#ctx;
    const { key } = event;
    const id = formatKeyName(key);
    if (key.event === 'release') {
      // By name alone: a modifier may have been let go first.
      if (!this.#held.delete(key.name) && this.#takesTyping()) this.#forward(event);
      return;
    }
    if (isModifierKey(key.name)) {
      if (this.#takesTyping()) this.#forward(event);
      return;
    }
    bench.messages.clear();
    if (this.#ours(id, key.text)) this.#held.add(key.name);
    else {
      // Enter ends a word, and what comes after it may be meant for us.
      this.#letterMs = key.text === undefined ? Number.NEGATIVE_INFINITY : bench.clock.now();
      this.#forward(event);
    }
  }

  /** True: the key was for the user interface. */
  #ours(id: string, text: string | undefined): boolean {
    const { bench } = this.#ctx;
    const { overlay } = bench;
    if (overlay) {
      if (overlay.key(id, text)) bench.update();
      else bench.closeOverlay(overlay);
      return true;
    }
    const { prefix, prefixKeys, rootKeys, repeatable } = this.#tables;
    if (bench.prefixActive) {
      bench.setPrefixActive(false);
      const command = this.#troubleKey(id) ?? prefixKeys.get(id) ?? (id === prefix ? 'send-prefix' : undefined);
      if (command !== undefined) this.#command(id, command, repeatable);
      return true;
    }
    if (bench.clock.now() < this.#repeatUntil && repeatable.has(id)) {
      const command = prefixKeys.get(id);
      if (command !== undefined) {
        this.#command(id, command, repeatable);
        return true;
      }
    }
    this.#repeatUntil = Number.NEGATIVE_INFINITY;
    if (id === prefix) {
      bench.setPrefixActive(true);
      return true;
    }
    const root = rootKeys.get(id);
    if (root !== undefined) {
      this.#command(id, root, repeatable);
      return true;
    }
    const paneId = bench.focusedPaneId;
    const copy = paneId === undefined ? undefined : bench.copying.get(paneId);
    if (copy && paneId !== undefined) {
      copyKey(this.#ctx, paneId, copy, id);
      return true;
    }
    const session = bench.focusedSession;
    if (session && isOver(session)) {
      this.#overKey(session, id, text);
      return true;
    }
    return false;
  }

  /** A key in a pane with nothing to type into. */
  #overKey(session: SessionInfo, id: string, text: string | undefined): void {
    const { bench } = this.#ctx;
    const now = bench.clock.now();
    // Whoever is in the middle of a word does not mean the letter alone.
    const typing = now - this.#letterMs < WORD_MS;
    const broken = session.connection.state === 'error';
    const command = broken ? this.#troubleKey(id.toUpperCase(), true) : OVER_KEYS[id.toUpperCase()];
    if (command !== undefined && !typing) {
      this.#command(id, command === 'kill-pane' ? 'kill-pane -f' : command, this.#tables.repeatable);
    } else if (text !== undefined) {
      this.#letterMs = now;
      bench.say(
        `${session.name} ${broken ? 'has no connection' : 'has ended'}: what is typed here goes nowhere`,
        'error',
      );
    }
  }

  #command(id: string, line: string, repeatable: ReadonlySet<string>): void {
    const { bench } = this.#ctx;
    this.#repeatUntil = repeatable.has(id) ? bench.clock.now() + bench.settings.repeatTimeMs : Number.NEGATIVE_INFINITY;
    this.#ctx.runLine(line);
  }

  /** What a key does in the focused pane because its connection is not there. `alone`: without the prefix. */
  #troubleKey(id: string, alone = false): string | undefined {
    const { bench } = this.#ctx;
    if (id === bench.snapshot.hub.retryKey) return 'retry-hub';
    const session = bench.focusedSession;
    if (!session || session.connection.state === 'online') return undefined;
    // While ssh asks, or a first attempt is under way, there is no trouble yet.
    const pane = bench.snapshot.panes.find((p) => p.session?.id === session.id);
    const found = pane?.trouble?.keys.find((k) => (alone ? k.key.toUpperCase() : k.key) === id);
    return found && (alone || !this.#tables.own.has(id)) ? found.command : undefined;
  }

  #takesTyping(): boolean {
    const { bench } = this.#ctx;
    const paneId = bench.focusedPaneId;
    return bench.overlay === undefined && !bench.prefixActive && paneId !== undefined && !bench.copying.has(paneId);
  }

  #forward(event: KeyInput): void {
    this.#send((view) => forwardKey(event, this.#options.outerModes(), view.screen.modes), event.key);
  }

  /** Each pane gets a key in its own encoding. */
  #send(encode: (view: SessionView) => Uint8Array, key?: Key): void {
    const { bench } = this.#ctx;
    const sent = typedViews(bench)
      .map((view) => ({ view, bytes: encode(view) }))
      .filter(({ bytes }) => bytes.length > 0);
    if (sent.length === 0) {
      this.#sayWhyNot(encode);
      return;
    }
    this.#options.typed();
    for (const { view, bytes } of sent) view.write(bytes, key);
  }

  /** What would have been typed may not be. */
  #sayWhyNot(encode: (view: SessionView) => Uint8Array): void {
    const { bench } = this.#ctx;
    const view = bench.focusedView;
    const why = view && whyNotType(bench, view.sessionId);
    if (view && why !== undefined && encode(view).length > 0) bench.say(why);
  }

  #pasteEvent(event: Extract<InputEvent, { type: `paste-${string}` }>): void {
    const { bench } = this.#ctx;
    if (event.type === 'paste-start') {
      const to = typedViews(bench);
      if (bench.overlay) this.#paste = { text: '' };
      else if (to.length > 0 && this.#takesTyping())
        this.#paste = { to: to.map((view) => ({ forwarder: new PasteForwarder(view.screen.modes), view })) };
      else {
        this.#paste = undefined;
        if (this.#takesTyping()) this.#sayWhyNot(() => event.raw);
      }
    }
    const paste = this.#paste;
    if (!paste) return;
    if ('text' in paste) {
      if (event.type === 'paste-data' && paste.text.length < PROMPT_PASTE_LIMIT)
        paste.text += new TextDecoder().decode(event.raw);
      if (event.type === 'paste-end') bench.overlay?.key('', paste.text.slice(0, PROMPT_PASTE_LIMIT));
      bench.update();
    } else {
      this.#options.typed();
      for (const { forwarder, view } of paste.to) {
        const bytes = forwarder.forward(event);
        if (bytes.length > 0) view.write(bytes);
      }
    }
    if (event.type === 'paste-end') this.#paste = undefined;
  }
}
