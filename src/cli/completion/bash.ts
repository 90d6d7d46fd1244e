import { type CompletionVerb, firstWords, namesCommand } from './words.ts';

/** For bash 4 and later, without bash-completion. */
export function bashScript(list: readonly CompletionVerb[]): string {
  const groups = [...new Set(list.filter((v) => v.name.includes(' ')).map((v) => v.name.split(' ')[0]!))];
  const groupCases = groups.map((group) => {
    const members = list.filter((v) => v.name.startsWith(`${group} `)).map((v) => v.name.slice(group.length + 1));
    return `    ${group}) if ((COMP_CWORD == 2)); then words='${members.join(' ')}'; else verb="$verb \${COMP_WORDS[2]}"; at=3; fi ;;`;
  });
  const verbCases = list.map((verb) => `    ${JSON.stringify(verb.name)})\n${verbBody(verb)}      ;;`);
  return `# iris-tui(1) completion for bash
_iris_tui_names() {
  local IFS=$'\\n' name
  COMPREPLY=()
  while read -r name; do
    [[ $name == "$cur"* ]] && COMPREPLY+=("$(printf %q "$name")")
  done < <("$@" 2>/dev/null)
}
_iris_tui() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} verb=\${COMP_WORDS[1]} at=2 words='' i n=0
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W '${firstWords(list)
      .map((w) => w.name)
      .join(' ')} --help --version' -- "$cur"))
    return
  fi
  case $verb in
${groupCases.join('\n')}
  esac
  if [[ -n $words ]]; then
    COMPREPLY=($(compgen -W "$words --help" -- "$cur"))
    return
  fi
  # n: how many arguments that are no options stand before this one
  for ((i = at; i < COMP_CWORD; i++)); do
    [[ \${COMP_WORDS[i]} == -* ]] || ((n++))
  done
  case $verb in
${verbCases.join('\n')}
  esac
}
complete -o nosort -F _iris_tui iris-tui 2>/dev/null || complete -F _iris_tui iris-tui
`;
}

function verbBody(verb: CompletionVerb): string {
  const lines: string[] = [];
  const valued = verb.options.filter((option) => option.takesValue);
  if (valued.length > 0) {
    lines.push('      case $prev in');
    for (const option of valued)
      lines.push(`        ${option.names.join(' | ')}) ${offer(option.complete)}; return ;;`);
    lines.push('      esac');
    // A value is no argument.
    const names = valued.flatMap((option) => option.names).join('|');
    lines.push(
      `      for ((i = at; i + 1 < COMP_CWORD; i++)); do [[ \${COMP_WORDS[i]} =~ ^(${names})$ ]] && ((n--)); done`,
    );
  }
  const options = [...verb.options.flatMap((option) => option.names.filter((n) => n.startsWith('--'))), '--help'];
  lines.push(`      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '${options.join(' ')}' -- "$cur")); return; fi`);
  verb.args.forEach((arg, at) => {
    if (arg.complete === undefined) return;
    lines.push(`      if ((n ${arg.rest ? '>=' : '=='} ${at})); then ${offer(arg.complete)}; fi`);
  });
  return lines.map((line) => `${line}\n`).join('');
}

function offer(complete: CompletionVerb['args'][number]['complete']): string {
  const command = namesCommand(complete);
  if (command) return `_iris_tui_names ${command}`;
  if (Array.isArray(complete)) return `COMPREPLY=($(compgen -W '${complete.join(' ')}' -- "$cur"))`;
  if (complete === 'file') return 'COMPREPLY=($(compgen -f -- "$cur"))';
  if (complete === 'folder') return 'COMPREPLY=($(compgen -d -- "$cur"))';
  if (complete === 'command') return 'COMPREPLY=($(compgen -c -- "$cur"))';
  return ':';
}
