import { describe, expect, it } from 'vitest';
import { type AgentEvent, HeadlessMemory, type MessageBlock } from '../../../../src/core/index.ts';
import { Desk } from './desk.ts';
import { type Played, play, recorded, type Script, whole } from './play.ts';

const turns: Record<string, Script> = {
  claude: {
    agent: 'claude',
    prompts: ['say', 'tool', 'tool', 'slow', 'fail'],
    replies: [{ kind: 'approve' }, { kind: 'deny' }],
    interruptAt: 'tok8 ',
  },
  'claude-cancel': {
    agent: 'claude',
    resume: 'f3c21f72-7f39-4cc4-a19c-8b6bd3b6499d',
    prompts: ['tool', 'think', 'hang'],
    replies: ['interrupt'],
  },
  codex: {
    agent: 'codex',
    prompts: ['say', 'tool', 'tool', 'slow', 'fail'],
    replies: [{ kind: 'approve' }, { kind: 'deny' }],
    interruptAt: 'tok8 ',
  },
  'codex-resume': {
    agent: 'codex',
    resume: '01a1fccb-0aa3-7a21-a67a-a83c8d3225da',
    prompts: ['tool', 'tool', 'tool'],
    replies: ['interrupt', { kind: 'choice', number: 2 }],
  },
  gemini: {
    agent: 'gemini',
    prompts: ['say', 'tool', 'tool', 'slow', 'fail'],
    replies: [{ kind: 'approve' }, { kind: 'deny' }],
    interruptAt: 'tok8 ',
  },
  'gemini-resume': {
    agent: 'gemini',
    resume: 'd7e7623f-b0d7-461d-9394-541b93f79ea5',
    prompts: ['tool', 'tool', 'tool'],
    replies: ['interrupt', { kind: 'choice', number: 2 }],
  },
};

const outcomes = (events: readonly AgentEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'turn-finished' ? [event.turn.outcome] : []));
const blocks = ({ record }: Played): MessageBlock[] => record.all().flatMap((message) => message.blocks);
const answer = (events: readonly AgentEvent[], turn: number): string | undefined => {
  const finished = events.filter((event) => event.type === 'turn-finished');
  return finished[turn]?.turn.text;
};

describe.each(['claude', 'codex', 'gemini'] as const)('what %s says', (agent) => {
  const played = play([recorded(agent)], turns[agent]!);
  const { events, record, sent } = played;

  it('is its session, turns with their answers, a cancelled turn, and one that failed', () => {
    expect(events[0]?.type).toMatch(/ready|session/);
    expect(events.find((event) => event.type === 'session')).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    });
    expect(outcomes(events)).toEqual(['completed', 'completed', 'completed', 'cancelled', 'failed']);
    expect(answer(events, 0)).toBe('# Hello\n\nworld **bold** `code`');
    expect(answer(events, 1)).toBe('tool done');
    const failed = events.filter((event) => event.type === 'turn-finished')[4];
    expect(failed?.turn.error).toContain('scripted failure');
    expect(failed?.turn.error).not.toContain('{');
    expect(played.talk.state).toBe('idle');
  });

  it('keeps messages whole: every block, the call with its arguments, the result', () => {
    const all = blocks(played);
    expect(record.all().filter(({ role, blocks: [first] }) => role === 'user' && first?.type === 'text')).toHaveLength(
      5,
    );
    const calls = all.filter((block) => block.type === 'tool-use');
    expect(calls).toHaveLength(2);
    expect(JSON.stringify(calls[1]?.input)).toContain('denied');
    const results = all.filter((block) => block.type === 'tool-result');
    expect(results[0]).toMatchObject({ id: calls[0]?.id, failed: false });
    expect(all.filter((block) => block.type === 'text').map(({ text }) => text)).toEqual(
      expect.arrayContaining(['Running it.', 'tool done', 'tok1 tok2 tok3 tok4 tok5 tok6 tok7 tok8 ']),
    );
    expect(record.all().map(({ number }) => number)).toEqual(record.all().map((_, i) => i + 1));
  });

  it('asks with choices, and gets the answer that was chosen', () => {
    const questions = events.flatMap((event) => (event.type === 'question' ? [event.question] : []));
    expect(questions).toHaveLength(2);
    expect(questions[1]).toMatchObject({ text: expect.stringContaining('touch denied'), deniable: true });
    expect(questions[0]?.choices.map(({ number }) => number)).toEqual(questions[0]?.choices.map((_, i) => i + 1));
    expect(questions[0]?.choices[0]?.means).toBe('approve');
    expect(questions[0]?.choices.filter(({ means }) => means === 'deny')).toHaveLength(1);
    const words = sent.map((message) => JSON.stringify(message));
    const [yes, no] = {
      claude: ['"behavior":"allow"', '"behavior":"deny"'],
      codex: ['"decision":"accept"', '"decision":"decline"'],
      gemini: ['"optionId":"proceed_once"', '"optionId":"cancel"'],
    }[agent];
    expect(words.filter((line) => line.includes(yes!))).toHaveLength(1);
    expect(words.filter((line) => line.includes(no!))).toHaveLength(1);
  });

  it('is told to stop in its own words', () => {
    const word = { claude: '"subtype":"interrupt"', codex: '"turn/interrupt"', gemini: '"session/cancel"' }[agent];
    expect(sent.filter((message) => JSON.stringify(message).includes(word))).toHaveLength(1);
  });

  it('streams texts in pieces that are the whole put together', () => {
    const said = events.flatMap((event) => (event.type === 'delta' && event.kind === 'text' ? [event.text] : []));
    const texts = blocks(played).flatMap((block) => (block.type === 'text' ? [block.text] : []));
    for (const text of said) expect(texts.some((one) => one.includes(text.trim()))).toBe(true);
    expect(said.join('')).toContain('# Hello\n\nworld **bold** `code`');
  });
});

