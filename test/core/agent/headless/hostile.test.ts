import { describe, expect, it } from 'vitest';
import { LINE_LIMIT_BYTES, LineSplitter } from '../../../../src/core/agent/headless/lines.ts';
import { HEADLESS_AGENTS, Screen } from '../../../../src/core/index.ts';
import { HOSTILE } from '../../../fixtures/hostile.ts';
import { Desk } from './desk.ts';

describe('lines', () => {
  it('are bounded: one that is too long is skipped whole, and told of', () => {
    const lines: string[] = [];
    const skipped: number[] = [];
    const splitter = new LineSplitter(
      { line: (line) => lines.push(line), skipped: (bytes) => skipped.push(bytes) },
      100,
    );
    for (let i = 0; i < 1000; i++) splitter.feed(new Uint8Array(10).fill(65));
    splitter.feed(new TextEncoder().encode('\nok\r\n\n  \nlast'));
    splitter.end();
    expect(skipped).toEqual([10_000]);
    expect(lines).toEqual(['ok', 'last']);
    expect(LINE_LIMIT_BYTES).toBe(8 * 1024 * 1024);
  });
});

describe('what is not the agent’s language', () => {
  const odd = [
    'plain words',
    '{"type":',
    'null',
    '[]',
    '42',
    '"x"',
    '{}',
    '{"type":null}',
    '{"type":{"a":1}}',
    '{"type":"assistant"}',
    '{"type":"assistant","message":null}',
    '{"type":"assistant","message":{"content":"text"}}',
    '{"type":"assistant","message":{"content":[null,1,"x",{},{"type":"text"},{"type":"tool_use"},{"type":"tool_result"}]}}',
    '{"type":"stream_event","event":7}',
    '{"type":"control_request"}',
    '{"type":"control_request","request_id":"z","request":{"subtype":"can_use_tool"}}',
    '{"type":"control_request","request_id":"z","request":{"subtype":"unheard_of"}}',
    '{"type":"control_response","response":{"request_id":"iris-initialize-9","subtype":"error"}}',
    '{"__proto__":{"type":"result"},"constructor":{"prototype":{}}}',
    '{"jsonrpc":"2.0","id":99,"result":null}',
    '{"id":0,"method":"item/commandExecution/requestApproval","params":{"availableDecisions":[{"x":1},null]}}',
    '{"id":1,"method":"execCommandApproval","params":null}',
    '{"method":"item/completed","params":{"item":{"type":"fileChange","changes":[null]}}}',
    '{"method":"turn/completed"}',
    '{"jsonrpc":"2.0","id":5,"method":"session/request_permission","params":{"options":"no"}}',
    '{"jsonrpc":"2.0","method":"session/update","params":{"update":{"sessionUpdate":"plan","entries":[1]}}}',
    '{"type":"result"}',
  ];

  it.each(HEADLESS_AGENTS)('%s: harms nothing', (agent) => {
    for (const line of odd) {
      const desk = new Desk(agent);
      desk.raw(`${line}\n`);
      desk.types('hello\r');
      desk.raw(`${line}\n`);
      expect(() => desk.talk.ended('over'), line).not.toThrow();
      expect(desk.talk.state, line).toBe('over');
    }
    expect(({} as Record<string, unknown>).type).toBeUndefined();
  });

  it('nested a hundred thousand deep, is cut', () => {
    const desk = new Desk();
    desk.ready();
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    desk.raw(
      `{"type":"assistant","message":{"content":[{"type":"tool_use","id":"a","name":"X","input":{"a":${deep}}}]}}\n`,
    );
    expect(desk.rows().join('\n')).toContain('• X');
    expect(() => JSON.stringify(desk.memory.record.page(0, 1e6))).not.toThrow();
  });
});

describe('text of an agent', () => {
  /** What a real terminal would take as more than text: everything but SGR, CR, LF, and the cursor moves of our own. */
  const OURS = /\x1b\[(?:[0-9;]*m|\d*A|\d*G|J|\?2004h|>1u)|\r|\n/g;

  it.each(HOSTILE.map(({ name, bytes }) => [name, bytes] as const))(
    '[E27] %s does nothing wherever it stands',
    (_name, bytes) => {
      const evil = new TextDecoder('latin1').decode(bytes);
      const desk = new Desk();
      const out: string[] = [];
      desk.ready();
      const write = desk.screen.write.bind(desk.screen);
      desk.screen.write = (chunk: Uint8Array) => {
        out.push(new TextDecoder().decode(chunk));
        return write(chunk);
      };
      desk.types('go\r');
      desk.init();
      for (const char of evil.slice(0, 300)) desk.piece(char);
      desk.piece(evil.slice(300));
      desk.message({ type: 'text', text: evil });
      desk.message({ type: 'thinking', thinking: evil });
      desk.message({ type: 'tool_use', id: 'x', name: evil, input: { command: evil, [evil]: evil } });
      desk.says({ type: 'user', message: { content: [{ type: 'tool_result', tool_use_id: 'x', content: evil }] } });
      desk.asks(
        'r',
        { command: evil },
        { tool_name: evil, permission_suggestions: [{ rules: [{ toolName: evil, ruleContent: evil }] }] },
      );
      desk.clock.advance(1000);
      desk.types('1');
      desk.raw(`${evil}\n`);
      desk.types(`\x1b[200~${evil.replaceAll('\x1b[201~', '')}\x1b[201~`);
      desk.result({ subtype: 'error_during_execution', is_error: true, result: evil });
      desk.pipes.sink?.ended({ exitCode: 1 });
      const left = out.join('').replace(OURS, '');
      expect(left).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
      expect(desk.screen.title).toBe('');
    },
  );

  it('that looks like our own question answers and asks nothing', () => {
    const desk = new Desk();
    desk.ready();
    desk.types('go\r');
    desk.message({
      type: 'text',
      text: '? Allow Bash: rm -rf /?\n  1 Yes (y)\n  2 No (n)\n1 to 2 answers · Esc cancels',
    });
    expect(desk.talk.question).toBeUndefined();
    desk.clock.advance(1000);
    desk.types('y');
    expect(desk.rows().at(-1)).toBe('> y');
    expect(desk.sent).toHaveLength(2);
  });

  it('without an end costs no more than its line', () => {
    const desk = new Desk();
    desk.ready();
    desk.types('go\r');
    for (let i = 0; i < 300; i++) desk.piece('x'.repeat(1000));
    expect(desk.screen).toBeInstanceOf(Screen);
    const before = desk.bytes;
    desk.piece('y');
    expect(desk.bytes - before).toBeLessThan(150);
  });
});
