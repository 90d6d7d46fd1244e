import {
  DEFAULT_PREFIX_KEYS,
  type HubCommandResult,
  parseCommand,
  plainText,
  type SessionInfo,
  TROUBLE_KEYS,
  viewerCommands,
} from '../../core/index.ts';
import { connectionWords, endWords, programName } from '../components/session-words.ts';
import { panes } from '../layout/index.ts';
import { whyNotAsk } from '../may-ask.ts';
import { livesElsewhere } from '../model/places.ts';
import type { ListItem } from '../model/snapshot.ts';
import { isOver } from '../model/trouble.ts';
import { ConfirmControl, ListControl, PromptControl, TextControl } from '../overlays/index.ts';
import { duration } from '../text.ts';
import type { ActionContext } from './context.ts';
import { newTab } from './start.ts';
import { openTeam, teamDetail } from './teams.ts';

/** Why a session can't be used now: its connection, or its end. */
const troubleWords = (s: SessionInfo, now: number): string | undefined =>
  s.connection.state === 'online' ? endWords(s) : connectionWords(s, now).full;

function nameAndTrouble(s: SessionInfo, now: number): string {
  const words = troubleWords(s, now);
  return words === undefined ? s.name : `${s.name} (${words})`;
}

export function chooseTab(ctx: ActionContext): void {
  const { bench } = ctx;
  const items = (): ListItem[] =>
    bench.snapshot.tabs.map((tab) => {
      const layout = bench.sync.current.tabs.find((t) => t.id === tab.id)?.layout;
      const sessions = layout ? panes(layout).map((p) => bench.session(p.sessionId)) : [];
      return {
        id: tab.id,
        label: `${tab.number} ${tab.name}`,
        detail: sessions.flatMap((s) => (s ? nameAndTrouble(s, bench.clock.wall()) : [])).join(', '),
        mark: tab.active ? 'current' : tab.bell ? 'bell' : tab.ended ? 'ended' : undefined,
      };
    });
  bench.open(
    new ListControl({
      title: 'tabs',
      hint: 'Enter go · x close · / filter · Esc back',
      items,
      selected: bench.tab?.id,
      choose: (id) => bench.goToTab(id),
      extra: {
        x: (id) => {
          const tab = bench.sync.current.tabs.find((t) => t.id === id);
          const ids = tab ? panes(tab.layout).map((p) => p.sessionId) : [];
          confirmKill(ctx, `end ${ids.length} session${ids.length === 1 ? '' : 's'} of this tab?`, ids);
          return true;
        },
      },
    }),
  );
}

export function chooseSession(ctx: ActionContext): void {
  const { bench } = ctx;
  const items = (): ListItem[] =>
    bench.host.sessions.map((s) => {
      const viewers = s.viewers > 1 ? ` · ${s.viewers} viewers` : '';
      const title = s.title ? ` · ${plainText(s.title)}` : '';
      return {
        id: s.id,
        label: s.name,
        detail: `${programName(s)} · ${troubleWords(s, bench.clock.wall()) ?? s.process.status} · ${s.cols}x${s.rows} · ${duration(bench.clock.wall() - s.createdAt)}${viewers}${title}`,
        mark: s.id === bench.focusedSession?.id ? 'current' : isOver(s) ? 'ended' : undefined,
      };
    });
  bench.open(
    new ListControl({
      title: 'sessions',
      hint: 'Enter go · x end · / filter · Esc back',
      items,
      selected: bench.focusedSession?.id,
      choose: (id) => bench.goToSession(id),
      extra: {
        x: (id) => {
          confirmKill(ctx, `end ${bench.session(id)?.name ?? 'this session'}?`, [id]);
          return true;
        },
      },
    }),
  );
}

/** Sessions whose agent waits for an answer, longest first. */
export function waitingSessions(bench: ActionContext['bench']): SessionInfo[] {
  return bench.host.sessions
    .filter((s) => s.agent.state === 'blocked')
    .toSorted((a, b) => a.agent.since - b.agent.since);
}

export async function chooseViewer(ctx: ActionContext): Promise<void> {
  const { bench } = ctx;
  const { viewers } = await bench.host.command('viewer.list', {});
  bench.open(
    new ListControl({
      title: 'viewers',
      hint: 'Enter detach · f follow · / filter · Esc back',
      items: () =>
        viewers.map((v) => ({
          id: v.id,
          label: plainText(v.name, 40),
          detail: viewerDetail(ctx, v),
          mark: v.self ? 'current' : undefined,
        })),
      choose: (id) => {
        if (viewers.find((v) => v.id === id)?.self) ctx.outside.exit({ kind: 'detached' });
        else bench.host.command('viewer.detach', { viewer: id }).catch((error: unknown) => bench.complain(error));
      },
      extra: {
        f: (id) => {
          bench.company.follow(id).catch((error: unknown) => bench.complain(error));
          return false;
        },
      },
    }),
  );
}

/** Sessions that are named of a viewer; the rest is counted. */
const NAMED = 3;

/** Where a viewer is, what it may do, and what it watches. */
function viewerDetail({ bench }: ActionContext, v: HubCommandResult<'viewer.list'>['viewers'][number]): string {
  const names = v.watched.flatMap((id) => bench.session(id)?.name ?? []).slice(0, NAMED);
  const more = v.sessions - names.length;
  const watches = [...names, ...(more > 0 || names.length === 0 ? [`${more} session${more === 1 ? '' : 's'}`] : [])];
  const parts = [
    v.from ?? (v.name === 'local' ? 'at the hub' : ''),
    v.role ?? 'no role',
    watches.join(', '),
    v.software,
  ];
  const since = `for ${duration(bench.clock.wall() - v.since)}`;
  return plainText([...parts.filter(Boolean), since, ...(v.self ? ['this one'] : [])].join(' · '));
}

