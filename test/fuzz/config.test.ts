// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the config are what is tested
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { readConfig } from '../../src/cli/config/read.ts';
import { namesAt } from '../../src/cli/config/schema.ts';

const scope = { vars: { A: '1', B: 'x y' }, home: '/home/u' };
const RUNS = 300;

const names = [...namesAt([]), ...namesAt(['settings']), ...namesAt(['teams', 't']), 'root', '__proto__', '', 'a/b'];
const remoteNames = namesAt(['teams', 't', 'remoteOptions']);
const scalar = fc.oneof(
  fc.constantFrom('${A}', '${B}', '${NO}', '${NO:-3}', '${', '$$', 'ssh gpu', 'true', 'yes', "'", '\u0000', '#fff', ''),
  fc.string({ maxLength: 8 }),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
);
const value = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar,
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...names, ...remoteNames), tie('any'), { maxKeys: 3 }),
  ),
})).any;
const section = (keys: readonly string[]) => fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 4 });
const team = fc.oneof(section([...namesAt(['teams', 't']), 'nonsense']), value);
const config = fc.record(
  {
    settings: fc.oneof(section(namesAt(['settings'])), value),
    keys: value,
    theme: value,
    teams: fc.dictionary(fc.string({ maxLength: 5 }), team, { maxKeys: 3 }),
    hubs: value,
  },
  { requiredKeys: ['teams'] },
);

describe('any config', () => {
  it('is read to an end; what is right beside what is wrong is kept, and every error has its place', () => {
    fc.assert(
      fc.property(config, (made) => {
        const good = { path: '/srv', agent: 'codex', autostart: true };
        const text = stringify({ ...made, teams: { ...made.teams, good } });
        const { config: read, problems, intact } = readConfig(text, '/c.yaml', scope);
        // A document that can't be read at all says so, and is the default.
        if (problems.some(({ path, message }) => path === '' && /not YAML|aliases|second time/.test(message))) return;
        expect(read.teams.map(({ name }) => name)).toContain('good');
        expect(read.settings.escapeTimeMs).toBeTypeOf('number');
        const lines = text.split('\n').length;
        for (const { line, column } of problems) {
          expect(line).toBeGreaterThan(0);
          expect(line).toBeLessThanOrEqual(lines);
          expect(column).toBeGreaterThan(0);
        }
        const named = Object.keys(made.teams).length + ('good' in made.teams ? 0 : 1);
        const lost = read.teams.length < named;
        const excused = problems.some(({ message }) => /the team is left out/.test(message));
        if (lost && !excused) expect(intact).toBe(false);
      }),
      { numRuns: RUNS },
    );
  });

  it('is read to an end whatever bytes it is made of', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' })), (text) => {
        expect(readConfig(text, '/c.yaml', scope).config.settings.prefix).toBeTypeOf('string');
        expect(readConfig(`teams:\n  a:\n    path: ${text}`, '/c.yaml', scope).config.teams.length).toBeLessThan(9);
      }),
      { numRuns: RUNS },
    );
  });
});
