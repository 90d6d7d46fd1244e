import { describe, expect, it } from 'vitest';
import { Desk } from './desk.ts';

const SHIFT_ENTER = '\x1b[13;2u';
const ESC = '\x1b[27u';

function idle(options?: ConstructorParameters<typeof Desk>[1]): Desk {
  const desk = new Desk('claude', options);
  desk.ready();
  return desk;
}

function working(prompt = 'go'): Desk {
  const desk = idle();
  desk.types(`${prompt}\r`);
  return desk;
}

describe('the transcript', () => {
  it('shows prompt, streamed text, tool call, result and what was used', () => {
    const desk = working('list the files');
    desk.init();
    for (const piece of ['# Pl', 'an\n\nI **wi', 'll** run `l', 's`.\n']) desk.piece(piece);
    desk.message({ type: 'text', text: '# Plan\n\nI **will** run `ls`.\n' });
    desk.message({ type: 'tool_use', id: 't1', name: 'Bash', input: { command: 'ls', description: 'List' } });
    const content = Array.from({ length: 9 }, (_, i) => `file ${i + 1}`).join('\n');
    desk.says({ type: 'user', message: { content: [{ type: 'tool_result', tool_use_id: 't1', content }] } });
    desk.message({ type: 'text', text: 'Nine files.' });
    desk.result({ usage: { input_tokens: 2549, output_tokens: 8 }, total_cost_usd: 0.0104, result: 'Nine files.' });
    expect(desk.rows()).toEqual([
      '> list the files',
      '',
      'claude 2.1.329 · sonnet · session e5b2',
      '',
      'Plan',
      '',
      'I will run ls.',
      '',
      '• Bash ls',
      '  file 1',
      '  file 2',
      '  file 3',
      '  file 4',
      '  … 5 more lines',
      '',
      'Nine files.',
      '',
      '2.5k tokens in · 8 out · $0.010 in all · 1.2 s',
      '',
      '>',
    ]);
    const cell = (x: number, y: number) => desk.screen.capture({ ansi: true, history: 0 }).split('\n')[y]!.slice(x);
    expect(cell(0, 4)).toContain('\x1b[');
    expect(desk.states).toEqual(['starting', 'idle', 'working', 'idle']);
  });

  it('shows a text as it comes, at most every 33 ms, and never waits for its end', () => {
    const desk = working();
    const raw = (text: string): void => {
      const message = {
        type: 'stream_event',
        event: { type: 'content_block_delta', delta: { type: 'text_delta', text } },
      };
      desk.pipes.sink?.output(new TextEncoder().encode(`${JSON.stringify(message)}\n`), 'output');
    };
    desk.clock.advance(100);
    raw('one ');
    expect(desk.rows()).toContain('one');
    raw('two ');
    raw('three');
    expect(desk.rows()).toContain('one');
    desk.clock.advance(33);
    expect(desk.rows()).toContain('one two three');
  });

  it('shows tables, lists and stars that are no emphasis as they were written', () => {
    const desk = working();
    const text =
      '2 * 3 * 4 = 24, 2**8 and **kwargs\n* star\n- dash\n| a | b |\n```js\nconst a = "**x**" // `y`\n```\nunclosed ` tick\nunclosed ** stars';
    for (const char of text) desk.piece(char);
    desk.message({ type: 'text', text });
    expect(desk.rows().slice(2, 11)).toEqual(text.split('\n'));
  });

  it('names the call that a result belongs to, when others came in between', () => {
    const desk = working();
    desk.message(
      { type: 'tool_use', id: 't1', name: 'Read', input: { file_path: '/a' } },
      { type: 'tool_use', id: 't2', name: 'Grep', input: { pattern: 'b' } },
    );
    const result = (id: string, text: string): object => ({
      type: 'user',
      message: { content: [{ type: 'tool_result', tool_use_id: id, content: [{ type: 'text', text }] }] },
    });
    desk.says(result('t1', 'contents of a'), result('t2', 'no match'));
    expect(desk.rows().slice(2, 8)).toEqual([
      '• Read /a',
      '• Grep b',
      '  Read:',
      '  contents of a',
      '  Grep:',
      '  no match',
    ]);
  });

  it('shows a text once, whatever comes while it is being said', () => {
    const desk = working();
    desk.piece('one ');
    desk.pipes.sink?.output(new TextEncoder().encode('a warning\n'), 'error');
    const tool = { type: 'tool_use', id: 'h1', name: 'Bash', input: { command: 'ls' } };
    desk.says({ type: 'assistant', parent_tool_use_id: 't0', message: { id: 'h', content: [tool] } });
    desk.piece('two ');
    desk.types('next\r');
    desk.piece('three');
    desk.message({ type: 'text', text: 'one two three' });
    expect(desk.rows().slice(2, 7)).toEqual(['one two three', '! a warning', '', '  • Bash ls', '']);
    desk.piece('four ');
    desk.says({ type: 'control_response', response: { subtype: 'error', request_id: 'iris-interrupt-9', error: 'x' } });
    desk.piece('five');
    desk.message({ type: 'text', text: 'four five six' });
    const said = desk.rows().join('\n');
    expect(said).toContain('four\n\nnot interrupted: x\n\nfive six\n');
  });

  it('shows error output dimmed, and only its beginning', () => {
    const desk = working();
    const lines = Array.from({ length: 40 }, (_, i) => `noise ${i}\n`).join('');
    desk.pipes.sink?.output(new TextEncoder().encode(lines), 'error');
    desk.clock.advance(50);
    expect(desk.rows().filter((row) => row.startsWith('!'))).toEqual([
      ...[0, 1, 2, 3, 4, 5].map((i) => `! noise ${i}`),
      '! …',
    ]);
  });
});

