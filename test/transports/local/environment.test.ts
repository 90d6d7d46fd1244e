import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkLaunch, createTransport, findProgram, processEnvironment } from '../../../src/transports/index.ts';
import { Run } from '../../contract/transport.ts';

const identity = { sessionId: 'abc', sessionName: 'my agent', hub: '/run/hub.sock' };

describe('the environment of a process', () => {
  it('says where it is, and nothing of where its hub or its starter was', () => {
    const env = processEnvironment(
      {
        PATH: '/bin',
        HOME: '/home/me',
        EDITOR: 'vi',
        API_KEY: 'secret',
        EMPTY: '',
        TERM: 'screen',
        TERM_PROGRAM: 'iTerm.app',
        TERM_PROGRAM_VERSION: '3.5',
        TMUX: '/tmp/tmux-0/default,1,0',
        TMUX_PANE: '%3',
        STY: '1.x',
        WINDOW: '0',
        COLUMNS: '10',
        LINES: '5',
        KITTY_WINDOW_ID: '1',
        IRIS_HUB: '/other.sock',
        IRIS_SESSION_ID: 'outer',
        IRIS_ANYTHING: 'x',
        WT_SESSION: 'x',
      },
      identity,
    );
    expect(env).toEqual({
      PATH: '/bin',
      HOME: '/home/me',
      EDITOR: 'vi',
      API_KEY: 'secret',
      EMPTY: '',
      TERM: 'xterm-256color',
      COLORTERM: 'truecolor',
      TERM_PROGRAM: 'tmux',
      IRIS_TUI: '1',
      IRIS_SESSION_ID: 'abc',
      IRIS_SESSION_NAME: 'my agent',
      IRIS_HUB: '/run/hub.sock',
    });
  });

  it('reaches the process', async () => {
    const launch = {
      command: ['env'],
      cwd: '/tmp',
      env: { PATH: process.env.PATH!, TMUX: 'x', OWN: 'a b=c' },
      mode: 'pty' as const,
      cols: 80,
      rows: 24,
    };
    const context = { identity: { id: 'abc', name: 'my agent' }, hub: '/run/hub.sock' };
    const run = new Run(createTransport('local', launch, context));
    await run.over();
    const lines = run.text.split('\r\n');
    for (const line of [
      'TERM=xterm-256color',
      'IRIS_SESSION_NAME=my agent',
      'IRIS_HUB=/run/hub.sock',
      'OWN=a b=c',
      'PWD=/tmp',
    ]) {
      expect(lines).toContain(line);
    }
    expect(run.text).not.toContain('TMUX=');
  });
});

describe('finding a program', () => {
  let dir = '';
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'iris-tui-program-'));
    for (const folder of ['a', 'b', 'c/tool']) mkdirSync(join(dir, folder), { recursive: true });
    writeFileSync(join(dir, 'a/tool'), 'not executable');
    writeFileSync(join(dir, 'b/tool'), '#!/bin/sh\n', { mode: 0o755 });
    symlinkSync(join(dir, 'nowhere'), join(dir, 'a/broken'));
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('takes the first on PATH that is a file and may be run', () => {
    const path = ['a', 'c', 'b'].map((folder) => join(dir, folder)).join(':');
    expect(findProgram('tool', path, '/')).toBe(join(dir, 'b/tool'));
    expect(findProgram('broken', path, '/')).toBeUndefined();
    expect(findProgram('', path, '/')).toBeUndefined();
  });

  it('looks from the folder for names with a slash, and for empty and relative parts of PATH', () => {
    expect(findProgram('./tool', '/nowhere', join(dir, 'b'))).toBe(join(dir, 'b/tool'));
    expect(findProgram('b/tool', undefined, dir)).toBe(join(dir, 'b/tool'));
    expect(findProgram('tool', '/nowhere::', join(dir, 'b'))).toBe(join(dir, 'b/tool'));
    expect(findProgram('tool', 'b', dir)).toBe(join(dir, 'b/tool'));
    expect(findProgram('sh', undefined, dir)).toMatch(/^\/(usr\/)?bin\/sh$/);
  });

  it('refuses an argument that the kernel would refuse, in words', () => {
    const command = ['echo', 'x'.repeat(200_000)];
    expect(() => checkLaunch({ command, cwd: '/', env: { PATH: '/bin:/usr/bin' } })).toThrow(
      /longer than 131071 bytes/,
    );
  });
});
