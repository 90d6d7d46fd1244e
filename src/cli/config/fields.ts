import { z } from 'zod';
import { IrisError, splitWords } from '../../core/index.ts';
import { colourOf } from './colour.ts';

/** What a timer of Node can hold: 24.8 days (setTimeout). */
export const TIME_LIMIT_MS = 2_147_483_647;

/** Fails with the message and remedy of an IrisError that `check` throws. `params.onKey`: the name is wrong, not its value. */
export function complain(
  context: z.RefinementCtx,
  check: () => unknown,
  path: (string | number)[] = [],
  params: { onKey?: boolean } = {},
): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof IrisError)) throw error;
    context.addIssue({ code: 'custom', path, message: error.message, params: { remedy: error.remedy, ...params } });
  }
}

export const colour = z
  .union([z.string(), z.number().int()])
  .superRefine((value, context) => complain(context, () => colourOf(value)))
  .transform(colourOf);

/** Words as argv: a line, split as a shell splits words and nothing else, or a list. Numbers in a list are words too. */
export const words = z
  .union([z.string(), z.array(z.union([z.string(), z.number(), z.boolean()])).max(4096)])
  .superRefine((value, context) => complain(context, () => checkWords(value)))
  .transform((value): readonly string[] => (typeof value === 'string' ? splitWords(value) : value.map(String)));

function checkWords(value: string | readonly unknown[]): void {
  const list = typeof value === 'string' ? splitWords(value) : value;
  if (list.some((word) => String(word).includes('\0'))) throw new IrisError('usage', 'no argument can hold NUL');
}

/** Words of which the first is a program. */
export const commandLine = words.superRefine((value, context) =>
  complain(context, () => {
    if (value.length === 0) throw new IrisError('usage', 'is empty');
    if (value[0] === '') throw new IrisError('usage', 'names no program');
  }),
);

/** A list, or a line with commas; a comma inside parentheses belongs to its entry, as in `Bash(git log:*, git diff:*)`. */
export const commaList = z
  .union([z.string(), z.array(z.string())])
  .transform((value): readonly string[] => (typeof value === 'string' ? splitCommas(value) : value));

function splitCommas(text: string): string[] {
  const parts: string[] = [];
  let part = '';
  let depth = 0;
  for (const char of text) {
    if (char === '(') depth += 1;
    if (char === ')') depth = Math.max(0, depth - 1);
    if (char === ',' && depth === 0) {
      parts.push(part);
      part = '';
    } else part += char;
  }
  return [...parts, part].map((entry) => entry.trim()).filter((entry) => entry !== '');
}

/** What another program or a later version reads: accepted whatever it holds. */
export function accepted<const K extends string>(names: readonly K[]): Record<K, z.ZodOptional<z.ZodUnknown>> {
  return Object.fromEntries(names.map((name) => [name, z.unknown().optional()])) as Record<
    K,
    z.ZodOptional<z.ZodUnknown>
  >;
}