describe('going on with a session', () => {
  it.each(['codex-resume', 'gemini-resume', 'claude-cancel'])('%s: a turn that is cancelled while it asks', (name) => {
    const { events, sent, talk } = play([recorded(name)], turns[name]!);
    expect(outcomes(events)[0]).toBe('cancelled');
    expect(events.filter(({ type }) => type === 'question-gone').length).toBeGreaterThan(0);
    expect(talk.question).toBeUndefined();
    expect(talk.state).toBe('idle');
    if (name === 'codex-resume') expect(sent[2]).toMatchObject({ method: 'thread/resume' });
    if (name === 'gemini-resume') expect(sent[1]).toMatchObject({ method: 'session/load' });
  });

  it('does not tell again what a loaded session tells of its past', () => {
    const { record } = play([recorded('gemini-resume')], turns['gemini-resume']!);
    expect(JSON.stringify(record.all())).not.toContain('Hello');
  });

  it('takes "always" for what it is', () => {
    const { sent } = play([recorded('codex-resume')], turns['codex-resume']!);
    expect(JSON.stringify(sent)).toContain('acceptWithExecpolicyAmendment');
    const gemini = play([recorded('gemini-resume')], turns['gemini-resume']!);
    expect(JSON.stringify(gemini.sent)).toContain('proceed_always');
  });

  it('says that the session is not there any more', () => {
    const { events, talk } = play([recorded('claude-gone')], { agent: 'claude', resume: 'x', prompts: [] });
    expect(events).toEqual([
      { type: 'failed', gone: true, text: expect.stringContaining('No conversation found with session ID') },
    ]);
    expect(talk.state).toBe('over');
  });
});

/** A small generator of pseudo-random numbers (mulberry32): failures can be repeated. */
function randomFrom(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

describe('chunks', () => {
  it.each(Object.keys(turns))('[T2] %s: any cut of the stream, down to single bytes, means the same', (name) => {
    const bytes = recorded(name);
    const expected = play([bytes], turns[name]!);
    for (let seed = 1; seed <= 12; seed++) {
      const random = randomFrom(seed);
      const most = seed === 1 ? 1 : seed < 6 ? 7 : 2000;
      const chunks: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; ) {
        const end = at + 1 + Math.floor(random() * most);
        chunks.push(bytes.subarray(at, end));
        at = end;
      }
      const played = play(chunks, turns[name]!);
      expect(played.events, `seed ${seed}`).toEqual(expected.events);
      expect(played.sent, `seed ${seed}`).toEqual(expected.sent);
    }
  });

  it('[T2] keeps characters whole that are cut between bytes', () => {
    const line = `${JSON.stringify({ type: 'assistant', message: { id: 'm', content: [{ type: 'text', text: 'naïve 日本語 👩‍💻' }] } })}\n`;
    const bytes = new TextEncoder().encode(line);
    const chunks = Array.from(bytes, (byte) => Uint8Array.of(byte));
    const { events } = play(chunks, { agent: 'claude', prompts: [] });
    expect(whole(events)).toMatchObject([{ message: { blocks: [{ text: 'naïve 日本語 👩‍💻' }] } }]);
  });
});

describe('gemini, asked to go on with a session', () => {
  const begin = (begunAt: number | undefined): Desk => {
    const memory = new HeadlessMemory('3f2a');
    memory.begunAt = begunAt;
    const desk = new Desk('gemini', { memory });
    desk.says({ jsonrpc: '2.0', id: 1, result: { agentInfo: { name: 'gemini-cli', version: '0.61.0' } } });
    return desk;
  };
  const loads = (desk: Desk): boolean => desk.sent.some(({ method }) => method === 'session/load');

  it('does so at once when that was begun in another minute', () => {
    expect(loads(begin(1_600_000_000_000))).toBe(true);
  });

  it.each([undefined, 1_700_000_000_000])('waits for the next minute when it was begun in this one (%s)', (begunAt) => {
    const desk = begin(begunAt);
    expect(loads(desk)).toBe(false);
    expect(desk.rows().join('\n')).toContain('gemini goes on with its session in');
    // 1,700,000,000 s is 20 s after a full minute.
    desk.clock.advance(39_000);
    expect(loads(desk)).toBe(false);
    desk.clock.advance(2_000);
    expect(loads(desk)).toBe(true);
  });
});
