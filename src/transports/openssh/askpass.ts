import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Answers ssh's question for the passphrase of one key from its own environment (read by this user's processes only; never an argument, never on
 * disk). Other questions it puts to the terminal that ssh has, as ssh would have done, or refuses where nobody is there.
 */
const HELPER = `#!/bin/sh
[ -n "\${IRIS_SSH_PASSPHRASE-}" ] && case $1 in
  *passphrase*"$IRIS_SSH_KEY"*) printf '%s\\n' "$IRIS_SSH_PASSPHRASE"; exit 0 ;;
esac
[ -n "\${IRIS_SSH_ASK-}" ] || exit 1
exec 3<>"\${IRIS_SSH_TTY:-/dev/tty}" || exit 1
: >"$0-asked"
case $1 in
  *'(yes/no'*) ;;
  *) trap 'stty echo <&3' EXIT; trap 'exit 1' HUP INT TERM; stty -echo <&3 ;;
esac
printf '%s' "$1" >&3
IFS= read -r answer <&3 || exit 1
case $1 in
  *'(yes/no'*) ;;
  *) printf '\\n' >&3 ;;
esac
printf '%s\\n' "$answer"
`;

export interface AskpassOptions {
  /** Private folder for the helper. */
  readonly folder: string;
  readonly identity?: string | undefined;
  readonly passphrase?: string | undefined;
  readonly unattended: boolean;
  /** Path of a terminal to ask on, where ssh has none. */
  readonly askOn?: string | undefined;
}

/** Has the helper in this folder put a question to somebody? */
export function hasAsked(folder: string): boolean {
  return existsSync(join(folder, 'askpass-asked'));
}

/** Environment of ssh (and of the ssh of a jump host) that decides who answers. Needs OpenSSH 8.4 (SSH_ASKPASS_REQUIRE). */
export function askpassEnvironment(options: AskpassOptions): Record<string, string> {
  const { folder, identity, passphrase, unattended, askOn } = options;
  if (passphrase === undefined && askOn === undefined) {
    // BatchMode does not reach the ssh of a jump host: that would wait for an answer for ever.
    return unattended ? { SSH_ASKPASS: 'false', SSH_ASKPASS_REQUIRE: 'force' } : {};
  }
  const helper = join(folder, 'askpass');
  writeFileSync(helper, HELPER, { mode: 0o700 });
  return {
    SSH_ASKPASS: helper,
    SSH_ASKPASS_REQUIRE: 'force',
    ...(passphrase === undefined ? {} : { IRIS_SSH_KEY: identity ?? '', IRIS_SSH_PASSPHRASE: passphrase }),
    ...(unattended ? {} : { IRIS_SSH_ASK: '1' }),
    ...(askOn === undefined ? {} : { IRIS_SSH_TTY: askOn }),
  };
}
