import { z } from 'zod';
import { IrisError } from '../errors.ts';
import { tryParseKeyName } from '../keys/index.ts';
import type { RuleFile } from './book.ts';
import { compilePattern } from './pattern.ts';

const pattern = z.string().superRefine((source, context) => {
  try {
    compilePattern(source);
  } catch (error) {
    context.addIssue({ code: 'custom', message: IrisError.from(error).line });
  }
});
const id = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'takes lower case letters, digits and dashes, at most 64');
const ms = z.number().int().min(0).max(3_600_000);

const dialog = z.strictObject({
  ask: pattern,
  marker: pattern,
  footer: pattern,
  top: pattern.exactOptional(),
});

const conditions = z
  .strictObject({
    title: pattern.exactOptional(),
    noTitle: pattern.exactOptional(),
    says: pattern.exactOptional(),
    mark: z.enum(['prompt', 'command']).exactOptional(),
    progress: z.array(z.number().int().min(0).max(4)).min(1).max(5).exactOptional(),
    notified: z.boolean().exactOptional(),
    quietMs: ms.exactOptional(),
    alternateScreen: z.boolean().exactOptional(),
    cursor: z.enum(['hidden', 'shown', 'end']).exactOptional(),
    rows: z
      .strictObject({
        last: z.number().int().min(1).max(40),
        match: z.array(pattern).max(8).exactOptional(),
        apart: z.number().int().min(0).max(40).exactOptional(),
        none: pattern.exactOptional(),
      })
      .exactOptional(),
    dialog: dialog.exactOptional(),
  })
  .refine((when) => Object.keys(when).length > 0, 'needs a condition: a rule without one would always match');

const rule = z
  .strictObject({
    id,
    state: z.enum(['working', 'blocked', 'idle']),
    when: conditions,
    holdMs: ms.exactOptional(),
    question: z.union([pattern, dialog]).exactOptional(),
  })
  .refine(
    ({ state, when }) => state !== 'blocked' || when.dialog || when.title || when.says || when.rows?.match?.length,
    'a rule for blocked needs a dialog, a title, what the agent says, or rows to match',
  );

const answers = z.strictObject({
  approve: pattern,
  deny: pattern,
  denyKey: z
    .string()
    .max(32)
    .refine((key) => tryParseKeyName(key) !== undefined, 'is no name of a key')
    .exactOptional(),
  listens: pattern.exactOptional(),
});
const box = z.strictObject({
  first: pattern,
  other: pattern.exactOptional(),
  below: pattern,
  above: pattern.exactOptional(),
  notUnder: pattern.exactOptional(),
  last: z.number().int().min(1).max(100),
  placeholder: pattern.exactOptional(),
});
const transcript = z.strictObject({
  prompt: pattern,
  says: pattern,
  other: pattern,
  chrome: pattern,
  indent: z.number().int().min(0).max(16),
});

/** A file of rules, as docs/agent-state.md describes it. */
export const ruleFileSchema: z.ZodType<RuleFile> = z.strictObject({
  agent: id,
  version: z.literal(1, { error: 'must be 1, the version of this format' }),
  measured: z.string().max(200).exactOptional(),
  replace: z.boolean().exactOptional(),
  starts: conditions.exactOptional(),
  titles: pattern.exactOptional(),
  answers: answers.exactOptional(),
  box: box.exactOptional(),
  transcript: transcript.exactOptional(),
  rules: z
    .array(rule)
    .max(100)
    .refine((rules) => new Set(rules.map((one) => one.id)).size === rules.length, 'two rules have the same id'),
});

/** Checks a file that was read from YAML or JSON: the rules, or what is wrong, one line a problem. */
export function parseRuleFile(value: unknown): { readonly rules: RuleFile } | { readonly problems: readonly string[] } {
  const parsed = ruleFileSchema.safeParse(value);
  if (parsed.success) return { rules: parsed.data };
  return {
    problems: parsed.error.issues.map((issue) => {
      const at = issue.path.map((part) => (typeof part === 'number' ? part + 1 : String(part))).join(' › ');
      return `${at === '' ? 'the file' : at}: ${issue.message}`;
    }),
  };
}