describe('the input line', () => {
  it('is edited, wraps, and has the cursor where the next character goes', () => {
    const desk = idle({ cols: 20, rows: 12 });
    desk.types('hello wrold\x1b[D\x1b[D\x1b[D\x7f\x1b[D\x1b[C');
    desk.types('\x05\x15');
    desk.types('日本語 and 👩‍💻!\x7f\x7f');
    expect(desk.rows().at(-1)).toBe('> 日本語 and');
    desk.types('more words here');
    expect(desk.rows().slice(-2)).toEqual(['> 日本語 and more wo', '  rds here']);
    expect(desk.screen.cursor).toMatchObject({ x: 10 });
    desk.types('\x17\x17');
    expect(desk.rows().at(-1)).toBe('> 日本語 and more');
  });

  it('takes several lines: Shift+Enter, a backslash, a paste; sends them as one', () => {
    const desk = idle();
    desk.types(`one${SHIFT_ENTER}two\\\r`);
    desk.types('\x1b[200~three\rfour\x1b[20');
    desk.types('1~\n five');
    expect(desk.rows().slice(-5)).toEqual(['> one', '  two', '  three', '  four', '   five']);
    desk.types('\r');
    expect(desk.sent.at(-1)).toMatchObject({
      type: 'user',
      message: { content: [{ type: 'text', text: 'one\ntwo\nthree\nfour\n five' }] },
    });
    expect(desk.rows().slice(0, 2)).toEqual(['> one', '  two']);
  });

  it('takes 40 KB at once, shows the part with the cursor, and sends all of it', () => {
    const desk = idle();
    const text = Array.from({ length: 1000 }, (_, i) => `line ${i} ${'x'.repeat(30)}`).join('\n');
    desk.types(`\x1b[200~${text}\x1b[201~`);
    expect(desk.rows().at(-1)).toContain('line 999');
    expect(desk.rows().length).toBeLessThan(24);
    desk.types('\r');
    expect(JSON.stringify(desk.sent.at(-1))).toContain(JSON.stringify(text).slice(1, -1));
  });

  it('never lets a paste press a key', () => {
    const desk = idle();
    desk.types('\x1b[200~rm -rf\r\x03\x1b[27u\x1bOA\x1b[201~');
    expect(desk.sent).toHaveLength(1);
    expect(desk.rows().at(-2)).toBe('> rm -rf');
    expect(desk.talk.state).toBe('idle');
  });

  it('brings earlier prompts back', () => {
    const desk = idle();
    for (const prompt of ['first', 'second']) {
      desk.types(`${prompt}\r`);
      desk.result();
    }
    desk.types('draft\x1b[A\x1b[A');
    expect(desk.rows().at(-1)).toBe('> first');
    desk.types('\x1b[B\x1b[B');
    expect(desk.rows().at(-1)).toBe('> draft');
  });

  it('stays as it is while the agent writes', () => {
    const desk = working();
    desk.types('half-typed');
    for (let i = 0; i < 60; i++) desk.piece(`line ${i}\n`);
    expect(desk.rows().at(-1)).toBe('> half-typed');
    expect(desk.rows().filter((row) => row.includes('half-typed'))).toHaveLength(1);
    expect(desk.rows().filter((row) => row.startsWith('line '))).toHaveLength(60);
  });

  it('queues what is sent while the agent works, and gives it back when somebody cancels', () => {
    const desk = working();
    desk.types('then this\rand that\r');
    expect(desk.rows().slice(-4)).toEqual(['  waits: then this', '  waits: and that', 'working · Esc cancels', '>']);
    desk.types(ESC);
    expect(desk.rows().slice(-3)).toEqual(['stopping …', '> then this', '  and that']);
    expect(desk.sent.at(-1)).toMatchObject({ request: { subtype: 'interrupt' } });
    desk.result({ subtype: 'error_during_execution', is_error: true, terminal_reason: 'aborted_streaming' });
    expect(desk.rows()).toContain('cancelled · 1.2 s');
    expect(desk.talk.state).toBe('idle');
    expect(desk.sent.filter(({ type }) => type === 'user')).toHaveLength(1);
  });
});