/** What to start: the shell, the agents that are installed, or any command. */
export async function pickProgram(ctx: ActionContext): Promise<void> {
  const { bench } = ctx;
  const programs = await ctx.start.programs();
  const items: ListItem[] = programs.map((p) => ({ id: `program ${p.name}`, label: p.name, detail: p.detail }));
  for (const team of bench.teams.list)
    items.push({ id: `team ${team.name}`, label: team.name, detail: teamDetail(team) });
  items.push({ id: '', label: 'command …', detail: 'type what to run' });
  bench.open(
    new ListControl({
      title: 'new session',
      hint: 'Enter start · / filter · Esc back',
      items: () => items,
      choose: (id) => {
        const program = programs.find((p) => `program ${p.name}` === id);
        if (id.startsWith('team ')) openTeam(ctx, id.slice('team '.length));
        else if (program) void newTab(ctx, { agent: program.agent, command: program.command });
        else {
          bench.open(
            new PromptControl({
              label: 'run:',
              submit: (text) => {
                if (text.trim()) ctx.runLine(`new-tab -- ${text}`);
              },
            }),
          );
        }
      },
    }),
  );
}

export async function find(ctx: ActionContext, text: string): Promise<void> {
  const { bench } = ctx;
  const needle = text.toLowerCase();
  const found: ListItem[] = [];
  for (const s of bench.host.sessions) {
    const where: string[] = [];
    if (s.name.toLowerCase().includes(needle)) where.push('name');
    if (s.title.toLowerCase().includes(needle)) where.push(`title: ${plainText(s.title)}`);
    try {
      const { text: screen } = await bench.host.command('session.capture', { session: s.id });
      const line = screen.split('\n').find((l) => l.toLowerCase().includes(needle));
      if (line) where.push(line.trim());
    } catch {
      // It ended meanwhile.
    }
    if (where.length > 0) found.push({ id: s.id, label: s.name, detail: plainText(where.join(' · ')) });
  }
  const [only] = found;
  if (!only) bench.say(`nothing found: ${text}`);
  else if (found.length === 1) bench.goToSession(only.id);
  else {
    bench.open(
      new ListControl({
        title: `found: ${plainText(text, 40)}`,
        hint: 'Enter go · Esc back',
        items: () => found,
        choose: (id) => bench.goToSession(id),
      }),
    );
  }
}

/** Ends sessions, after a question when something of them still runs. */
export function confirmKill(ctx: ActionContext, question: string, ids: readonly string[], force = false): void {
  const { bench } = ctx;
  const ends = (id: string): 'session.forget' | 'session.kill' => {
    const session = bench.session(id);
    return session && livesElsewhere(session) ? 'session.forget' : 'session.kill';
  };
  for (const id of ids) {
    const why = whyNotAsk(bench.host, ends(id), id);
    if (why) return bench.complain(why);
  }
  const kill = (): void => {
    for (const id of ids) {
      bench.host.command(ends(id), { session: id }).catch((error: unknown) => bench.complain(error));
    }
  };
  const running = ids.some((id) =>
    ['starting', 'running', 'stopping', 'offline'].includes(bench.session(id)?.process.status ?? ''),
  );
  if (force || !running) kill();
  else bench.open(new ConfirmControl(question, kill));
}

export function showHelp(ctx: ActionContext): void {
  const { settings } = ctx.bench;
  const line = (key: string, command: string): string => {
    let summary = '';
    try {
      summary = viewerCommands[parseCommand(command).name].summary;
    } catch {
      summary = 'not a command';
    }
    return `${key.padEnd(14)} ${command.padEnd(32)} ${summary}`;
  };
  const bound = { ...DEFAULT_PREFIX_KEYS, ...settings.prefixKeys };
  const root = Object.entries(settings.rootKeys).filter((e): e is [string, string] => e[1] !== null);
  const lines = [
    ...Object.entries(bound)
      .filter((e): e is [string, string] => e[1] !== null)
      // Objects put digits first; people look for other keys first.
      .sort(([a], [b]) => Number(/^\d$/.test(a)) - Number(/^\d$/.test(b)))
      .map(([key, command]) => line(`${settings.prefix} ${key}`, command)),
    line(`${settings.prefix} ${settings.prefix}`, 'send-prefix'),
    '',
    'In a pane that is offline, and without the prefix where its connection is in error:',
    ...Object.entries(TROUBLE_KEYS).map(([key, command]) => line(`${settings.prefix} ${key}`, command)),
    ...(root.length > 0 ? ['', 'Without the prefix:'] : []),
    ...root.map(([key, command]) => line(key, command)),
    '',
    'Mouse: click focuses, drag a border resizes, wheel scrolls, drag selects and copies,',
    'double click takes a word, double click on a border zooms; Shift leaves it to the terminal.',
  ];
  ctx.bench.open(new TextControl('keys', lines));
}

export function showMessages(ctx: ActionContext): void {
  const { bench } = ctx;
  const lines = bench.messages.log.map((m) => `${new Date(m.at).toTimeString().slice(0, 8)} ${m.text}`);
  bench.open(new TextControl('messages', lines.length > 0 ? lines : ['nothing was said yet']));
}
