import { IrisError } from '../../core/index.ts';

/** Letters of ssh(1), OpenSSH 9.9, that take an argument. */
const WITH_ARGUMENT = new Set('bceilmopBDEFIJLOPQRSwW');
/** These are ours to say: whether there is a terminal, how much is logged and where, what stdin is. */
const OURS = new Set('tTnqE');
/** With these ssh runs no command, or not in front, or says something and leaves. */
const REFUSED = new Map([
  ['f', 'goes to the background'],
  ['N', 'runs no command'],
  ['G', 'only prints the configuration'],
  ['V', 'only prints its version'],
  ['Q', 'only prints what it knows'],
  ['O', 'only speaks to a master'],
  ['W', 'carries no command'],
  ['s', 'asks for a subsystem'],
  ['y', 'writes its log elsewhere'],
]);

export interface SshWords {
  /** Options, each argument in a word of its own. */
  readonly options: readonly string[];
  readonly destination: string;
}

/**
 * What the user wrote after `ssh`, taken apart as getopt(3) does it there: options may follow the destination.
 * @throws IrisError `usage`
 */
export function parseSshWords(words: readonly string[]): SshWords {
  const options: string[] = [];
  const rest: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === '--') {
      rest.push(...words.slice(i + 1));
      break;
    }
    if (word.length < 2 || !word.startsWith('-')) {
      // The second word that is no option begins a command: whatever follows belongs to that.
      rest.push(...(rest.length === 0 ? [word] : words.slice(i)));
      if (rest.length > 1) break;
      continue;
    }
    i += takeCluster(word, words[i + 1], options);
  }
  const [destination, ...command] = rest;
  if (destination === undefined || destination === '') {
    throw new IrisError('usage', `remote names no host: ssh ${words.join(' ')}`, { remedy: 'end it with USER@HOST' });
  }
  if (command.length > 0) {
    throw new IrisError('usage', `remote says what to run on ${destination}: ${command.join(' ')}`, {
      remedy: 'put that into command; or write ssh in command, so that it runs as it is',
    });
  }
  checkDestination(destination);
  return { options, destination };
}

/**
 * Words that may only be options: `extraSshArgs`.
 * @throws IrisError `usage`
 */
export function parseSshOptions(words: readonly string[]): string[] {
  const options: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word.length < 2 || !word.startsWith('-') || word === '--') {
      throw new IrisError('usage', `${JSON.stringify(word)} in extraSshArgs is no option of ssh`, {
        remedy: 'the host belongs into remote',
      });
    }
    i += takeCluster(word, words[i + 1], options);
  }
  return options;
}

/** One word of letters, `-4Cp22`. Returns how many words after it were taken. */
function takeCluster(word: string, next: string | undefined, options: string[]): number {
  for (let at = 1; at < word.length; at++) {
    const letter = word[at]!;
    if (!/[0-9A-Za-z]/.test(letter)) {
      throw new IrisError('usage', `ssh has no option ${word}`, { remedy: 'see ssh(1)' });
    }
    const why = REFUSED.get(letter);
    if (why) {
      throw new IrisError('usage', `with -${letter} ssh ${why}`, { remedy: 'take it out of remote' });
    }
    if (!WITH_ARGUMENT.has(letter)) {
      if (!OURS.has(letter)) options.push(`-${letter}`);
      continue;
    }
    const attached = word.slice(at + 1);
    const argument = attached === '' ? next : attached;
    if (argument === undefined) throw new IrisError('usage', `-${letter} of ssh wants an argument`);
    if (!OURS.has(letter)) options.push(`-${letter}`, argument);
    return attached === '' ? 1 : 0;
  }
  return 0;
}

/** ssh hands host and user to ProxyCommand and the like, where a shell reads them: what no host name has is refused here as well. */
function checkDestination(destination: string): void {
  if (/^ssh:\/\//i.test(destination)) {
    if (/[\s'"`$\\;&<>|(){}]/.test(destination)) throw badHost(destination);
    return;
  }
  const at = destination.lastIndexOf('@');
  const host = destination.slice(at + 1);
  const user = at === -1 ? undefined : destination.slice(0, at);
  if (host === '' || host.startsWith('-') || /[\s'"`$\\;&<>|(){}\u0000-\u001f\u007f]/.test(host)) {
    throw badHost(destination);
  }
  // As ssh 9.6 has it; a backslash stands between a domain and a user of it.
  if (user !== undefined && (user === '' || /^-|['"`;&<>|(){}$\u0000-\u001f\u007f]|\\$/.test(user))) {
    throw badHost(destination);
  }
}

function badHost(destination: string): IrisError {
  return new IrisError('usage', `${JSON.stringify(destination)} is no USER@HOST`, { remedy: 'correct remote' });
}
