import { describe, expect, it } from 'vitest';
import { noTeam } from '../../src/cli/actions/find-team.ts';
import type { Context } from '../../src/cli/context.ts';

describe('a team that is not there', () => {
  it('is to be written into the config of the hub that is meant', () => {
    const context = { paths: { configFile: '/home/me/config.yaml' } } as Context;
    expect(noTeam(context, 'web', []).line).toBe('there is no team web: write it into /home/me/config.yaml');
    const far = { ...context, far: { name: 'office' } } as Context;
    for (const name of ['web', undefined]) {
      const { line } = noTeam(far, name, []);
      expect(line).toContain('the config there (iris-tui config path says on office where it is)');
      expect(line).not.toContain('/home/me');
    }
  });
});
