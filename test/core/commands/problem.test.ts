import { describe, expect, it } from 'vitest';
import { hubCommands, problemOf } from '../../../src/core/index.ts';

function said(name: keyof typeof hubCommands, args: object): string {
  const { success, error } = hubCommands[name].args.safeParse(args);
  return success ? 'fine' : problemOf(error, name);
}

describe('what is wrong with the arguments of a command', () => {
  it.each([
    ['session.rename', { session: 'a', name: 'x'.repeat(129) }, 'name: at most 128 characters'],
    ['session.rename', { session: 'a', name: '' }, 'name: may not be empty'],
    ['session.rename', { session: 'a' }, 'name: is missing'],
    ['session.rename', { session: 5, name: 'a' }, 'session: must be text'],
    ['session.new', { command: [] }, 'command: may not be empty'],
    ['session.new', { cols: 0 }, 'cols: at least 1'],
    ['session.new', { cols: 1.5 }, 'cols: must be a whole number'],
    ['session.glances', { sessions: Array.from({ length: 501 }, String) }, 'sessions: at most 500 entries'],
    ['session.send', { session: 'a', text: 'b', enter: 'yes' }, 'enter: must be true or false'],
    ['client.grant', { client: 'a', role: 'king' }, 'role: viewer, typer, owner or none'],
    ['pair.create', { expiresInMs: 1e15 }, 'expiresInMs: at most 316224000000'],
    ['session.answer', { session: 'a' }, 'session.answer: takes one of choice, approve, deny and text'],
  ] as const)('%s %o', (name, args, line) => {
    expect(said(name, args)).toBe(line);
  });
});
