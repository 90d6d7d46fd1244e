import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HubCommandArgs, SessionHost } from '../../src/core/index.ts';
import { closeAll, ENV, errorOf, eventually, onlineClient, openHub } from './support/index.ts';

const AGENT = fileURLToPath(new URL('../support/fake-agent.mjs', import.meta.url));

let socket: string;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'iris-prompts-'));
  ({ socket } = await openHub());
});
afterAll(async () => {
  await closeAll();
  rmSync(folder, { recursive: true, force: true });
});

/** For something that an agent of a test does once this file is there. */
const signal = () => {
  const file = join(folder, `go-${Math.random()}`);
  return { file, give: () => writeFileSync(file, '') };
};

/** A session with an agent that writes down which prompts it took. */
class Agent {
  readonly host: SessionHost;
  readonly id: string;
  readonly #log: string;

  constructor(host: SessionHost, id: string, log: string) {
    this.host = host;
    this.id = id;
    this.#log = log;
  }

  static async start(...options: string[]): Promise<Agent> {
    const host = await onlineClient(socket);
    const log = join(folder, `log-${Math.random()}`);
    const command = [process.execPath, AGENT, '--log', log, ...options];
    const spec = { command, agent: 'claude', cwd: '/tmp', env: ENV, cols: 100, rows: 30 };
    const { id } = await host.command('session.new', spec);
    return new Agent(host, id, log);
  }

  static async ready(...options: string[]): Promise<Agent> {
    const agent = await Agent.start(...options);
    await agent.until('idle');
    return agent;
  }

  get taken(): string[] {
    try {
      return readFileSync(this.#log, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as string);
    } catch {
      return [];
    }
  }

  get info() {
    return this.host.sessions.find(({ id }) => id === this.id)!.agent;
  }

  prompt(text: string, options: Partial<HubCommandArgs<'session.prompt'>> = {}) {
    return this.host.command('session.prompt', { session: this.id, text, ...options });
  }

  ask(text: string, options: Partial<HubCommandArgs<'session.prompt'>> = {}) {
    return this.prompt(text, { wait: true, timeoutMs: 30_000, ...options });
  }

  answer(options: Omit<HubCommandArgs<'session.answer'>, 'session'>) {
    return this.host.command('session.answer', { session: this.id, ...options });
  }

  keys(...keys: string[]) {
    return this.host.command('session.keys', { session: this.id, keys });
  }

  async queue() {
    return (await this.host.command('session.queue', { session: this.id })).queue;
  }

  until(until: 'idle' | 'working' | 'blocked') {
    return this.host.command('session.wait', { session: this.id, until, timeoutMs: 30_000 });
  }
}

describe.concurrent('a prompt', () => {
  test('is submitted once, and answered', async () => {
    const agent = await Agent.ready();
    expect(await agent.prompt('hello')).toMatchObject({ outcome: 'submitted', message: 'm1' });
    expect(await agent.ask('how are you')).toMatchObject({ outcome: 'answered', answer: 'echo: how are you' });
    expect(agent.taken).toEqual(['hello', 'how are you']);
  });

  test('of several lines, and of 40 KB, arrives as it is', async () => {
    const agent = await Agent.ready();
    const lines = 'first\n\n  third, with a tab\t.\n\u001b[201~touch P\u0003';
    expect(await agent.ask(lines)).toMatchObject({ outcome: 'answered' });
    const long = Array.from({ length: 800 }, (_, i) => `line ${i} of a text that is somewhat long`).join('\n');
    expect(long.length).toBeGreaterThan(30_000);
    expect(await agent.prompt(long)).toMatchObject({ outcome: 'submitted' });
    expect(agent.taken).toEqual(['first\n\n  third, with a tab\t.\ntouch P', long]);
  });

  test('that is longer than the screen has its answer whole', async () => {
    const agent = await Agent.ready();
    const { answer } = await agent.ask('one\ntwo\n\nthree');
    expect(answer).toBe('echo: one\ntwo\n\nthree');
  });

  test('reaches an agent that is slow, and one that takes Enter for a line, once', async () => {
    const [slow, eater] = await Promise.all([Agent.ready('--slow', '700'), Agent.ready('--eats-enter')]);
    const [a, b] = await Promise.all([slow.prompt('be quick'), eater.prompt('eat this')]);
    expect([a.outcome, b.outcome]).toEqual(['submitted', 'submitted']);
    expect(slow.taken).toEqual(['be quick']);
    expect(eater.taken.map((text) => text.trim())).toEqual(['eat this']);
  });

  test('that does not show up in the box is not submitted, and that is said', async () => {
    const agent = await Agent.ready('--deaf');
    expect(await agent.prompt('can you hear me')).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('did not show up in the input box'),
    });
    expect(agent.taken).toEqual([]);
  });

