import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RemoteOptions } from '../../../src/core/index.ts';
import { type HostSettings, localUser, resolveHost, resolveRoute } from '../../../src/transports/ssh2/settings.ts';
import { readWords } from '../../../src/transports/ssh2/words.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iris-ssh2-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const me = localUser({ SSH_AUTH_SOCK: '/agent.sock', SPECIAL: '/special' });

function file(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
}

async function ours(words: string[], options: RemoteOptions = {}): Promise<HostSettings[]> {
  return await resolveRoute({ words, options }, me);
}

const last = async (words: string[], options: RemoteOptions = {}) => (await ours(words, options)).at(-1)!;

/** What the real ssh would do; undefined when it refuses. */
function theirs(words: string[]): Map<string, string[]> | undefined {
  const env = { PATH: process.env.PATH, SSH_AUTH_SOCK: '/agent.sock', SPECIAL: '/special' };
  const { status, stdout } = spawnSync('ssh', ['-G', ...words], { encoding: 'utf8', env });
  if (status !== 0) return undefined;
  const found = new Map<string, string[]>();
  for (const line of stdout.split('\n')) {
    const [, key, value] = /^(\S+) (.*)$/.exec(line) ?? [];
    if (key) found.set(key, [...(found.get(key) ?? []), value!]);
  }
  return found;
}

/** The part of ours that `ssh -G` prints, in its words. */
function asPrinted(s: HostSettings, found: Map<string, string[]>) {
  const strict = { yes: 'true', off: 'false', ask: 'ask', 'accept-new': 'accept-new' }[s.strict];
  const one = (key: string) => found.get(key)?.[0];
  const home = (path: string) => path.replace(/^~(?=\/)/, me.home);
  return {
    ours: {
      user: s.user,
      host: s.host,
      port: String(s.port),
      identities: s.identityFiles,
      identitiesOnly: s.identitiesOnly ? 'yes' : 'no',
      jumps: s.jumps.length > 0 ? s.jumps.join(',') : undefined,
      proxyCommand: s.proxyCommand,
      userKnownHosts: s.userKnownHosts.join(' '),
      globalKnownHosts: s.globalKnownHosts.join(' '),
      hash: s.hashKnownHosts ? 'yes' : 'no',
      strict,
      timeout: s.connectTimeoutMs === undefined ? 'none' : String(s.connectTimeoutMs / 1000),
      compression: s.compression ? 'yes' : 'no',
      alias: s.hostKeyAlias,
      family: { 0: 'any', 4: 'inet', 6: 'inet6' }[s.family],
      batch: s.batchMode ? 'yes' : 'no',
      prompts: String(s.passwordPrompts),
    },
    theirs: {
      user: one('user'),
      host: one('hostname'),
      port: one('port'),
      identities: (found.get('identityfile') ?? []).map(home).filter((path) => path !== 'none'),
      identitiesOnly: one('identitiesonly'),
      jumps: one('proxyjump')?.replace(/^none$/, '') || undefined,
      // Printed as written.
      proxyCommand: one('proxycommand')?.replace(
        /%([hpn])/g,
        (_, c) => ({ h: s.host, p: String(s.port), n: s.originalHost })[c as 'h'],
      ),
      userKnownHosts: one('userknownhostsfile'),
      globalKnownHosts: one('globalknownhostsfile'),
      hash: one('hashknownhosts'),
      strict: one('stricthostkeychecking'),
      timeout: one('connecttimeout'),
      compression: one('compression'),
      alias: one('hostkeyalias'),
      family: one('addressfamily'),
      batch: one('batchmode'),
      prompts: one('numberofpasswordprompts'),
    },
  };
}

async function same(words: string[], mayRefuse = false): Promise<void> {
  const found = theirs(words);
  if (!found && mayRefuse) {
    await expect(ours(words), `ssh -G ${words.join(' ')}`).rejects.toThrow();
    return;
  }
  expect(found, `ssh -G ${words.join(' ')}`).toBeDefined();
  const compared = asPrinted(await resolveHost(readWords(words), me), found!);
  expect(compared.ours).toEqual(compared.theirs);
}

