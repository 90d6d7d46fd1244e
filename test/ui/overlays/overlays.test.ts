import { describe, expect, it } from 'vitest';
import {
  ConfirmControl,
  LineEditor,
  ListControl,
  NumbersControl,
  PromptControl,
  TextControl,
} from '../../../src/ui/overlays/index.ts';

const type = (editor: LineEditor, ...keys: string[]): LineEditor => {
  for (const key of keys) if (!editor.key(key)) editor.insert(key);
  return editor;
};
const state = (editor: LineEditor): string =>
  `${editor.text.slice(0, editor.cursor)}|${editor.text.slice(editor.cursor)}`;

describe('the line editor', () => {
  it('edits as readline does', () => {
    expect(state(type(new LineEditor(), 'hello world', 'M-b', 'C-k', 'C-y', 'C-a', 'x'))).toBe('x|hello world');
    expect(state(type(new LineEditor({ text: 'one two' }), 'C-w', 'Left', 'BSpace'))).toBe('on| ');
    expect(state(type(new LineEditor({ text: 'a b' }), 'C-u'))).toBe('|');
    expect(state(type(new LineEditor({ text: 'ab' }), 'Home', 'DC', 'End'))).toBe('b|');
  });

  it('moves and deletes by what people see as one character', () => {
    const family = '👨‍👩‍👧';
    expect(state(type(new LineEditor({ text: `a${family}é` }), 'Left', 'Left'))).toBe(`a|${family}é`);
    expect(state(type(new LineEditor({ text: `a${family}` }), 'BSpace'))).toBe('a|');
  });

  it('never takes a control character in, a pasted line end neither', () => {
    expect(type(new LineEditor(), 'a\r\nb\x1b[31mc\x00').text).toBe('a b[31mc');
  });

  it('goes through the history and comes back to what was typed', () => {
    const editor = new LineEditor({ history: ['first', 'second'] });
    type(editor, 'dra', 'Up');
    expect(editor.text).toBe('second');
    type(editor, 'Up', 'Up');
    expect(editor.text).toBe('first');
    type(editor, 'Down', 'Down');
    expect(editor.text).toBe('dra');
  });

  it('completes as far as all candidates agree, and the only one whole', () => {
    const complete = (text: string): string[] =>
      ['split-pane', 'split-window', 'zoom'].filter((c) => c.startsWith(text));
    expect(type(new LineEditor({ complete }), 's', 'Tab').text).toBe('split-');
    expect(type(new LineEditor({ complete }), 'z', 'Tab').text).toBe('zoom ');
    expect(type(new LineEditor({ complete }), 'q', 'Tab').text).toBe('q');
  });
});

describe('overlays', () => {
  it('submits a prompt once with Enter and drops it with Escape', () => {
    const got: string[] = [];
    const prompt = new PromptControl({ label: ':', submit: (text) => got.push(text) });
    expect(prompt.key('z', 'z')).toBe(true);
    expect(prompt.key('Space', ' ')).toBe(true);
    expect(prompt.key('Enter', undefined)).toBe(false);
    expect(new PromptControl({ label: ':', submit: (text) => got.push(text) }).key('Escape', undefined)).toBe(false);
    expect(got).toEqual(['z ']);
  });

  it('says yes only to y', () => {
    let yes = 0;
    for (const key of ['n', 'Enter', 'Escape', 'q', 'y', 'Y'])
      expect(new ConfirmControl('?', () => yes++).key(key)).toBe(false);
    expect(yes).toBe(2);
  });

  it('keeps the selected item of a list while the list changes under it', () => {
    let items = ['a', 'b', 'c'].map((id) => ({ id, label: id, detail: '' }));
    const chosen: string[] = [];
    const list = new ListControl({ title: '', hint: '', items: () => items, choose: (id) => chosen.push(id) });
    list.key('Down', undefined);
    items = items.filter((item) => item.id !== 'a');
    expect(list.overlay).toMatchObject({ selected: 0 });
    expect(list.key('Enter', undefined)).toBe(false);
    expect(chosen).toEqual(['b']);
  });

  it('filters a list by every word, and forgets the filter with Escape', () => {
    const items = ['api claude', 'api codex', 'logs'].map((id) => ({ id, label: id, detail: '' }));
    const list = new ListControl({ title: '', hint: '', items: () => items, choose: () => {} });
    list.key('/', '/');
    for (const c of 'co api') list.key(c, c);
    expect(list.overlay).toMatchObject({ items: [{ id: 'api codex' }] });
    expect(list.key('Escape', undefined)).toBe(true);
    expect(list.overlay.kind === 'list' && list.overlay.items.length).toBe(3);
    expect(list.key('Escape', undefined)).toBe(false);
  });

  it('wraps around in a list, and an empty list chooses nothing', () => {
    const items = ['a', 'b'].map((id) => ({ id, label: id, detail: '' }));
    const list = new ListControl({ title: '', hint: '', items: () => items, choose: () => {} });
    list.key('Up', undefined);
    expect(list.overlay).toMatchObject({ selected: 1 });
    list.key('Down', undefined);
    expect(list.overlay).toMatchObject({ selected: 0 });
    const empty = new ListControl({ title: '', hint: '', items: () => [], choose: () => expect.unreachable() });
    expect(empty.key('Enter', undefined)).toBe(true);
  });

  it('scrolls a text within its bounds', () => {
    const text = new TextControl(
      '',
      Array.from({ length: 50 }, (_, i) => String(i)),
    );
    text.visibleRows = 10;
    text.key('G');
    expect(text.overlay).toMatchObject({ top: 40 });
    text.key('j');
    expect(text.overlay).toMatchObject({ top: 40 });
    text.key('PPage');
    expect(text.overlay).toMatchObject({ top: 31 });
    expect(text.key('q')).toBe(false);
  });

  it('goes to a pane by its digit and passes any other key on', () => {
    const got: unknown[] = [];
    new NumbersControl(
      (n) => got.push(n),
      (id) => got.push(id),
    ).key('3', '3');
    new NumbersControl(
      (n) => got.push(n),
      (id) => got.push(id),
    ).key('x', 'x');
    expect(got).toEqual([3, 'x']);
  });
});
