import { type Directive, readPort, refused } from './words.ts';

export type StrictHostKeyChecking = 'yes' | 'accept-new' | 'ask' | 'off';

/** What we take notice of. */
const HONOURED = new Set(
  [
    'hostname user port identityfile identitiesonly identityagent proxyjump proxycommand userknownhostsfile globalknownhostsfile',
    'hashknownhosts stricthostkeychecking connecttimeout serveraliveinterval serveralivecountmax compression forwardagent hostkeyalias',
    'addressfamily bindaddress preferredauthentications pubkeyauthentication passwordauthentication kbdinteractiveauthentication',
    'numberofpasswordprompts batchmode requiredrsasize kexalgorithms hostkeyalgorithms ciphers macs',
  ].flatMap((line) => line.split(' ')),
);
const ALIASES = new Map([
  ['challengeresponseauthentication', 'kbdinteractiveauthentication'],
  ['skeyauthentication', 'kbdinteractiveauthentication'],
  ['tisauthentication', 'kbdinteractiveauthentication'],
  ['dsaauthentication', 'pubkeyauthentication'],
]);
/** Change nothing that could be missed: how ssh logs, shares connections, or asks; what we never do anyway. */
const WITHOUT_EFFECT = new Set(
  [
    'addkeystoagent canonicaldomains canonicalizefallbacklocal canonicalizemaxdots canonicalizepermittedcnames casignaturealgorithms checkhostip',
    'clearallforwardings controlmaster controlpath controlpersist enableescapecommandline enablesshkeysign escapechar exitonforwardfailure',
    'fingerprinthash forwardx11 forwardx11timeout forwardx11trusted gatewayports globalknownhostsfile2 gssapiauthentication gssapidelegatecredentials',
    'gssapikeyexchange gssapikexalgorithms gssapirenewalforcesrekey gssapitrustdns hostbasedacceptedalgorithms hostbasedauthentication',
    'ignoreunknown ipqos localcommand logverbose loglevel nohostauthenticationforlocalhost obscurekeystroketiming permitlocalcommand',
    'pubkeyacceptedalgorithms pubkeyacceptedkeytypes rekeylimit requesttty sendenv stdinnull streamlocalbindmask streamlocalbindunlink',
    'syslogfacility tag tcpkeepalive updatehostkeys usekeychain useroaming verifyhostkeydns visualhostkey xauthlocation protocol',
    'securitykeyprovider channeltimeout versionaddendum warnweakcrypto permitremoteopen',
  ].flatMap((line) => line.split(' ')),
);
/** Without these a host could be trusted that the user distrusts: nothing is done then. */
const REFUSED = new Set(['revokedhostkeys']);
/** The value that means "not used". */
const OFF = /^(none|no|false|ask)$/i;

/** The settings found so far: of each keyword the first value counts, but `IdentityFile` gathers. */
export class DirectiveSet {
  readonly notices: string[] = [];
  readonly missingIdentities: string[] = [];
  readonly #first = new Map<string, Directive>();
  readonly #identities: string[] = [];
  /** ProxyJump or ProxyCommand, whichever came first. */
  #proxy: Directive | undefined;

  /** False: nothing here knows the keyword. @throws IrisError `usage` for one that must not be passed over. */
  take(directive: Directive): boolean {
    const key = ALIASES.get(directive.key) ?? directive.key;
    if (!HONOURED.has(key)) return this.#passOver(key, directive);
    if (directive.args.length > 1 && !/^(user|global)knownhostsfile$|^proxycommand$/.test(key)) {
      throw refused(`${directive.where}: ${directive.key} takes one value`, 'correct it');
    }
    if (key === 'identityfile') this.#identities.push(directive.args[0] ?? '');
    else if (key === 'proxyjump' || key === 'proxycommand') this.#proxy ??= { ...directive, key };
    else if (!this.#first.has(key)) this.#first.set(key, directive);
    return true;
  }

  notice(line: string): void {
    if (!this.notices.includes(line) && this.notices.length < 20) this.notices.push(line);
  }

  #passOver(key: string, directive: Directive): boolean {
    if (WITHOUT_EFFECT.has(key)) return true;
    const value = directive.args[0] ?? '';
    if (REFUSED.has(key) && !OFF.test(value)) {
      throw refused(`${directive.where}: ${directive.key} is not supported with ssh2: true`);
    }
    if (!OFF.test(value)) this.notice(`${directive.where}: ${directive.key} has no effect with ssh2: true`);
    return OFF.test(value);
  }

