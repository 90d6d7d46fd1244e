import type { Completion } from '../verbs/types.ts';
import { type CompletionVerb, firstWords, namesCommand, quoted } from './words.ts';

/** For zsh 5 with compinit. */
export function zshScript(list: readonly CompletionVerb[]): string {
  const groups = [...new Set(list.filter((v) => v.name.includes(' ')).map((v) => v.name.split(' ')[0]!))];
  // A word that is both, as hubs, is completed as a group.
  const single = list.filter((verb) => !verb.name.includes(' ') && !groups.includes(verb.name));
  return `#compdef iris-tui
# iris-tui(1) completion for zsh
_iris_tui_sessions() {
  local -a names; names=(\${(f)"$(_call_program sessions iris-tui ls --names 2>/dev/null)"})
  compadd -a names
}
_iris_tui_workspaces() {
  local -a names; names=(\${(f)"$(_call_program workspaces iris-tui workspace list --names 2>/dev/null)"})
  compadd -a names
}
_iris_tui_hubs() {
  local -a names; names=(\${(f)"$(_call_program hubs iris-tui hubs list --names 2>/dev/null)"})
  compadd -a names
}
_iris_tui_teams() {
  local -a names; names=(\${(f)"$(_call_program teams iris-tui teams --names 2>/dev/null)"})
  compadd -a names
}
_iris_tui() {
  local curcontext="$curcontext" state line ret=1
  local -a verbs
  typeset -A opt_args
  _arguments -C '(- *)--help[show help]' '(- *)--version[show the version]' '1: :->verb' '*:: :->rest' && ret=0
  case $state in
    verb)
      verbs=(
${describe(firstWords(list), 8)}
      )
      _describe -t commands command verbs && ret=0 ;;
    rest)
      curcontext="\${curcontext%:*:*}:iris-tui-$words[1]:"
      case $words[1] in
${single.map((verb) => `        ${verb.name}) ${argumentsOf(verb, 10)} && ret=0 ;;`).join('\n')}
${groups.map((group) => groupCase(group, list)).join('\n')}
      esac ;;
  esac
  return ret
}
if [[ $funcstack[1] == _iris_tui ]]; then _iris_tui "$@"; else compdef _iris_tui iris-tui; fi
`;
}

function groupCase(group: string, list: readonly CompletionVerb[]): string {
  const members = list.filter((verb) => verb.name.startsWith(`${group} `));
  const short = members.map((verb) => ({ name: verb.name.slice(group.length + 1), summary: verb.summary }));
  const cases = members.map((v) => `            ${v.name.slice(group.length + 1)}) ${argumentsOf(v, 14)} && ret=0 ;;`);
  return `        ${group})
          if ((CURRENT == 2)); then
            verbs=(
${describe(short, 14)}
            )
            _describe -t commands command verbs && ret=0
          else
            shift words; ((CURRENT--))
            case $words[1] in
${cases.join('\n')}
            esac
          fi ;;`;
}

function describe(words: readonly { name: string; summary: string }[], indent: number): string {
  return words.map((w) => `${' '.repeat(indent)}${quoted(`${w.name.replaceAll(':', '\\:')}:${w.summary}`)}`).join('\n');
}

function argumentsOf(verb: CompletionVerb, indent: number): string {
  const specs: string[] = [];
  for (const option of verb.options) {
    const value = option.takesValue ? `:value:${action(option.complete)}` : '';
    const text = option.summary.replaceAll(/[[\]:]/g, (c) => `\\${c}`);
    const others = option.names.length > 1 ? `(${option.names.join(' ')})` : '';
    for (const name of option.names) specs.push(`${others}${name}[${text}]${value}`);
  }
  verb.args.forEach((arg, at) => {
    specs.push(arg.rest ? `*:word:${action(arg.complete)}` : `${at + 1}:word:${action(arg.complete)}`);
  });
  const lines = ['(- *)--help[show help]', ...specs].map((spec) => quoted(spec));
  return `_arguments -s ${lines.join(` \\\n${' '.repeat(indent)}`)}`;
}

function action(complete: Completion | undefined): string {
  if (namesCommand(complete)) return `_iris_tui_${complete as string}s`;
  if (Array.isArray(complete)) return `(${complete.join(' ')})`;
  if (complete === 'file') return '_files';
  if (complete === 'folder') return '_files -/';
  if (complete === 'command') return '_command_names -e';
  return ' ';
}
