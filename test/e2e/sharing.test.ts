import { afterEach, describe, expect, it } from 'vitest';
import type { HubCommandResult, SessionInfo } from '../../src/core/index.ts';
import {
  disposeHomes,
  disposeTuis,
  freePort,
  KEY,
  PROMPT,
  runCli,
  spawnTui,
  type TempHome,
  type Tui,
  tempHome,
  waitUntil,
} from '../support/index.ts';

afterEach(async () => {
  await disposeTuis();
  await disposeHomes();
});

const SIZE = { cols: 110, rows: 20 };
const { prefix } = KEY;

async function json<T>(home: TempHome, verb: string, ...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await runCli([...verb.split(' '), '--json', ...args], { home });
  expect({ code, stderr }, verb).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as T;
}

interface Two {
  readonly work: TempHome;
  readonly home: TempHome;
  /** At the machine of the hub, and over TLS as `ada`. */
  readonly owner: Tui;
  readonly ada: Tui;
  readonly session: SessionInfo;
}

/** What is said on several screens passes by on each: all are looked at from the beginning. */
const together = <T extends unknown[]>(...all: { [K in keyof T]: Promise<T[K]> }): Promise<T> =>
  Promise.all(all) as Promise<T>;

/** Two people with iris-tui, each on a machine of their own; one shares a session. */
async function share(...more: string[]): Promise<Two> {
  const [work, home] = [tempHome(), tempHome()];
  const started = await runCli(['hub', 'start', '--listen', `127.0.0.1:${await freePort()}`], { home: work });
  expect(started).toMatchObject({ code: 0, stderr: '' });
  const session = await json<SessionInfo>(work, 'new', '-d', '-n', 'api', '--', 'bash', '--norc', '--noprofile');
  await json(work, 'new', '-d', '-n', 'secret', '--', 'cat');
  const invited = await json<HubCommandResult<'pair.create'>>(work, 'share', 'api', '--name', 'ada', ...more);
  const link = `${invited.url}#${invited.fingerprint}`;
  expect((await runCli(['pair', link, invited.code, '--name', 'office'], { home })).code).toBe(0);
  const owner = spawnTui({ home: work, args: ['attach', 'api'], ...SIZE });
  await owner.waitFor(/1 api .*●/);
  const ada = spawnTui({ home, args: ['attach', 'api', '--hub', 'office'], ...SIZE });
  await ada.waitFor(/1 api .*●/);
  return { work, home, owner, ada, session };
}

