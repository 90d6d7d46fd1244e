import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import {
  disposeHomes,
  disposeTuis,
  KEY,
  PROMPT,
  runCli,
  spawnTui,
  type Tui,
  tempHome,
  waitUntil,
} from '../support/index.ts';
import { type Sshd, startSshd, stopSshds } from '../support/sshd.ts';

const SIZE = { cols: 140, rows: 40 };

const servers: Server[] = [];
afterEach(async () => {
  await disposeTuis();
  await disposeHomes();
  await stopSshds();
  for (const server of servers.splice(0)) server.close();
});

/** Teams by the words after `ssh`. */
const teams = (all: Readonly<Record<string, string>>): string =>
  `teams:\n${Object.entries(all)
    .map(([name, remote]) => `  ${name}:\n    remote: ssh ${remote}\n    agent: shell\n`)
    .join('')}`;

async function screen(config: string, env: Record<string, string> = {}): Promise<Tui> {
  const home = tempHome(env);
  home.config(config);
  const tui = spawnTui({ ...SIZE, home });
  await tui.waitFor(PROMPT);
  await tui.waitFor(/1 bash\*/);
  return tui;
}

async function command(tui: Tui, line: string): Promise<void> {
  tui.send(`${KEY.prefix}:`);
  await tui.waitFor(/^ :$/m);
  tui.send(`${line}\r`);
}

/** The screen shows all of these at once. */
const shows =
  (...patterns: readonly RegExp[]) =>
  (tui: Tui): boolean =>
    patterns.every((pattern) => pattern.test(tui.text()));

/**
 * Seconds to one attempt become less. How many there are nobody can say: tests that run beside this one give this machine other networks, and each
 * time what is offline is tried at once, so that the next wait is a longer one.
 */
async function countsDown(tui: Tui): Promise<void> {
  const first = new Map<string, number>();
  const isLess = ([, attempt, seconds]: RegExpExecArray): boolean => {
    const before = first.get(attempt!);
    if (before === undefined) first.set(attempt!, Number(seconds));
    return before !== undefined && Number(seconds) < before;
  };
  await tui.waitFor(
    (t) => {
      const found = /attempt (\d+) in (\d+) s/.exec(t.text());
      return found !== null && isLess(found);
    },
    { what: 'the seconds to an attempt become less' },
  );
}

const words = (sshd: Sshd, name = 'target'): string => sshd.words(name).join(' ');

