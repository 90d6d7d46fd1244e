import { type Check, ok } from './types.ts';

/** Nothing to be mended: what hooks do, for whoever wonders where the further arguments of an agent come from. */
export function checkHooks(on: boolean): Check {
  if (!on) return ok('hooks', 'off (settings.hooks): what agents do is read off their terminals');
  return ok(
    'hooks',
    'on: claude is started with --settings, codex with -c notify=…; no file of yours is changed, and what they say stays on this machine',
  );
}
