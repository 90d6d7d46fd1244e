import { z } from 'zod';

/** How the words after a command become its arguments: flags first (`-L`, `-t NAME`), then positions, the last of which may take the rest. */
export interface CommandSyntax {
  /** Flag letter → argument name; a flag whose argument is a boolean takes no value. */
  readonly flags?: Readonly<Record<string, string>>;
  readonly positions?: readonly string[];
  /** The last position takes all words that remain, as an array. */
  readonly rest?: boolean;
  /** How usage calls a position whose name does not say it. */
  readonly words?: Readonly<Record<string, string>>;
}

interface ViewerCommand extends CommandSyntax {
  readonly aliases?: readonly string[];
  readonly summary: string;
  readonly args: z.ZodObject;
}

const flag = z.boolean().optional();
const text = z.string().min(1).optional();
/** The command line gives words; numbers are read from them. */
const count = z.coerce.number().int().min(0).max(10_000).optional();
const none = z.object({});

const define = <const T extends Record<string, ViewerCommand>>(table: T): T => table;

/**
 * What a person can make the user interface do: by key, by the command prompt, in the config. Names are tmux's where tmux has one
 * as an alias, so that fingers and configs carry over. What reaches sessions is in hub-commands.ts.
 */
export const viewerCommands = define({
  'new-tab': {
    aliases: ['new-window', 'neww', 'new'],
    summary: 'start a session in a new tab',
    flags: { n: 'name', c: 'cwd', a: 'agent', t: 'team' },
    positions: ['command'],
    rest: true,
    args: z.object({ name: text, cwd: text, agent: text, team: text, command: z.array(z.string()).optional() }),
  },
  'split-pane': {
    aliases: ['split-window', 'splitw'],
    summary: 'start a session beside (-h) or below (-v) this one',
    flags: { h: 'horizontal', v: 'vertical', b: 'before', n: 'name', c: 'cwd', a: 'agent', t: 'team' },
    positions: ['command'],
    rest: true,
    args: z.object({
      horizontal: flag,
      vertical: flag,
      before: flag,
      name: text,
      cwd: text,
      agent: text,
      team: text,
      command: z.array(z.string()).optional(),
    }),
  },
  'new-session': { summary: 'choose what to start', args: none },
  'select-tab': {
    aliases: ['select-window', 'selectw'],
    summary: 'go to a tab by number',
    flags: { t: 'tab' },
    positions: ['tab'],
    args: z.object({ tab: z.coerce.number().int().min(0) }),
  },
  'next-tab': { aliases: ['next-window', 'next'], summary: 'go to the next tab', args: none },
  'previous-tab': { aliases: ['previous-window', 'prev'], summary: 'go to the tab before', args: none },
  'last-tab': { aliases: ['last-window', 'last'], summary: 'go back to the tab used before', args: none },
  'rename-tab': {
    aliases: ['rename-window', 'renamew'],
    summary: 'name this tab',
    positions: ['name'],
    args: z.object({ name: text }),
  },
  'move-tab': {
    aliases: ['move-window', 'movew'],
    summary: 'give this tab another number',
    flags: { t: 'to' },
    positions: ['to'],
    args: z.object({ to: count }),
  },
  'kill-tab': {
    aliases: ['kill-window', 'killw'],
    summary: 'end all sessions of this tab',
    flags: { f: 'force' },
    args: z.object({ force: flag }),
  },
  'choose-tab': { aliases: ['choose-window', 'choose-tree'], summary: 'choose a tab from a list', args: none },
  'choose-session': { aliases: ['sessions', 'ls'], summary: 'choose a session from a list', args: none },
  'choose-viewer': { aliases: ['choose-client'], summary: 'choose a viewer to detach', args: none },
  find: {
    aliases: ['find-window', 'findw'],
    summary: 'find a tab by name, title or text on its screen',
    positions: ['text'],
    args: z.object({ text: text }),
  },
  'select-pane': {
    aliases: ['selectp'],
    summary: 'go to a pane: -L -R -U -D, or its number',
    flags: { L: 'left', R: 'right', U: 'up', D: 'down', l: 'last', t: 'pane' },
    positions: ['pane'],
    args: z.object({ left: flag, right: flag, up: flag, down: flag, last: flag, pane: count }),
  },
  'next-pane': { summary: 'go to the next pane', args: none },
  'last-pane': { aliases: ['lastp'], summary: 'go back to the pane used before', args: none },
  'display-panes': { aliases: ['displayp'], summary: 'show the numbers of the panes', args: none },
  'kill-pane': {
    aliases: ['killp'],
    summary: 'end this session and close its pane',
    flags: { f: 'force' },
    args: z.object({ force: flag }),
  },
  zoom: { summary: 'show this pane alone, or all again', args: none },
  'synchronize-panes': {
    aliases: ['synchronize', 'sync'],
    summary: 'type into all panes of this tab that are to be seen: on, off, or the other way round',
    positions: ['state'],
    args: z.object({ state: z.enum(['on', 'off']).optional() }),
  },
  'break-pane': { aliases: ['breakp'], summary: 'move this pane to a tab of its own', args: none },
  'swap-pane': {
    aliases: ['swapp'],
    summary: 'change places with the pane before (-U) or after (-D)',
    flags: { U: 'up', D: 'down' },
    args: z.object({ up: flag, down: flag }),
  },
  'rotate-panes': {
    aliases: ['rotate-window', 'rotatew'],
    summary: 'move all panes one place on (-D: back)',
    flags: { D: 'down', U: 'up' },
    args: z.object({ down: flag, up: flag }),
  },
  'resize-pane': {
    aliases: ['resizep'],
    summary: 'move a border: -L -R -U -D, by N cells; -Z zooms',
    flags: { L: 'left', R: 'right', U: 'up', D: 'down', Z: 'zoom' },
    positions: ['cells'],
    args: z.object({ left: flag, right: flag, up: flag, down: flag, zoom: flag, cells: count }),
  },
  'next-layout': { aliases: ['nextl'], summary: 'arrange the panes in the next preset layout', args: none },
  'select-layout': {
    aliases: ['selectl'],
    summary:
      'arrange the panes: even-horizontal, even-vertical, main-horizontal, main-vertical, tiled; -E spreads them evenly',
    flags: { E: 'spread' },
    positions: ['layout'],
    args: z.object({ layout: text, spread: flag }),
  },
  'next-session': { summary: 'go to the next session, in any tab', args: none },
  'previous-session': { summary: 'go to the session before, in any tab', args: none },
  'next-waiting': { summary: 'go to the session that has waited for you longest', args: none },
  'choose-waiting': { summary: 'see and answer what the sessions that wait ask', args: none },
  'ask-keyboard': { aliases: ['ask'], summary: 'ask for the keyboard of this session', args: none },
  'give-keyboard': {
    summary: 'give the keyboard to somebody who is there; without a name to who asked last',
    positions: ['name'],
    args: z.object({ name: text }),
  },
  'decline-keyboard': {
    summary: 'tell somebody who asked for the keyboard that they do not get it',
    positions: ['name'],
    args: z.object({ name: text }),
  },
  'take-keyboard': {
    summary: 'take the keyboard of this session back, from one or from all',
    positions: ['name'],
    args: z.object({ name: text }),
  },
  follow: {
    summary: 'look where another viewer looks, until you go elsewhere; without a name: no longer',
    positions: ['name'],
    args: z.object({ name: text }),
  },
  fleet: { aliases: ['agents'], summary: 'all agents, most in need first; answer them from there', args: none },
  'rename-session': {
    aliases: ['rename'],
    summary: 'name this session',
    positions: ['name'],
    args: z.object({ name: text }),
  },
  restart: {
    aliases: ['respawn-pane', 'respawnp'],
    summary: 'start this session again; asks first where something runs in it (-f, -k: without asking)',
    flags: { f: 'force', k: 'force' },
    args: z.object({ force: flag }),
  },
  cancel: { summary: 'interrupt this session (Ctrl-C)', args: none },
  retry: {
    aliases: ['reconnect'],
    summary: 'connect this session now, whatever the next attempt was to be',
    positions: ['session'],
    args: z.object({ session: text }),
  },
  'retry-hub': { summary: 'connect to the hub now, and start it if somebody stopped it', args: none },
  'stop-retrying': {
    summary: 'stop trying to connect this session',
    positions: ['session'],
    args: z.object({ session: text }),
  },
  'connection-log': {
    summary: 'show the connection of this session and its log',
    positions: ['session'],
    args: z.object({ session: text }),
  },
  connections: { summary: 'show how all sessions are connected', args: none },
  teams: { summary: 'choose a team of the config, to go to it or to start it', args: none },
  up: {
    summary: 'start teams that do not run, all without a name, as panes',
    positions: ['teams'],
    rest: true,
    args: z.object({ teams: z.array(z.string()).optional() }),
  },
  down: {
    summary: 'end the sessions of teams, all without a name (-f: without asking)',
    flags: { f: 'force' },
    positions: ['teams'],
    rest: true,
    args: z.object({ force: flag, teams: z.array(z.string()).optional() }),
  },
  open: {
    summary: 'show sessions of another hub as panes: HUB, or HUB/SESSION',
    positions: ['what'],
    words: { what: 'HUB or HUB/SESSION' },
    args: z.object({ what: z.string().min(1) }),
  },
  close: {
    summary: 'let go of sessions of another hub, which go on there: HUB, or HUB/SESSION',
    positions: ['what'],
    words: { what: 'HUB or HUB/SESSION' },
    args: z.object({ what: z.string().min(1) }),
  },
  'edit-team': {
    summary: 'open the config at a team in your editor',
    positions: ['team'],
    args: z.object({ team: text }),
  },
  'send-keys': {
    aliases: ['send'],
    summary: 'press keys in this pane, by tmux name (-l: as text)',
    flags: { l: 'literal' },
    positions: ['keys'],
    rest: true,
    args: z.object({ literal: flag, keys: z.array(z.string()).min(1) }),
  },
  'send-prefix': { summary: 'send the prefix key to this pane', args: none },
  predict: {
    summary: 'echo keys here before the session does: auto (where it is far away), always, never',
    positions: ['mode'],
    args: z.object({ mode: z.enum(['auto', 'always', 'never']).optional() }),
  },
  'copy-mode': {
    summary: 'scroll and select in the scrollback (-u: one page up)',
    flags: { u: 'up' },
    args: z.object({ up: flag }),
  },
  paste: { aliases: ['paste-buffer', 'pasteb'], summary: 'paste what was copied last', args: none },
  'command-prompt': {
    summary: 'type a command',
    positions: ['text'],
    args: z.object({ text: text }),
  },
  help: { aliases: ['list-keys', 'lsk'], summary: 'show all keys', args: none },
  messages: { aliases: ['show-messages', 'showmsgs'], summary: 'show what was said lately', args: none },
  clock: { aliases: ['clock-mode'], summary: 'show a clock in this pane', args: none },
  refresh: { aliases: ['refresh-client'], summary: 'draw everything again', args: none },
  detach: { aliases: ['detach-client'], summary: 'leave; all sessions go on', args: none },
  suspend: { aliases: ['suspend-client'], summary: 'stop this program as the shell does with Ctrl-Z', args: none },
  workspace: {
    summary: 'save, load, list or delete a layout: workspace save NAME',
    positions: ['action', 'name'],
    args: z.object({ action: z.enum(['save', 'load', 'list', 'delete']), name: text }),
  },
});

