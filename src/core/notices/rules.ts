/** What may be told: it waits for an answer, it has finished and nobody saw it, its process failed. */
export const NOTICE_STATES = ['blocked', 'done', 'failed'] as const;
export type NoticeState = (typeof NOTICE_STATES)[number];

/** How: the bell, a notice of the terminal around a viewer (OSC 9, OSC 777), one of the desktop, or a command of the user's. */
export const NOTICE_WAYS = ['bell', 'osc9', 'osc777', 'desktop', 'command'] as const;
export type NoticeWay = (typeof NOTICE_WAYS)[number];

/** Minutes after midnight, local time; `from` later than `to` goes over midnight. */
export interface QuietHours {
  readonly from: number;
  readonly to: number;
}

export interface NoticeRules extends Readonly<Record<NoticeState, readonly NoticeWay[]>> {
  /** For the way `command`: argv; `{session}`, `{state}` and `{question}` in it are replaced, each within its argument. Empty: none. */
  readonly command: readonly string[];
  /** Nothing is told then. */
  readonly quiet?: QuietHours;
}

/** What a team says of its own; the rest is as the settings say. */
export type TeamNoticeRules = { readonly [K in keyof NoticeRules]?: NoticeRules[K] };

export const DEFAULT_NOTICES: NoticeRules = { blocked: ['bell'], done: [], failed: [], command: [] };

export function noticeRules(settings: NoticeRules, team: TeamNoticeRules | undefined): NoticeRules {
  return team ? { ...settings, ...team } : settings;
}

/** `22:00-07:00`; undefined: that is no such text. */
export function parseQuietHours(text: string): QuietHours | undefined {
  const [, h1, m1, h2, m2] = /^\s*(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})\s*$/.exec(text) ?? [];
  const [from, to] = [minutes(h1, m1), minutes(h2, m2)];
  return from === undefined || to === undefined ? undefined : { from, to };
}

function minutes(hours: string | undefined, minute: string | undefined): number | undefined {
  const [h, m] = [Number(hours), Number(minute)];
  return h <= 23 && m <= 59 ? h * 60 + m : undefined;
}

/** `minute`: of the local day. From and to the same: never. */
export function isQuiet(quiet: QuietHours | undefined, minute: number): boolean {
  if (!quiet) return false;
  const { from, to } = quiet;
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
}
