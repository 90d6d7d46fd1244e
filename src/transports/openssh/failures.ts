import { IrisError, type ProcessEnd, plainText } from '../../core/index.ts';
import { type StartPhase, startFailure } from '../remote/index.ts';

export interface SshEnd {
  /** As the user wrote it. */
  readonly destination: string;
  readonly end: ProcessEnd;
  readonly phase: StartPhase;
  /** ssh's own log. */
  readonly log: readonly string[];
  /** What came to the pane before a shell ran there: messages of a jump host's ssh, of ssh before it had a log, banners. */
  readonly shown: string;
  readonly unattended: boolean;
  /** With pipes there is no pane where it could ask, nor a key to press: this is to be run by hand instead. */
  readonly byHand?: string;
  readonly identity?: string | undefined;
}

/** What a process on the other side that a signal ended is said to have: ssh tells no name. */
export const UNKNOWN_SIGNAL = 'unknown';

/** How a run of ssh ended. Decided from its exit code and its log, once the program has started never from anything else. */
export function sshVerdict(seen: SshEnd): ProcessEnd | IrisError {
  const { end, log, destination } = seen;
  if (end.signal !== undefined) return transient(`ssh to ${destination} was ended by ${end.signal}`);
  const text = log.join('\n');
  const told = /rtype (exit-status|exit-signal) reply/.exec(text)?.[1];
  const shared = /Received exit status from master/.test(text);
  const answered = told === 'exit-status' || shared || (end.exitCode ?? 255) !== 255;
  if (seen.phase === 'started') {
    if (told === 'exit-signal') return { signal: UNKNOWN_SIGNAL };
    return answered ? end : lost(seen, text);
  }
  if (answered || told === 'exit-signal') return noShell(seen);
  return refusal(seen, text) ?? lost(seen, text);
}

function transient(what: string, remedy?: string): IrisError {
  return new IrisError('unreachable', what, { retriable: true, ...(remedy === undefined ? {} : { remedy }) });
}

/** The connection was there, and went. */
function lost(seen: SshEnd, text: string): IrisError {
  const { destination } = seen;
  if (/Timeout, server .* not responding/.test(text)) return transient(`${destination} did not answer any more`);
  if (/Connection reset by/.test(text)) return transient(`${destination} reset the connection`);
  if (/Control master terminated unexpectedly/.test(text))
    return transient(`the shared connection to ${destination} was lost`);
  if (/Broken pipe/.test(text)) return transient(`the connection to ${destination} broke`);
  if (/closed by remote host|Connection closed by/.test(text)) return transient(`${destination} closed the connection`);
  const said = lastWords(seen.log);
  const what = `the connection to ${destination} was lost`;
  return transient(said === undefined ? what : `${what}: ${said}`);
}

/** A shell was to run there and something else did, or nothing. */
function noShell(seen: SshEnd): IrisError {
  const { destination, end, shown, phase } = seen;
  const said = shown.split('\n').findLast((line) => !/^Connection to \S+ closed\.$/.test(line)) ?? '';
  const words = said === '' ? '' : `: ${plainText(said, 200)}`;
  const how = end.exitCode === undefined ? 'was ended' : `ended with ${end.exitCode}`;
  if (phase !== 'connecting') {
    return new IrisError('failed', `the shell on ${destination} ${how} before the program ran${words}`, {
      remedy: 'look at what .profile there does',
    });
  }
  return new IrisError('failed', `no shell runs on ${destination}: the login ${how}${words}`, {
    remedy: 'the account needs a login shell that takes commands, and sh has to be there',
  });
}

/** Before anything ran there. Undefined: nothing known was said. */
function refusal(seen: SshEnd, log: string): IrisError | undefined {
  // The ssh of a jump host has no log of its own: its words come to the pane. So do ours before the log is open.
  const viaJump = /Connection (closed|reset) by UNKNOWN port 65535/.test(log);
  const noLog = !/Connecting to|Executing proxy command|auto-mux|Setting implicit ProxyCommand/.test(log);
  const text = viaJump || noLog ? `${log}\n${seen.shown}` : log;
  return hostKey(seen, text) ?? login(seen, text) ?? reach(seen, text) ?? configuration(seen, text, noLog);
}

function hostKey(seen: SshEnd, text: string): IrisError | undefined {
  const { destination, unattended } = seen;
  const permanent = (what: string, remedy: string) => new IrisError('host-key', what, { remedy });
  if (/REVOKED HOST KEY DETECTED|host key .* revoked|is marked as revoked/i.test(text)) {
    return permanent(`the host key of ${destination} is revoked`, 'ask who runs it; nothing was sent there');
  }
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED|host key for .* has changed/i.test(text)) {
    const where = /Offending \S+ key in (\S+)/.exec(text)?.[1];
    const host = /(?:Host|host) key for (\S+) has changed/.exec(text)?.[1] ?? destination;
    return permanent(
      `the host key of ${destination} has changed${where ? ` (known: ${where})` : ''}`,
      `somebody may be in between: ask who runs it; if it was set up anew, consider ssh-keygen -R '${host}'`,
    );
  }
  if (/Host key verification failed|No \S+ host key is known for/.test(text)) {
    return unattended
      ? permanent(`the host key of ${destination} is not known`, answerIt(seen))
      : permanent(`the host key of ${destination} was not accepted`, again(seen));
  }
  return undefined;
}

