import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOST_KEYS, keyTypeOf, orderHostKeys } from '../../../src/transports/ssh2/algorithms.ts';
import {
  hashedName,
  hostName,
  knownTypes,
  parseKnownHosts,
  type Verdict,
  verdictOn,
} from '../../../src/transports/ssh2/known-hosts.ts';
import { readKnownHosts, rememberHost } from '../../../src/transports/ssh2/known-hosts-files.ts';
import { type Sshd, startSshd } from '../../support/index.ts';

interface Key {
  readonly type: string;
  readonly base64: string;
}

let folder = '';
let sshd: Sshd;
/** What the server has: ed25519, RSA and ECDSA keys; and keys of nobody here. */
let mine: Record<'ed25519' | 'rsa' | 'ecdsa', Key>;
let other: Record<'ed25519' | 'rsa' | 'ecdsa', Key>;

function key(path: string): Key {
  const [type = '', base64 = ''] = readFileSync(`${path}.pub`, 'utf8').split(' ');
  return { type, base64: base64.trim() };
}

function make(name: string, type: string): Key {
  execFileSync('ssh-keygen', [
    '-q',
    '-t',
    type,
    ...(type === 'rsa' ? ['-b', '2048'] : []),
    '-N',
    '',
    '-f',
    join(folder, name),
  ]);
  return key(join(folder, name));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'iris-known-'));
  const types = ['ed25519', 'rsa', 'ecdsa'] as const;
  for (const type of types) make(`host-${type}`, type);
  mine = Object.fromEntries(types.map((type) => [type, key(join(folder, `host-${type}`))])) as typeof mine;
  other = Object.fromEntries(types.map((type) => [type, make(`other-${type}`, type)])) as typeof other;
  sshd = await startSshd({ config: ['HostKey none'] });
  const config = readFileSync(join(sshd.folder, 'sshd_config'), 'utf8');
  const keys = types.map((type) => `HostKey ${folder}/host-${type}`).join('\n');
  writeFileSync(join(folder, 'sshd_config'), `${config.replace(/^HostKey .*$/gm, '')}\n${keys}\n`);
});
afterAll(async () => {
  await sshd.stop();
  rmSync(folder, { recursive: true, force: true });
});

type Kind = Verdict['kind'];