  test('that can not be submitted now is refused where it must not wait', async () => {
    const agent = await Agent.ready();
    await agent.prompt('work 60000');
    await agent.until('working');
    expect(await agent.prompt('and then', { hold: false })).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('it works'),
    });
    expect(await agent.queue()).toEqual([]);
  });

  test('waits for an agent that is still starting', async () => {
    const { file, give } = signal();
    const agent = await Agent.start('--start', file);
    expect(await agent.prompt('early')).toMatchObject({ outcome: 'held', held: 'starting' });
    give();
    await eventually('it was taken', () => agent.taken.length === 1);
  });

  test('is told of the end of its agent at once, and so are those that wait', async () => {
    const agent = await Agent.ready();
    const [dying, waiting] = [errorOf(agent.ask('die')), errorOf(agent.ask('never asked'))];
    await agent.until('working');
    await agent.keys('x');
    expect((await dying).message).toContain('ended before it had answered');
    expect((await waiting).message).toContain('is not running');
    expect((await errorOf(agent.prompt('too late'))).message).toContain('is not running');
    expect(agent.taken).toEqual(['die']);
  });

  test('that is not answered in time fails, and is taken back if it was not submitted', async () => {
    const agent = await Agent.ready();
    expect(await errorOf(agent.ask('work 60000', { timeoutMs: 1500 }))).toMatchObject({ code: 'timed-out' });
    const busy = await Agent.ready();
    await busy.prompt('work 60000');
    const waiting = await errorOf(busy.ask('after that', { timeoutMs: 300 }));
    expect(waiting).toMatchObject({ code: 'timed-out', message: expect.stringContaining('was not submitted') });
    expect(await busy.queue()).toEqual([]);
  });

  test('to a shell is typed, and nothing more is said', async () => {
    const host = await onlineClient(socket);
    const { id } = await host.command('session.new', { command: ['sh'], cwd: '/tmp', env: ENV, cols: 80, rows: 24 });
    const sent = await host.command('session.send', { session: id, text: 'echo a$((1+1))b' });
    expect(sent).toEqual({ id });
    await host.command('session.wait', { session: id, text: 'a2b', timeoutMs: 30_000 });
    expect(await host.command('session.prompt', { session: id, text: 'echo c$((2+2))d' })).toMatchObject({
      outcome: 'unverified',
    });
    await host.command('session.wait', { session: id, text: 'c4d', timeoutMs: 30_000 });
  });
});

describe.concurrent('prompts that wait', () => {
  test('are submitted in order, each once, and can be seen and taken out', async () => {
    const { file, give } = signal();
    const agent = await Agent.ready();
    await agent.prompt(`work ${file}`);
    const held = await Promise.all(['a', 'b', 'c'].map((text) => agent.prompt(text)));
    expect(held.map(({ outcome, ahead }) => [outcome, ahead])).toEqual([
      ['held', 0],
      ['held', 1],
      ['held', 2],
    ]);
    await eventually('viewers see how many', () => agent.info.queued === 3);
    const queue = await agent.queue();
    expect(queue.map(({ text, held: why }) => [text, why])).toEqual([
      ['a', 'working'],
      ['b', 'queue'],
      ['c', 'queue'],
    ]);
    const removed = await agent.host.command('session.unqueue', { session: agent.id, id: queue[1]!.id });
    expect(removed).toEqual({ removed: [queue[1]!.id] });
    const gone = errorOf(agent.host.command('session.unqueue', { session: agent.id, id: queue[1]!.id }));
    expect(await gone).toMatchObject({ code: 'not-found' });
    give();
    await eventually('all are taken', () => agent.taken.length === 3);
    await eventually('none waits', () => agent.info.queued === undefined);
    expect(agent.taken).toEqual([`work ${file}`, 'a', 'c']);
  });

  test('leave half-typed text alone, and go on when it is gone', async () => {
    const agent = await Agent.ready();
    await agent.keys('h', 'm');
    expect(await agent.prompt('mine')).toMatchObject({ outcome: 'held', held: 'typing' });
    await agent.keys('BSpace', 'BSpace');
    await eventually('it was taken', () => agent.taken.length === 1);
    expect(agent.taken).toEqual(['mine']);
  });

  test('never run together with what a person types meanwhile', async () => {
    const { file, give } = signal();
    const agent = await Agent.ready('--slow', file);
    const sent = agent.prompt('the prompt');
    // While it is between its paste and its Enter.
    await eventually('it is being typed', async () => (await agent.queue()).some(({ typing }) => typing));
    await agent.keys('x', 'y', 'z');
    give();
    expect(await sent).toMatchObject({ outcome: 'submitted' });
    await agent.host.command('session.wait', { session: agent.id, text: '❯ xyz', timeoutMs: 30_000 });
    expect(agent.taken).toEqual(['the prompt']);
  });

  test('are no more than a hundred', async () => {
    const agent = await Agent.ready();
    await agent.prompt('work 60000');
    for (let i = 0; i < 100; i++) await agent.prompt(`p${i}`);
    expect((await errorOf(agent.prompt('one more'))).message).toContain('100 prompts wait');
    const { removed } = await agent.host.command('session.unqueue', { session: agent.id });
    expect(removed.length).toBe(100);
  });
});

