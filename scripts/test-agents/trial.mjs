import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AGENTS, makeHome } from './agents.mjs';
import { expect, processesOf, run, until } from './run.mjs';

/** 40 KB in lines, as somebody pastes a file. */
const LONG = Array.from({ length: 900 }, (_, i) => `line ${i} of a long text with some words in it`).join('\n');

/** One agent, from its start to its end, through the command line. */
export class Trial {
  constructor(name, { root, bin, cli, model }) {
    this.name = name;
    this.model = model;
    this.cli = cli;
    this.home = join(root, name, 'home');
    this.folder = join(root, name, 'work');
    this.program = join(bin, name);
    const { PATH } = process.env;
    this.env = { ...makeHome(name, this.home, this.folder, model.url), PATH, TERM: 'xterm-256color' };
    this.env.IRIS_HOME = join(root, name, 'iris');
    this.steps = [];
  }

  async iris(...args) {
    const last = args.at(-1);
    const options = typeof last === 'object' ? args.pop() : {};
    const { code, out, err } = await run(process.execPath, [this.cli, ...args], {
      env: this.env,
      cwd: this.folder,
      ...options,
    });
    return { code, out, err };
  }

  async json(...args) {
    const { code, out, err } = await this.iris(...args);
    if (out === '') throw new Error(`iris-tui ${args.slice(0, 2).join(' ')} ended with ${code}: ${err.trim()}`);
    return { code, ...JSON.parse(out) };
  }

  async info(session = this.name) {
    const { out } = await this.iris('ls', '--json');
    return JSON.parse(out).find((each) => each.name === session);
  }

  /** Prompts of the user that reached the model and hold this text. */
  asked(text) {
    return this.model.prompts.filter((prompt) => prompt.agent === this.name && prompt.text.includes(text)).length;
  }

  async step(name, act) {
    const from = Date.now();
    try {
      const note = await act();
      this.steps.push({ step: name, ok: true, ms: Date.now() - from, ...(note ? { note } : {}) });
    } catch (error) {
      this.steps.push({ step: name, ok: false, ms: Date.now() - from, note: error.message });
    }
    const { ok, note = '' } = this.steps.at(-1);
    console.error(`${ok ? 'ok  ' : 'FAIL'} ${this.name}: ${name}${note === '' ? '' : ` (${note})`}`);
    return ok;
  }

  async start(session, args) {
    await this.iris('new', '-d', '-n', session, '-a', this.name, '--size', '120x40', '--', this.program, ...args);
    const { code, err } = await this.iris('wait', session, '--until', 'idle', '--timeout', '60');
    if (code !== 0)
      throw new Error(`it did not come to its prompt: ${err}${(await this.iris('capture', session)).out}`);
  }

  async run(count) {
    const { name } = this;
    await this.step('start', () => this.start(name, AGENTS[name].args));
    await this.step('prompt, with its answer', async () => {
      const { outcome, answer } = await this.json(
        'prompt',
        name,
        '--json',
        '--wait',
        '--timeout',
        '60',
        'say all is well',
      );
      expect('outcome', outcome, 'answered');
      expect('answer', answer, 'all is well');
    });
    await this.step('permission, then approve', () => this.permission('approved', '--approve', true));
    await this.step('permission, then deny', () => this.permission('denied', '--deny', false));
    await this.step('an answer to a question that is gone types nothing', async () => {
      const { code, err } = await this.iris('answer', name, '--approve', '--prompt', 'ffffffffffffffff', '--json');
      expect('exit code', code, 1);
      expect('code', JSON.parse(err).code, 'conflict');
    });
    await this.step('cancel', async () => {
      expect('outcome', (await this.json('prompt', name, '--json', 'slow 30')).outcome, 'submitted');
      await this.waitFor('working');
      await this.iris('keys', name, 'Escape');
      await this.waitFor('idle', 10);
    });
    await this.step('half-typed text is left alone', () => this.halfTyped());
    await this.step(`${count} prompts by send, each once`, () => this.many(count));
    await this.step('40 KB there, and back as the answer', async () => {
      const input = `say long text\n${LONG}`;
      const args = ['prompt', name, '--json', '--wait', '--timeout', '120', '--stdin', { input }];
      const { outcome, answer } = await this.json(...args);
      expect('outcome', outcome, 'answered');
      expect('times', this.asked('line 899 of a long text'), 1);
      const sent = this.model.prompts.findLast((prompt) => prompt.agent === name && prompt.text.includes('line 899'));
      expect('characters', sent.text.trim().replace(/\r/g, '\n').length, input.length);
      // gemini does not always draw the last rows of a text that is longer than the screen.
      const rows = answer.split('\n').length;
      expect('the answer', name === 'gemini' ? rows > 880 : answer, name === 'gemini' ? true : `long text\n${LONG}`);
      return `${rows} rows of 901`;
    });
    await this.step('kill', async () => {
      await this.iris('kill', name);
      await until('nothing of it runs', async () => (await this.agentProcesses()).length === 0, 15_000);
    });
    await this.step('resume', async () => {
      await this.start('resumed', AGENTS[name].resume);
      const { outcome, answer } = await this.json(
        'prompt',
        'resumed',
        '--json',
        '--wait',
        '--timeout',
        '60',
        'say back again',
      );
      expect('outcome', outcome, 'answered');
      expect('answer', answer, 'back again');
      expect('told the model of before', this.model.last[name].includes('say after the thought'), true);
      await this.iris('kill', 'resumed');
    });
    await this.end();
    return this.steps;
  }

