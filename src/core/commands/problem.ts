import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** What is wrong with arguments, for people: `name: at most 128 characters`, `role: viewer, typer or owner`. `whole`: what to call them where it is none of them alone. */
export function problemOf({ issues: [issue] }: z.ZodError, whole: string): string {
  if (!issue) return `${whole}: wrong`;
  return `${issue.path.map(String).join('.') || whole}: ${wordsOf(issue)}`;
}

function wordsOf(issue: Issue): string {
  switch (issue.code) {
    case 'too_big':
      return `at most ${amount(issue.maximum, issue.origin)}`;
    case 'too_small':
      if (Number(issue.minimum) === 1 && issue.origin !== 'number' && issue.origin !== 'int') return 'may not be empty';
      return `at least ${amount(issue.minimum, issue.origin)}`;
    case 'invalid_value':
      return oneOf(issue.values.map(String));
    case 'invalid_type':
      // The library tells what came in its own sentence only.
      if (issue.message.endsWith('received undefined')) return 'is missing';
      return `must be ${TYPES[issue.expected] ?? issue.expected}`;
    case 'custom':
      return issue.message;
    default:
      return issue.message.startsWith('Invalid') ? 'is not right' : issue.message;
  }
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

const UNITS: Readonly<Record<string, string>> = { string: ' characters', array: ' entries' };

function amount(limit: number | bigint, origin: string): string {
  return `${limit}${UNITS[origin] ?? ''}`;
}

/** `viewer, typer or owner`. */
function oneOf(values: readonly string[]): string {
  return values.length < 2 ? `must be ${values[0]}` : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}
