import { describe, expect, it } from 'vitest';
import { type FileProbe, resolvePaths, SOCKET_PATH_LIMIT_BYTES } from '../../src/cli/paths.ts';
import { testEnvironment } from './environment.ts';

function probe(files: string[] = [], folders: string[] = []): FileProbe {
  return { isFile: (path) => files.includes(path), isOwnFolder: (path) => folders.includes(path) };
}

describe('the folders of one user', () => {
  it('are those of XDG when nothing is set', () => {
    const paths = resolvePaths(testEnvironment(), probe());
    expect(paths.configFile).toBe('/home/u/.config/iris-tui/config.yaml');
    expect(paths.stateDir).toBe('/home/u/.local/state/iris-tui');
    expect(paths.hubLog).toBe('/home/u/.local/state/iris-tui/hub.log');
    expect(paths.socket).toBe('/home/u/.local/state/iris-tui/hub.sock');
  });

  it('follow the XDG variables, and ignore those that are relative, as the specification says', () => {
    const vars = { XDG_CONFIG_HOME: '/c', XDG_STATE_HOME: 'relative', XDG_RUNTIME_DIR: '/run/user/1000' };
    const paths = resolvePaths(testEnvironment(vars), probe([], ['/run/user/1000']));
    expect(paths.configFile).toBe('/c/iris-tui/config.yaml');
    expect(paths.stateDir).toBe('/home/u/.local/state/iris-tui');
    expect(paths.socket).toBe('/run/user/1000/iris-tui/hub.sock');
  });

  it('are all in IRIS_HOME when that is set, relative to the working folder or to the home', () => {
    for (const [value, home] of [
      ['/srv/iris', '/srv/iris'],
      ['box', '/work/box'],
      ['~/box', '/home/u/box'],
    ] as const) {
      const paths = resolvePaths(testEnvironment({ IRIS_HOME: value, XDG_RUNTIME_DIR: '/run/user/1000' }), probe());
      expect(paths.configFile).toBe(`${home}/config.yaml`);
      expect(paths.configFrom).toBe('IRIS_HOME');
      expect(paths.stateDir).toBe(`${home}/state`);
      expect(paths.socket).toBe(`${home}/run/hub.sock`);
    }
  });

  it('find the socket of the desktop where XDG_RUNTIME_DIR is not set, as in a cron job', () => {
    const paths = resolvePaths(testEnvironment(), probe([], ['/run/user/1000']));
    expect(paths.socket).toBe('/run/user/1000/iris-tui/hub.sock');
  });

  it('do not use an XDG_RUNTIME_DIR of another user, as `su` leaves it behind', () => {
    const paths = resolvePaths(testEnvironment({ XDG_RUNTIME_DIR: '/run/user/0' }), probe([], ['/run/user/1000']));
    expect(paths.socket).toBe('/run/user/1000/iris-tui/hub.sock');
  });

  it('give a socket whose path would be too long a short one, the same each time and another for another folder', () => {
    const long = (end: string) =>
      resolvePaths(testEnvironment({ IRIS_HOME: `/${'x'.repeat(90)}/${end}` }), probe()).socket;
    expect(long('a')).toMatch(/^\/tmp\/iris-tui-1000\/[0-9a-f]{16}\.sock$/);
    expect(long('a')).toBe(long('a'));
    expect(long('a')).not.toBe(long('b'));
  });

  it('count the path of a socket in bytes, not in characters', () => {
    const paths = resolvePaths(testEnvironment({ IRIS_HOME: `/${'é'.repeat(50)}` }), probe());
    expect(paths.socket).toMatch(/^\/tmp\//);
    const fits = resolvePaths(testEnvironment({ IRIS_HOME: `/${'e'.repeat(50)}` }), probe());
    expect(Buffer.byteLength(fits.socket)).toBeLessThanOrEqual(SOCKET_PATH_LIMIT_BYTES);
    expect(fits.socket).toBe(`/${'e'.repeat(50)}/run/hub.sock`);
  });

  it('read ~/.iris/config.yaml only where it is the only one', () => {
    const old = '/home/u/.iris/config.yaml';
    const own = '/home/u/.config/iris-tui/config.yaml';
    expect(resolvePaths(testEnvironment(), probe([old])).configFile).toBe(old);
    expect(resolvePaths(testEnvironment(), probe([old, own])).configFile).toBe(own);
    expect(resolvePaths(testEnvironment({ IRIS_HOME: '/h' }), probe([old])).configFile).toBe('/h/config.yaml');
  });

  it('take IRIS_CONFIG_PATH before everything else', () => {
    const env = testEnvironment({ IRIS_CONFIG_PATH: 'my config.yaml', IRIS_HOME: '/h' });
    const paths = resolvePaths(env, probe());
    expect(paths.configFile).toBe('/work/my config.yaml');
    expect(paths.configFrom).toBe('IRIS_CONFIG_PATH');
  });
});