describe('a team on another machine', () => {
  it('says what is wrong when its connection is cut, counts down, comes back, and what was typed meanwhile can be pasted', async () => {
    const sshd = await startSshd({ env: { PS1: 'far$ ' } });
    const tui = await screen(teams({ train: words(sshd) }));
    await command(tui, 'up train');
    await tui.waitFor(/● target · \d+x\d+/);
    tui.send('echo be""fore\r');
    await tui.waitFor(/^│before/m);
    await sshd.vanish();
    await tui.waitFor(/◌ target · offline/);
    await tui.waitFor(/attempt \d+ in \d+ s/);
    await tui.waitFor(/◌ target · retry \d+ in \d+ s/);
    await tui.waitFor(
      shows(
        /since \d\d:\d\d:\d\d, for \d+:\d\d/,
        /C-b R retry now · S stop retrying · E edit team · L log · Q close/,
        /^│before/m,
      ),
    );
    await countsDown(tui);
    tui.send(`${KEY.prefix}S`);
    await tui.waitFor(shows(/✖ target · error/, /│ R retry now · E edit team · L log · Q close/));
    tui.send('R');
    await tui.waitFor(/◌ target · offline/);
    tui.send('echo typed a\x7faway');
    await tui.waitFor(/17 bytes typed: kept, C-b \] pastes it then/);
    // An attempt of its own may be the first, and the key takes the words away that are said then.
    const told = tui.waitFor(/17 bytes typed into train did not arrive: .* C-b \] pastes it/);
    await sshd.restart();
    tui.send(`${KEY.prefix}R`);
    await told;
    await tui.waitFor((t) => /● target · \d+x\d+/.test(t.text()) && !/attempt|before/.test(t.text()));
    await tui.waitFor(/^│\S*[$#] /m);
    tui.send(`${KEY.prefix}]`);
    await tui.waitFor(/[$#] echo typed away/);
    tui.send('\r');
    await tui.waitFor(/^│typed away/m);
  });

  it('says what to do when its key is refused; the letter alone tries again', async () => {
    const sshd = await startSshd();
    const other = sshd.makeIdentity('other');
    sshd.addHost({ name: 'locked', lines: [`IdentityFile ${other}`] });
    // The first of its keys is the only one that is offered.
    const tui = await screen(teams({ vault: `-F ${sshd.clientConfig} -o IdentityFile=none locked` }));
    await sshd.restart({ options: { authorizedKeys: [] } });
    await command(tui, 'up');
    await tui.waitFor(
      shows(
        /✖ locked · error/,
        /to do: \S/,
        /● 1 {2}◌ 0 {2}✖ 1/,
        /2 vault\*✖/,
        /│ R retry now · E edit team · L log · Q close/,
      ),
    );
    tui.send('L');
    await tui.waitFor(/╭─ connection of vault [\s\S]*state +error[\s\S]*command +ssh [\s\S]*locked/);
    tui.send(KEY.escape);
    await tui.waitFor((t) => !t.text().includes('connection of vault'));
    sshd.authorize(sshd.identity);
    sshd.authorize(other);
    tui.send('r');
    await tui.waitFor(/● locked/);
    await tui.waitFor((t) => !/retry now/.test(t.text()));
  });

  it('asks in its pane, with nothing above the question', async () => {
    const sshd = await startSshd();
    sshd.forgetHosts();
    const tui = await screen(teams({ fresh: `-o StrictHostKeyChecking=ask ${words(sshd)}` }));
    await command(tui, 'up');
    const asks = shows(/Are you sure you want to continue connecting/, /◌ target · connecting/, /● 1 {2}◌ 1 {2}✖ 0/);
    await tui.waitFor((t) => asks(t) && !t.text().includes('no answer yet'), { what: 'it asks, and nothing else' });
    tui.send('yes\r');
    await tui.waitFor(/● target/);
  });

  it('that never answers holds up nobody: the pane beside it takes keys and shows them', async () => {
    // A machine that takes the connection and says nothing.
    const hole = createServer(() => {});
    servers.push(hole);
    await new Promise<void>((resolve) => hole.listen(0, '127.0.0.1', resolve));
    const { port } = hole.address() as { port: number };
    const tui = await screen(teams({ hole: `-F none -p ${port} 127.0.0.1` }));
    await command(tui, 'split-pane -h -t hole');
    await tui.waitFor(/◌ 127\.0\.0\.1 · connecting/);
    tui.send(`${KEY.prefix}\x1b[D`);
    for (let i = 0; i < 20; i++) {
      tui.send(`echo l""ine ${i}\r`);
      await tui.waitFor(new RegExp(`^│line ${i}\\b`, 'm'));
    }
    expect(tui.text()).toMatch(/◌ 127\.0\.0\.1 · connecting/);
    await tui.waitFor(/no answer yet/);
    await tui.waitFor(/attempt 1, under way/);
    tui.send('echo st""ill\r');
    await tui.waitFor(/^│still/m);
    tui.send(`${KEY.prefix}\x1b[C${KEY.prefix}L`);
    await tui.waitFor(/╭─ connection of hole [\s\S]*state +connecting/);
  });
});

describe('teams', () => {
  it('that a shell brings up come as tiles into a screen that is open', async () => {
    const config = 'teams:\n  a: { agent: shell }\n  b: { agent: shell }\n  c: { agent: shell }\n';
    const tui = await screen(config);
    const done = await runCli(['up', '--json'], { home: tui.home });
    expect(done).toMatchObject({ code: 0 });
    await tui.waitFor(/1 bash\* {2}2 teams/);
    tui.send(`${KEY.prefix}2`);
    await tui.waitFor((t) => / 1 a · /.test(t.text()) && / 2 b · /.test(t.text()) && / 3 c · /.test(t.text()));
    tui.send(`${KEY.prefix}T`);
    await tui.waitFor(/╭─ teams ─[\s\S]* a +\S+ +local[\s\S]* b +\S+ +local[\s\S]* c +\S+ +local/);
    tui.send(KEY.escape);
    await tui.waitFor((t) => !t.text().includes('╭─ teams ─'));
    await command(tui, 'down b c');
    await tui.waitFor('end b, c? (y/n)');
    tui.send('y');
    await tui.waitFor((t) => t.text().match(/R restart · Q close/g)?.length === 2);
    expect(tui.text()).toMatch(/ 1 a · bash ─+ ● local/);
    // Those that were here stay where they were. What is said passes by, perhaps before both are there.
    const said = tui.waitFor('2 started · 1 ran already');
    await command(tui, 'up');
    await Promise.all([said, tui.waitFor((t) => !/R restart/.test(t.text()))]);
    expect(tui.text()).toMatch(/1 bash- {2}2 teams\*/);
  });

  it('are completed, picked, edited at their line, and a broken file says so while the screen is open', async () => {
    const home = tempHome();
    const editor = home.write('editor', '#!/bin/sh\necho "edits $*"\nread line\n', 0o755);
    const good = 'teams:\n  alpha: { agent: shell }\n  beta:\n    agent: shell\n';
    home.config(good);
    const tui = spawnTui({ ...SIZE, home, env: { EDITOR: editor } });
    await tui.waitFor(PROMPT);
    tui.send(`${KEY.prefix}:`);
    await tui.waitFor(/^ :$/m);
    tui.send('up be\t\r');
    await tui.waitFor(/2 beta\*/);
    tui.send(`${KEY.prefix}C`);
    await tui.waitFor(/╭─ new session ─[\s\S]*alpha +team · local · shell/);
    tui.send(KEY.escape);
    await tui.waitFor((t) => !t.text().includes('╭─ new session ─'));
    await command(tui, 'edit-team beta');
    await tui.waitFor(/edits \+3 \S*config\.yaml/);
    tui.send('\r');
    await tui.waitFor((t) => !t.text().includes('edits +3'));
    home.config(`${good}  gamma: { agnet: shell }\n`);
    await tui.waitFor(/config\.yaml:\d+:\d+: .*agnet/);
    home.config(good);
    await tui.waitFor('the config is right again');
  });
});

describe('the connections', () => {
  it('are listed with state, place, numbers and command; the list leads to a pane', async () => {
    const sshd = await startSshd();
    const tui = await screen(teams({ train: words(sshd) }));
    await command(tui, 'up');
    await tui.waitFor(/● target/);
    tui.send(`${KEY.prefix}N`);
    await tui.waitFor(/╭─ connections ─[\s\S]*bash +online +local +local[\s\S]*train +online +target +openssh +since/);
    await tui.waitFor(/train .* [\d.]+ k?B in +[\d.]+ k?B out/);
    await waitUntil(() => /│ \$ ssh /.test(tui.text()), 'the command of the selected session is shown', {
      detail: () => tui.text(),
    });
    tui.send(KEY.up);
    await tui.waitFor(/│ \$ \S*bash/);
    tui.send('\r');
    await tui.waitFor(/1 bash\*/);
  });
});
