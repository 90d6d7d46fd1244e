import { z } from 'zod';
import {
  DEFAULT_NOTICES,
  IrisError,
  NOTICE_WAYS,
  type NoticeRules,
  parseQuietHours,
  type QuietHours,
  type TeamNoticeRules,
} from '../../core/index.ts';
import { commandLine, complain } from './fields.ts';

const ways = z.preprocess(
  (value) => (value === false ? [] : value),
  z.array(z.enum(NOTICE_WAYS)).max(NOTICE_WAYS.length),
);

const quiet = z
  .string()
  .superRefine((text, context) => complain(context, () => quietHours(text)))
  .transform(quietHours);

function quietHours(text: string): QuietHours {
  const hours = parseQuietHours(text);
  if (hours) return hours;
  throw new IrisError('usage', `${JSON.stringify(text)} are no hours`, { remedy: 'write them as "22:00-07:00"' });
}

const notify = z.strictObject({
  blocked: ways.optional().describe('when an agent waits for an answer: bell, osc9, osc777, desktop, command'),
  done: ways.optional().describe('when it has finished'),
  failed: ways.optional().describe('when its process ended with a failure'),
  command: commandLine
    .optional()
    .describe('for the way command; {session}, {state} and {question} in its words are replaced, without a shell'),
  quiet: quiet.optional().describe('hours of the day in which nothing is told: "22:00-07:00"'),
});

export const notifyKeys = Object.keys(notify.shape);

type Written = z.output<typeof notify>;

/** Without what was left out. */
function given(rules: Written): TeamNoticeRules {
  return Object.fromEntries(Object.entries(rules).filter(([, value]) => value !== undefined)) as TeamNoticeRules;
}

function checkCommand(rules: Written, context: z.RefinementCtx): void {
  const uses = [rules.blocked, rules.done, rules.failed].some((all) => all?.includes('command'));
  if (!uses || rules.command !== undefined) return;
  context.addIssue({
    code: 'custom',
    path: [],
    message: 'has the way command, and no command',
    params: { remedy: 'add command: [PROGRAM, "{session}"]' },
  });
}

const silent = { blocked: [], done: [], failed: [] };
/** `false`: nothing is ever told. */
const unless = (value: unknown): unknown => (value === false ? silent : value);

/** Of `settings`: what is left out is as without it. */
export const settingsNotify = z
  .preprocess(unless, notify.superRefine(checkCommand))
  .transform((rules): NoticeRules => ({ ...DEFAULT_NOTICES, ...given(rules) }));

/** Of a team: what is left out is as the settings say. */
export const teamNotify = z.preprocess(unless, notify).transform(given);
