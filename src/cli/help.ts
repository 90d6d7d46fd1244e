import { flagNames, type Verb, type VerbGroup, type VerbOption, verbs } from './verbs/index.ts';

const INDENT = 7;
const DEEP = 14;

const GROUPS: Readonly<Record<VerbGroup, string>> = {
  sessions: 'Sessions',
  teams: 'Teams of the config, and connections',
  hub: 'The hub, which owns them',
  setup: 'This installation',
  tmux: "tmux's names",
};

const EXIT_STATUS = [
  ['0', 'done'],
  ['1', 'failed'],
  ['2', 'wrong usage'],
  ['3', 'no such session or team'],
  ['4', 'timed out'],
  ['5', 'not allowed'],
  ['6', 'hub not reachable'],
] as const;

/** `iris-tui --help`. */
export function topHelp(width: number): string {
  const page = new Page(width);
  page.section('NAME').text('iris-tui - one terminal for every AI agent you run');
  page.section('SYNOPSIS').text('iris-tui').text('iris-tui COMMAND [ARGUMENT...]').text('iris-tui COMMAND --help');
  page
    .section('DESCRIPTION')
    .text(
      'Without a command it opens the screen: panes for claude, codex, gemini and any shell. The sessions in them belong to a hub in the background: they go on when the screen is closed, and are there again when it is opened.',
    );
  page.section('COMMANDS');
  for (const [group, title] of Object.entries(GROUPS)) {
    page
      .text(`${title}:`)
      .table(verbs.filter((verb) => verb.group === group).map((verb) => [commandLine(verb), verb.summary] as const));
  }
  page
    .section('KEYS')
    .text('C-b ? lists all keys. C-b % and C-b " split, C-b arrows move, C-b c opens a tab, C-b d leaves.');
  page.section('ENVIRONMENT').table([
    ['IRIS_HOME', 'holds everything, if set: config.yaml, state/ and run/'],
    ['IRIS_CONFIG_PATH', 'the config file'],
    ['IRIS_TOKEN', 'a token of a hub on the network, for scripts: iris-tui --hub wss://HOST:PORT'],
    ['IRIS_DEBUG', '1: show the stack of a failure'],
    ['NO_COLOR', 'draw without colours'],
  ]);
  page.section('FILES').table([
    ['~/.config/iris-tui/config.yaml', 'the config: iris-tui config check'],
    ['~/.config/iris-tui/hubs.json', 'the hubs this device was paired with'],
    ['~/.local/state/iris-tui/', 'logs, layouts, what the hub keeps'],
    ['$XDG_RUNTIME_DIR/iris-tui/hub.sock', "the hub's socket"],
  ]);
  page.section('EXIT STATUS').table(EXIT_STATUS);
  page
    .section('EXAMPLES')
    .example('iris-tui', 'open the screen')
    .example('iris-tui new -d -n api -a claude -c ~/src/api', 'start claude in the background')
    .example('iris-tui send api fix the failing test', 'ask it')
    .example('iris-tui wait api --until idle --timeout 600 && iris-tui capture api', 'read the answer');
  return page.toString();
}

/** `iris-tui hub --help`. */
export function groupHelp(group: string, width: number): string {
  const page = new Page(width);
  const members = verbs.filter((verb) => verb.name.startsWith(`${group} `));
  page.section('SYNOPSIS').text(`iris-tui ${group} ${members.map((v) => v.name.slice(group.length + 1)).join('|')}`);
  page.section('COMMANDS').table(members.map((verb) => [commandLine(verb), verb.summary] as const));
  page.text(`iris-tui ${group} COMMAND --help says more.`);
  return page.toString();
}

