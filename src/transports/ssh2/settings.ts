import { stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { IrisError, type Remote, type RemoteOptions } from '../../core/index.ts';
import { thisUser } from '../this-user.ts';
import { CIPHERS, chooseAlgorithms, HOST_KEYS, KEY_EXCHANGES, MACS } from './algorithms.ts';
import { type MatchContext, readConfigFile } from './config-file.ts';
import { DirectiveSet, type StrictHostKeyChecking } from './directives.ts';
import { expandPath, expandTokens, type TokenValues } from './tokens.ts';
import { checkUser, type Destination, type Directive, readHostPort, readWords, refused } from './words.ts';

/** Who we are on this machine. */
export interface LocalUser {
  readonly name: string;
  /** As in /etc/passwd, like ssh: $HOME does not move ~/.ssh. */
  readonly home: string;
  readonly uid: number;
  readonly host: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Default: /etc/ssh/ssh_config. */
  readonly systemConfig?: string;
}

export function localUser(env: Readonly<Record<string, string | undefined>>): LocalUser {
  const { name, home, uid } = thisUser(env);
  return { name, home, uid, host: hostname(), env };
}

/** All that is known of one machine before it is called. Times in milliseconds. */
export interface HostSettings {
  readonly originalHost: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Paths, in the order in which they are tried. */
  readonly identityFiles: readonly string[];
  /** Named by `-i` or the team, and not there. */
  readonly missingIdentities: readonly string[];
  /** None was named: these are ssh's own, and their absence is nothing to speak of. */
  readonly defaultIdentities: boolean;
  readonly identitiesOnly: boolean;
  /** Path of the agent's socket. */
  readonly agent: string | undefined;
  readonly forwardAgent: boolean;
  /** The agent that is forwarded, where it is not `agent`. */
  readonly forwardedAgent: string | undefined;
  /** The stops before it, first one first: `[user@]host[:port]`. */
  readonly jumps: readonly string[];
  readonly proxyCommand: string | undefined;
  readonly userKnownHosts: readonly string[];
  readonly globalKnownHosts: readonly string[];
  readonly hashKnownHosts: boolean;
  readonly hostKeyAlias: string | undefined;
  readonly strict: StrictHostKeyChecking;
  readonly requiredRsaBits: number;
  readonly connectTimeoutMs: number | undefined;
  readonly aliveIntervalMs: number;
  readonly aliveCountMax: number;
  readonly compression: boolean;
  readonly family: 0 | 4 | 6;
  readonly bindAddress: string | undefined;
  /** publickey, keyboard-interactive, password: those allowed, in order. */
  readonly methods: readonly string[];
  readonly passwordPrompts: number;
  readonly batchMode: boolean;
  readonly algorithms: {
    readonly kex: string[];
    readonly serverHostKey: string[];
    readonly cipher: string[];
    readonly hmac: string[];
  };
  /** What its configuration asks for and ssh2 has not, as lines for people. */
  readonly notices: readonly string[];
}

const TEAM_IDENTITY = 'remoteOptions.identity';
/** ssh's own default is none at all; without it a dead connection would stand for hours. */
const ALIVE_INTERVAL_MS = 10_000;
const ALIVE_COUNT_MAX = 3;
const DEFAULT_IDENTITIES = ['id_rsa', 'id_ecdsa', 'id_ecdsa_sk', 'id_ed25519', 'id_ed25519_sk', 'id_xmss', 'id_dsa'];
const DEFAULT_METHODS = 'publickey,keyboard-interactive,password';
/** ProxyJump of a stop that names stops: how deep that may go. */
const JUMP_LIMIT = 8;

/** The machines to go through, the last one being where the process runs. */
export async function resolveRoute(
  remote: Pick<Extract<Remote, { kind: 'ssh2' | 'openssh' }>, 'words' | 'options'>,
  local: LocalUser,
): Promise<HostSettings[]> {
  const words = [...(remote.options.extraSshArgs ?? []), ...remote.words];
  const destination = readWords(words);
  const directives = [...optionDirectives(remote.options), ...destination.directives];
  const target = await resolveHost({ ...destination, directives }, local);
  return [...(await stops(target, destination.configFile, local, 0)), target];
}

/** ssh reaches a stop with `ssh -W`: with the same configuration file, without the other words. */
async function stops(
  target: HostSettings,
  configFile: string | undefined,
  local: LocalUser,
  depth: number,
): Promise<HostSettings[]> {
  if (depth > JUMP_LIMIT) throw refused('ProxyJump goes through too many hosts', 'look for one that names itself');
  const last = target.jumps.at(-1);
  if (last === undefined) return [];
  const { host, user, port } = readHostPort(last);
  const before = target.jumps.slice(0, -1);
  const directives: Directive[] = [];
  const add = (key: string, value: string) => directives.push({ key, args: [value], rest: value, where: 'ProxyJump' });
  if (user !== undefined) add('user', user);
  if (port !== undefined) add('port', String(port));
  if (before.length > 0) add('proxyjump', before.join(','));
  const stop = await resolveHost({ host, directives, ...(configFile === undefined ? {} : { configFile }) }, local);
  return [...(await stops(stop, configFile, local, depth + 1)), stop];
}

/** What the team's `remoteOptions` say comes before everything else. */
function optionDirectives(options: RemoteOptions): Directive[] {
  const found: Directive[] = [];
  const add = (key: string, value: string | number | boolean | undefined) => {
    if (value === undefined) return;
    const text = typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
    found.push({
      key,
      args: [text],
      rest: text,
      where: key === 'identityfile' ? TEAM_IDENTITY : `remoteOptions.${key}`,
    });
  };
  add('identityfile', options.identity);
  add('port', options.port);
  add('stricthostkeychecking', options.strictHostKeyChecking);
  add('compression', options.compression);
  add('forwardagent', options.forwardAgent);
  if (options.connectTimeoutMs !== undefined) add('connecttimeout', `${options.connectTimeoutMs}ms`);
  if (options.serverAliveIntervalMs !== undefined) add('serveraliveinterval', `${options.serverAliveIntervalMs}ms`);
  add('serveralivecountmax', options.serverAliveCountMax);
  return found;
}

/** The settings of one machine: the words first, then the user's configuration, then the system's; the first value of each keyword counts. */
export async function resolveHost(destination: Destination, local: LocalUser): Promise<HostSettings> {
  const found = new DirectiveSet();
  for (const directive of destination.directives) {
    // ssh warns of such a key, and goes on as if it had not been named.
    if (directive.key === 'identityfile' && !(await exists(directive.args[0] ?? '', local))) {
      if (directive.where === TEAM_IDENTITY) {
        throw new IrisError('login-refused', `there is no key ${directive.args[0]}, for ${destination.host}`, {
          remedy: 'correct remoteOptions.identity',
        });
      }
      found.missingIdentities.push(directive.args[0] ?? '');
      continue;
    }
    if (!found.take(directive)) throw refused(`${directive.where}: ${directive.key} is not supported with ssh2: true`);
  }
  const originalHost = destination.host;
  const namedHost = () =>
    found.text('hostname')?.replace(/%(.)/g, (_, c) => (c === 'h' ? originalHost : c)) ?? originalHost;
  let again = false;
  const read = async (final: boolean) => {
    const context: MatchContext = {
      originalHost,
      host: namedHost,
      user: () => found.text('user') ?? local.name,
      localUser: local.name,
      home: local.home,
      final,
      take: (directive) => found.take(directive),
      notice: (line) => found.notice(line),
      wantFinal: () => {
        again = true;
      },
    };
    const { configFile } = destination;
    if (configFile === 'none') return;
    if (configFile !== undefined) {
      const path = configFile.replace(/^~(?=\/|$)/, local.home);
      await readConfigFile(path, context, { required: true, folder: `${local.home}/.ssh` });
      return;
    }
    await readConfigFile(`${local.home}/.ssh/config`, context, { guarded: true, folder: `${local.home}/.ssh` });
    await readConfigFile(local.systemConfig ?? '/etc/ssh/ssh_config', context, { folder: '/etc/ssh' });
  };
  await read(false);
  if (again) await read(true);
  return settle(originalHost, namedHost(), found, local);
}

/** As ssh does before it begins: a host that would be reached through itself. */
function refuseLoop(
  jump: ReturnType<typeof readHostPort>,
  to: { host: string; port: number; user: string | undefined },
): void {
  const same = jump.host === to.host && (jump.port ?? 22) === to.port && (jump.user ?? to.user) === to.user;
  if (same) throw refused(`ProxyJump reaches ${to.host} through itself`, 'correct ProxyJump');
}

function settle(originalHost: string, named: string, found: DirectiveSet, local: LocalUser): HostSettings {
  const host = named.toLowerCase();
  const user = found.text('user') ?? local.name;
  // A configuration is the user's own, but a name that begins with `-` is never meant.
  checkUser(user);
  if (host.startsWith('-')) throw refused(`the host name ${JSON.stringify(host)} begins with -`, 'correct HostName');
  const port = found.port('port') ?? 22;
  const hostKeyAlias = found.text('hostkeyalias');
  const proxy = found.proxy();
  const jumps = proxy?.kind === 'jump' ? proxy.hosts : [];
  const jump = jumps.at(-1);
  if (jump !== undefined) refuseLoop(readHostPort(jump), { host, port, user: found.text('user') });
  const tokens: TokenValues = {
    host,
    originalHost,
    port,
    user,
    localUser: local.name,
    localHost: local.host,
    home: local.home,
    uid: local.uid,
    ...(hostKeyAlias === undefined ? {} : { hostKeyAlias }),
    ...(jump === undefined ? {} : { jump: readHostPort(jump).host }),
  };
  const path = (text: string, what: string) => expandPath(text, tokens, local.env, what);
  const identities = found.list('identityfile');
  const identityFiles = (identities.length > 0 ? identities : DEFAULT_IDENTITIES.map((name) => `~/.ssh/${name}`))
    .filter((one) => one.toLowerCase() !== 'none')
    .map((one) => path(one, 'IdentityFile'));
  const agent = agentPath(found.text('identityagent') ?? 'SSH_AUTH_SOCK', path, local);
  const forward = found.text('forwardagent');
  const forwards = forward !== undefined && !/^(no|false)$/i.test(forward);
  const files = (key: string, fallback: string[]) =>
    (found.words(key) ?? fallback).filter((one) => one !== 'none').map((one) => path(one, key));
  const aliveMs = found.time('serveraliveinterval') ?? 0;
  const aliveCount = found.number('serveralivecountmax');
  const algorithms = {
    kex: chooseAlgorithms(KEY_EXCHANGES, found.text('kexalgorithms')),
    serverHostKey: chooseAlgorithms(HOST_KEYS, found.text('hostkeyalgorithms')),
    cipher: chooseAlgorithms(CIPHERS, found.text('ciphers')),
    hmac: chooseAlgorithms(MACS, found.text('macs')),
  };
  for (const [what, list] of Object.entries(algorithms)) {
    if (list.length === 0) throw refused(`none of the ${what} algorithms that ssh_config names for ${host} is in ssh2`);
  }
  return {
    originalHost,
    host,
    port,
    user,
    identityFiles: [...new Set(identityFiles)],
    missingIdentities: found.missingIdentities,
    defaultIdentities: identities.length === 0,
    identitiesOnly: found.flag('identitiesonly') ?? false,
    agent,
    forwardAgent: forwards,
    forwardedAgent: forwards ? (/^(yes|true)$/i.test(forward) ? agent : agentPath(forward, path, local)) : undefined,
    jumps,
    proxyCommand: proxy?.kind === 'command' ? expandTokens(proxy.command, tokens, 'ProxyCommand') : undefined,
    userKnownHosts: files('userknownhostsfile', ['~/.ssh/known_hosts', '~/.ssh/known_hosts2']),
    globalKnownHosts: files('globalknownhostsfile', ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2']),
    hashKnownHosts: found.flag('hashknownhosts') ?? false,
    hostKeyAlias: hostKeyAlias?.toLowerCase(),
    strict: found.strict(),
    requiredRsaBits: Math.max(1024, found.number('requiredrsasize') ?? 0),
    connectTimeoutMs: found.time('connecttimeout'),
    aliveIntervalMs: aliveMs > 0 ? aliveMs : ALIVE_INTERVAL_MS,
    aliveCountMax: aliveCount !== undefined && aliveCount > 0 ? aliveCount : ALIVE_COUNT_MAX,
    compression: found.flag('compression') ?? false,
    family: found.family(),
    bindAddress: found.text('bindaddress'),
    methods: methods(found),
    passwordPrompts: found.number('numberofpasswordprompts') ?? 3,
    batchMode: found.flag('batchmode') ?? false,
    algorithms,
    notices: found.notices,
  };
}

async function exists(path: string, local: LocalUser): Promise<boolean> {
  // With tokens in it the name is known later only.
  if (path.includes('%') || path.includes('$') || path.toLowerCase() === 'none') return true;
  try {
    await stat(path.replace(/^~(?=\/|$)/, local.home));
    return true;
  } catch {
    return false;
  }
}

function agentPath(text: string, path: (text: string, what: string) => string, local: LocalUser): string | undefined {
  if (text === 'none') return undefined;
  if (text === 'SSH_AUTH_SOCK') return local.env.SSH_AUTH_SOCK || undefined;
  if (/^\$\w+$/.test(text)) return local.env[text.slice(1)] || undefined;
  return path(text, 'IdentityAgent');
}

function methods(found: DirectiveSet): string[] {
  const allowed = new Map([
    ['publickey', found.text('pubkeyauthentication')?.toLowerCase() !== 'no'],
    ['keyboard-interactive', found.flag('kbdinteractiveauthentication') ?? true],
    ['password', found.flag('passwordauthentication') ?? true],
  ]);
  const order = (found.text('preferredauthentications') ?? DEFAULT_METHODS).split(',');
  return order.filter((name) => allowed.get(name) === true);
}

/** For messages: as the user knows it. */
export function placeOf(settings: Pick<HostSettings, 'originalHost'>): string {
  return settings.originalHost;
}