describe('a question', () => {
  it('is answered by a digit, y or n, and stands in the transcript with its answer', () => {
    const desk = working();
    const rules = [{ type: 'addRules', rules: [{ toolName: 'Bash', ruleContent: 'make *' }] }];
    desk.asks('r1', { command: 'make all' }, { permission_suggestions: rules });
    desk.clock.advance(1000);
    expect(desk.rows().slice(-6)).toEqual([
      '? Allow Bash: make all?',
      '  1 Yes (y)',
      '  2 Yes, and always: Bash(make *)',
      '  3 No (n)',
      '1 to 3 answers, or type and Enter · Esc cancels',
      '>',
    ]);
    desk.types('2');
    expect(desk.sent.at(-1)).toMatchObject({
      response: {
        request_id: 'r1',
        response: { behavior: 'allow', updatedInput: { command: 'make all' }, updatedPermissions: rules },
      },
    });
    expect(desk.rows().join('\n')).toContain('? Allow Bash: make all? Yes, and always: Bash(make *)');
    expect(desk.rows().join('\n')).not.toContain('1 Yes (y)');
    desk.asks('r2', { command: 'make install' });
    desk.clock.advance(1000);
    desk.types('n');
    expect(desk.sent.at(-1)).toMatchObject({ response: { request_id: 'r2', response: { behavior: 'deny' } } });
    expect(desk.states).toEqual(['starting', 'idle', 'working', 'blocked q1', 'working', 'blocked q2', 'working']);
  });

  it('is not answered by a key that was on its way to the line', () => {
    const desk = working();
    desk.asks('r1', { command: 'rm x' });
    desk.types('y');
    expect(desk.rows().at(-1)).toBe('> y');
    desk.clock.advance(5000);
    desk.types('es');
    expect(desk.rows().at(-1)).toBe('> yes');
    expect(desk.talk.question).toBeDefined();
    desk.types('\x1b[200~1\x1b[201~');
    expect(desk.talk.question).toBeDefined();
  });

  it('takes words for a no with a reason', () => {
    const desk = working();
    desk.asks('r1', { command: 'rm x' });
    desk.types('use trash\r');
    expect(desk.sent.at(-1)).toMatchObject({ response: { response: { behavior: 'deny', message: 'use trash' } } });
  });

  it('that the agent takes back is gone', () => {
    const desk = working();
    desk.asks('r1', { command: 'rm x' });
    desk.says({ type: 'control_cancel_request', request_id: 'r1' });
    desk.clock.advance(1000);
    desk.types('y');
    expect(desk.rows().at(-1)).toBe('> y');
    expect(desk.sent.some((message) => JSON.stringify(message).includes('"behavior"'))).toBe(false);
    expect(() => desk.talk.answer('q1', { kind: 'approve' })).toThrow('no longer asks that');
  });

  it('of its own (AskUserQuestion) is put one after the other, with its options', () => {
    const desk = working();
    const questions = [
      { question: 'Which one?', options: [{ label: 'red' }, { label: 'blue' }] },
      { question: 'How many?', options: [{ label: 'one' }, { label: 'two' }] },
    ];
    desk.asks('r1', { questions }, { tool_name: 'AskUserQuestion' });
    expect(desk.talk.question).toMatchObject({
      text: 'Which one?',
      choices: [{ number: 1, label: 'red' }, { number: 2 }],
    });
    desk.talk.answer(undefined, { kind: 'choice', number: 2 });
    desk.talk.answer(undefined, { kind: 'text', text: 'a dozen' });
    expect(desk.sent.at(-1)).toMatchObject({
      response: { response: { updatedInput: { answers: { 'Which one?': 'blue', 'How many?': 'a dozen' } } } },
    });
    expect(desk.talk.state).toBe('working');
  });
});

