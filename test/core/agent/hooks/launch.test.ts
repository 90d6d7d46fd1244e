import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { geminiSettings, withHooks } from '../../../../src/core/index.ts';

const setup = { program: ['/opt/no de/node', "/opt/it's/hook.js"] };
const LINE = "{ '/opt/no de/node' '/opt/it'\\''s/hook.js' 'claude' ; } >/dev/null 2>&1 || :";

function hooked(agent: string, command: string[], env = {}, more = {}) {
  const plan = withHooks(agent, command, env, { ...setup, ...more });
  if (plan.kind !== 'hooks') throw new Error(plan.why);
  return plan;
}
const why = (agent: string, command: string[], env = {}, more = {}) =>
  withHooks(agent, command, env, { ...setup, ...more });

describe('hooks on the command line', () => {
  it('of claude are settings before everything else', () => {
    const { command, env } = hooked('claude', ['/usr/bin/claude', '--continue', 'fix it']);
    expect([command[0], command[1], ...command.slice(3)]).toEqual([
      '/usr/bin/claude',
      '--settings',
      '--continue',
      'fix it',
    ]);
    expect(env).toEqual({});
    const { hooks } = JSON.parse(command[2]!) as { hooks: Record<string, { hooks: { command: string }[] }[]> };
    expect(Object.keys(hooks)).toEqual(expect.arrayContaining(['UserPromptSubmit', 'PermissionRequest', 'Stop']));
    expect(hooks.Stop).toEqual([{ hooks: [{ type: 'command', command: LINE, timeout: 5, async: true }] }]);
  });

  it('are added to settings of the user that stand there, and leave a file of the user alone', () => {
    const own = { model: 'x', hooks: { Stop: [{ hooks: [{ type: 'command', command: 'beep' }] }] } };
    for (const words of [['--settings', JSON.stringify(own)], [`--settings=${JSON.stringify(own)}`]]) {
      const { command } = hooked('claude', ['claude', ...words, '-c']);
      expect(command).toHaveLength(4);
      expect(command[3]).toBe('-c');
      const merged = JSON.parse(command[2]!) as {
        model: string;
        hooks: Record<string, { hooks: { command: string }[] }[]>;
      };
      expect(merged.model).toBe('x');
      expect(merged.hooks.Stop?.map((entry) => entry.hooks[0]?.command)).toEqual(['beep', LINE]);
    }
    expect(why('claude', ['claude', '--settings', 'mine.json'])).toMatchObject({ kind: 'none' });
    // After `--` it is a prompt.
    expect(hooked('claude', ['claude', '--', '--settings', 'x']).command.slice(-3)).toEqual(['--', '--settings', 'x']);
  });

  it("of codex are a notify program, unless one of the user's own is there", () => {
    const { command } = hooked('codex', ['codex', 'resume']);
    expect(command[1]).toBe('-c');
    expect(command[2]).toMatch(
      /^notify=\["\/bin\/sh","-c","\{ '.*' 'codex' \\"\$1\\"; \} >\/dev\/null 2>&1 \|\| :","iris-tui"\]$/,
    );
    expect(command[3]).toBe('resume');
    expect(why('codex', ['codex'], {}, { codexNotifies: true })).toMatchObject({ kind: 'none' });
    expect(why('codex', ['codex', '-c', 'notify=["mine"]'])).toMatchObject({ kind: 'none' });
  });

  it('of gemini are a file that a variable names, where it would be read', () => {
    expect(why('gemini', ['gemini'])).toMatchObject({ kind: 'none' });
    expect(hooked('gemini', ['gemini', '-m', 'x'], {}, { geminiFile: '/s/g.json' })).toEqual({
      kind: 'hooks',
      command: ['gemini', '-m', 'x'],
      env: { GEMINI_CLI_SYSTEM_DEFAULTS_PATH: '/s/g.json' },
    });
    const own = { GEMINI_CLI_SYSTEM_DEFAULTS_PATH: '/mine' };
    expect(why('gemini', ['gemini'], own, { geminiFile: '/s/g.json' })).toMatchObject({ kind: 'none' });
    expect(Object.keys((JSON.parse(geminiSettings(setup.program)) as { hooks: object }).hooks)).toContain('AfterAgent');
  });

  it('are given to no wrapper and to no program without hooks', () => {
    expect(why('claude', ['./my-claude.sh'])).toMatchObject({ kind: 'none' });
    expect(why('aider', ['aider'])).toMatchObject({ kind: 'none' });
    expect(why('shell', ['bash'])).toMatchObject({ kind: 'none' });
  });

  it('end well and say nothing when what they run is gone', () => {
    const { command } = hooked('codex', ['codex']);
    const [program, ...args] = JSON.parse(command[2]!.slice('notify='.length)) as string[];
    expect(execFileSync(program!, [...args, '{}'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })).toBe('');
  });
});
