import { encode, quoteWord } from './quote.ts';

/** How the far side speaks to us before the program runs: `ESC ] 7719 ; NONCE ; … BEL`. A terminal that saw one would draw nothing. */
export const OSC = 7719;

export interface RemoteStartRequest {
  /** 32 characters of randomness: nobody there can say what follows it. */
  readonly nonce: string;
  readonly command: readonly string[];
  /** Empty: where the login, or the prefix, puts it. `~`, `~/x`, relative to the home, or absolute. */
  readonly path: string;
  readonly mode: 'pty' | 'pipes';
  /** Is a login shell asked for its environment always (ssh: `.profile` and the like were not read), or only for a program that is not on PATH? */
  readonly login: 'always' | 'when-missing';
  /** Shall the environment be asked for over stdin, so that it stands in no argument? */
  readonly env: boolean;
  /** Of whom an earlier run that is still there is ended first. */
  readonly sessionId?: string;
  /** Do we get no word when the far side loses its terminal or stdin? Then nothing is set up to notice. */
  readonly unwatched?: boolean;
}

/**
 * What runs on the other machine: goes to the folder, takes the environment, finds the program, says `started` and becomes it, or says what is
 * missing. For any POSIX sh (dash, bash, busybox, ksh, zsh); names begin with `_iris` as the shell may have others from its environment.
 */
export function startScript(request: RemoteStartRequest): string {
  const { nonce, command, path, mode, login, env, sessionId, unwatched } = request;
  const parts = [
    FUNCTIONS.replaceAll('@NONCE@', nonce),
    `set -- ${command.map(quoteWord).join(' ')}`,
    '_iris_say hello',
    mode === 'pty' ? '[ -t 0 ] || _iris_fail no-terminal' : '',
    login === 'always' ? '_iris_login all' : '',
    '_iris_home',
    path === '' ? '' : `_iris_cd ${folderWord(path)}`,
    env ? '_iris_env' : '',
    LOCALE,
    FIND,
    sessionId === undefined ? '' : `_iris_replace ${quoteWord(sessionId)}`,
    unwatched ? '' : mode === 'pty' ? WATCH_TERMINAL : WATCH_STDIN,
    // A process that has its own number in this variable is the first of a run: so it can be told from its children.
    'IRIS_PROCESS=":$$:"; export IRIS_PROCESS',
    '_iris_say "started;$$"',
    'exec "$@"',
  ];
  return parts.filter((part) => part !== '').join('\n');
}

/** Ends the first process of a run there, if it is still the same: by its number and what its environment says. */
export function endScript(pid: number, sessionId: string | undefined): string {
  const same =
    sessionId === undefined
      ? ''
      : `if [ -r /proc/self/environ ]; then _iris_has /proc/${pid}/environ ${quoteWord(`IRIS_SESSION_ID=${sessionId}`)} || exit 0; fi\n`;
  return `${HAS}\n${END}\n${same}_iris_end ${pid}`;
}

/** Sends a signal to the foreground processes of the terminal of `pid`, or to its group. */
export function signalScript(pid: number, signal: string): string {
  const name = quoteWord(signal.replace(/^SIG/, ''));
  return `_g=$(ps -o tpgid= -p ${pid} 2>/dev/null | tr -d ' '); case $_g in ''|-*|0) _g=${pid};; esac
kill -s ${name} -- "-$_g" 2>/dev/null || kill -s ${name} ${pid}`;
}

/** Environment as lines for the script's `_iris_env`; written only when it asked. Names have been checked. */
export function envLines(env: Readonly<Record<string, string>>): Uint8Array {
  const script = Object.entries(env)
    .map(([name, value]) => `export ${name}=${quoteWord(value)};`)
    .join('');
  const encoded = encode(script);
  const lines: string[] = [];
  for (let at = 0; at < encoded.length; at += LINE_CHARS) lines.push(`+${encoded.slice(at, at + LINE_CHARS)}\n`);
  return Buffer.from(`${lines.join('')}.\n`);
}

/** A terminal that is read by lines takes 4095 characters a line (N_TTY_BUF_SIZE). */
const LINE_CHARS = 1000;

/** A word for `cd`: never begins with a dash. */
function folderWord(path: string): string {
  if (path === '~') return '"$_iris_home"';
  if (path.startsWith('~/')) return `"$_iris_home"/${quoteWord(path.slice(2))}`;
  return path.startsWith('/') ? quoteWord(path) : `"$_iris_home"/${quoteWord(path)}`;
}

