import { homedir } from 'node:os';
import { describe, expect, it } from 'vitest';
import type { RemoteOptions } from '../../../src/core/index.ts';
import { parseSshWords, sshCommand, sshOptions } from '../../../src/transports/openssh/index.ts';

const argv = (options: RemoteOptions, words: readonly string[] = ['gpu'], more = {}) =>
  sshCommand({
    words: parseSshWords(words),
    options,
    mode: 'pty',
    unattended: false,
    logFile: '/tmp/log',
    line: 'LINE',
    ...more,
  });
const plain = argv({});
/** What an option adds to the command line, or puts in the place of something. */
const added = (options: RemoteOptions) =>
  argv(options).filter((word, i, all) => !plain.includes(word) || (word === '-o' && !plain.includes(all[i + 1] ?? '')));

describe('every option of a remote is on the command line of ssh', () => {
  it.each<[RemoteOptions, string[]]>([
    [{ identity: '/keys/a b' }, ['-i', '/keys/a b']],
    [{ identity: '~/.ssh/key' }, ['-i', `${homedir()}/.ssh/key`]],
    [{ port: 2222 }, ['-p', '2222']],
    [{ strictHostKeyChecking: true }, ['-o', 'StrictHostKeyChecking=yes']],
    [{ strictHostKeyChecking: false }, ['-o', 'StrictHostKeyChecking=no']],
    [{ strictHostKeyChecking: 'accept-new' }, ['-o', 'StrictHostKeyChecking=accept-new']],
    [{ connectTimeoutMs: 1001 }, ['-o', 'ConnectTimeout=2']],
    [{ connectTimeoutMs: 1 }, ['-o', 'ConnectTimeout=1']],
    [{ serverAliveIntervalMs: 30_000 }, ['-o', 'ServerAliveInterval=30']],
    [{ serverAliveCountMax: 7 }, ['-o', 'ServerAliveCountMax=7']],
    [{ compression: true }, ['-o', 'Compression=yes']],
    [{ compression: false }, ['-o', 'Compression=no']],
    [{ forwardAgent: true }, ['-o', 'ForwardAgent=yes']],
    [{ extraSshArgs: ['-4', '-oFoo=bar', '-J', 'jump'] }, ['-4', '-o', 'Foo=bar', '-J', 'jump']],
  ])('%j', (options, words) => {
    expect(added(options)).toEqual(words);
  });

  it('and ten seconds, thrice, where none says how long a connection may be silent', () => {
    expect(plain).toContain('ServerAliveInterval=10');
    expect(plain).toContain('ServerAliveCountMax=2');
  });

  it('but a passphrase never is', () => {
    expect(JSON.stringify(argv({ identity: '/k', passphrase: 'hunter2' }))).not.toContain('hunter2');
    expect(
      JSON.stringify(argv({ identity: '/k', passphrase: 'hunter2' }, ['gpu'], { unattended: true })),
    ).not.toContain('hunter2');
  });

  it('and the end is always the same: two dashes, the host, one line', () => {
    expect(argv({ port: 1 }, ['-v', 'me@gpu', '-C']).slice(-3)).toEqual(['--', 'me@gpu', 'LINE']);
  });

  it('with a terminal or none, and without questions when nobody is there', () => {
    expect(plain).toContain('-tt');
    expect(argv({}, ['gpu'], { mode: 'pipes' })).toContain('-T');
    expect(plain).not.toContain('BatchMode=yes');
    expect(argv({}, ['gpu'], { unattended: true })).toContain('BatchMode=yes');
    // With BatchMode ssh would not decrypt the key.
    const secret = argv({ identity: '/k', passphrase: 'p' }, ['gpu'], { unattended: true });
    expect(secret).not.toContain('BatchMode=yes');
    expect(secret).toEqual(expect.arrayContaining(['PasswordAuthentication=no', 'StrictHostKeyChecking=yes']));
  });

  it('and an escape character only where the user wants one', () => {
    expect(plain).toContain('EscapeChar=none');
    expect(argv({}, ['-e', '~', 'gpu'])).not.toContain('EscapeChar=none');
    expect(argv({}, ['-oEscapeChar=~', 'gpu'])).not.toContain('EscapeChar=none');
  });
});

describe('what a user writes after ssh', () => {
  it.each<[string, string[], string]>([
    ['gpu', [], 'gpu'],
    ['-p 2222 me@gpu', ['-p', '2222'], 'me@gpu'],
    ['-p2222 -4C gpu', ['-p', '2222', '-4', '-C'], 'gpu'],
    ['gpu -J jump -A', ['-J', 'jump', '-A'], 'gpu'],
    ['-tt -q -T gpu', [], 'gpu'],
    ['-ttp 22 gpu', ['-p', '22'], 'gpu'],
    ['-o User=me -- gpu', ['-o', 'User=me'], 'gpu'],
    ['ssh://me@gpu:2222', [], 'ssh://me@gpu:2222'],
    ['-E /tmp/mine gpu', [], 'gpu'],
    ['-L 8080:localhost:80 gpu', ['-L', '8080:localhost:80'], 'gpu'],
    ['2001:db8::1', [], '2001:db8::1'],
    ['me@corp@gpu', [], 'me@corp@gpu'],
  ])('%s', (line, options, destination) => {
    expect(parseSshWords(line.split(' '))).toEqual({ options, destination });
  });

  it.each([
    ['', 'names no host'],
    ['-p 22', 'names no host'],
    ['gpu ls', 'says what to run on gpu: ls'],
    ['-N gpu', 'runs no command'],
    ['-f gpu', 'goes to the background'],
    ['-W x:1 gpu', 'carries no command'],
    ['gpu -p', '-p of ssh wants an argument'],
  ])('refused: %s', (line, message) => {
    expect(() => parseSshWords(line.split(' '))).toThrow(message);
  });

  it('[S33] no word can be an option where the host belongs, or be read by a shell', () => {
    const hostile = [
      '-oProxyCommand=touch canary',
      '--',
      '-',
      '$(touch canary)',
      '`touch canary`',
      "a';touch canary;'",
      'a\nb',
      'a b',
      'me;x@gpu',
      '-l@gpu',
      '@gpu',
      'me@',
      'gpu|x',
      'a"b',
    ];
    for (const word of hostile) {
      expect(() => parseSshWords(['--', word]), word).toThrow();
    }
    expect(() => sshOptions({ extraSshArgs: ['gpu'] })).toThrow('no option of ssh');
    expect(() => sshOptions({ port: -1 })).toThrow('no port');
  });
});
