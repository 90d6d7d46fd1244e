import { describe, expect, it } from 'vitest';
import {
  conversationNamed,
  resumeConversation,
  resumes,
  resumingAgentOf,
  startConversation,
} from '../../../src/core/index.ts';

const ID = '0199a7b2-6c1e-7f43-9a55-0f1c2d3e4f50';
const words = (line: string) => line.split(' ');

describe('an agent that is started again', () => {
  it('claude begins with a name of its conversation and goes on with that', () => {
    const command = words('claude --model opus');
    expect(startConversation('claude', command, ID)).toEqual({
      command: ['claude', '--session-id', ID, '--model', 'opus'],
      id: ID,
    });
    expect(resumeConversation({ agent: 'claude', id: ID }, command)).toEqual([
      'claude',
      '--resume',
      ID,
      '--model',
      'opus',
    ]);
    expect(resumeConversation({ agent: 'claude' }, command)).toEqual(['claude', '--continue', '--model', 'opus']);
  });

  it('codex goes on by name if it is known, else with the newest of the folder', () => {
    expect(startConversation('codex', words('codex -m gpt-5'), ID)).toEqual({ command: words('codex -m gpt-5') });
    expect(resumeConversation({ agent: 'codex', id: ID }, words('codex -m gpt-5'))).toEqual(
      words(`codex resume -m gpt-5 ${ID}`),
    );
    expect(resumeConversation({ agent: 'codex' }, words('codex'))).toEqual(words('codex resume --last'));
  });

  it('gemini goes on with the newest of the folder', () => {
    expect(resumeConversation({ agent: 'gemini' }, words('gemini -m pro'))).toEqual(
      words('gemini --resume latest -m pro'),
    );
  });

  it.each([
    ['claude', ['claude', '--model', 'opus', 'fix the bug'], ['--model', 'opus']],
    ['claude', ['claude', 'fix the bug', '--verbose'], ['--verbose']],
    [
      'claude',
      ['claude', '--allowedTools', 'Bash', 'Edit', '--verbose', 'fix it'],
      ['--allowedTools', 'Bash', 'Edit', '--verbose'],
    ],
    ['claude', ['claude', '--allowedTools=Bash(git *)', 'fix it'], ['--allowedTools=Bash(git *)']],
    ['claude', ['claude', '-d', '--verbose', 'x'], ['-d', '--verbose']],
    ['claude', ['claude', '--verbose', '--', '--not an option'], ['--verbose']],
  ] as const)('%s does not say its first prompt twice: %j', (agent, command, options) => {
    expect(resumeConversation({ agent, id: ID }, command)).toEqual(['claude', '--resume', ID, ...options]);
  });

  it('nor do codex and gemini', () => {
    expect(resumeConversation({ agent: 'codex' }, ['codex', '-i', 'a.png', '-s', 'read-only', 'fix it'])).toEqual(
      words('codex resume -i a.png -s read-only --last'),
    );
    expect(resumeConversation({ agent: 'gemini' }, ['gemini', '-i', 'fix it', '-y'])).toEqual(
      words('gemini --resume latest -y'),
    );
  });

  it.each([
    'claude --resume',
    'claude -c',
    `claude --session-id ${ID}`,
    `claude --resume=${ID}`,
    'claude -p hello',
    'claude mcp list',
    'codex exec hello',
    'codex resume --last',
    'gemini --resume 3',
    'gemini -p hello',
    'gemini mcp',
    'bash',
    'npx claude',
    'claude-wrapper',
  ])('leaves alone who says it himself, or is something else: %s', (line) => {
    expect(resumingAgentOf(words(line))).toBeUndefined();
  });

  it('is known by the name of its program, or by who says so', () => {
    expect(resumingAgentOf(['/opt/bin/claude'])).toBe('claude');
    expect(resumes('claude', ['/opt/claude-2.1/bin/cc', '--verbose'])).toBe(true);
    expect(resumes('claude', ['/opt/claude-2.1/bin/cc', '--verbose', '--', '--resume'])).toBe(true);
    expect(resumes('aider', ['aider'])).toBe(false);
  });

  it('a name is taken from what is printed at the end, and only if it is a UUID', () => {
    const said = `To continue this session, run codex resume ${ID.toUpperCase()}\n$ `;
    expect(conversationNamed('codex', said)).toBe(ID);
    expect(conversationNamed('codex', 'run codex resume --last')).toBeUndefined();
    expect(conversationNamed('codex', `run codex resume ${ID.slice(1)}`)).toBeUndefined();
    expect(conversationNamed('codex', `run codex resume $(reboot) ${ID}`)).toBeUndefined();
    expect(conversationNamed('gemini', `gemini --resume '${ID}'`)).toBe(ID);
  });
});
