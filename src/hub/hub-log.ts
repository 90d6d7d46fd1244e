import { join } from 'node:path';
import { RotatingFile } from './log-file.ts';

type Level = 'info' | 'warn' | 'error';

/** What the hub writes about itself. Never typed text, environments or credentials. */
export interface HubLog {
  info(event: string, details?: object): void;
  warn(event: string, details?: object): void;
  error(event: string, details?: object): void;
  /** Writes what still waits. */
  flush(): Promise<void>;
}

/** Lines that wait for the logger to be loaded; more are dropped. */
const MAX_WAITING = 1_000;

const REDACTED = ['env', 'text', 'keys', 'token', 'code', 'password', 'authorization', 'cookie', 'bytes', 'data'];

/** JSON lines in hub.log, 5 MB × 3. pino is loaded after the hub serves: it costs start-up and memory. */
export function openHubLog(stateFolder: string): HubLog {
  const file = new RotatingFile(join(stateFolder, 'hub.log'));
  let logger: Record<Level, (details: object, event: string) => void> | undefined;
  const waiting: [Level, object, string, number][] = [];
  let loading: Promise<void> | undefined;

  const load = async (): Promise<void> => {
    await new Promise<void>((resolve) => setImmediate(resolve));
    const { pino } = await import('pino');
    const paths = REDACTED.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
    logger = pino({ base: { pid: process.pid }, redact: { paths, censor: '[redacted]' } }, file);
    for (const [level, details, event, at] of waiting.splice(0)) logger[level]({ ...details, at }, event);
  };
  const write = (level: Level, event: string, details: object = {}): void => {
    if (logger) logger[level](details, event);
    else {
      if (waiting.length < MAX_WAITING) waiting.push([level, details, event, Date.now()]);
      loading ??= load().catch(() => {});
    }
  };
  return {
    info: (event, details) => write('info', event, details),
    warn: (event, details) => write('warn', event, details),
    error: (event, details) => write('error', event, details),
    flush: async () => {
      await loading;
    },
  };
}

/** For tests and for a hub without a log. */
export const silentLog: HubLog = { info() {}, warn() {}, error() {}, flush: async () => {} };