/** The real ssh, against the real sshd on its standard input and output, under whatever name. */
async function theirs(host: string, port: number, files: string[], alias?: string): Promise<Kind> {
  const child = spawn(
    'ssh',
    [
      ...['-F', 'none', '-oBatchMode=yes', '-oStrictHostKeyChecking=yes', '-oGlobalKnownHostsFile=/dev/null'],
      ...['-oIdentityFile=none', '-oIdentityAgent=none', `-oUserKnownHostsFile=${files.join(' ')}`, '-p', String(port)],
      ...(alias === undefined ? [] : [`-oHostKeyAlias=${alias}`]),
      ...[`-oProxyCommand=/usr/sbin/sshd -i -f ${folder}/sshd_config`, host, 'true'],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  await new Promise((resolve) => child.on('close', resolve));
  if (stderr.includes('REVOKED HOST KEY')) return 'revoked';
  if (stderr.includes('IDENTIFICATION HAS CHANGED')) return 'changed';
  if (/No \S+ host key is known for/.test(stderr)) return 'unknown';
  // Only who took the host key comes as far as the login.
  if (stderr.includes('Permission denied')) return 'known';
  throw new Error(`ssh said: ${stderr}`);
}

/** Ours: the key that the server shows is the first that we name and it has. */
async function ours(host: string, port: number, files: string[], alias?: string): Promise<Kind> {
  const lines = await readKnownHosts(files);
  const at = { host: host.toLowerCase(), port, alias };
  const shown = Object.values(mine);
  const algorithm = orderHostKeys(HOST_KEYS, knownTypes(at, lines)).find((name) =>
    shown.some(({ type }) => type === keyTypeOf(name)),
  );
  const { base64 } = shown.find(({ type }) => type === keyTypeOf(algorithm!))!;
  return verdictOn(Buffer.from(base64, 'base64'), at, lines).kind;
}

let files = 0;
function file(...lines: string[]): string {
  const path = join(folder, `known-${++files}`);
  writeFileSync(path, lines.join('\n'));
  return path;
}

const text = ({ type, base64 }: Key) => `${type} ${base64}`;
const SALT = Buffer.alloc(20, 7);

describe('[S34] the verdict on a host key is that of ssh', () => {
  it.each<[string, () => string[], Kind]>([
    ['plain', () => [`gpu.example ${text(mine.ed25519)}`], 'known'],
    ['several names and a comment', () => [`a,gpu.example,b ${text(mine.ed25519)} someone@somewhere`], 'known'],
    ['another case', () => [`GPU.Example ${text(mine.ed25519)}`], 'known'],
    ['hashed', () => [`${hashedName('gpu.example', SALT)} ${text(mine.ed25519)}`], 'known'],
    ['hashed, another name', () => [`${hashedName('gpu.example2', SALT)} ${text(mine.ed25519)}`], 'unknown'],
    ['pattern', () => [`gpu*.exampl? ${text(mine.ed25519)}`], 'known'],
    ['pattern of one character too few', () => [`gpu?.example ${text(mine.ed25519)}`], 'unknown'],
    ['negated', () => [`*.example,!gpu.example ${text(mine.ed25519)}`], 'unknown'],
    ['negated first', () => [`!gpu.example,*.example ${text(mine.ed25519)}`], 'unknown'],
    ['negated another', () => [`*.example,!cpu.example ${text(mine.ed25519)}`], 'known'],
    ['only negated', () => [`!cpu.example ${text(mine.ed25519)}`], 'unknown'],
    ['changed', () => [`gpu.example ${text(other.ed25519)}`], 'changed'],
    [
      'two keys, one of them right',
      () => [`gpu.example ${text(other.ed25519)}`, `gpu.example ${text(mine.ed25519)}`],
      'known',
    ],
    ['only its RSA key', () => [`gpu.example ${text(mine.rsa)}`], 'known'],
    ['only its ECDSA key', () => [`gpu.example ${text(mine.ecdsa)}`], 'known'],
    ['a wrong RSA key', () => [`gpu.example ${text(other.rsa)}`], 'changed'],
    [
      'a wrong RSA and a right ECDSA key',
      () => [`gpu.example ${text(other.rsa)}`, `gpu.example ${text(mine.ecdsa)}`],
      'known',
    ],
    ['revoked', () => [`@revoked * ${text(mine.ed25519)}`, `gpu.example ${text(mine.ed25519)}`], 'revoked'],
    [
      'revoked for others',
      () => [`@revoked cpu.example ${text(mine.ed25519)}`, `gpu.example ${text(mine.ed25519)}`],
      'known',
    ],
    ['another key revoked', () => [`@revoked * ${text(other.ed25519)}`, `gpu.example ${text(mine.ed25519)}`], 'known'],
    ['only revoked', () => [`@revoked gpu.example ${text(mine.ed25519)}`], 'revoked'],
    ['missing', () => [], 'unknown'],
    ['another host', () => [`cpu.example ${text(mine.ed25519)}`], 'unknown'],
    ['comments and blank lines', () => ['', '# x', ' \t', `\tgpu.example\t${text(mine.ed25519)}`, '#'], 'known'],
    [
      'bad lines around it',
      () => [
        'gpu.example',
        'gpu.example ssh-ed25519',
        'gpu.example ssh-ed25519 !!!',
        `gpu.example ${text(mine.ed25519)}`,
      ],
      'known',
    ],
    ['a key of another type than it says', () => [`gpu.example ssh-rsa ${mine.ed25519.base64}`], 'unknown'],
    ['a cut key', () => [`gpu.example ssh-ed25519 ${mine.ed25519.base64.slice(0, 40)}`], 'unknown'],
    ['an unknown marker', () => [`@trusted gpu.example ${text(mine.ed25519)}`], 'unknown'],
    ['a name with the port 22', () => [`[gpu.example]:22 ${text(mine.ed25519)}`], 'unknown'],
    ['carriage returns', () => [`gpu.example ${text(mine.ed25519)}\r`, ''], 'known'],
  ])('when the file has it %s', async (_, lines, verdict) => {
    const path = file(...lines());
    expect(await theirs('gpu.example', 22, [path])).toBe(verdict);
    expect(await ours('gpu.example', 22, [path])).toBe(verdict);
  });

  it.each<[string, () => string[], Kind]>([
    ['with the port', () => [`[gpu.example]:2200 ${text(mine.ed25519)}`], 'known'],
    ['with the port, hashed', () => [`${hashedName('[gpu.example]:2200', SALT)} ${text(mine.ed25519)}`], 'known'],
    ['with another port', () => [`[gpu.example]:2201 ${text(mine.ed25519)}`], 'unknown'],
    ['without a port', () => [`gpu.example ${text(mine.ed25519)}`], 'known'],
    ['without a port, changed', () => [`gpu.example ${text(other.ed25519)}`], 'unknown'],
    [
      'changed with the port, right without',
      () => [`[gpu.example]:2200 ${text(other.ed25519)}`, `gpu.example ${text(mine.ed25519)}`],
      'changed',
    ],
    ['in a pattern with a port', () => [`[*.example]:* ${text(mine.ed25519)}`], 'known'],
    ['revoked without the port', () => [`@revoked gpu.example ${text(mine.ed25519)}`], 'revoked'],
  ])('on another port, when the file has it %s', async (_, lines, verdict) => {
    const path = file(...lines());
    expect(await theirs('gpu.example', 2200, [path])).toBe(verdict);
    expect(await ours('gpu.example', 2200, [path])).toBe(verdict);
  });

  it('in several files, and under an alias', async () => {
    const [one, two] = [file(`a ${text(mine.ed25519)}`), file(`gpu.example ${text(mine.rsa)}`)];
    for (const host of ['gpu.example', 'a', 'b']) {
      expect(await ours(host, 22, [one, two])).toBe(await theirs(host, 22, [one, two]));
    }
    for (const [host, port] of [
      ['b', 22],
      ['gpu.example', 2200],
    ] as const) {
      expect(await ours(host, port, [one], 'a')).toBe('known');
      expect(await theirs(host, port, [one], 'a')).toBe('known');
      expect(await ours(host, port, [one], 'x')).toBe(await theirs(host, port, [one], 'x'));
    }
  });

  it('for any mixture of lines', async () => {
    const name = fc.constantFrom(
      'gpu.example',
      '*',
      '*.example',
      'gpu.example,cpu',
      '!gpu.example,*',
      '[gpu.example]:2200',
      'cpu',
      '[*]:*',
      'hash',
      'hash-port',
    );
    const which = fc.constantFrom('mine', 'mine', 'other');
    const type = fc.constantFrom('ed25519', 'rsa', 'ecdsa');
    const marker = fc.constantFrom('', '', '', '@revoked ');
    const line = fc.oneof(
      { weight: 8, arbitrary: fc.tuple(marker, name, which, type) },
      {
        weight: 1,
        arbitrary: fc.constantFrom('# comment', '', '  ', 'gpu.example ssh-ed25519', '|1|x|y ssh-ed25519 AAAA'),
      },
    );
    const write = (one: string | [string, string, string, string]): string => {
      if (typeof one === 'string') return one;
      const [mark, host, whose, kind] = one;
      const names: Record<string, string> = {
        hash: hashedName('gpu.example', SALT),
        'hash-port': hashedName('[gpu.example]:2200', SALT),
      };
      return `${mark}${names[host] ?? host} ${text((whose === 'mine' ? mine : other)[kind as 'rsa'])}`;
    };
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 5 }), fc.constantFrom(22, 2200), async (lines, port) => {
        const path = file(...lines.map((one) => write(one as string)));
        expect(await ours('gpu.example', port, [path])).toBe(await theirs('gpu.example', port, [path]));
      }),
      { numRuns: 25 },
    );
  });

  it('fails closed where a certificate authority alone is known: certificates cannot be checked', async () => {
    const path = file(`@cert-authority *.example ${text(other.ed25519)}`);
    expect(await theirs('gpu.example', 22, [path])).toBe('unknown');
    expect(await ours('gpu.example', 22, [path])).toBe('authority');
    const both = file(`@cert-authority *.example ${text(other.ed25519)}`, `gpu.example ${text(mine.ed25519)}`);
    expect(await theirs('gpu.example', 22, [both])).toBe('known');
    expect(await ours('gpu.example', 22, [both])).toBe('known');
  });

  it('fails closed where a file cannot be read, though another has the key', async () => {
    const good = file(`gpu.example ${text(mine.ed25519)}`);
    const bad = join(folder, 'no-file');
    mkdirSync(bad);
    expect(await theirs('gpu.example', 22, [bad])).toBe('unknown');
    const failure = readKnownHosts([good, bad]);
    await expect(failure).rejects.toMatchObject({ code: 'host-key', retriable: false });
    await expect(failure).rejects.toThrow(`${bad} cannot be read`);
    expect(await ours('gpu.example', 22, [good, join(folder, 'none'), '/dev/null'])).toBe('known');
  });
});

describe('a new host is remembered', () => {
  it('so that ssh knows it: plain or hashed, with its port, 0600, after a line without an end', async () => {
    const blob = Buffer.from(mine.ed25519.base64, 'base64');
    for (const hashed of [false, true]) {
      for (const port of [22, 2200]) {
        const path = join(folder, `new-${hashed}-${port}`, 'known_hosts');
        const entry = { name: hostName('gpu.example', port), type: 'ssh-ed25519', key: blob, hashed };
        await rememberHost(path, entry);
        expect(statSync(path).mode & 0o777).toBe(0o600);
        expect(readFileSync(path, 'utf8').startsWith('|1|')).toBe(hashed);
        expect(await theirs('gpu.example', port, [path])).toBe('known');
        writeFileSync(path, readFileSync(path, 'utf8').trimEnd());
        await rememberHost(path, { ...entry, name: 'cpu.example' });
        expect(await theirs('cpu.example', 22, [path])).toBe('known');
        expect(await ours('gpu.example', port, [path])).toBe('known');
        expect(parseKnownHosts(readFileSync(path, 'utf8'), path)).toHaveLength(2);
      }
    }
  });
});
