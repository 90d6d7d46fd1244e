import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { openThings } from './open-things.ts';
import { descendantsOf, isAlive, type ProcessInfo, signal, waitUntilGone } from './processes.ts';
import { waitUntil } from './wait-until.ts';

const SSHD = '/usr/sbin/sshd';

/** Only root may make users, and check their passwords. */
export const CAN_MAKE_USERS = process.getuid?.() === 0;

export interface SshdOptions {
  /** Keys that may log in (public halves). Default: the client's of this sshd. */
  readonly authorizedKeys?: readonly string[];
  /** Take passwords (users of `testUser`; root only). */
  readonly password?: boolean;
  /** Ask through keyboard-interactive, by PAM (users of `testUser`; root only). */
  readonly keyboardInteractive?: boolean;
  /** Refuse keys. */
  readonly publicKey?: boolean;
  readonly maxSessions?: number;
  /** Shown before the login. */
  readonly banner?: string;
  readonly allowUsers?: readonly string[];
  /** Added to the environment of every login; HOME is `remoteHome` already. */
  readonly env?: Readonly<Record<string, string>>;
  /** It runs in this network namespace, and listens on this address of it. */
  readonly namespace?: { readonly name: string; readonly address: string };
  /** Logins keep the home of /etc/passwd. */
  readonly ownHome?: boolean;
  /** Further lines of sshd_config(5). */
  readonly config?: readonly string[];
}

export interface HostOptions {
  /** Default: `target`. */
  readonly name?: string;
  /** Further lines for this host in ssh_config(5). */
  readonly lines?: readonly string[];
}

/**
 * A real sshd on a loopback port, with keys, configuration and folders of its own, for the user that runs the tests.
 * `await using sshd = await startSshd()` ends it, what it started, and its folder.
 */