const CONFIG = `
# comment
Host web db*.example !db9.example
  HostName %h.internal
  User deploy   # comment
  Port=2200
  IdentityFile ~/.ssh/web key
`.replace('web key', 'web_key');

describe('settings of a host are those of ssh', () => {
  it.each([
    [['plain']],
    [['user@plain']],
    [['ssh://user@plain:2222']],
    [['ssh://us%2der@plain:2222/']],
    [['ssh://plain']],
    [['-p', '22022', '-l', 'other', 'user@plain']],
    [['user@plain', '-p22022']],
    [['-l', 'first', '-l', 'second', 'plain']],
    [['-4C', '-i', '/etc/hostname', '-i', '/etc/hosts', '-i', '/no/such/key', 'plain']],
    [['-6', '-oPort=77', '-o', 'User = someone', '-o', 'ConnectTimeout 7', 'plain']],
    [['-J', 'jump,user@two:2222', 'plain']],
    [['-o', 'ProxyCommand=nc -X connect "%h" %p', 'plain']],
    [['-o', 'ProxyJump=a', '-o', 'ProxyCommand=b', 'plain']],
    [['-o', 'ProxyCommand=none', '-o', 'ProxyJump=b', 'plain']],
    [['-o', 'StrictHostKeyChecking=accept-new', '-o', 'UserKnownHostsFile=/a /b', 'plain']],
    [['-o', 'BatchMode=yes', '-o', 'NumberOfPasswordPrompts=1', 'PLAIN.Example']],
    [['::1']],
    [['user@name@host']],
    [['--', 'plain']],
  ])('for ssh %j', async (words) => {
    await same(['-F', 'none', ...words]);
  });

  it('in hosts, patterns and negations of a configuration', async () => {
    const path = file('config', CONFIG);
    for (const host of ['web', 'db1.example', 'db9.example', 'other', 'x@web', 'WEB']) await same(['-F', path, host]);
  });

  it.each([
    ['the first value counts', 'Host a\n User one\nHost *\n User two\n Port 3\nHost a\n Port 4'],
    ['keys gather, each once', 'IdentityFile /k/1\nHost a\n IdentityFile /k/2\n IdentityFile /k/1\n IdentityFile ~/k3'],
    ['no key at all', 'Host a\n IdentityFile none'],
    ['words in quotes', 'Host "a"\n IdentityFile "/k/with space"\n HostKeyAlias "alias"'],
    ['single quotes', "IdentityFile '/k/with space'"],
    ['single quotes and one word', "User 'me'"],
    ['an equals sign in a path', 'UserKnownHostsFile /a=b /c'],
    ['a sign in quotes', 'IdentityFile "/k/key#1"'],
    ['comments at the end', 'User me # you\nPort 5 #6'],
    ['tabs and equals signs', '\tUser\t=\tme\n Port =  7\n'],
    ['case of keywords', 'HOSTNAME Box.Example\nuSeR me'],
    ['carriage returns', 'User me\r\nPort 8\r\n'],
    ['? is one character', 'Host ?\n Port 9\nHost a?\n Port 10'],
    ['Match all', 'Match all\n Port 11'],
    ['Match host after HostName', 'HostName b.example\nMatch host b.example,c\n User me\nMatch host a\n Port 12'],
    ['Match originalhost and user', 'User me\nMatch originalhost a user me\n Port 13'],
    ['Match negated', 'Match !originalhost b\n Port 14'],
    ['Match with an equals sign', 'Match host=a\n Port 15'],
    ['Match localuser', `Match localuser ${me.name}\n Port 16\nMatch localuser nobody-else\n User x`],
    ['Match final', 'Match final\n Port 17\nHost a\n User me'],
    ['Match final all, keys of the second reading', 'IdentityFile /k/1\nMatch final all\n IdentityFile /k/2'],
    ['a jump host, none', 'Host a\n ProxyJump none\nHost *\n ProxyJump b'],
    ['a jump host', 'Host a\n ProxyJump b,me@c:2200'],
    ['a command with quotes', 'ProxyCommand sh -c \'exec nc "%h" %p\' # not a comment'],
    ['a command before a jump', 'ProxyCommand nc %h %p\nProxyJump b'],
    ['time formats', 'ConnectTimeout 1m30s'],
    ['no time', 'ConnectTimeout none'],
    ['strict yes', 'StrictHostKeyChecking yes\nHashKnownHosts no\nCheckHostIP yes'],
    ['strict off', 'StrictHostKeyChecking off\nCompression yes'],
    ['known hosts of its own', 'UserKnownHostsFile ~/a /b\nGlobalKnownHostsFile /c /d\nHashKnownHosts yes'],
    ['no known hosts', 'GlobalKnownHostsFile /dev/null'],
    ['family', 'AddressFamily inet6\nBatchMode yes'],
    ['what we have not', 'SendEnv LANG\nControlMaster auto\nControlPath ~/.ssh/c\nLogLevel DEBUG\nUser me'],
  ])('when the configuration has %s', async (_, text) => {
    await same(['-F', file('config', text), 'a']);
    await same(['-F', file('config', text), 'user@a']);
  });

  it('with included files, where they apply', async () => {
    file('parts/1.conf', 'User one\nHost b\n Port 1\n');
    file('parts/2.conf', 'Host a\n Port 2\n');
    file('parts/.hidden.conf', 'Port 99\n');
    const path = file('config', `Host a\n Include ${folder}/parts/*.conf\nHost *\n Port 3\n User last\n`);
    for (const host of ['a', 'b', 'c']) await same(['-F', path, host]);
    await expect(ours(['-F', file('loop', `Include ${folder}/loop`), 'a'])).rejects.toThrow(/too deeply/);
  });

  it('for any mixture of them', async () => {
    const name = fc.constantFrom('a', 'b', 'ab', 'a.b');
    const pattern = fc.constantFrom('a', 'b', '*', '?', 'a*', '!b', '!a', '*b', 'a?b', '*.*');
    const line = fc.oneof(
      fc.array(pattern, { minLength: 1, maxLength: 3 }).map((all) => `Host ${all.join(' ')}`),
      fc
        .tuple(fc.constantFrom('', '!'), fc.constantFrom('host', 'originalhost', 'user'), pattern)
        .map(([not, what, value]) => `Match ${not}${what} ${value}`),
      fc.constant('Match all'),
      name.map((value) => `HostName ${value}`),
      fc.constant('HostName %h.x'),
      name.map((value) => `User ${value}`),
      fc.integer({ min: 1, max: 65_535 }).map((value) => `Port ${value}`),
      name.map((value) => `IdentityFile /k/${value}`),
      name.map((value) => `ProxyJump ${value}`),
      name.map((value) => `ProxyCommand nc ${value} %p`),
      fc.constantFrom('yes', 'no', 'ask', 'accept-new').map((value) => `StrictHostKeyChecking ${value}`),
      fc.constantFrom('ConnectTimeout 5', 'Compression yes', 'IdentitiesOnly yes', 'HashKnownHosts yes', '# x', ''),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 12 }), name, async (lines, host) => {
        await same(['-F', file('config', lines.join('\n')), host], true);
      }),
      { numRuns: 60 },
    );
  });
});

