import { describe, expect, it } from 'vitest';
import {
  agentCommand,
  agentKindOf,
  cleanName,
  defaultName,
  findSession,
  IrisError,
  KNOWN_AGENTS,
  randomIds,
} from '../../../src/core/index.ts';

const sessions = [
  { id: 'a1b2c3', name: 'api' },
  { id: 'a1ffff', name: 'api-2' },
  { id: 'kkkkkk', name: 'train' },
  { id: 'zzzzzz', name: 'a1b2c3' },
];
const find = (wanted: string) => findSession(sessions, wanted).id;
const errorOf = (run: () => unknown): IrisError => {
  try {
    run();
  } catch (error) {
    if (error instanceof IrisError) return error;
  }
  throw new Error('it did not fail');
};

describe('finding a session', () => {
  it('takes an exact name before an id, and an exact id before prefixes', () => {
    expect(find('api')).toBe('a1b2c3');
    expect(find('a1b2c3')).toBe('zzzzzz');
    expect(find('a1ffff')).toBe('a1ffff');
  });

  it('takes a prefix of a name or an id that only one session has', () => {
    expect(find('tr')).toBe('kkkkkk');
    expect(find('kk')).toBe('kkkkkk');
    expect(find('api-')).toBe('a1ffff');
  });

  it('lists the candidates of a prefix that several have', () => {
    const error = errorOf(() => find('ap'));
    expect(error.code).toBe('ambiguous');
    expect(error.exitCode).toBe(3);
    expect(error.line).toBe('"ap" could be api (a1b2c3), api-2 (a1ffff): give more of the name or the id');
  });

  it('says what there is when nothing matches, and how to begin when there is nothing', () => {
    expect(errorOf(() => find('nope')).line).toBe('there is no session "nope": there are api, api-2, train, a1b2c3');
    expect(errorOf(() => findSession([{ id: 'a1', name: 'api' }], 'db')).line).toBe(
      'there is no session "db": there is only api',
    );
    expect(errorOf(() => find('')).code).toBe('not-found');
    expect(errorOf(() => findSession([], 'x')).line).toContain('iris-tui new');
  });

  it('lists no more candidates than a line can hold', () => {
    const many = Array.from({ length: 100 }, (_, i) => ({ id: `id${i}`, name: `n${i}` }));
    expect(errorOf(() => findSession(many, 'n')).line).toContain('and 92 more');
  });
});

describe('names', () => {
  it('are the base name of the program, numbered when it is taken', () => {
    const taken = new Set(['bash', 'bash-2']);
    const has = (name: string) => taken.has(name);
    expect(defaultName(['/usr/bin/vim', 'x'], has)).toBe('vim');
    expect(defaultName(['-bash'], has)).toBe('bash-3');
    expect(defaultName(['/'], has)).toBe('session');
    expect(defaultName(['\u001b[2J'], has)).toBe('[2J');
  });

  it('lose control characters and must have something left', () => {
    expect(cleanName('  my\u001b name\u202e ')).toBe('my  name');
    expect(errorOf(() => cleanName(' \n\u0007')).code).toBe('usage');
    expect(cleanName('x'.repeat(500))).toHaveLength(128);
  });
});

describe('agents', () => {
  it('are told by their program', () => {
    expect(agentKindOf(['/opt/bin/claude', '--resume'])).toBe('claude');
    expect(agentKindOf(['-zsh'])).toBe('shell');
    expect(agentKindOf(['vim'])).toBe('command');
    expect(KNOWN_AGENTS.map(({ name }) => name)).toEqual(['claude', 'codex', 'gemini', 'opencode', 'aider']);
  });

  it('are found on PATH before anything starts', () => {
    expect(agentCommand('codex', () => '/usr/bin/codex', '/usr/bin')).toEqual(['codex']);
  });

  it('that are missing are said in one line: what, where it was looked for, what to do, and which are here', () => {
    const only = (program: string) => (program === 'gemini' || program === 'aider' ? `/bin/${program}` : undefined);
    const error = errorOf(() => agentCommand('claude', only, '/bin:/usr/bin'));
    expect(error.code).toBe('program-missing');
    expect(error.line).toBe(
      'claude was not found in /bin:/usr/bin: install it (npm install -g @anthropic-ai/claude-code) or name its command after --; found here: gemini, aider',
    );
    expect(errorOf(() => agentCommand('claude', () => undefined, '')).line).toContain(
      'no other agent is installed here',
    );
    expect(errorOf(() => agentCommand('clyde', () => undefined, '')).line).toContain('known are claude, codex');
  });
});

describe('ids', () => {
  it('of sessions are short, begin with a letter and have no characters that are easily confused', () => {
    let next = 0;
    const ids = randomIds((bytes) => {
      for (const i of bytes.keys()) bytes[i] = next++ * 37;
    });
    const many = Array.from({ length: 200 }, () => ids.session());
    for (const id of many) expect(id).toMatch(/^[a-hj-kmnp-t][0-9a-hjkmnp-tv-z]{11}$/);
  });

  it('of epochs are UUIDs of version 4', () => {
    const ids = randomIds((bytes) => void bytes.fill(255));
    expect(ids.epoch()).toBe('ffffffff-ffff-4fff-bfff-ffffffffffff');
    const zeros = randomIds((bytes) => void bytes.fill(0));
    expect(zeros.epoch()).toBe('00000000-0000-4000-8000-000000000000');
  });
});