/** Is this among the variables of a process? grep of busybox sees a line only as far as its first NUL. */
const HAS = `_iris_has() { tr '\\000' '\\n' 2>/dev/null <"$1" | grep -qxF "$2"; }`;

/** HUP, TERM, KILL to a process, and to its group where it leads one. */
const END = `_iris_end() {
  for _iris_s in HUP TERM KILL; do
    kill -s $_iris_s -- "-$1" 2>/dev/null || kill -s $_iris_s "$1" 2>/dev/null || return 0
    kill -s CONT -- "-$1" 2>/dev/null || kill -s CONT "$1" 2>/dev/null
    for _iris_i in 1 2 3 4 5 6 7 8; do
      kill -0 "$1" 2>/dev/null || return 0
      sleep 0.2 2>/dev/null || sleep 1
    done
  done
}`;

const FUNCTIONS = `_iris_say() { printf '\\033]${OSC};@NONCE@;%s\\007' "$1"; }
_iris_fail() { _iris_say "fail;$1;$2"; exit 127; }
${HAS}
${END}
_iris_home() {
  _iris_home=\${HOME-}
  [ -n "$_iris_home" ] || eval "_iris_home=~$(id -un 2>/dev/null)"
}
_iris_cd() {
  cd "$1" 2>/dev/null && return
  [ -e "$1" ] || _iris_fail no-folder missing
  [ -d "$1" ] || _iris_fail no-folder file
  _iris_fail no-folder closed
}
_iris_env() {
  _iris_x=
  _iris_say give
  while IFS= read -r _iris_l; do
    case $_iris_l in
      .) break ;;
      +*) _iris_x=$_iris_x\${_iris_l#+} ;;
    esac
  done
  _iris_say took
  eval "$(printf %b "$_iris_x")"
}
_iris_login() {
  [ -z "\${_iris_q-}" ] || return 0
  _iris_q=1
  case \${SHELL-} in
    */sh|*/bash|*/zsh|*/fish|*/dash|*/ash|*/ksh|*/ksh93|*/mksh|*/oksh|*/yash) ;;
    *) return 0 ;;
  esac
  _iris_say profile
  _iris_x=$("$SHELL" -l -c "exec sh -c 'echo;echo \\"#@NONCE@ b\\";export -p;echo \\"#@NONCE@ e\\"'" </dev/null 2>/dev/null | sed -n '/^#@NONCE@ b$/,/^#@NONCE@ e$/p;/^#@NONCE@ e$/q')
  case $_iris_x in
    *"#@NONCE@ e") (eval "$_iris_x") >/dev/null 2>&1 || return 0 ;;
    *) return 0 ;;
  esac
  case $1 in
    all) _iris_w=\${PWD-}; _iris_own=\${PATH-}; eval "$_iris_x"; PWD=$_iris_w ;;
    path) PATH=\${PATH:+$PATH:}$(eval "$_iris_x"; printf %s "$PATH"); export PATH ;;
  esac
}
_iris_find() {
  _iris_f=
  case $1 in
    */*) _iris_f=$1; [ -f "$_iris_f" ] && [ -x "$_iris_f" ]; return ;;
  esac
  _iris_o=$IFS; IFS=:; set -f
  for _iris_d in \${PATH-}; do
    if [ -f "\${_iris_d:-.}/$1" ] && [ -x "\${_iris_d:-.}/$1" ]; then _iris_f=\${_iris_d:-.}/$1; break; fi
  done
  IFS=$_iris_o; set +f
  [ -n "$_iris_f" ]
}
_iris_more() {
  for _iris_d in "$_iris_home/.local/bin" "$_iris_home/bin" "$_iris_home/.claude/local" "$_iris_home/.opencode/bin" "$_iris_home/.npm-global/bin" "$_iris_home/.bun/bin" "$_iris_home/.volta/bin" "$_iris_home/.local/share/pnpm" "$_iris_home/.local/share/mise/shims" "$_iris_home/.asdf/shims" "$_iris_home/.cargo/bin" "$_iris_home/.deno/bin" "$_iris_home/.local/share/fnm/aliases/default/bin" "$_iris_home"/.nvm/versions/node/*/bin /usr/local/bin /opt/homebrew/bin /home/linuxbrew/.linuxbrew/bin /snap/bin /usr/bin /bin; do
    [ -d "$_iris_d" ] || continue
    case ":\${PATH-}:" in
      *":$_iris_d:"*) ;;
      *) PATH=\${PATH:+$PATH:}$_iris_d ;;
    esac
  done
  PATH=$PATH\${_iris_own:+:$_iris_own}; _iris_own=
  export PATH
}
_iris_runner() {
  _iris_g=$_iris_f
  set -f; set -- $1; set +f
  case \${1-} in
    */env)
      case \${2-} in
        ''|-*|*=*) ;;
        *) _iris_find "$2" || { _iris_more; _iris_find "$2"; } || _iris_fail no-interpreter "$2" ;;
      esac ;;
    /*) [ -x "$1" ] || _iris_fail no-interpreter "$1" ;;
  esac
  _iris_f=$_iris_g
}
_iris_replace() {
  [ -r /proc/self/environ ] || return 0
  set -- "$1" /proc/[0-9]*/environ
  if printf 'a\\000b' | grep -qF b; then set -- "$1" $(grep -lsF "IRIS_SESSION_ID=$1" /proc/[0-9]*/environ 2>/dev/null); fi
  _iris_g="IRIS_SESSION_ID=$1"; shift
  for _iris_e in "$@"; do
    _iris_p=\${_iris_e#/proc/}; _iris_p=\${_iris_p%/environ}
    [ "$_iris_p" != "$$" ] && _iris_has "$_iris_e" "$_iris_g" && _iris_has "$_iris_e" "IRIS_PROCESS=:$_iris_p:" && _iris_end "$_iris_p"
  done
  return 0
}`;