/** `iris-tui VERB --help`. */
export function verbHelp(verb: Verb, width: number): string {
  const page = new Page(width);
  const options = (verb.options ?? []).filter((option) => !option.hidden);
  page.section('NAME').text(`iris-tui ${verb.name} - ${verb.summary}`);
  page.section('SYNOPSIS').text(`iris-tui ${synopsis(verb)}`, 4);
  if (verb.aliases?.length) page.text(`Also: ${verb.aliases.join(', ')}.`);
  if (verb.description) {
    page.section('DESCRIPTION');
    for (const paragraph of verb.description) page.text(paragraph).gap();
  }
  if (verb.args?.length) {
    page.section('ARGUMENTS');
    for (const argument of verb.args) page.item(argument.name, argument.summary);
  }
  if (options.length > 0) {
    page.section('OPTIONS');
    for (const option of options) page.item(flagText(option), option.summary);
  }
  page.section('EXAMPLES');
  for (const [line, what] of verb.examples) page.example(line, what);
  page.section('EXIT STATUS').text(`${EXIT_STATUS.map(([code, meaning]) => `${code} ${meaning}`).join(', ')}.`);
  return page.toString();
}

function commandLine(verb: Verb): string {
  const args = (verb.args ?? []).map((a) => word(a.name, a.optional === true, a.rest === true));
  return [verb.name, ...args].join(' ');
}

function synopsis(verb: Verb): string {
  const shown = (verb.options ?? []).filter((option) => !option.hidden);
  const options = shown.map((option) => {
    const [first] = flagNames(option.flags);
    const value = option.flags.match(/<([^>]+)>/)?.[1];
    return `[${first}${value ? ` ${value}` : ''}]`;
  });
  const args = (verb.args ?? []).map((a) => word(a.name, a.optional === true, a.rest === true));
  return [verb.name, ...options, ...(verb.passThrough ? ['[--]'] : []), ...args].join(' ');
}

function word(name: string, optional: boolean, rest: boolean): string {
  const text = rest ? `${name}...` : name;
  return optional ? `[${text}]` : text;
}

function flagText(option: VerbOption): string {
  return option.flags.replaceAll(/[<>]/g, '');
}

/** A page as man(1) sets it: headings at the margin, text indented and wrapped. */
class Page {
  readonly #width: number;
  #lines: string[] = [];

  constructor(width: number) {
    this.#width = width;
  }

  section(title: string): this {
    this.gap();
    this.#lines.push(title);
    return this;
  }

  gap(): this {
    if (this.#lines.length > 0 && this.#lines.at(-1) !== '') this.#lines.push('');
    return this;
  }

  text(text: string, hanging = 0): this {
    this.#wrap(text, INDENT, INDENT + hanging);
    return this;
  }

  /** A term on its own line, what it means below it. */
  item(term: string, meaning: string): this {
    this.#lines.push(' '.repeat(INDENT) + term);
    this.#wrap(meaning, DEEP, DEEP);
    return this;
  }

  /** Terms and meanings side by side; below one another where the term is too long. */
  table(rows: readonly (readonly [string, string])[]): this {
    const widest = Math.max(0, ...rows.map(([term]) => term.length));
    const column = INDENT + 2 + Math.min(widest, Math.floor(this.#width / 2) - INDENT) + 2;
    for (const [term, meaning] of rows) {
      const start = ' '.repeat(INDENT + 2) + term;
      if (start.length + 2 <= column) this.#wrap(`${start.padEnd(column)}${meaning}`, 0, column);
      else {
        this.#lines.push(start);
        this.#wrap(meaning, column, column);
      }
    }
    return this.gap();
  }

  example(line: string, what: string): this {
    this.#lines.push(`${' '.repeat(INDENT)}${line}`);
    if (what) this.#wrap(what, DEEP, DEEP);
    return this;
  }

  toString(): string {
    while (this.#lines.at(-1) === '') this.#lines.pop();
    return `${this.#lines.join('\n')}\n`;
  }

  #wrap(text: string, first: number, rest: number): void {
    // Blanks at the start, and those that align a table, are kept.
    let line = ' '.repeat(first);
    let empty = true;
    for (const part of text.split(/(?<=\S)(?= )/)) {
      const next = empty ? part : part;
      if (!empty && line.length + next.length > this.#width) {
        this.#lines.push(line.trimEnd());
        line = ' '.repeat(rest) + next.trimStart();
      } else line += next;
      empty = false;
    }
    this.#lines.push(line.trimEnd());
  }
}