describe.concurrent('an answer', () => {
  test('allows or refuses what is asked, and whoever waits is told of the question', async () => {
    const agent = await Agent.ready();
    const asked = await agent.ask('ask touch one');
    expect(asked).toMatchObject({ outcome: 'blocked', prompt: { text: expect.stringContaining('touch one') } });
    expect(await agent.prompt('later')).toMatchObject({ outcome: 'held', held: 'blocked' });
    const { prompt } = await agent.answer({ approve: true, prompt: asked.prompt!.id });
    expect(prompt.choices).toEqual([
      { number: 1, label: 'Yes', means: 'approve' },
      { number: 2, label: 'No', means: 'deny' },
    ]);
    await agent.host.command('session.wait', { session: agent.id, text: '● allowed', timeoutMs: 30_000 });
    await eventually('the one that waited is taken', () => agent.taken.includes('later'));
    await agent.until('idle');
    expect(await agent.ask('ask touch two')).toMatchObject({ outcome: 'blocked' });
    await agent.answer({ deny: true });
    await agent.host.command('session.wait', { session: agent.id, text: '● refused', timeoutMs: 30_000 });
  });

  test('to a question that is gone, or another, types nothing', async () => {
    const agent = await Agent.ready();
    const first = (await agent.ask('ask first')).prompt!;
    await agent.answer({ choice: 1, prompt: first.id });
    // The same key again, at once: it would land in the next question.
    expect(await errorOf(agent.answer({ choice: 1, prompt: first.id }))).toMatchObject({ code: 'conflict' });
    expect(await errorOf(agent.answer({ choice: 1 }))).toMatchObject({ code: 'conflict' });
    await agent.until('idle');
    const second = (await agent.ask('ask second')).prompt!;
    expect(second.id).not.toBe(first.id);
    expect(await errorOf(agent.answer({ approve: true, prompt: first.id }))).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('something else'),
    });
    await eventually('it still asks', () => agent.info.prompt?.id === second.id);
    expect(agent.info.state).toBe('blocked');
    expect(await errorOf(agent.answer({ choice: 7, prompt: second.id }))).toMatchObject({ code: 'usage' });
    await agent.keys('2');
    expect(await errorOf(agent.answer({ approve: true, prompt: second.id }))).toMatchObject({ code: 'conflict' });
  });

  test('in words refuses, and gives the words as the next prompt, before those that wait', async () => {
    const agent = await Agent.ready();
    await agent.ask('ask rm all');
    await agent.prompt('waiting');
    await agent.answer({ text: 'use mv' });
    await eventually('both were taken', () => agent.taken.length === 3);
    expect(agent.taken).toEqual(['ask rm all', 'use mv', 'waiting']);
  });

  test('needs a question', async () => {
    const agent = await Agent.ready();
    expect(await errorOf(agent.answer({ approve: true }))).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('asks nothing'),
    });
    expect(await errorOf(agent.answer({ approve: true, deny: true }))).toMatchObject({ code: 'usage' });
  });
});

describe.concurrent('those who wait', () => {
  test('are told that it asks something, also where the question can not be read', async () => {
    const host = await onlineClient(socket);
    // aider's questions have no choices.
    const script = `printf '> '; read a; printf '\\nAllow it? (Y)es/(N)o [Yes]: '; sleep 600`;
    const spec = { command: ['sh', '-c', script], agent: 'aider', cwd: '/tmp', env: ENV, cols: 80, rows: 24 };
    const { id } = await host.command('session.new', spec);
    await host.command('session.wait', { session: id, until: 'idle', timeoutMs: 30_000 });
    const told = await host.command('session.prompt', { session: id, text: 'go', wait: true, timeoutMs: 30_000 });
    expect(told).toMatchObject({ outcome: 'blocked', reason: expect.stringContaining('Allow it?') });
    expect(told).not.toHaveProperty('prompt');
  });

  test('and leave take their prompt back, if it was not submitted', async () => {
    const agent = await Agent.ready();
    await agent.prompt('work 60000');
    const other = await onlineClient(socket);
    const waiting = errorOf(other.command('session.prompt', { session: agent.id, text: 'mine', wait: true }));
    await eventually('it waits', async () => (await agent.queue()).length === 1);
    other.close();
    await waiting;
    await eventually('it is taken back', async () => (await agent.queue()).length === 0);
  });
});