describe('two people in one session', () => {
  it('[A25] see each other; one asks for the keyboard, gets it, types, and loses it with the next key', async () => {
    const { work, home, owner, ada } = await share();
    await owner.waitFor(/1 api .*\+ada ●/);
    await ada.waitFor(/view only · C-b K asks \+local ●/);
    expect(ada.text()).not.toContain('secret');
    ada.send('too early');
    await ada.waitFor('you may only watch api');
    ada.send(`${prefix}K`);
    await together(
      ada.waitFor('asked for the keyboard of api'),
      owner.waitFor('ada asks for the keyboard of api: C-b G gives it, C-b - declines'),
    );
    // The line goes with the next key; the border keeps it.
    owner.send('echo owner-typed\r');
    await owner.waitFor(/^.owner-typed/m);
    await owner.waitFor(/ada asks · C-b G gives \+ada ●/);
    owner.send(`${prefix}G`);
    await together(owner.waitFor('ada may type into api now'), ada.waitFor('local gave you the keyboard of api'));
    await ada.waitFor((t) => !t.text().includes('view only'), { what: 'it is a keyboard' });
    ada.send('echo ada-typed\r');
    await Promise.all([owner, ada].map((tui) => tui.waitFor(/^.ada-typed/m)));
    await owner.waitFor(/\+ada typed ●/);
    const there = await json<{ people: object[]; typedBy: object }>(home, 'keyboard', 'api', '--hub', 'office');
    expect(there).toMatchObject({
      people: [{ name: 'local' }, { name: 'ada', role: 'typer' }],
      typedBy: { name: 'ada' },
    });
    expect((await runCli(['ls'], { home: work })).stdout).toMatch(/api .*2 watching: local, ada; ada typed/);
    owner.send(`${prefix}:take-keyboard\r`);
    await together(owner.waitFor('ada may only watch api now'), ada.waitFor('local took the keyboard of api'));
    ada.send('echo too-late\r');
    await ada.waitFor('you may only watch api');
    owner.send('echo owner-again\r');
    await Promise.all([owner, ada].map((tui) => tui.waitFor(/^.owner-again/m)));
    expect(owner.text()).not.toMatch(/too.(early|late)/);
    const audit = await json<{ who: { name: string }; action: string; outcome: string; detail?: string }[]>(
      work,
      'audit',
    );
    const said = audit.map(({ who, action, detail }) => [who.name, action, detail].filter(Boolean).join(' '));
    expect(said).toEqual(
      expect.arrayContaining(['ada session.ask', 'local session.grant typer: ada', 'local session.take ada']),
    );
    // Her screen asked for nothing that is not hers.
    expect(audit.filter(({ outcome }) => outcome === 'refused')).toEqual([]);
  });

  it('is done from shells as well; a question can be declined', async () => {
    const { work, home, owner, ada } = await share();
    // Twice at once: one of them comes within ten seconds of the other, however long a command takes.
    const ask = () => runCli(['keyboard', 'api', 'ask', '--hub', 'office', '--json'], { home });
    const [, both] = await together(owner.waitFor('ada asks for the keyboard of api'), Promise.all([ask(), ask()]));
    const [asked, again] = both.sort((a, b) => a.code - b.code);
    expect(asked).toMatchObject({ code: 0, stdout: expect.stringContaining('"told":1') });
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('you asked a moment ago') });
    owner.send(`${prefix}-`);
    await ada.waitFor('local does not give you the keyboard of api');
    const given = await runCli(['keyboard', 'api', 'give', 'ada'], { home: work });
    expect(given).toMatchObject({ code: 0, stdout: 'ada may type into api\n' });
    ada.send('echo by-shell\r');
    await owner.waitFor(/^.by-shell/m);
    expect((await runCli(['keyboard', 'api', 'take'], { home: work })).stdout).toBe('ada may only watch api\n');
    await ada.waitFor('view only');
    const listed = await runCli(['keyboard', 'api'], { home: work });
    expect(listed.stdout).toMatch(/^v\d+ +local +owner\nv\d+ +ada +viewer +typed \d+s ago\n$/);
    for (const [args, code] of [
      [['keyboard', 'api', 'give'], 2],
      [['keyboard', 'api', 'grab'], 2],
      [['keyboard', 'api', 'give', 'nobody'], 3],
      [['keyboard', 'nothing'], 3],
    ] as const) {
      expect(await runCli(args, { home: work }), args.join(' ')).toMatchObject({ code, stdout: '' });
    }
    const refused = await runCli(['keyboard', 'api', 'take', '--hub', 'office'], { home });
    expect(refused).toMatchObject({ code: 5, stdout: '' });
  });

  it('one goes where the other goes, in one layout and from session to session', async () => {
    const { work, owner, ada } = await share();
    const second = spawnTui({ home: work, ...SIZE });
    await second.waitFor(/api/);
    await owner.waitFor(/\+2 ●|\+ada \+local ●|\+local \+ada ●/);
    const { people } = await json<{ people: { viewer: string; name: string }[] }>(work, 'keyboard', 'api');
    const leader = people[0]!.viewer;
    second.send(`${prefix}:follow ${leader}\r`);
    await together(second.waitFor(' following local '), owner.waitFor('local follows you'));
    owner.send(`${prefix}c`);
    await owner.waitFor(new RegExp(`3 bash\\*[\\s\\S]*${PROMPT.trim().replaceAll('$', '\\$')}`));
    await second.waitFor(/3 bash\*/);
    owner.send(`${prefix}1`);
    await second.waitFor(/1 api\*/);
    // She stays where she is while they look at what she may not see.
    ada.send(`${prefix}:follow ${leader}\r`);
    await ada.waitFor(' following local ');
    owner.send(`${prefix}2`);
    await second.waitFor(/2 secret\*/);
    await ada.settle();
    expect(ada.text()).toMatch(/1 api\*/);
    second.send(`${prefix}n`);
    await second.waitFor('no longer following local');
    owner.send(`${prefix}d`);
    await ada.waitFor('local has left');
  });

  it('through a hub of her own: when her access ends, her screen says so, and what she types goes nowhere', async () => {
    const { work, home, ada } = await share('--role', 'typer');
    ada.send(`${prefix}d`);
    await ada.exited;
    await json(home, 'new', '-d', '-n', 'mine', '--', 'bash', '--norc', '--noprofile');
    const own = spawnTui({ home, args: ['attach', 'office/api'], ...SIZE });
    await own.waitFor(/1 office\/api .*●/);
    own.send('echo typed-there\r');
    await own.waitFor(/^.typed-there/m);
    await json(work, 'clients grant', 'ada', 'none', '--session', 'api');
    await own.waitFor('your access to office/api has ended');
    own.send('echo typed-too-late\r');
    await own.settle();
    expect(own.text()).toContain('your access to office/api has ended');
    const read = (): boolean => {
      own.send('\r');
      return !own.text().includes('has ended');
    };
    // Enter counts after a pause in which nothing was typed.
    await waitUntil(read, 'it was read', { everyMs: 1_500, detail: () => own.text() });
    await own.waitFor(/1 mine .*●/);
    expect((await runCli(['capture', 'mine'], { home })).stdout).not.toContain('typed');
    expect((await runCli(['capture', 'api'], { home: work })).stdout).not.toContain('too-late');
  });

  it('and at a third hub: who asks is heard by the owners at both, one answer is for all, and it may be given from afar', async () => {
    const { work, home, owner, ada } = await share();
    // Bob's hub shows the session as one of its own, and Vera looks at it there.
    const [bobs, veras] = [tempHome(), tempHome()];
    const listen = ['--listen', `127.0.0.1:${await freePort()}`];
    expect((await runCli(['hub', 'start', ...listen], { home: bobs })).code).toBe(0);
    const meet = async (at: TempHome, who: TempHome, name: string, ...wanted: string[]): Promise<void> => {
      const invited = await json<HubCommandResult<'pair.create'>>(at, 'hub pair', '--name', name, ...wanted);
      const link = `${invited.url}#${invited.fingerprint}`;
      expect((await runCli(['pair', link, invited.code, '--name', 'there'], { home: who })).code).toBe(0);
    };
    await meet(work, bobs, 'bobs', '--role', 'owner');
    await meet(bobs, veras, 'vera');
    const bob = spawnTui({ home: bobs, args: ['attach', 'there/api'], ...SIZE });
    await bob.waitFor(/1 there\/api .*●/);
    const vera = spawnTui({ home: veras, args: ['attach', 'there/api', '--hub', 'there'], ...SIZE });
    await vera.waitFor(/view only/);
    vera.send(`${prefix}K`);
    await together(
      vera.waitFor('asked for the keyboard of there/api'),
      owner.waitFor('bobs/vera asks for the keyboard of api: C-b G gives it'),
      bob.waitFor('vera asks for the keyboard of there/api: C-b G gives it'),
    );
    owner.send(`${prefix}G`);
    await together(
      owner.waitFor('bobs/vera may type into api now'),
      vera.waitFor('there gave you the keyboard of there/api'),
    );
    await bob.waitFor((t) => !t.text().includes('vera asks'), { what: 'nobody asks at the other hub' });
    vera.send('echo vera-typed\r');
    await Promise.all([owner, ada, bob].map((tui) => tui.waitFor(/^.vera-typed/m)));
    // And the other way: nobody sits where it lives.
    owner.send(`${prefix}d`);
    await owner.exited;
    const [asked] = await together(
      runCli(['keyboard', 'api', 'ask', '--hub', 'office'], { home }),
      bob.waitFor('ada asks for the keyboard of there/api'),
    );
    expect(asked.stdout).toBe('asked the one who could give it\n');
    bob.send(`${prefix}G`);
    await together(bob.waitFor('ada may type into there/api now'), ada.waitFor('bobs gave you the keyboard of api'));
  });
});
