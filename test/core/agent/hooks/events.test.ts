import { describe, expect, it } from 'vitest';
import { readHook } from '../../../../src/core/index.ts';

const state = (name: string, more: object = {}) => ({ kind: 'state', state: name, ...more });

describe('what the hooks of an agent say', () => {
  it.each([
    ['UserPromptSubmit', { prompt: 'x' }, state('working')],
    ['PreToolUse', { tool_name: 'Bash' }, state('working')],
    ['PostToolUse', { tool_name: 'Bash' }, state('working')],
    [
      'PermissionRequest',
      { tool_name: 'Bash', tool_input: { command: 'rm -rf\n  build' } },
      state('blocked', { question: 'Bash: rm -rf build' }),
    ],
    [
      'PermissionRequest',
      { tool_name: 'Edit', tool_input: { file_path: 'a.ts' } },
      state('blocked', { question: 'Edit: a.ts' }),
    ],
    ['PermissionRequest', {}, state('blocked')],
    ['Notification', { notification_type: 'permission_prompt', message: 'x' }, state('blocked', { hint: true })],
    [
      'Notification',
      { notification_type: 'elicitation_dialog', message: 'which?' },
      state('blocked', { question: 'which?' }),
    ],
    ['Notification', { notification_type: 'idle_prompt' }, undefined],
    ['Stop', {}, state('idle')],
    ['SessionStart', {}, { kind: 'over' }],
    ['SessionEnd', {}, { kind: 'over' }],
    ['SomethingNew', {}, undefined],
  ])('claude: %s %j', (event, fields, word) => {
    expect(readHook('claude', { hook_event_name: event, ...fields })).toEqual(word);
  });

  it.each([
    ['BeforeAgent', {}, state('working')],
    ['AfterTool', {}, state('working')],
    ['AfterAgent', {}, state('idle')],
    [
      'Notification',
      { notification_type: 'ToolPermission', message: 'm', details: { command: 'touch x', title: 't' } },
      state('blocked', { question: 'touch x' }),
    ],
    ['Notification', { notification_type: 'ToolPermission', message: 'm' }, state('blocked', { question: 'm' })],
    ['Notification', { notification_type: 'Other' }, undefined],
    ['SessionEnd', {}, { kind: 'over' }],
  ])('gemini: %s %j', (event, fields, word) => {
    expect(readHook('gemini', { hook_event_name: event, ...fields })).toEqual(word);
  });

  it('codex: a turn that is complete is a hint', () => {
    expect(readHook('codex', { type: 'agent-turn-complete' })).toEqual(state('idle', { hint: true }));
    expect(readHook('codex', { type: 'other' })).toBeUndefined();
  });

  it('nothing else speaks, and words are made plain', () => {
    expect(readHook('bash', { hook_event_name: 'Stop' })).toBeUndefined();
    expect(readHook('claude', { hook_event_name: 7 })).toBeUndefined();
    const word = readHook('claude', {
      hook_event_name: 'PermissionRequest',
      tool_name: 'Bash',
      tool_input: { command: `\x1b]52;c;xx\x07${'y'.repeat(9999)}` },
    });
    expect(word).toMatchObject({ question: expect.not.stringMatching(/[\x00-\x1f]/) });
    expect((word as { question: string }).question.length).toBeLessThanOrEqual(400);
  });
});