export class Sshd implements AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Who may log in with `identity`. */
  readonly user = userInfo().username;
  /** Everything of it lies here. */
  readonly folder: string;
  /** $HOME of logins, unless `ownHome`. */
  readonly remoteHome: string;
  /** A client's: `config`, `known_hosts`, `id_ed25519`. ssh takes its home from /etc/passwd, never from $HOME: hence `ssh -F config`. */
  readonly clientFolder: string;
  /** Path of the ssh_config(5) of the client. Knows the host `target`. */
  readonly clientConfig: string;
  readonly knownHosts: string;
  /** Path of the private key that may log in. */
  readonly identity: string;
  #options: SshdOptions;
  #child: ChildProcess | undefined;
  #log = '';
  /** What ran below a listener that is gone. */
  readonly #orphans = new Set<ProcessInfo>();

  private constructor(port: number, folder: string, options: SshdOptions) {
    this.port = port;
    this.host = options.namespace?.address ?? '127.0.0.1';
    this.folder = folder;
    this.#options = options;
    this.remoteHome = join(folder, 'remote-home');
    this.clientFolder = join(folder, 'client');
    this.clientConfig = join(this.clientFolder, 'config');
    this.knownHosts = join(this.clientFolder, 'known_hosts');
    this.identity = join(this.clientFolder, 'id_ed25519');
  }

  static async start(options: SshdOptions = {}): Promise<Sshd> {
    const folder = mkdtempSync(join(tmpdir(), 'iris-sshd-'));
    // sshd reads the keys that may log in as the user who logs in.
    chmodSync(folder, 0o755);
    const sshd = new Sshd(await freePort(), folder, options);
    running.add(sshd);
    try {
      mkdirSync(sshd.remoteHome, { mode: 0o755 });
      mkdirSync(sshd.clientFolder, { mode: 0o700 });
      makeKey(sshd.identity);
      makeKey(join(folder, 'host_key'));
      writeFileSync(sshd.clientConfig, '');
      sshd.addHost();
      sshd.trust();
      await sshd.#listen();
    } catch (error) {
      await sshd.stop();
      throw error;
    }
    return sshd;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** What it logged so far (LogLevel VERBOSE). */
  get log(): string {
    return this.#log;
  }

  /** The public half of the host key, as `ssh-ed25519 AAAA…`. */
  get hostKey(): string {
    return publicKey(join(this.folder, 'host_key'));
  }

  /** Words for `ssh`, up to the host: `ssh ...sshd.words()`. */
  words(name = 'target'): string[] {
    return ['-F', this.clientConfig, name];
  }

  /** Adds a host to the client's config that is this sshd; others may be told by `of`. */
  addHost({ name = 'target', lines = [] }: HostOptions = {}, of: Sshd = this): void {
    const block = [
      `Host ${name}`,
      // ssh takes the first value it finds.
      ...lines.map((line) => `  ${line}`),
      `  HostName ${of.host}`,
      `  Port ${of.port}`,
      `  User ${of.user}`,
      `  IdentityFile ${of.identity}`,
      '  IdentitiesOnly yes',
      '  IdentityAgent none',
      `  UserKnownHostsFile ${this.knownHosts}`,
      '  GlobalKnownHostsFile /dev/null',
      '',
    ];
    writeFileSync(this.clientConfig, `${readFileSync(this.clientConfig, 'utf8')}${block.join('\n')}\n`);
  }

  /** Writes a sshd's host key into the client's known_hosts. */
  trust(of: Sshd = this): void {
    writeFileSync(this.knownHosts, `[${of.host}]:${of.port} ${of.hostKey}\n`, { flag: 'a' });
  }

  forgetHosts(): void {
    writeFileSync(this.knownHosts, '');
  }

  /** Makes another key pair for the client and returns its path; it may not log in unless it is in `authorizedKeys`. */
  makeIdentity(name: string, passphrase = ''): string {
    const path = join(this.clientFolder, name);
    makeKey(path, passphrase);
    return path;
  }

  /** Lets a key (path of the private one) log in. */
  authorize(identity: string): void {
    writeFileSync(join(this.folder, 'authorized_keys'), `${publicKey(identity)}\n`, { flag: 'a' });
  }

  async #listen(): Promise<void> {
    const config = join(this.folder, 'sshd_config');
    writeFileSync(config, this.#config());
    if (CAN_MAKE_USERS) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
    this.#log = '';
    const { namespace } = this.#options;
    const within = namespace ? ['ip', 'netns', 'exec', namespace.name] : [];
    const [program = SSHD, ...args] = [...within, SSHD, '-D', '-e', '-f', config];
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#log = (this.#log + text).slice(-200_000);
    });
    let missing: Error | undefined;
    child.on('error', (error) => {
      missing = error;
    });
    await waitUntil(
      () => {
        if (missing) throw new Error(`sshd is needed (Debian: openssh-server): ${missing.message}`);
        if (child.exitCode !== null) throw new Error(`sshd ended: ${this.#log}`);
        return this.#log.includes('Server listening on');
      },
      'sshd listens',
      { detail: () => this.#log },
    );
  }

  #config(): string {
    const {
      password,
      keyboardInteractive,
      publicKey: keys = true,
      maxSessions,
      banner,
      allowUsers,
      env,
    } = this.#options;
    const authorized = this.#options.authorizedKeys ?? [publicKey(this.identity)];
    writeFileSync(join(this.folder, 'authorized_keys'), authorized.map((key) => `${key}\n`).join(''));
    if (banner !== undefined) writeFileSync(join(this.folder, 'banner'), banner);
    const environment = { ...(this.#options.ownHome ? {} : { HOME: this.remoteHome }), ...env };
    const pairs = Object.entries(environment).map(([name, value]) => `"${name}=${value}"`);
    return [
      `ListenAddress ${this.host}:${this.port}`,
      `HostKey ${join(this.folder, 'host_key')}`,
      'PidFile none',
      'LogLevel VERBOSE',
      // The folders lie below /tmp.
      'StrictModes no',
      'PermitRootLogin yes',
      'UseDNS no',
      'PrintMotd no',
      'PrintLastLog no',
      // Only a whole PAM can ask questions; passwords of /etc/shadow are read without it.
      `UsePAM ${keyboardInteractive ? 'yes' : 'no'}`,
      `PubkeyAuthentication ${keys ? 'yes' : 'no'}`,
      `PasswordAuthentication ${password ? 'yes' : 'no'}`,
      `KbdInteractiveAuthentication ${keyboardInteractive ? 'yes' : 'no'}`,
      `AuthorizedKeysFile ${join(this.folder, 'authorized_keys')}`,
      // Tests start many at once.
      'MaxStartups 100',
      ...(maxSessions === undefined ? [] : [`MaxSessions ${maxSessions}`]),
      ...(banner === undefined ? [] : [`Banner ${join(this.folder, 'banner')}`]),
      ...(allowUsers === undefined ? [] : [`AllowUsers ${allowUsers.join(' ')}`]),
      ...(pairs.length === 0 ? [] : [`SetEnv ${pairs.join(' ')}`]),
      ...(this.#options.config ?? []),
      '',
    ].join('\n');
  }

  /** The processes that serve one connection each, without what they run. */
  connections(): ProcessInfo[] {
    return this.processes().filter((info) => info.ppid === this.pid);
  }

  /** Everything below the listener. */
  processes(): ProcessInfo[] {
    return this.pid === undefined ? [] : descendantsOf(this.pid);
  }

  /** Ends the processes of its connections (not what runs in them: that is hung up), as when the machine's network dies at its end. */
  async killConnections(name: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await endAll(this.#servers(), name);
  }

  /** Stops listening and ends its connections, in this order: who loses one comes back at once. */
  async vanish(): Promise<void> {
    const servers = this.#servers();
    await this.killListener();
    await endAll(servers, 'SIGKILL');
  }

  #servers(): ProcessInfo[] {
    return this.processes().filter((info) => info.command.startsWith('sshd:'));
  }

  /** Stops listening; connections live on. */
  async killListener(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    const orphans = this.processes();
    for (const info of orphans) this.#orphans.add(info);
    const ended = child.exitCode !== null || child.signalCode !== null;
    if (!ended) {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
    }
    this.#child = undefined;
  }

  /** Listens again on the same port: with `newHostKey` as another machine, with `options` in place of those given before. */
  async restart({ newHostKey = false, options }: { newHostKey?: boolean; options?: SshdOptions } = {}): Promise<void> {
    await this.killListener();
    if (options) this.#options = options;
    if (newHostKey) {
      for (const file of ['host_key', 'host_key.pub']) rmSync(join(this.folder, file));
      makeKey(join(this.folder, 'host_key'));
    }
    await this.#listen();
  }

  /** Ends all of it. Idempotent. */
  async stop(): Promise<void> {
    const all = [...this.processes(), ...this.#orphans];
    await this.killListener();
    for (const target of [...all, ...[...this.#orphans].flatMap((info) => descendantsOf(info.pid))])
      signal(target, 'SIGKILL');
    await waitUntilGone([...this.#orphans, ...all]);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    running.delete(this);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** When the test process leaves without stopping: nothing can be waited for any more. */
  abandon(): void {
    for (const target of [...this.processes(), ...this.#orphans]) signal(target, 'SIGKILL');
    this.#child?.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function endAll(processes: readonly ProcessInfo[], name: NodeJS.Signals): Promise<void> {
  for (const info of processes) signal(info, name);
  await waitUntilGone(processes);
}

const running = new Set<Sshd>();
openThings().set('sshd', () => ({ left: [...running].map((sshd) => sshd.folder), close: stopSshds }));
const users = new Set<TestUser>();

process.on('exit', () => {
  for (const sshd of running) sshd.abandon();
  for (const user of users) user.remove();
});

export function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  return Sshd.start(options);
}

/** `afterEach(stopSshds)` where `await using` does not fit. */
export async function stopSshds(): Promise<void> {
  await Promise.all([...running].map((sshd) => sshd.stop()));
  for (const user of [...users]) user.remove();
}

export interface TestUser extends Disposable {
  readonly name: string;
  readonly password: string;
  readonly home: string;
  remove(): void;
}

/** A user of this machine with a password and a login shell, for as long as the test takes. Needs root. */
export function testUser({ shell = '/bin/sh', password = 'open sesame' } = {}): TestUser {
  removeLeftUsers();
  const name = `iris-t${process.pid}-${users.size}`;
  const home = mkdtempSync(join(tmpdir(), 'iris-user-'));
  try {
    execFileSync('useradd', ['--no-create-home', '--home-dir', home, '--shell', shell, name], { stdio: 'pipe' });
    execFileSync('chpasswd', { input: `${name}:${password}\n`, stdio: 'pipe' });
    execFileSync('chown', [name, home]);
  } catch (error) {
    spawnSync('userdel', ['--force', name], { stdio: 'ignore' });
    rmSync(home, { recursive: true, force: true });
    throw error;
  }
  const user: TestUser = {
    name,
    password,
    home,
    remove() {
      if (!users.delete(user)) return;
      spawnSync('userdel', ['--force', name], { stdio: 'ignore' });
      rmSync(home, { recursive: true, force: true });
    },
    [Symbol.dispose]: () => user.remove(),
  };
  users.add(user);
  return user;
}

/** Of test processes that were killed. */
function removeLeftUsers(): void {
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const [, name, pid] = /^(iris-t(\d+)-\d+):/.exec(line) ?? [];
    if (name && pid && !isAlive({ pid: Number(pid) })) spawnSync('userdel', ['--force', name], { stdio: 'ignore' });
  }
}

function makeKey(path: string, passphrase = ''): void {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', 'iris-test', '-f', path]);
}

function publicKey(path: string): string {
  return readFileSync(`${path}.pub`, 'utf8').split(' ').slice(0, 2).join(' ').trim();
}