describe('the end', () => {
  it('ends the turn with an error at once, and whoever waits is told', async () => {
    const desk = working();
    const waiting = [desk.talk.submit('a').turn, desk.talk.submit('b').turn, desk.talk.cancel()];
    desk.pipes.sink?.ended({ exitCode: 1 });
    expect(await waiting[2]).toMatchObject({ outcome: 'failed', error: 'the agent has ended with code 1' });
    expect(await waiting[0]).toMatchObject({ outcome: 'cancelled' });
    expect(desk.end).toEqual({ exitCode: 1 });
    expect(desk.rows().join('\n')).toContain('failed: the agent has ended with code 1');
    expect(() => desk.talk.submit('c')).toThrow('the agent has ended with code 1');
    expect(desk.clock.pending).toBe(0);
  });

  it('is followed by the same session: told to the agent, and shown', () => {
    const desk = working('remember 7');
    desk.init();
    desk.message({ type: 'text', text: 'I will.' });
    desk.result();
    desk.pipes.sink?.ended({ signal: 'SIGKILL' });
    expect(desk.memory.agentSession).toBe('e5b2');
    const again = new Desk('claude', { memory: desk.memory });
    expect(again.pipes.launchCommand.slice(-2)).toEqual(['--resume', 'e5b2']);
    expect(again.rows().slice(0, 5)).toEqual(['> remember 7', '', 'I will.', '', 'goes on']);
  });

  it('that comes before it was ready is told to whoever waits, too', async () => {
    const desk = new Desk();
    const waiting = desk.talk.submit('hello');
    desk.says({ type: 'result', subtype: 'error_during_execution', is_error: true, errors: ['no licence'] });
    expect(await waiting.turn).toEqual({ outcome: 'failed', text: '', error: 'claude: no licence' });
    expect(desk.sent.filter(({ type }) => type === 'user')).toHaveLength(0);
  });

  it('forgets a session that is not there any more', async () => {
    const desk = idle();
    desk.memory.agentSession = 'gone';
    const again = new Desk('claude', { memory: desk.memory });
    again.says({
      type: 'result',
      subtype: 'error_during_execution',
      is_error: true,
      errors: ['No conversation found with session ID: gone'],
    });
    await Promise.resolve();
    await Promise.resolve();
    expect(again.rows().join('\n')).toContain('No conversation found');
    expect(again.memory.agentSession).toBeUndefined();
    expect(again.end).toBeDefined();
  });
});

describe('cancelling', () => {
  it('is asked for again, and said to have failed when the agent goes on', async () => {
    const desk = working();
    const cancelled = desk.talk.cancel();
    const failed = expect(cancelled).rejects.toMatchObject({ code: 'timed-out' });
    desk.clock.advance(10_000);
    await failed;
    const interrupts = desk.sent.filter((message) => JSON.stringify(message).includes('interrupt'));
    expect(interrupts.length).toBeGreaterThan(5);
    expect(desk.talk.state).toBe('working');
    desk.clock.advance(60);
    expect(desk.rows().join('\n')).toContain('asked to stop 10 s ago, it goes on');
  });

  it('of nothing is nothing', async () => {
    const desk = idle();
    expect(await desk.talk.cancel()).toBeUndefined();
    expect(desk.sent).toHaveLength(1);
  });

  it('by SIGINT stops the turn, not the process', () => {
    const desk = working();
    desk.transport.signal('SIGINT');
    expect(desk.pipes.signals).toEqual([]);
    expect(desk.sent.at(-1)).toMatchObject({ request: { subtype: 'interrupt' } });
  });
});

describe('resizing', () => {
  it('keeps every line once, and the input line below', () => {
    const desk = working('a prompt of some length, that wraps when it gets narrow');
    desk.piece('A text that is being written while somebody drags the corner of the window, which');
    for (const [cols, rows] of [
      [30, 20],
      [100, 30],
      [21, 12],
      [60, 24],
    ] as const) {
      desk.screen.resize(cols, rows);
      desk.transport.resize(cols, rows);
      desk.piece(' goes on');
    }
    expect(desk.rows()).toEqual([
      '> a prompt of some length, that wraps when it gets narrow',
      '',
      'A text that is being written while somebody drags the corner',
      ' of the window, which goes on goes on goes on goes on',
      '',
      'working · Esc cancels',
      '>',
    ]);
  });
});