export type ViewerCommandName = keyof typeof viewerCommands;
export type ViewerCommandArgs<N extends ViewerCommandName> = z.output<(typeof viewerCommands)[N]['args']>;

/** A command with its arguments checked, ready to run. */
export type ViewerCall = {
  [N in ViewerCommandName]: { readonly name: N; readonly args: ViewerCommandArgs<N> };
}[ViewerCommandName];

/** Default keys after the prefix: tmux's, where they have a meaning here. Marked in `REPEATABLE`: may be pressed again without the prefix. */
export const DEFAULT_PREFIX_KEYS: Readonly<Record<string, string>> = {
  c: 'new-tab',
  C: 'new-session',
  n: 'next-tab',
  p: 'previous-tab',
  l: 'last-tab',
  ...Object.fromEntries(Array.from({ length: 10 }, (_, i) => [String(i), `select-tab ${i}`])),
  w: 'choose-tab',
  ',': 'rename-tab',
  '&': 'kill-tab',
  f: 'find',
  '.': 'move-tab',
  '%': 'split-pane -h',
  '"': 'split-pane -v',
  Up: 'select-pane -U',
  Down: 'select-pane -D',
  Left: 'select-pane -L',
  Right: 'select-pane -R',
  o: 'next-pane',
  ';': 'last-pane',
  q: 'display-panes',
  x: 'kill-pane',
  z: 'zoom',
  '!': 'break-pane',
  '{': 'swap-pane -U',
  '}': 'swap-pane -D',
  'C-o': 'rotate-panes',
  'M-o': 'rotate-panes -D',
  'C-Up': 'resize-pane -U 1',
  'C-Down': 'resize-pane -D 1',
  'C-Left': 'resize-pane -L 1',
  'C-Right': 'resize-pane -R 1',
  'M-Up': 'resize-pane -U 5',
  'M-Down': 'resize-pane -D 5',
  'M-Left': 'resize-pane -L 5',
  'M-Right': 'resize-pane -R 5',
  Space: 'next-layout',
  'M-1': 'select-layout even-horizontal',
  'M-2': 'select-layout even-vertical',
  'M-3': 'select-layout main-horizontal',
  'M-4': 'select-layout main-vertical',
  'M-5': 'select-layout tiled',
  E: 'select-layout -E',
  d: 'detach',
  D: 'choose-viewer',
  s: 'choose-session',
  N: 'connections',
  T: 'teams',
  $: 'rename-session',
  K: 'ask-keyboard',
  G: 'give-keyboard',
  '-': 'decline-keyboard',
  a: 'next-waiting',
  A: 'choose-waiting',
  g: 'fleet',
  '(': 'previous-session',
  ')': 'next-session',
  ':': 'command-prompt',
  '?': 'help',
  r: 'refresh',
  R: 'restart',
  t: 'clock',
  '~': 'messages',
  '[': 'copy-mode',
  PPage: 'copy-mode -u',
  ']': 'paste',
  'C-z': 'suspend',
};

/**
 * Further keys in a pane whose connection is offline or in error, in the place of those above; without the prefix where nothing can be typed. A key
 * that the user has bound stays what it was bound to.
 */
export const TROUBLE_KEYS: Readonly<Record<string, string>> = {
  R: 'retry',
  S: 'stop-retrying',
  E: 'edit-team',
  L: 'connection-log',
  Q: 'kill-pane',
};

/** After one of these, the keys of this list work without the prefix for the repeat time. */
export const REPEATABLE: ReadonlySet<string> = new Set([
  'Up',
  'Down',
  'Left',
  'Right',
  'C-Up',
  'C-Down',
  'C-Left',
  'C-Right',
  'M-Up',
  'M-Down',
  'M-Left',
  'M-Right',
]);