function answerIt({ byHand }: SshEnd): string {
  return byHand === undefined
    ? 'press R to connect and answer its question'
    : `connect once by hand, and answer its question: ${byHand}`;
}

function again({ byHand }: SshEnd): string {
  return byHand === undefined ? 'press R to try again and answer its question' : 'try again, and answer its question';
}

function login(seen: SshEnd, text: string): IrisError | undefined {
  const { destination, unattended } = seen;
  const refused = (what: string, remedy: string) => new IrisError('login-refused', what, { remedy });
  if (/Too many authentication failures/.test(text)) {
    return refused(`${destination} had too many keys offered`, 'set identity, and IdentitiesOnly in ~/.ssh/config');
  }
  if (/PTY allocation request failed/.test(text)) {
    return startFailure('no-terminal', '', { where: destination, command: [], path: '' });
  }
  const unopened = /^channel \d+: open failed: (.*)$/m.exec(text)?.[1];
  if (unopened !== undefined) {
    return refused(
      `${destination} opens no session: ${plainText(unopened, 200)}`,
      'look at MaxSessions and the log of sshd there',
    );
  }
  const methods = /Permission denied \(([^)]*)\)/.exec(text)?.[1];
  if (methods === undefined) {
    return /Permission denied|Too many failed/.test(text)
      ? refused(
          `${destination} refused the login: ${lastWords(text.split('\n')) ?? 'Permission denied'}`,
          'check the user and the key',
        )
      : undefined;
  }
  const user = /Authenticating to .* as '([^']*)'/.exec(text)?.[1];
  const who = user === undefined ? 'the login' : `the login of ${plainText(user, 100)}`;
  const wrong = /Load key "?([^":]*)"?: incorrect passphrase/.exec(text)?.[1] ?? badPassphrase(seen, text);
  if (wrong !== undefined)
    return refused(`${destination}: the passphrase of ${wrong} is wrong`, 'correct remoteOptions.passphrase');
  const missing = /identity file (\S+) not accessible/i.exec(`${text}\n${seen.shown}`)?.[1];
  if (missing !== undefined)
    return refused(`${destination} refused ${who} (${methods}): there is no key ${missing}`, 'correct identity');
  const keys = [...text.matchAll(/(?:Will attempt key|Offering public key): (\S+)/g)].map((match) => match[1]!);
  const key = seen.identity ?? keys.find((file) => file.startsWith('/'));
  if (unattended && /password|keyboard-interactive/.test(methods)) {
    const remedy = seen.byHand === undefined ? answerIt(seen) : 'use a key: nobody can be asked for a password here';
    return refused(`${destination} refused ${who} without a password (${methods})`, remedy);
  }
  const remedy =
    key === undefined ? 'check the user, and name a key with identity' : `check the user, or ssh-add ${key}`;
  return refused(`${destination} refused ${who} (${methods})`, remedy);
}

/** ssh says it only in passing, and of no key. */
function badPassphrase(seen: SshEnd, text: string): string | undefined {
  return seen.identity !== undefined && /bad passphrase given/.test(text) ? seen.identity : undefined;
}

const NETWORK: readonly (readonly [RegExp, (host: string, found: RegExpExecArray) => string])[] = [
  [/Could not resolve hostname/, (host) => `the name of ${host} could not be resolved`],
  [
    /(?:connect to (?:host|address) \S+ port (\d+): )?Connection refused/,
    (host, [, port]) =>
      `${host} refused the connection: no sshd listens there${port === undefined ? '' : ` (port ${port})`}`,
  ],
  [
    /No route to host|Network is unreachable|Host is down|Can't assign requested address/,
    (host) => `no way leads to ${host}`,
  ],
  [/timed out|Operation timed out|Timeout, server/, (host) => `${host} did not answer in time`],
  [/Connection reset/, (host) => `${host} reset the connection`],
  [/Broken pipe/, (host) => `the connection to ${host} broke`],
  [
    /Connection closed by|closed by remote host|Not allowed at this time/,
    (host) => `${host} closed the connection before the login`,
  ],
];

function reach(seen: SshEnd, text: string): IrisError | undefined {
  for (const [pattern, say] of NETWORK) {
    const found = pattern.exec(text);
    if (found) return transient(say(seen.destination, found), 'check the network and the address');
  }
  return undefined;
}

/** What is wrong here: ssh names the file and the line itself. */
function configuration(seen: SshEnd, text: string, before: boolean): IrisError | undefined {
  const bad =
    /^.*(Bad configuration option|Bad owner or permissions|[Uu]nsupported option|bad configuration options|no argument after keyword|Bad (local|dynamic|remote) forwarding|Unable to negotiate|no matching|Invalid|unknown option|illegal option|Can't open user config file).*$/m.exec(
      text,
    )?.[0];
  if (bad === undefined && !before) return undefined;
  const said = bad ?? lastWords(text.split('\n'));
  if (said === undefined) return undefined;
  return new IrisError('failed', `ssh ${seen.destination}: ${plainText(said, 300)}`, {
    remedy: 'correct ~/.ssh/config, or what remote and remoteOptions say',
  });
}

/** The last line that is no debugging. */
function lastWords(lines: readonly string[]): string | undefined {
  const said = lines.findLast(
    (line) =>
      line.trim() !== '' &&
      !/^(debug\d|Transferred:|Bytes per second:|OpenSSH_|Authenticated to|Connection to \S+ closed\.)/.test(line),
  );
  return said === undefined ? undefined : plainText(said, 200);
}
