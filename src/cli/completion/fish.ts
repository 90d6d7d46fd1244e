import type { Completion } from '../verbs/types.ts';
import { type CompletionVerb, firstWords, namesCommand } from './words.ts';

/** For fish 3. */
export function fishScript(list: readonly CompletionVerb[]): string {
  const lines = [
    '# iris-tui(1) completion for fish',
    'complete -c iris-tui -f',
    'complete -c iris-tui -n __fish_use_subcommand -l help -d "show help"',
    'complete -c iris-tui -n __fish_use_subcommand -l version -d "show the version"',
  ];
  for (const { name, summary } of firstWords(list)) {
    lines.push(`complete -c iris-tui -n __fish_use_subcommand -a ${name} -d ${quote(summary)}`);
  }
  for (const verb of list) lines.push(...verbLines(verb));
  return `${lines.join('\n')}\n`;
}

function verbLines(verb: CompletionVerb): string[] {
  const [first, second] = verb.name.split(' ') as [string, string?];
  const lines: string[] = [];
  let when = `__fish_seen_subcommand_from ${first}`;
  if (second !== undefined) {
    const before = `'__fish_seen_subcommand_from ${first}; and test (count (commandline -opc)) -eq 2'`;
    lines.push(`complete -c iris-tui -n ${before} -a ${second} -d ${quote(verb.summary)}`);
    when += `; and __fish_seen_subcommand_from ${second}`;
  }
  const condition = `-n ${quote(when)}`;
  for (const option of verb.options) {
    const names = option.names.map((n) => (n.startsWith('--') ? `-l ${n.slice(2)}` : `-s ${n.slice(1)}`)).join(' ');
    const value = option.takesValue ? ` -x${offer(option.complete)}` : '';
    lines.push(`complete -c iris-tui ${condition} ${names}${value} -d ${quote(option.summary)}`);
  }
  for (const arg of verb.args) {
    if (arg.complete !== undefined) lines.push(`complete -c iris-tui ${condition}${offer(arg.complete)}`);
  }
  return lines;
}

function offer(complete: Completion | undefined): string {
  const command = namesCommand(complete);
  if (command) return ` -a '(${command} 2>/dev/null)'`;
  if (Array.isArray(complete)) return ` -a ${quote(complete.join(' '))}`;
  if (complete === 'file') return ' -F';
  if (complete === 'folder') return " -a '(__fish_complete_directories)'";
  if (complete === 'command') return " -a '(__fish_complete_command)'";
  return '';
}

/** Single quotes; inside them fish knows \\' and \\\\. */
function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
