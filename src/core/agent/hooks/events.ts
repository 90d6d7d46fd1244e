import { plainText } from '../../errors.ts';
import type { RuleState } from '../types.ts';

/** Longest question that is kept, in characters. */
const QUESTION_LIMIT = 400;

/** What a hook of an agent says that it does. */
export type HookWord =
  | {
      readonly kind: 'state';
      readonly state: RuleState;
      readonly question?: string;
      /** Only where the terminal does not say otherwise, and without being believed from then on. */
      readonly hint?: boolean;
    }
  /** Nothing is known from now on: the terminal decides again. */
  | { readonly kind: 'over' };

const WORKING: HookWord = { kind: 'state', state: 'working' };
const IDLE: HookWord = { kind: 'state', state: 'idle' };
const OVER: HookWord = { kind: 'over' };

/**
 * What an event of an agent's hooks means; undefined: nothing. `fields` is the agent's own JSON, or a part of it, and is not trusted.
 * Sources: code.claude.com/docs/en/hooks; codex `notify`, docs/config.md; geminicli.com/docs/hooks/reference. Seen with claude-code
 * 2.1.197, codex 0.169.0 and gemini-cli 0.61.0.
 */
export function readHook(agent: string, fields: Readonly<Record<string, unknown>>): HookWord | undefined {
  const event = fields.hook_event_name ?? fields.type;
  if (typeof event !== 'string') return undefined;
  if (agent === 'claude') return readClaude(event, fields);
  if (agent === 'gemini') return readGemini(event, fields);
  // Also told of turns that are not the user's (codex makes up a title in one of its own): no more than a hint.
  if (agent === 'codex')
    return event === 'agent-turn-complete' ? { kind: 'state', state: 'idle', hint: true } : undefined;
  return undefined;
}

function readClaude(event: string, fields: Readonly<Record<string, unknown>>): HookWord | undefined {
  switch (event) {
    case 'UserPromptSubmit':
    case 'PreToolUse':
    case 'PostToolUse':
    case 'PostToolUseFailure':
      return WORKING;
    case 'PermissionRequest':
      return blocked(toolQuestion(fields));
    case 'Notification': {
      const type = fields.notification_type;
      // Comes six seconds after the dialog, with fewer words than the dialog's own hook had: it says again that it is there.
      if (type === 'permission_prompt') return { kind: 'state', state: 'blocked', hint: true };
      return type === 'elicitation_dialog' ? blocked(text(fields.message)) : undefined;
    }
    case 'Stop':
    case 'StopFailure':
      return IDLE;
    case 'SessionStart':
    case 'SessionEnd':
      return OVER;
    default:
      return undefined;
  }
}

function readGemini(event: string, fields: Readonly<Record<string, unknown>>): HookWord | undefined {
  switch (event) {
    case 'BeforeAgent':
    case 'AfterTool':
      return WORKING;
    case 'Notification': {
      if (fields.notification_type !== 'ToolPermission') return undefined;
      const details = isRecord(fields.details) ? fields.details : {};
      const what = text(details.command) ?? text(details.fileName) ?? text(details.toolName) ?? text(details.title);
      return blocked(what ?? text(fields.message));
    }
    case 'AfterAgent':
      return IDLE;
    case 'SessionStart':
    case 'SessionEnd':
      return OVER;
    default:
      return undefined;
  }
}

function blocked(question: string | undefined): HookWord {
  return { kind: 'state', state: 'blocked', ...(question === undefined ? {} : { question }) };
}

/** `Bash: rm -rf build`, `Edit: src/main.ts`. */
function toolQuestion(fields: Readonly<Record<string, unknown>>): string | undefined {
  const tool = text(fields.tool_name);
  const input = isRecord(fields.tool_input) ? fields.tool_input : {};
  const on = text(input.command) ?? text(input.file_path) ?? text(input.url) ?? text(input.description);
  return tool === undefined ? on : on === undefined ? tool : `${tool}: ${on}`.slice(0, QUESTION_LIMIT);
}

function text(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const line = plainText(value.slice(0, QUESTION_LIMIT).replace(/\s+/gu, ' '), QUESTION_LIMIT).trim();
  return line === '' ? undefined : line;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
