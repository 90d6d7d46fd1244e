import { describe, expect, it } from 'vitest';
import {
  commandNames,
  DEFAULT_PREFIX_KEYS,
  nearest,
  parseCommand,
  REPEATABLE,
  splitWords,
  usageOf,
  viewerCommands,
} from '../../../src/core/commands/index.ts';
import { IrisError } from '../../../src/core/index.ts';

const fails = (line: string): string => {
  try {
    parseCommand(line);
  } catch (error) {
    if (error instanceof IrisError) return error.line;
  }
  throw new Error(`${line} was accepted`);
};

describe('the command prompt', () => {
  it('splits words as a shell does, and expands nothing', () => {
    expect(splitWords(`a 'b c' "d \\" e" f\\ g '' $HOME \`x\``)).toEqual([
      'a',
      'b c',
      'd " e',
      'f g',
      '',
      '$HOME',
      '`x`',
    ]);
    expect(() => splitWords('a "b')).toThrow('not closed');
  });

  it('reads flags, values and the rest of the line', () => {
    expect(parseCommand('split-pane -hb -n web npm run dev')).toEqual({
      name: 'split-pane',
      args: { horizontal: true, before: true, name: 'web', command: ['npm', 'run', 'dev'] },
    });
    expect(parseCommand('split-window -nweb -- -x')).toEqual({
      name: 'split-pane',
      args: { name: 'web', command: ['-x'] },
    });
    expect(parseCommand('resize-pane -L 5')).toEqual({ name: 'resize-pane', args: { left: true, cells: 5 } });
    expect(parseCommand('select-window -t 3')).toEqual({ name: 'select-tab', args: { tab: 3 } });
    expect(parseCommand('rename-tab my own name')).toEqual({ name: 'rename-tab', args: { name: 'my own name' } });
  });

  it('takes a unique prefix and tmux names, and says what a word could mean otherwise', () => {
    expect(parseCommand('det').name).toBe('detach');
    expect(parseCommand('killp').name).toBe('kill-pane');
    expect(fails('se')).toMatch(/could be .*select-pane.*select-tab/);
    expect(fails('splitt-pane')).toBe('unknown command: splitt-pane: did you mean split-pane?');
    expect(fails('zoom now')).toBe('zoom takes no arguments: zoom');
    expect(fails('split-pane -q')).toMatch(/^split-pane has no option -q: split-pane \[-hvb\]/);
    expect(fails('select-tab x')).toBe('select-tab: tab: must be a number: select-tab [-t] TAB');
    expect(fails('open')).toBe('open: a word is missing: open HUB or HUB/SESSION');
    expect(fails('send-keys -l')).toBe('send-keys: a word is missing: send-keys [-l] KEYS ...');
    expect(usageOf('workspace')).toBe('workspace ACTION [NAME]');
  });

  it('binds every default key to a command that parses', () => {
    for (const [key, line] of Object.entries(DEFAULT_PREFIX_KEYS)) expect(parseCommand(line).name, key).toBeTruthy();
    for (const key of REPEATABLE) expect(DEFAULT_PREFIX_KEYS).toHaveProperty([key]);
  });

  it('gives each command a summary and a usage line, and no name twice', () => {
    const all = Object.entries(viewerCommands).flatMap(([name, spec]) => [
      name,
      ...('aliases' in spec ? spec.aliases : []),
    ]);
    expect(new Set(all).size).toBeGreaterThanOrEqual(commandNames.length);
    for (const name of Object.keys(viewerCommands) as (keyof typeof viewerCommands)[]) {
      expect(viewerCommands[name].summary).not.toBe('');
      expect(usageOf(name).startsWith(name)).toBe(true);
    }
    expect(nearest('xyzzy', commandNames)).toBeUndefined();
  });
});