  text(key: string): string | undefined {
    return this.#first.get(key)?.args[0];
  }

  words(key: string): readonly string[] | undefined {
    return this.#first.get(key)?.args;
  }

  list(_key: 'identityfile'): string[] {
    return this.#identities;
  }

  flag(key: string): boolean | undefined {
    const directive = this.#first.get(key);
    if (!directive) return undefined;
    const value = directive.args[0] ?? '';
    if (/^(yes|true)$/i.test(value)) return true;
    if (/^(no|false)$/i.test(value)) return false;
    throw this.#bad(directive, 'yes or no');
  }

  number(key: string): number | undefined {
    const directive = this.#first.get(key);
    if (!directive) return undefined;
    const value = directive.args[0] ?? '';
    if (!/^\d{1,9}$/.test(value)) throw this.#bad(directive, 'a number');
    return Number(value);
  }

  port(key: string): number | undefined {
    const value = this.text(key);
    return value === undefined ? undefined : readPort(value);
  }

  /** sshd_config(5), TIME FORMATS: `10`, `90s`, `1m30s`; and `500ms`, which is ours. In milliseconds; none: undefined. */
  time(key: string): number | undefined {
    const directive = this.#first.get(key);
    const value = directive?.args[0] ?? '';
    if (!directive || value === 'none') return undefined;
    const ms = /^(\d{1,9})ms$/.exec(value)?.[1];
    if (ms !== undefined) return Number(ms);
    if (!/^(\d{1,7}[smhdw]?)+$/i.test(value)) throw this.#bad(directive, 'a time');
    const units: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
    let seconds = 0;
    for (const [, count, unit] of value.matchAll(/(\d+)([smhdw]?)/gi)) {
      seconds += Number(count) * (units[unit?.toLowerCase() || 's'] ?? 1);
    }
    // What a timer of Node can wait for.
    return Math.min(seconds * 1000, 2 ** 31 - 1);
  }

  proxy(): { kind: 'jump'; hosts: string[] } | { kind: 'command'; command: string } | undefined {
    const directive = this.#proxy;
    if (!directive) return undefined;
    const value = directive.rest;
    if (/^"?none"?$/i.test(value.trim())) return undefined;
    if (directive.key === 'proxycommand') return { kind: 'command', command: value };
    return { kind: 'jump', hosts: (directive.args[0] ?? '').split(',') };
  }

  strict(): StrictHostKeyChecking {
    const directive = this.#first.get('stricthostkeychecking');
    const value = directive?.args[0]?.toLowerCase();
    if (!directive || value === 'ask') return 'ask';
    if (value === 'yes' || value === 'true') return 'yes';
    if (value === 'no' || value === 'off' || value === 'false') return 'off';
    if (value === 'accept-new') return 'accept-new';
    throw this.#bad(directive, 'yes, no, ask or accept-new');
  }

  family(): 0 | 4 | 6 {
    const directive = this.#first.get('addressfamily');
    const value = directive?.args[0]?.toLowerCase();
    if (!directive || value === 'any') return 0;
    if (value === 'inet') return 4;
    if (value === 'inet6') return 6;
    throw this.#bad(directive, 'any, inet or inet6');
  }

  #bad(directive: Directive, wanted: string): Error {
    return refused(`${directive.where}: ${directive.key} is ${directive.args[0]}, not ${wanted}`, 'correct it');
  }
}