describe('settings beyond what ssh -G prints', () => {
  it('fill in what the tokens stand for, as ssh does when it looks for the keys', async () => {
    const words = ['-F', file('config', `IdentityFile ${folder}/%h-%n-%p-%r-%u-%%\nHostName b.example\nPort 1`), 'u@a'];
    const { stderr } = spawnSync('ssh', ['-v', '-oProxyCommand=false', ...words, 'true'], { encoding: 'utf8' });
    const real = /identity file (\S+) type/.exec(stderr)?.[1];
    expect((await last(words)).identityFiles).toEqual([real]);
    expect(real).toContain('/b.example-a-1-u-');
  });

  it('are not spoilt by lines for other hosts', async () => {
    const path = file('config', 'Host other\n IdentityFile ~/key#1\n Port x\n Foo\nHost a\n Port 7');
    expect((await last(['-F', path, 'a'])).port).toBe(7);
    await expect(ours(['-F', path, 'other'])).rejects.toThrow(/line 2: # within a word/);
  });

  it('find the agent by its variable, by a path, or not at all', async () => {
    expect((await last(['-F', 'none', 'a'])).agent).toBe('/agent.sock');
    for (const [value, agent] of [
      ['none', undefined],
      ['SSH_AUTH_SOCK', '/agent.sock'],
      ['$SPECIAL', '/special'],
      ['$MISSING', undefined],
      [`"~/Group Containers/x.sock"`, `${me.home}/Group Containers/x.sock`],
      [`\${SPECIAL}/%h`, '/special/a'],
    ] as const) {
      expect((await last(['-F', file('config', `IdentityAgent ${value}`), 'a'])).agent).toBe(agent);
    }
  });

  it('forward an agent when asked to', async () => {
    expect(await last(['-F', 'none', '-A', 'a'])).toMatchObject({ forwardAgent: true, forwardedAgent: '/agent.sock' });
    expect(await last(['-F', 'none', '-A', '-a', 'a'])).toMatchObject({ forwardAgent: false });
    expect(await last(['-F', 'none', 'a'], { forwardAgent: true })).toMatchObject({ forwardedAgent: '/agent.sock' });
    const other = file('config', 'ForwardAgent /other.sock');
    expect(await last(['-F', other, 'a'])).toMatchObject({ forwardAgent: true, forwardedAgent: '/other.sock' });
  });

  it('keep the connection alive though nobody asked, and as asked where somebody did', async () => {
    expect(await last(['-F', 'none', 'a'])).toMatchObject({ aliveIntervalMs: 10_000, aliveCountMax: 3 });
    const path = file('config', 'ServerAliveInterval 30\nServerAliveCountMax 5');
    expect(await last(['-F', path, 'a'])).toMatchObject({ aliveIntervalMs: 30_000, aliveCountMax: 5 });
    const off = file('config', 'ServerAliveInterval 0');
    expect(await last(['-F', off, 'a'])).toMatchObject({ aliveIntervalMs: 10_000 });
  });

  it('are what the options of the team say before anything else', async () => {
    const path = file(
      'config',
      'Port 1\nIdentityFile /k/config\nCompression no\nConnectTimeout 9\nStrictHostKeyChecking ask',
    );
    const settings = await last(['-F', path, '-p', '2', '-i', '/etc/hosts', '-i', '/k/gone', 'a'], {
      identity: path,
      port: 3,
      strictHostKeyChecking: 'accept-new',
      connectTimeoutMs: 1500,
      serverAliveIntervalMs: 2500,
      serverAliveCountMax: 7,
      compression: true,
      extraSshArgs: ['-l', 'extra'],
    });
    expect(settings).toMatchObject({
      identityFiles: [path, '/etc/hosts', '/k/config'],
      missingIdentities: ['/k/gone'],
      port: 3,
      user: 'extra',
      strict: 'accept-new',
      connectTimeoutMs: 1500,
      aliveIntervalMs: 2500,
      aliveCountMax: 7,
      compression: true,
    });
    expect((await last(['-F', path, 'a'], { strictHostKeyChecking: true })).strict).toBe('yes');
    expect((await last(['-F', path, 'a'], { strictHostKeyChecking: false })).strict).toBe('off');
  });

  it('lead through jump hosts, each with its own entry, to the last', async () => {
    const config = [
      'Host one\n HostName one.example\n User u1\n Port 2201',
      'Host two\n HostName two.example\n ProxyJump one',
      'Host three\n ProxyJump two',
      'Host loop\n ProxyJump loop2\nHost loop2\n ProxyJump loop',
      'Host *\n User u\n IdentityFile /k/%h',
    ].join('\n');
    const path = file('config', config);
    const route = await ours(['-F', path, 'three']);
    expect(route.map(({ user, host, port }) => `${user}@${host}:${port}`)).toEqual([
      'u1@one.example:2201',
      'u@two.example:22',
      'u@three:22',
    ]);
    expect(route.map((stop) => stop.identityFiles[0])).toEqual(['/k/one.example', '/k/two.example', '/k/three']);
    const named = await ours(['-F', path, '-J', 'me@one:99,[::1]:98', 'x']);
    expect(named.map(({ user, host, port }) => `${user} ${host} ${port}`)).toEqual([
      'me one.example 99',
      'u ::1 98',
      'u x 22',
    ]);
    await expect(ours(['-F', path, 'loop'])).rejects.toThrow(/too many hosts/);
  });

  it('offer algorithms as the configuration asks, never those of SHA-1', async () => {
    const plain = (await last(['-F', 'none', 'a'])).algorithms;
    expect(Object.values(plain).flat().join()).not.toMatch(/ssh-rsa|sha1|cbc|arcfour/);
    const chosen = file(
      'config',
      'Ciphers aes256-ctr,unknown\nHostKeyAlgorithms ^rsa-sha2-512\nMACs -*etm*\nKexAlgorithms +x',
    );
    const { algorithms } = await last(['-F', chosen, 'a']);
    expect(algorithms.cipher).toEqual(['aes256-ctr']);
    expect(algorithms.serverHostKey.slice(0, 2)).toEqual(['rsa-sha2-512', 'ssh-ed25519']);
    expect(algorithms.hmac).toEqual(['hmac-sha2-256', 'hmac-sha2-512']);
    expect(algorithms.kex).toEqual(plain.kex);
    await expect(ours(['-F', file('config', 'Ciphers 3des-cbc'), 'a'])).rejects.toThrow(
      /none of the cipher algorithms/,
    );
  });

  it('say in one line what is passed over, and only where it applies', async () => {
    const path = file(
      'config',
      'Host a\n LocalForward 1 b:2\n RemoteCommand none\n Tunnel no\nMatch exec "true"\n User x\nMatch originalhost b exec "true"\n User y\n',
    );
    expect((await last(['-F', path, 'a'])).notices).toEqual([
      `${path} line 2: localforward has no effect with ssh2: true`,
      `${path} line 5: "Match exec" is not supported with ssh2: true; that block is passed over`,
    ]);
    expect((await last(['-F', path, 'a'])).user).toBe(me.name);
  });

  it.each([
    [['-L', '1:b:2', 'a'], /option -L is not supported/],
    [['-NA', 'a'], /option -N is not supported/],
    [['-w0', 'a'], /option -w /],
    [['-o', 'LocalForward=1 b:2', 'a'], /-o LocalForward: localforward is not supported/],
    [['-o', 'NoSuchThing=1', 'a'], /nosuchthing is not supported/],
    [['-o', 'RevokedHostKeys=/x', 'a'], /revokedhostkeys is not supported/],
    [['-p'], /-p needs a value/],
    [['-p', '99999', 'a'], /not a port/],
    [[], /names no host/],
    [['a', 'ls'], /"ls" follows the host/],
    [['--', '-oProxyCommand=touch canary'], /not allowed/],
    [['a$(touch canary)'], /not allowed/],
    [['`x`@a'], /not allowed/],
    [['-l', '-oProxyCommand=x', 'a'], /user name "-oProxyCommand=x"/],
    [['a b'], /not allowed/],
    [['a\nb'], /not allowed/],
    [['-J', 'x;y', 'a'], /not allowed/],
    [['-F', '/no/such/config', 'a'], /cannot be read/],
  ])('[S33] refuse %j and name it', async (words, message) => {
    await expect(ours(['-F', 'none', ...words])).rejects.toThrow(message);
    await expect(ours(['-F', 'none', ...words])).rejects.toMatchObject({ code: 'usage', retriable: false });
  });

  it.each([
    ['Port x', /line 1.*|not a port/],
    ['Compression maybe', /line 1: compression is maybe, not yes or no/],
    ['User "x', /line 1: its quotes do not match/],
    ['User', /line 1: a value is missing/],
    ['IdentityFile ~/key#1', /line 1: # within a word/],
    ['User a b', /line 1: user takes one value/],
    ['IdentityFile ~other/key', /home of another user/],
    ['IdentityFile /k/%Z', /%Z is not a token/],
    ['HostName -oProxyCommand=x', /begins with -/],
  ])('refuse a configuration with %j', async (text, message) => {
    await expect(ours(['-F', file('config', text), 'a'])).rejects.toThrow(message);
  });
});