  async waitFor(state, seconds = 30) {
    const { code, err } = await this.iris('wait', this.name, '--until', state, '--timeout', String(seconds));
    if (code !== 0) throw new Error(err.trim());
  }

  async permission(file, answer, made) {
    const { name } = this;
    const path = join(this.folder, file);
    const { code, outcome, prompt } = await this.json(
      'prompt',
      name,
      '--json',
      '--wait',
      '--timeout',
      '60',
      `tool touch ${path}`,
    );
    expect('outcome', outcome, 'blocked');
    expect('exit code', code, 1);
    expect('it is about the command', prompt.text.includes('touch'), true);
    expect('nothing happened yet', existsSync(path), false);
    const answered = await this.iris('answer', name, answer, '--prompt', prompt.id);
    expect('answered', [answered.code, answered.err], [0, '']);
    const again = await this.iris('answer', name, '--approve', '--prompt', prompt.id);
    expect('the same answer again', again.code, 1);
    await this.waitFor('idle');
    expect(`${file} is there`, existsSync(path), made);
    return prompt.choices.map(({ label }) => label).join(' / ');
  }

  async halfTyped() {
    const { name } = this;
    await this.iris('keys', name, '-l', 'half a thou');
    const held = await this.json('prompt', name, '--json', 'say after the thought');
    expect('outcome', [held.outcome, held.held], ['held', 'typing']);
    expect('queue', (await this.json('queue', name, '--json')).queue.length, 1);
    for (let i = 0; i < 11; i++) await this.iris('keys', name, 'BSpace');
    await until('it was asked', () => this.asked('after the thought') === 1);
    await this.waitFor('idle');
    expect('half a thought was asked', this.asked('half a thou'), 0);
  }

  async many(count) {
    const { name } = this;
    const outcomes = {};
    const texts = Array.from({ length: count }, (_, i) =>
      i % 5 === 4 ? `say number ${i}.\nwith a second line\n\nand a fourth` : `say number ${i}.`,
    );
    for (const text of texts) {
      const { outcome } = await this.json('send', name, '--json', text);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
    const last = texts.length - 1;
    await until('the last one was asked', () => this.asked(`say number ${last}.`) > 0, count * 10_000);
    await this.waitFor('idle', 60);
    const times = texts.map((_, i) => this.asked(`say number ${i}.`));
    expect(
      'times each reached the model',
      times,
      texts.map(() => 1),
    );
    const order = this.model.prompts.flatMap(({ agent, text }) =>
      agent === name ? (/^say number (\d+)\./.exec(text)?.[1] ?? []) : [],
    );
    expect(
      'order',
      order.map(Number),
      texts.map((_, i) => i),
    );
    return Object.entries(outcomes)
      .map(([outcome, number]) => `${number} ${outcome}`)
      .join(', ');
  }

  async agentProcesses() {
    const { out } = await this.iris('hub', 'status', '--json');
    const { pid } = JSON.parse(out);
    return processesOf(this.home).filter((each) => each !== pid);
  }

  async end() {
    await this.iris('hub', 'stop', '--force').catch(() => {});
  }
}
