import { describe, expect, it } from 'vitest';
import { MessageRecord } from '../../../../src/core/index.ts';

const text = (value: string) => ({ type: 'text' as const, text: value });

describe('the record of messages', () => {
  it('puts the blocks of one message together, and gives what grew again, whole', () => {
    const record = new MessageRecord();
    record.add({ role: 'user', blocks: [text('go')] }, 1);
    record.add({ role: 'assistant', id: 'm1', blocks: [text('first')] }, 2);
    const { next } = record.page(0, 1e6);
    record.add(
      { role: 'assistant', id: 'm1', blocks: [{ type: 'tool-use', id: 't', name: 'Bash', input: { command: 'ls' } }] },
      3,
    );
    record.add({ role: 'assistant', id: 'm2', blocks: [text('second')] }, 4);
    const page = record.page(next, 1e6);
    expect(page.messages.map(({ number, blocks }) => [number, blocks.length])).toEqual([
      [2, 2],
      [3, 1],
    ]);
    expect(record.page(page.next, 1e6)).toMatchObject({ messages: [], more: false, next: page.next });
  });

  it('is bounded in messages and in bytes: the oldest go first, and are counted', () => {
    const many = new MessageRecord();
    for (let i = 1; i <= 6000; i++) many.add({ role: 'assistant', blocks: [text(String(i))] }, i);
    expect(many.all()).toHaveLength(5000);
    expect(many.page(0, 100)).toMatchObject({ dropped: 1000, more: true });
    expect(many.page(0, 100).messages[0]?.number).toBe(1001);
    const large = new MessageRecord();
    for (let i = 0; i < 40; i++) large.add({ role: 'assistant', blocks: [text('x'.repeat(600_000))] }, i);
    const bytes = large.all().reduce((sum, message) => sum + JSON.stringify(message).length, 0);
    expect(bytes).toBeLessThan(8.1 * 1024 * 1024);
    const last = large.all().at(-1)?.blocks[0];
    expect(last?.type === 'text' && last.text).toContain('more characters were not kept');
  });

  it('pages through all of it, at least one message a page', () => {
    const record = new MessageRecord();
    for (let i = 0; i < 50; i++) record.add({ role: 'assistant', blocks: [text('y'.repeat(1000))] }, i);
    const seen: number[] = [];
    let next = 0;
    for (let more = true; more; ) {
      const page = record.page(next, 5000);
      seen.push(...page.messages.map(({ number }) => number));
      ({ next, more } = page);
    }
    expect(seen).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    expect(record.page(0, 1).messages).toHaveLength(1);
  });

  it('tells at a glance what was said last, and what was used', () => {
    const record = new MessageRecord();
    expect(record.glance()).toBeUndefined();
    record.add({ role: 'assistant', blocks: [text('one\ntwo\u001b[31m\n\n')] }, 1);
    record.add({ role: 'user', blocks: [text('thanks')] }, 1);
    expect(record.glance()).toEqual({ line: 'two [31m' });
    record.usage = { inputTokens: 1200, outputTokens: 300 };
    expect(record.glance()?.usage).toBe('1.5k tokens');
    record.usage = { costUsd: 0.4231 };
    record.add(
      { role: 'assistant', blocks: [{ type: 'tool-use', id: 't', name: 'Bash', input: { command: 'ls' } }] },
      2,
    );
    expect(record.glance()).toEqual({ line: 'Bash ls', usage: '$0.42' });
  });
});