/** A container or a bare login has no locale at all, and shells there would take every character for several. */
const LOCALE = `[ -n "\${LC_ALL-}\${LC_CTYPE-}\${LANG-}" ] || { [ "$(uname 2>/dev/null)" = Linux ] && LC_CTYPE=C.UTF-8 && export LC_CTYPE; }`;

/** The program: on PATH, then where agents are installed, and on the PATH from before a login shell was asked, then on that of one. And who runs it, when it is a script. */
const FIND = `case $1 in
  '~/'*) _iris_p="$_iris_home/\${1#'~/'}"; shift; set -- "$_iris_p" "$@" ;;
esac
_iris_find "$1" || { _iris_more; _iris_find "$1"; } || { _iris_login path; _iris_find "$1"; } || {
  case $1 in
    */*) [ -e "$1" ] || _iris_fail no-program path
         [ -d "$1" ] && _iris_fail no-program folder
         _iris_fail not-executable "$1" ;;
  esac
  _iris_fail no-program "\${PATH-}"
}
if [ "$(dd if="$_iris_f" bs=2 count=1 2>/dev/null)" = '#!' ]; then
  IFS= read -r _iris_l <"$_iris_f"
  _iris_runner "\${_iris_l#??}"
fi
case $1 in
  -*) shift; set -- "$_iris_f" "$@" ;;
esac`;

/** Whoever ignores that its terminal is gone is ended; the kernel has hung it up already. It costs a look every two seconds, and one at each signal. */
const WATCH_TERMINAL = `( (
  trap : HUP INT QUIT TERM
  trap '' TSTP PIPE
  while :; do
    sleep 2 || sleep 0 || exit
    kill -0 $$ 2>/dev/null || exit
    true </dev/tty || { _iris_end $$; exit; }
  done
) </dev/null >/dev/null 2>&1 & )`;

/**
 * Without a terminal nobody hangs up what runs there: the end of its stdin, which is the end of the connection, has to do. So stdin passes
 * through a pipe, and who fills it notices the end. A program that does not read keeps it from noticing: so it also looks whether sshd is there.
 */
const WATCH_STDIN = `if [ -p /dev/stdin ] && _iris_d=$(mktemp -d "\${TMPDIR:-/tmp}/iris-tui.XXXXXX" 2>/dev/null); then
  if mkfifo "$_iris_d/in" 2>/dev/null; then
    exec 3<&0
    ( trap '' INT QUIT TSTP
      (
        trap : HUP TERM
        cat <&3 >"$_iris_d/in"
        case $? in
          0|129|143) ;;
          *) cat <&3 >/dev/null ;;
        esac
        for _iris_i in 1 2 3 4 5 6 7 8; do
          kill -0 $$ 2>/dev/null || exit
          sleep 0.25 2>/dev/null || sleep 1
        done
        _iris_end $$
      ) &
      [ "$PPID" -gt 1 ] && (
        trap : HUP TERM
        exec 3<&-
        while sleep 5 && kill -0 $$ 2>/dev/null; do kill -0 "$PPID" 2>/dev/null || { _iris_end $$; exit; }; done
      ) &
    ) </dev/null >/dev/null 2>&1
    exec <"$_iris_d/in" 3<&-
  fi
  rm -rf "$_iris_d"
fi`;
