import { afterEach, describe, expect, it } from 'vitest';
import { editConfigCommand } from '../../src/cli/edit-config.ts';
import { type TempHome, tempHome } from '../support/index.ts';

const homes: TempHome[] = [];
afterEach(async () => {
  for (const home of homes.splice(0)) await home.dispose();
});

function config(yaml: string): string {
  const home = tempHome();
  homes.push(home);
  return home.config(yaml);
}

describe('the command that opens the config at a team', () => {
  const yaml = 'settings:\n  mouse: false\nteams:\n  api: { agent: shell }\n  # gpu\n  train:\n    agent: codex\n';

  it('is the editor of the user with the line as that editor takes it', async () => {
    const file = config(yaml);
    const command = (EDITOR: string, team?: string) => editConfigCommand(file, team, { EDITOR });
    expect(await command('vim -n', 'train')).toEqual(['vim', '-n', '+6', file]);
    expect(await command('/usr/bin/hx', 'api')).toEqual(['/usr/bin/hx', `${file}:4`]);
    expect(await command('code', 'api')).toEqual(['code', '--wait', '--goto', `${file}:4`]);
    expect(await command('nano')).toEqual(['nano', file]);
    expect(await editConfigCommand(file, undefined, { EDITOR: 'nano', VISUAL: 'emacs -nw' })).toEqual([
      'emacs',
      '-nw',
      file,
    ]);
  });

  it('opens the file as it is when the team, or the file, is not there', async () => {
    const file = config(yaml);
    expect(await editConfigCommand(file, 'nobody', { EDITOR: 'vi' })).toEqual(['vi', file]);
    expect(await editConfigCommand(`${file}.new`, 'api', { EDITOR: 'vi' })).toEqual(['vi', `${file}.new`]);
    expect(await editConfigCommand(config('teams: [broken'), 'api', { EDITOR: 'vi' })).toHaveLength(2);
  });

  it('says so when there is no editor', async () => {
    await expect(editConfigCommand('/x', undefined, { PATH: '/nowhere' })).rejects.toThrow('there is no editor');
  });
});
