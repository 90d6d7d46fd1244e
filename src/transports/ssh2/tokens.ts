import { createHash } from 'node:crypto';
import { refused } from './words.ts';

/** What the `%` tokens of ssh_config(5) stand for. */
export interface TokenValues {
  readonly host: string;
  readonly originalHost: string;
  readonly port: number;
  readonly user: string;
  readonly localUser: string;
  readonly localHost: string;
  readonly home: string;
  readonly uid: number;
  readonly hostKeyAlias?: string;
  readonly jump?: string;
}

/** Replaces `%h` and the like. @throws IrisError `usage` for a token that ssh does not know either. */
export function expandTokens(text: string, values: TokenValues, what: string): string {
  return text.replace(/%(.?)/gs, (_, token: string) => {
    switch (token) {
      case '%':
        return '%';
      case 'h':
        return values.host;
      case 'n':
        return values.originalHost;
      case 'p':
        return String(values.port);
      case 'r':
        return values.user;
      case 'u':
        return values.localUser;
      case 'd':
        return values.home;
      case 'i':
        return String(values.uid);
      case 'j':
        return values.jump ?? '';
      case 'k':
        return values.hostKeyAlias ?? values.originalHost;
      case 'l':
        return values.localHost;
      case 'L':
        return values.localHost.split('.')[0] ?? '';
      case 'C': {
        const { localHost, host, port, user } = values;
        return createHash('sha1').update(`${localHost}${host}${port}${user}`).digest('hex');
      }
      default:
        throw refused(`${what}: %${token} is not a token of ssh_config`, 'correct it');
    }
  });
}

/** `~` is our home; `${NAME}` a variable of the environment. @throws IrisError `usage`. */
export function expandPath(
  text: string,
  values: TokenValues,
  env: Readonly<Record<string, string | undefined>>,
  what: string,
): string {
  if (/^~[^/]/.test(text)) throw refused(`${what}: ${text} names the home of another user`, 'write the whole path');
  const home = text.replace(/^~(?=\/|$)/, () => values.home.replaceAll('%', '%%'));
  const withEnv = home.replace(/\$\{([^}]*)\}/g, (_, name: string) => {
    const value = env[name];
    if (value === undefined) throw refused(`${what}: the variable ${name} is not set`, 'correct it');
    return value.replaceAll('%', '%%');
  });
  return expandTokens(withEnv, values, what);
}
