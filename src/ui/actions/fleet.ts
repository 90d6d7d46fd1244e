import { type AgentPrompt, type Glance, IrisError, type PromptOutcome, type SessionInfo } from '../../core/index.ts';
import { kindOf } from '../components/fleet.ts';
import { whyNotType } from '../may-type.ts';
import { placeOf } from '../model/places.ts';
import { type Answer, FleetControl, Poll } from '../overlays/index.ts';
import { widthOf } from '../text.ts';
import type { ActionContext } from './context.ts';
import type { Handlers } from './handlers.ts';

/** The last lines of the sessions in the window are asked for this often. */
const GLANCE_MS = 500;

export const fleetHandlers: Handlers<'fleet' | 'choose-waiting'> = {
  fleet: (ctx) =>
    openFleet(ctx, {
      title: 'fleet',
      empty: 'no session yet',
      sessions: () => ctx.bench.host.sessions,
    }),
  'choose-waiting': (ctx) => {
    const waiting = (): SessionInfo[] => ctx.bench.host.sessions.filter((s) => s.agent.state === 'blocked');
    if (waiting().length === 0) ctx.bench.say('nobody waits for you');
    else openFleet(ctx, { title: 'waiting for you', empty: 'nobody waits for you any more', sessions: waiting });
  },
};

interface Scope {
  readonly title: string;
  readonly empty: string;
  readonly sessions: () => readonly SessionInfo[];
}

function openFleet({ bench }: ActionContext, scope: Scope): void {
  let glances = new Map<string, Glance>();
  const control: FleetControl = new FleetControl({
    ...scope,
    hint: 'Enter go · a approve · d deny · 1-9 choose · r reply · / filter · Esc back',
    focused: () => bench.focusedSession?.id,
    placeOf: (session) => placeOf(session, bench.teams.list),
    kindOf,
    glanceOf: (id) => glances.get(id),
    measure: widthOf,
    // The frame and the line of hints.
    room: () => Math.max(1, bench.area.rows - 3),
    now: () => bench.clock.now(),
    go: (id) => {
      if (!bench.goToSession(id)) bench.say('it has no pane yet');
    },
    answer: (session, prompt, answer) => {
      send(session, prompt, answer).catch((error: unknown) => {
        control.unanswered(prompt);
        bench.complain(error);
      });
    },
    prompt: (session, text) => {
      bench.host.command('session.prompt', { session: session.id, text }).then(
        (outcome) => bench.say(outcomeWords(outcome), outcome.outcome === 'refused' ? 'error' : 'info'),
        (error: unknown) => bench.complain(error),
      );
    },
    say: (text) => bench.say(text),
    refusal: (id) => whyNotType(bench, id),
    closed: () => poll?.close(),
  });
  const send = async (session: SessionInfo, prompt: AgentPrompt, answer: Answer): Promise<void> => {
    try {
      await bench.host.command('session.answer', { session: session.id, prompt: prompt.id, ...answer });
    } catch (error) {
      // What it was for is gone: nothing was typed.
      if (!(error instanceof IrisError) || error.code !== 'conflict') throw error;
      throw new IrisError('conflict', `nothing was sent to ${session.name}: ${error.message}`, {
        ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
      });
    }
    bench.say(`${session.name}: ${answerWords(prompt, answer)}`);
  };
  bench.open(control);
  const poll: Poll | undefined = new Poll(bench.clock, GLANCE_MS, async () => {
    const sessions = [...control.window];
    if (sessions.length === 0 || bench.host.connection.state !== 'online') return;
    const answer = await bench.host.command('session.glances', { sessions });
    const next = new Map(
      answer.glances.map(({ id, line, usage }) => [id, usage === undefined ? { line } : { line, usage }]),
    );
    const changed = [...next].some(([id, { line, usage }]) => {
      const before = glances.get(id);
      return before?.line !== line || before.usage !== usage;
    });
    // What has left the window keeps what it had, until it comes back.
    glances = new Map([...glances, ...next]);
    if (changed) bench.update();
  });
}

function answerWords(prompt: AgentPrompt, answer: Answer): string {
  if ('approve' in answer) return 'approved';
  if ('deny' in answer) return 'denied';
  if ('text' in answer) return 'answered';
  const choice = prompt.choices.find(({ number }) => number === answer.choice);
  return choice ? `chose ${choice.number}, ${choice.label}` : `chose ${answer.choice}`;
}

function outcomeWords({ name, outcome, held, reason, remedy }: PromptOutcome): string {
  if (outcome === 'held') return `${name} has it in its queue${held === undefined ? '' : ` (${HELD[held]})`}`;
  if (outcome === 'refused') return `${name} did not take it: ${[reason, remedy].filter(Boolean).join(': ')}`;
  return outcome === 'unverified' ? `${name}: typed` : `${name}: submitted`;
}

const HELD: Readonly<Record<NonNullable<PromptOutcome['held']>, string>> = {
  working: 'it works',
  blocked: 'it asks something',
  typing: 'something is typed in its box',
  starting: 'it starts',
  offline: 'it is not connected',
  queue: 'others are before it',
};
