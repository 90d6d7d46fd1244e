import { describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG, problemLine, teamConfigOf } from '../../src/cli/config/index.ts';
import { readConfig } from '../../src/cli/config/read.ts';

const read = (yaml: string) => readConfig(yaml, 'c.yaml', { vars: {}, home: '/home/u' });
const lines = (yaml: string): string[] => read(yaml).problems.map(problemLine);
const notify = (yaml: string) => teamConfigOf(read(`settings:\n  notify: ${yaml}\n`).config, []).notify;

describe('settings.notify', () => {
  it('is checked and complete: what is left out is as without it', () => {
    expect(notify('{done: [desktop, osc9], quiet: "22:30-7:00"}')).toEqual({
      blocked: ['bell'],
      done: ['desktop', 'osc9'],
      failed: [],
      command: [],
      quiet: { from: 1350, to: 420 },
    });
    expect(notify('{blocked: false, failed: [command], command: "tell {session} \'{question} ?\'"}')).toMatchObject({
      blocked: [],
      command: ['tell', '{session}', '{question} ?'],
    });
    expect(notify('false')).toMatchObject({ blocked: [], done: [], failed: [] });
    expect(teamConfigOf(DEFAULT_CONFIG, [])).not.toHaveProperty('notify');
  });

  it.each([
    ['{blocked: [bel]}', /settings\.notify\.blocked\.0: must be one of bell, osc9.*did you mean bell\?/],
    ['{blocked: bell}', /settings\.notify\.blocked: must be a list/],
    ['{blockd: []}', /settings\.notify has no key "blockd" \(did you mean blocked\?\)/],
    ['{quiet: night}', /settings\.notify\.quiet: "night" are no hours \(write them as "22:00-07:00"\)/],
    ['{done: [command]}', /settings\.notify: has the way command, and no command \(add command:/],
    ['true', /settings\.notify: must be a map/],
  ])('%s is said to be wrong, and the rest of the file counts', (yaml, what) => {
    const { config, problems } = read(`settings:\n  notify: ${yaml}\n  mouse: false\n`);
    expect(problems.map(problemLine).join('\n')).toMatch(what);
    expect(config.settings.mouse).toBe(false);
  });
});

describe('notify and hooks of a team', () => {
  it('say only what differs', () => {
    const { config } = read('teams:\n  a: {notify: false, hooks: true}\n  b: {notify: {done: [bell]}}\n');
    const [a, b] = config.teams;
    expect(a).toMatchObject({ notify: { blocked: [], done: [], failed: [] }, hooks: true });
    expect(b?.notify).toEqual({ done: ['bell'] });
    expect(lines('teams:\n  a: {notify: {done: [ring]}}\n')[0]).toMatch(/teams\.a\.notify\.done\.0: must be one of/);
  });
});

it('hooks are off unless somebody wants them', () => {
  expect(teamConfigOf(DEFAULT_CONFIG, []).hooks).toBe(false);
  expect(teamConfigOf(read('settings: {hooks: true}').config, []).hooks).toBe(true);
});
