import { type Verb, type VerbGroup, verbs } from '../../src/cli/verbs/index.ts';

const TITLES: Readonly<Record<VerbGroup, string>> = {
  sessions: 'Sessions',
  teams: 'Teams and connections',
  hub: 'The hub',
  setup: 'This installation',
  tmux: "tmux's names",
};

/** The part of docs/cli.md that says the same as the table of verbs. */
export function cliReference(): string {
  return Object.entries(TITLES)
    .map(([group, title]) => {
      const members = verbs.filter((verb) => verb.group === group);
      return `## ${title}\n\n${members.map(section).join('')}`;
    })
    .join('')
    .trimEnd()
    .concat('\n');
}

function section(verb: Verb): string {
  const args = (verb.args ?? []).map(({ name, optional, rest }) => {
    const text = rest ? `${name}...` : name;
    return optional ? `[${text}]` : text;
  });
  const shown = (verb.options ?? []).filter((option) => !option.hidden);
  const common = shown.filter((option) => /^--(json|hub)\b/.test(option.flags)).map((option) => code(option.flags));
  const own = shown.filter((option) => !/^--(json|hub)\b/.test(option.flags));
  const also = verb.aliases?.length ? ` Also ${verb.aliases.map(code).join(', ')}.` : '';
  const parts = [
    `### ${['iris-tui', verb.name, ...args].join(' ')}`,
    `${capital(verb.summary)}.${also}${common.length > 0 ? ` Takes ${common.join(' and ')}.` : ''}`,
    ...(verb.description ?? []),
  ];
  if (own.length > 0) {
    const rows = own.map((option) => `| ${cell(code(option.flags))} | ${cell(option.summary)} |`);
    parts.push(['| option | |', '|---|---|', ...rows].join('\n'));
  }
  const lines = verb.examples.map(([line, what]) => (what ? `${line.padEnd(46)}  # ${what}` : line));
  parts.push(['```sh', ...lines, '```'].join('\n'));
  return `${parts.join('\n\n')}\n\n`;
}

function code(text: string): string {
  return `\`${text.replaceAll(/[<>]/g, '')}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
