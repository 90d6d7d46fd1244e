import { expect, until } from './run.mjs';
import { Trial } from './trial.mjs';

/** The same agent without a terminal, in a home of its own. */
export class HeadlessTrial extends Trial {
  async step(name, act) {
    return super.step(`headless: ${name}`, act);
  }

  async prompt(text, ...more) {
    return this.json('prompt', this.name, '--json', '--wait', '--timeout', '120', ...more, text);
  }

  async run(count) {
    const { name } = this;
    await this.step('start', async () => {
      const made = await this.iris('new', '-d', '-n', name, '-a', name, '--headless', '--', this.program);
      expect('started', [made.code, made.err], [0, '']);
      await this.waitFor('idle', 60);
    });
    await this.step('prompt, with its answer', async () => {
      const { outcome, answer } = await this.prompt('say # all\n\nis **well**');
      expect('outcome', [outcome, answer], ['answered', '# all\n\nis **well**']);
      const { messages, usage } = await this.json('messages', name, '--json');
      expect(
        'messages',
        messages.map(({ role }) => role),
        ['user', 'assistant'],
      );
      expect('tokens', usage.inputTokens > 0, true);
    });
    await this.step('permission, then approve', () => this.permission('approved', '--approve', true));
    await this.step('permission, then deny', () => this.permission('denied', '--deny', false));
    await this.step('cancel, while it writes and while it asks', async () => {
      expect('outcome', (await this.json('prompt', name, '--json', 'slow 30')).outcome, 'submitted');
      await this.waitFor('working');
      const from = Date.now();
      expect('cancelled', (await this.iris('cancel', name)).code, 0);
      const ms = Date.now() - from;
      expect('outcome', (await this.prompt('tool touch never')).outcome, 'blocked');
      expect('cancelled', (await this.iris('cancel', name)).code, 0);
      await this.waitFor('idle', 5);
      return `${ms} ms`;
    });
    await this.step(`${count} prompts by send, each once`, () => this.many(count));
    await this.step('who waits is told when it is killed', async () => {
      const waiting = this.iris('prompt', name, '--wait', 'slow 30');
      await this.waitFor('working');
      process.kill((await this.info()).process.pid, 'SIGKILL');
      const { code, err } = await waiting;
      expect('ended', [code, err.includes('SIGKILL')], [1, true]);
    });
    await this.step('goes on with its conversation', async () => {
      expect('restarted', (await this.iris('restart', name)).code, 0);
      const { outcome, answer } = await this.prompt('say back again');
      expect('outcome', [outcome, answer], ['answered', 'back again']);
      expect('told the model of before', this.model.last[name].includes('say number 0.'), true);
    });
    await this.step('kill', async () => {
      await this.iris('kill', name);
      await until('nothing of it runs', async () => (await this.agentProcesses()).length === 0, 15_000);
    });
    await this.end();
    return this.steps;
  }
}
