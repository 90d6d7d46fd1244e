import { afterEach, describe, expect, test } from 'vitest';
import { startSshd, stopSshds } from '../../support/index.ts';
import { closeAll, eventually, folder, onlineClient, openHub, Watcher } from '../support/index.ts';
import { config, session, team } from '../teams/support.ts';
import { farTeam, is, SilentPort } from './support.ts';

afterEach(async () => {
  await closeAll();
  await stopSshds();
});

const NAMES = Array.from({ length: 10 }, (_, i) => `${i}`);

describe('many machines', () => {
  test('are reached in parallel: ten that do not answer are all being asked at once, and hold nobody up', async () => {
    await using silent = await SilentPort.open();
    const dead = NAMES.map((n) => farTeam(`dead${n}`, silent, {}, { connectTimeoutMs: 60_000 }));
    const { socket } = await openHub(folder(), '0.1.0', { teams: config([...dead, team('here')]) });
    const host = await onlineClient(socket);
    const { started } = await host.command('team.up', {});
    expect(started).toHaveLength(11);
    await eventually('ten connections at once', () => silent.connections.size === 10);
    for (const n of NAMES) await session(host, `dead${n}`, 'is asked', is('connecting'));
    const watch = new Watcher(host, started.find(({ name }) => name === 'here')!.id);
    watch.type('hello\r');
    await watch.shows('<hello>');
    const { ended } = await host.command('team.down', {});
    expect(ended).toHaveLength(11);
    await eventually('nobody is asked any more', () => silent.connections.size === 0);
  });

  test('ten there and ten here at once under load, each with its own output, whole', async () => {
    const sshd = await startSshd();
    const work = (name: string) =>
      `read -r go; i=0; while [ $i -lt 400 ]; do i=$((i+1)); echo "${name} line $i ........................................"; done; echo "${name} done"; read -r x`;
    const far = NAMES.map((n) => farTeam(`far${n}`, sshd, { command: ['/bin/sh', '-c', work(`far${n}`)] }));
    const near = NAMES.map((n) => team(`near${n}`, { command: ['/bin/sh', '-c', work(`near${n}`)] }));
    const { socket } = await openHub(folder(), '0.1.0', { teams: config([...far, ...near]) });
    const host = await onlineClient(socket);
    const { started, failed } = await host.command('team.up', {});
    expect(failed).toEqual([]);
    expect(started).toHaveLength(20);
    const names = [...far, ...near].map(({ name }) => name);
    const watches = new Map(started.map(({ id, name }) => [name, new Watcher(host, id, { mode: 'log' })]));
    for (const name of names) await session(host, name, 'is online', is('online'));
    for (const name of names) watches.get(name)!.type('\r');
    for (const [name, watch] of watches) {
      await eventually(`${name} is done`, () => watch.output.includes(`${name} done`));
      const lines = [...watch.output.matchAll(/(\w+) line (\d+) /g)];
      expect(lines.map(([, who]) => who).every((who) => who === name)).toBe(true);
      expect(lines.map(([, , n]) => Number(n))).toEqual(Array.from({ length: 400 }, (_, i) => i + 1));
    }
  });
});
